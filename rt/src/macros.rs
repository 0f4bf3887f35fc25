//! The macros that generated code calls, through the hidden module only.

/// Defines one package of this image: `SLAB`, and what leads to it.
///
/// ```ignore
/// mod __livecov {
///     livecov_rt::__abi_v1::package! {
///         mode: set,
///         granularity: perblock,
///         probes: assembly,
///         tag: 0x1234_5678,
///         counters: 5,
///         functions: [3, 2],
///         meta: b"...",
///     }
/// }
/// ```
///
/// `probes: assembly` says that no probe of the package is in another form than those of `probe!` without `portable_`
/// (`docs/ABI.md`), so that tools can tell from machine code which functions are in it. Without it they cannot.
#[doc(hidden)]
#[macro_export]
macro_rules! __livecov_package_v1 {
    (@parts $mode:ident, $granularity:ident, $width:ty, $zero:expr, [$($probes:ident)?], $tag:expr, $count:expr, $functions:expr, $meta:expr) => {
        #[cfg_attr(target_os = "linux", unsafe(link_section = "covctrs"))]
        pub static SLAB: $crate::__abi_v1::Slab<$width, { $count }> =
            $crate::__abi_v1::Slab([const { $zero }; $count]);

        static SHADOW: $crate::__abi_v1::Slab<$width, { 2 * $count }> =
            $crate::__abi_v1::Slab([const { $zero }; 2 * $count]);

        #[cfg_attr(target_os = "linux", unsafe(link_section = "covfuncs"))]
        static PROLOGUES: [$crate::__abi_v1::Prologue; { const COUNTS: &[u32] = &$functions; COUNTS.len() }] =
            $crate::__abi_v1::prologues($tag, &$functions);

        #[cfg_attr(target_os = "linux", unsafe(link_section = "covmeta"))]
        static META: [u8; { const BLOB: &[u8] = $meta; BLOB.len() }] = *$meta;

        #[$crate::__abi_v1::linkme::distributed_slice($crate::__abi_v1::PACKAGES_1)]
        #[linkme(crate = $crate::__abi_v1::linkme)]
        static PACKAGE: $crate::__abi_v1::PackageDescriptor =
            $crate::__abi_v1::PackageDescriptor::new($crate::__abi_v1::PackageParts {
                mode: $crate::__abi_v1::CounterMode::$mode,
                granularity: $crate::__abi_v1::Granularity::$granularity,
                has_known_probes: !::core::stringify!($($probes)?).is_empty(),
                package_tag: $tag,
                slab: (&raw const SLAB).cast(),
                shadow: (&raw const SHADOW).cast(),
                counter_count: $count,
                prologues: &PROLOGUES,
                meta: &META,
            });
    };
    (@mode set, $granularity:ident, $($rest:tt)*) => {
        $crate::__abi_v1::package! {
            @parts Set, $granularity,
            ::core::sync::atomic::AtomicU8, ::core::sync::atomic::AtomicU8::new(0), $($rest)*
        }
    };
    (@mode count, $granularity:ident, $($rest:tt)*) => {
        $crate::__abi_v1::package! {
            @parts Count, $granularity,
            ::core::sync::atomic::AtomicU64, ::core::sync::atomic::AtomicU64::new(0), $($rest)*
        }
    };
    (@mode atomic, $granularity:ident, $($rest:tt)*) => {
        $crate::__abi_v1::package! {
            @parts Atomic, $granularity,
            ::core::sync::atomic::AtomicU64, ::core::sync::atomic::AtomicU64::new(0), $($rest)*
        }
    };
    (
        mode: $mode:ident, granularity: perblock, $(probes: $probes:ident,)? tag: $tag:expr, counters: $count:expr,
        functions: $functions:expr, meta: $meta:expr $(,)?
    ) => {
        $crate::__abi_v1::package! { @mode $mode, PerBlock, [$($probes)?], $tag, $count, $functions, $meta }
    };
    (
        mode: $mode:ident, granularity: perfunc, $(probes: $probes:ident,)? tag: $tag:expr, counters: $count:expr,
        functions: $functions:expr, meta: $meta:expr $(,)?
    ) => {
        $crate::__abi_v1::package! { @mode $mode, PerFunc, [$($probes)?], $tag, $count, $functions, $meta }
    };
}

/// Counts one pass: `probe!(set, path::to::SLAB, 17)`.
///
/// The first word is `set`, `count` or `atomic`, as in the package; with
/// `portable_` in front no inline assembly is used, which crate type `dylib`
/// needs, where the linker refuses the relocation.
#[cfg(all(target_arch = "x86_64", not(miri)))]
#[doc(hidden)]
#[macro_export]
macro_rules! __livecov_probe_v1 {
    (set, $slab:path, $index:expr) => {
        $crate::__livecov_set_probe_v1!($slab, $index)
    };
    (count, $slab:path, $index:expr) => {
        // SAFETY: eight bytes of the slab are changed; what else reads or writes
        // them does so with atomics or in assembly. The flags are given up.
        unsafe {
            ::core::arch::asm!(
                "inc qword ptr [rip + {slab} + {offset}]",
                slab = sym $slab, offset = const 8 * $index,
                options(nomem, nostack),
            )
        }
    };
    (atomic, $slab:path, $index:expr) => {
        // SAFETY: as for `count`.
        unsafe {
            ::core::arch::asm!(
                "lock inc qword ptr [rip + {slab} + {offset}]",
                slab = sym $slab, offset = const 8 * $index,
                options(nomem, nostack),
            )
        }
    };
    ($portable:ident, $slab:path, $index:expr) => {
        $crate::__livecov_portable_probe_v1!($portable, $slab, $index)
    };
}

/// A probe of `set` mode: stores only where nothing is stored yet. Threads that
/// run the same code would else take the line of the cache from each other at
/// each hit. The store is out of line, in a subsection, which ELF has.
#[cfg(all(target_arch = "x86_64", target_os = "linux", not(miri)))]
#[doc(hidden)]
#[macro_export]
macro_rules! __livecov_set_probe_v1 {
    ($slab:path, $index:expr) => {
        // SAFETY: one byte of the slab is read, and written; what else reads or
        // writes it does so with atomics or in assembly. The flags are given
        // up, the stack is untouched.
        unsafe {
            ::core::arch::asm!(
                "cmp byte ptr [rip + {slab} + {offset}], 0",
                "je 2f",
                ".subsection 1",
                "2: mov byte ptr [rip + {slab} + {offset}], 1",
                "jmp 3f",
                ".previous",
                "3:",
                slab = sym $slab, offset = const $index,
                options(nomem, nostack),
            )
        }
    };
}

/// See the one for Linux: for other formats of object files.
#[cfg(all(target_arch = "x86_64", not(target_os = "linux"), not(miri)))]
#[doc(hidden)]
#[macro_export]
macro_rules! __livecov_set_probe_v1 {
    ($slab:path, $index:expr) => {
        // SAFETY: one byte of the slab is written; what reads it does so with
        // atomics or in assembly. Flags and stack are untouched.
        unsafe {
            ::core::arch::asm!(
                "mov byte ptr [rip + {slab} + {offset}], 1",
                slab = sym $slab, offset = const $index,
                options(nomem, nostack, preserves_flags),
            )
        }
    };
}

/// See the x86-64 one. Two registers are scratch: the page's address and the
/// value.
#[cfg(all(target_arch = "aarch64", target_os = "linux", not(miri)))]
#[doc(hidden)]
#[macro_export]
macro_rules! __livecov_probe_v1 {
    (set, $slab:path, $index:expr) => {
        // SAFETY: one byte of the slab is read, and written; what else reads it
        // does so with atomics. Flags and stack are untouched.
        unsafe {
            ::core::arch::asm!(
                "adrp {page}, {slab} + {offset}",
                "ldrb {one:w}, [{page}, :lo12:{slab} + {offset}]",
                "cbnz {one:w}, 2f",
                "mov {one:w}, #1",
                "strb {one:w}, [{page}, :lo12:{slab} + {offset}]",
                "2:",
                slab = sym $slab, offset = const $index, page = out(reg) _, one = out(reg) _,
                options(nomem, nostack, preserves_flags),
            )
        }
    };
    (count, $slab:path, $index:expr) => {
        // SAFETY: as for `set`, with eight bytes, aligned to eight.
        unsafe {
            ::core::arch::asm!(
                "adrp {page}, {slab} + {offset}",
                "ldr {count}, [{page}, :lo12:{slab} + {offset}]",
                "add {count}, {count}, #1",
                "str {count}, [{page}, :lo12:{slab} + {offset}]",
                slab = sym $slab, offset = const 8 * $index, page = out(reg) _, count = out(reg) _,
                options(nomem, nostack, preserves_flags),
            )
        }
    };
    (atomic, $slab:path, $index:expr) => {
        // The compiler knows which atomic instructions the processor has.
        $crate::__livecov_portable_probe_v1!(portable_atomic, $slab, $index)
    };
    ($portable:ident, $slab:path, $index:expr) => {
        $crate::__livecov_portable_probe_v1!($portable, $slab, $index)
    };
}

/// See the x86-64 one; without assembly.
#[cfg(any(miri, not(any(target_arch = "x86_64", all(target_arch = "aarch64", target_os = "linux")))))]
#[doc(hidden)]
#[macro_export]
macro_rules! __livecov_probe_v1 {
    ($mode:ident, $slab:path, $index:expr) => {
        $crate::__livecov_portable_probe_v1!($mode, $slab, $index)
    };
}

/// The probes as relaxed atomics.
#[doc(hidden)]
#[macro_export]
macro_rules! __livecov_portable_probe_v1 {
    (portable_set, $slab:path, $index:expr) => {{
        let counter = &$slab.0[const { $index }];
        if counter.load(::core::sync::atomic::Ordering::Relaxed) == 0 {
            counter.store(1, ::core::sync::atomic::Ordering::Relaxed)
        }
    }};
    (portable_count, $slab:path, $index:expr) => {{
        let counter = &$slab.0[const { $index }];
        let count = counter.load(::core::sync::atomic::Ordering::Relaxed);
        counter.store(count.wrapping_add(1), ::core::sync::atomic::Ordering::Relaxed)
    }};
    (portable_atomic, $slab:path, $index:expr) => {{
        $slab.0[const { $index }].fetch_add(1, ::core::sync::atomic::Ordering::Relaxed);
    }};
    (set, $slab:path, $index:expr) => {
        $crate::__livecov_portable_probe_v1!(portable_set, $slab, $index)
    };
    (count, $slab:path, $index:expr) => {
        $crate::__livecov_portable_probe_v1!(portable_count, $slab, $index)
    };
    (atomic, $slab:path, $index:expr) => {
        $crate::__livecov_portable_probe_v1!(portable_atomic, $slab, $index)
    };
}

/// Replaces functions of the C library for the code of a program: those that
/// say what a signal does (`disposition.rs`), and those that end the program, or
/// put another in its place, without a destructor (`leave.rs`).
#[cfg(all(target_os = "linux", target_env = "gnu", any(target_arch = "x86_64", target_arch = "aarch64")))]
#[doc(hidden)]
#[macro_export]
macro_rules! __livecov_replace_functions_v1 {
    () => {
        $crate::__livecov_replace_v1!("sigaction", sigaction);
        $crate::__livecov_replace_v1!("signal", signal);
        $crate::__livecov_replace_v1!("_exit", exit_at_once);
        $crate::__livecov_replace_v1!("_Exit", exit_at_once);
        $crate::__livecov_replace_v1!("execv", execv);
        $crate::__livecov_replace_v1!("execve", execve);
        $crate::__livecov_replace_v1!("execvp", execvp);
    };
}

/// On other systems there is no second name for what is replaced.
#[cfg(not(all(target_os = "linux", target_env = "gnu", any(target_arch = "x86_64", target_arch = "aarch64"))))]
#[doc(hidden)]
#[macro_export]
macro_rules! __livecov_replace_functions_v1 {
    () => {};
}

/// Replaces one function. Weak, so that a program with a function of its own by
/// this name keeps it; hidden, so that no other image is changed.
#[doc(hidden)]
#[macro_export]
macro_rules! __livecov_replace_v1 {
    ($name:literal, $ours:ident) => {
        $crate::__abi_v1::core::arch::global_asm!(
            $crate::__abi_v1::core::concat!(".pushsection .text.livecov.", $name, ",\"ax\",%progbits"),
            $crate::__abi_v1::core::concat!(".weak ", $name),
            $crate::__abi_v1::core::concat!(".hidden ", $name),
            $crate::__abi_v1::core::concat!(".type ", $name, ", %function"),
            $crate::__abi_v1::core::concat!($name, ":"),
            $crate::__livecov_jump_v1!("{ours}"),
            $crate::__abi_v1::core::concat!(".size ", $name, ", . - ", $name),
            ".popsection",
            ours = sym $crate::__abi_v1::$ours,
        );
    };
}

#[cfg(target_arch = "x86_64")]
#[doc(hidden)]
#[macro_export]
macro_rules! __livecov_jump_v1 {
    ($to:literal) => {
        $crate::__abi_v1::core::concat!("jmp ", $to)
    };
}

#[cfg(not(target_arch = "x86_64"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __livecov_jump_v1 {
    ($to:literal) => {
        $crate::__abi_v1::core::concat!("b ", $to)
    };
}

/// Has [`arm_what_ends`](crate::signal::arm_what_ends) called before `main`.
#[doc(hidden)]
#[macro_export]
macro_rules! __livecov_arm_what_ends_v1 {
    () => {
        $crate::__livecov_replace_functions_v1!();
        const _: () = {
            #[used]
            #[cfg_attr(not(target_vendor = "apple"), unsafe(link_section = ".init_array"))]
            #[cfg_attr(target_vendor = "apple", unsafe(link_section = "__DATA,__mod_init_func"))]
            static AT_STARTUP: extern "C" fn() = $crate::signal::arm_what_ends;
        };
    };
}

/// Has [`arm_library`](crate::signal::arm_library) called when the library is
/// loaded.
#[doc(hidden)]
#[macro_export]
macro_rules! __livecov_arm_library_v1 {
    () => {
        const _: () = {
            #[used]
            #[cfg_attr(not(target_vendor = "apple"), unsafe(link_section = ".init_array"))]
            #[cfg_attr(target_vendor = "apple", unsafe(link_section = "__DATA,__mod_init_func"))]
            static AT_LOAD: extern "C" fn() = $crate::signal::arm_library;
        };
    };
}

pub use {__livecov_arm_library_v1, __livecov_arm_what_ends_v1, __livecov_package_v1, __livecov_probe_v1};
