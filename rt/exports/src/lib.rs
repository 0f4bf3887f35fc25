//! The functions that instrumented shared libraries export, for hosts in C, Python and other languages.
//! `rt/include/livecov.h` declares and documents them.
//!
//! They are in a crate of their own, which only shared and static libraries have linked in: the linker exports every
//! symbol of this kind that it finds. A macro in the library's own crate would define them twice where one such library
//! depends on another.

#![no_std]

use core::ffi::{CStr, c_char, c_int};

/// Writes a snapshot of all instrumented images of the process to the directory in `LIVECOV_DIR`.
#[unsafe(no_mangle)]
pub extern "C" fn livecov_dump() -> c_int {
    livecov_rt::exports::dump()
}

/// As [`livecov_dump`], and starts all counters from zero, in one exact step for each image.
#[unsafe(no_mangle)]
pub extern "C" fn livecov_take() -> c_int {
    livecov_rt::exports::take()
}

/// Names what the process is doing, in all files that this library writes from now on. A null pointer takes the label
/// away.
///
/// # Safety
///
/// `label` is null or a C string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn livecov_set_label(label: *const c_char) -> c_int {
    // SAFETY: the caller vouches for a C string.
    let label = if label.is_null() { c"" } else { unsafe { CStr::from_ptr(label) } };
    livecov_rt::exports::set_label(label)
}
