//! What generated code, every copy of the runtime and readers outside the
//! process agree on: version 1. `docs/ABI.md` tells it in full.
//!
//! All records here are `repr(C)`; `tests` below hold size, alignment and
//! offsets. A change to any of them is a new version: a new module name, a
//! new [`VERSION`], and new symbol names.

#[cfg(not(target_pointer_width = "64"))]
compile_error!("livecov-rt is for systems with 64-bit pointers: version 1 of its records has no others");

mod records;
mod symbols;

pub use crate::disposition::{sigaction, signal};
pub use crate::leave::{execv, execve, execvp, exit_at_once};
pub use crate::macros::{
    __livecov_arm_library_v1 as arm_library, __livecov_arm_what_ends_v1 as arm_what_ends,
    __livecov_package_v1 as package, __livecov_probe_v1 as probe,
};
pub use crate::signal::arm_crashes;
// For crates of edition 2015, where a path from the root is one of the crate.
pub use ::core;
pub use linkme;
pub use livecov_format::vocab::{CounterMode, Granularity};
pub use records::{Control, Note, PackageDescriptor, PackageParts, Prologue, Slab, prologues};
pub use symbols::PACKAGES_1;

pub(crate) use records::{CONTROL_MAGIC, ControlBlock, flags};
#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub(crate) use symbols::find_object;
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(crate) use symbols::py_at_exit;
pub(crate) use symbols::{CONTROL, own_note};

/// The version of the interface.
///
/// History: 1, the first.
pub const VERSION: u32 = 1;
