//! Every section, symbol and entry that the linker or the loader sees, of all
//! platforms. The names of a package's sections stand in `macros.rs`, because
//! attributes take literals only.

use super::records::{Control, Note, PackageDescriptor};

/// Where the descriptors of all packages of an image end up.
#[linkme::distributed_slice]
pub static PACKAGES_1: [PackageDescriptor];

/// This image's control block.
#[cfg_attr(target_os = "linux", unsafe(link_section = "covctl"))]
pub(crate) static CONTROL: Control = Control::new();

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
