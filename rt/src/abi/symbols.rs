//! Every section, symbol and entry that the linker or the loader sees, of all
//! platforms. The names of a package's sections stand in `macros.rs`, because
//! attributes take literals only.

use super::records::{ControlBlock, Note, PackageDescriptor};

/// Where the descriptors of all packages of an image end up.
#[linkme::distributed_slice]
pub static PACKAGES_1: [PackageDescriptor];

/// This image's control block.
#[cfg_attr(target_os = "linux", unsafe(link_section = "covctl"))]
pub(crate) static CONTROL: ControlBlock = ControlBlock::new();

/// The entry that the loader calls when the image goes: at exit, or when it is
/// unloaded. With the lowest number it is the last of its image, so that what
/// other entries run is counted.
#[cfg(any(target_os = "linux", target_os = "android", target_os = "freebsd"))]
#[used]
#[unsafe(link_section = ".fini_array.00000")]
static AT_EXIT: extern "C" fn() = crate::exit::at_exit;

#[cfg(any(target_os = "macos", target_os = "ios"))]
#[used]
#[unsafe(link_section = "__DATA,__mod_term_func")]
static AT_EXIT: extern "C" fn() = crate::exit::at_exit;

// The symbols of the distributed slice are linkme's; `tests/rt` checks that
// note and slice agree.
#[cfg(any(target_os = "linux", target_os = "android"))]
core::arch::global_asm!(
    ".pushsection .note.livecov,\"a\",%note",
    ".balign 4",
    ".globl __livecov_note_1",
    ".hidden __livecov_note_1",
    "__livecov_note_1:",
    ".4byte 8, 32, 1",
    ".asciz \"livecov\"",
    ".8byte __start_linkme_PACKAGES_1 - .",
    ".8byte __stop_linkme_PACKAGES_1 - .",
    ".8byte {control} - .",
    ".8byte __ehdr_start - .",
    ".popsection",
    control = sym CONTROL,
);

#[cfg(any(target_os = "linux", target_os = "android"))]
unsafe extern "C" {
    #[link_name = "__livecov_note_1"]
    static NOTE: Note;
}

/// The address of this image's note.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(crate) fn own_note() -> usize {
    (&raw const NOTE).addr()
}

// The C library's own search for the object that an address is in (2.35 and
// later): without a lock, for handlers too, and only for objects that are
// loaded for good. Weak: null where it is not there.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
core::arch::global_asm!(
    ".weak _dl_find_object",
    ".pushsection .data.rel.ro.livecov,\"aw\",%progbits",
    ".balign 8",
    ".globl __livecov_find_object_1",
    ".hidden __livecov_find_object_1",
    "__livecov_find_object_1:",
    ".8byte _dl_find_object",
    ".popsection",
);

/// `_dl_find_object`: an address, and room for what is found.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub(crate) type FindObject = unsafe extern "C" fn(*const core::ffi::c_void, *mut [u64; 16]) -> core::ffi::c_int;

#[cfg(all(target_os = "linux", target_env = "gnu"))]
unsafe extern "C" {
    #[link_name = "__livecov_find_object_1"]
    static FIND_OBJECT: Option<FindObject>;
}

/// The C library's search, where it has one.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub(crate) fn find_object() -> Option<FindObject> {
    // SAFETY: a constant once the loader is done with this image, and null or
    // the address of that function.
    unsafe { FIND_OBJECT }
}

// Python's own list of functions to call at its end. Weak: null in other hosts.
#[cfg(any(target_os = "linux", target_os = "android"))]
core::arch::global_asm!(
    ".weak Py_AtExit",
    ".pushsection .data.rel.ro.livecov,\"aw\",%progbits",
    ".balign 8",
    ".globl __livecov_py_at_exit_1",
    ".hidden __livecov_py_at_exit_1",
    "__livecov_py_at_exit_1:",
    ".8byte Py_AtExit",
    ".popsection",
);

/// `Py_AtExit`: a function without arguments; -1 if there is no room for it.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(crate) type PyAtExit = unsafe extern "C" fn(extern "C" fn()) -> core::ffi::c_int;

#[cfg(any(target_os = "linux", target_os = "android"))]
unsafe extern "C" {
    #[link_name = "__livecov_py_at_exit_1"]
    static PY_AT_EXIT: Option<PyAtExit>;
}

/// Python's function, in a host that is one.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(crate) fn py_at_exit() -> Option<PyAtExit> {
    // SAFETY: a constant once the loader is done with this image, and null or
    // the address of that function.
    unsafe { PY_AT_EXIT }
}

// `fork`, for the code that is linked into this image: the child starts from
// zero. Weak, so that a program with a `fork` of its own keeps it; hidden, so
// that no other image is changed.
#[cfg(all(target_os = "linux", target_env = "gnu", target_arch = "x86_64"))]
core::arch::global_asm!(
    ".pushsection .text.livecov_fork,\"ax\",%progbits",
    ".weak fork",
    ".hidden fork",
    ".type fork, %function",
    "fork:",
    "jmp {hook}",
    ".size fork, . - fork",
    ".popsection",
    hook = sym crate::fork::hook,
);

#[cfg(all(target_os = "linux", target_env = "gnu", target_arch = "aarch64"))]
core::arch::global_asm!(
    ".pushsection .text.livecov_fork,\"ax\",%progbits",
    ".weak fork",
    ".hidden fork",
    ".type fork, %function",
    "fork:",
    "b {hook}",
    ".size fork, . - fork",
    ".popsection",
    hook = sym crate::fork::hook,
);
