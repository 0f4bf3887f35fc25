//! The runtime of Livecov: the counters of a running program, written at any
//! moment, from any thread or signal handler, for the executable and every
//! library that it has loaded, with nothing run at start-up.
//!
//! Programs need not call anything. One that was built by `cargo livecov`
//! writes its data when it ends, to the directory in `LIVECOV_DIR` (or Go's
//! `GOCOVERDIR`); with neither set, nothing is written. `docs/OPERATING.md` has
//! all variables, signals and files.
//!
//! # Map
//!
//! * While the program runs: [`write_counters_dir`], [`take_counters_dir`]
//!   (write and clear in one exact step), [`clear_counters`], [`Baseline`];
//!   to a stream: [`write_meta`], [`write_counters`], [`take_counters`],
//!   [`images`].
//! * On signals: [`signal`].
//! * Without the standard library: [`bare`].
//! * Labels: [`set_label`]. At exit: [`mark_written`].
//!
//! # Which counters
//!
//! Each image (executable or shared object) has counters of its own and
//! writes files of its own, a *pod*, so that the data of a plugin are the same
//! whichever program loaded it. The calls that write to a directory write all
//! pods; those that write to a stream write that of the image they are in.
//!
//! # Threads, handlers, forks
//!
//! All calls may come from any thread at once. [`bare::write_counters_dir`]
//! may come from a signal handler. A child of `fork` starts from zero; its
//! parent's counts are its parent's to write.
//!
//! # Systems
//!
//! Linux is complete on x86-64 and aarch64 with the GNU C library. With
//! another C library `fork` is not seen: a child shares its parent's instance,
//! so that the larger of both counts is taken. On other systems (macOS,
//! FreeBSD) the code compiles where linkme does and knows one image: the one
//! that it is part of. That has not been tried.

#![no_std]
// The path of emission must not panic.
#![deny(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unreachable, clippy::unwrap_used)]

#[cfg(feature = "std")]
extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

#[doc(hidden)]
#[path = "abi/mod.rs"]
pub mod __abi_v1;
#[cfg(feature = "std")]
mod api;
mod atomic;
pub mod bare;
#[cfg(feature = "std")]
mod baseline;
mod directory;
mod disposition;
mod emit;
mod encode;
mod error;
mod exit;
#[doc(hidden)]
pub mod exports;
mod files;
mod fork;
mod handler;
mod held;
#[cfg(any(target_os = "linux", target_os = "android"))]
mod hosts;
#[cfg(not(any(target_os = "linux", target_os = "android")))]
#[path = "hosts_unknown.rs"]
mod hosts;
mod identity;
mod image;
#[cfg(all(any(target_os = "linux", target_os = "android"), not(livecov_single_image)))]
mod images;
#[cfg(not(all(any(target_os = "linux", target_os = "android"), not(livecov_single_image))))]
#[path = "images_single.rs"]
mod images;
mod keep;
mod label;
mod leave;
mod macros;
mod meta;
mod notice;
mod place;
mod run;
mod scan;
mod scratch;
mod settings;
pub mod signal;
mod slab;
mod spare;
mod stack;
mod status;
mod sys;
mod take;
mod target;
mod text;
mod trace;
mod window;
mod writer;

use __abi_v1 as abi;
#[cfg(feature = "std")]
pub use api::{
    LoadedImage, clear_counters, images, is_instrumented, take_counters, take_counters_dir, write_counters,
    write_counters_dir, write_meta, write_meta_dir,
};
#[cfg(feature = "std")]
pub use baseline::Baseline;
pub use error::{Error, Operation};
pub use exit::mark_written;
pub use label::{MAX_LABEL_LEN, set_label};
pub use sys::Errno;
