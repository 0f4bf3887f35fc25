//! What the code of a program sees of signals that were armed for it.
//!
//! `cargo livecov` arms signals before `main`, unasked by the program. A
//! program that looks whether a signal is handled, or calls the handler before
//! its own, must find what it finds without: the default action. And one that
//! gives a signal back to the system, to end by it, is to give it to ours. So
//! programs that are armed before `main` have `sigaction` and `signal` replaced
//! for their own code (`macros.rs`). What goes past those (other images, system
//! calls made by hand) sees ours, as a handler that one which comes later may
//! call.

use crate::handler::level_of;
use crate::signal::{default_action, handled_from_now_on, hidden, is_function, taken_by_program};
use core::ffi::c_int;
use core::mem::MaybeUninit;

#[cfg(all(target_os = "linux", target_env = "gnu"))]
unsafe extern "C" {
    /// The C library's `sigaction`, under its second name.
    fn __sigaction(signal: c_int, new: *const libc::sigaction, old: *mut libc::sigaction) -> c_int;
    /// The C library's `signal`, under its second name.
    fn ssignal(signal: c_int, handler: libc::sighandler_t) -> libc::sighandler_t;
}

/// `sigaction` of the C library, whatever the program calls by that name.
///
/// # Safety
///
/// That of `sigaction`.
pub(crate) unsafe fn system_sigaction(signal: c_int, new: *const libc::sigaction, old: *mut libc::sigaction) -> c_int {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: what the caller vouches for.
    return unsafe { __sigaction(signal, new, old) };
    #[cfg(not(all(target_os = "linux", target_env = "gnu")))]
    // SAFETY: as above.
    unsafe {
        libc::sigaction(signal, new, old)
    }
}

/// As [`system_sigaction`], for `signal`.
///
/// # Safety
///
/// That of `signal`.
unsafe fn system_signal(signal: c_int, handler: libc::sighandler_t) -> libc::sighandler_t {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: what the caller vouches for.
    return unsafe { ssignal(signal, handler) };
    #[cfg(not(all(target_os = "linux", target_env = "gnu")))]
    // SAFETY: as above.
    unsafe {
        libc::signal(signal, handler)
    }
}

/// `sigaction`, in which ours in the place of the default action is that.
/// Async-signal-safe, as the C library's is.
///
/// # Safety
///
/// That of `sigaction`.
#[doc(hidden)]
pub unsafe extern "C" fn sigaction(signal: c_int, new: *const libc::sigaction, old: *mut libc::sigaction) -> c_int {
    // SAFETY: null, or a record that the caller vouches for. It is looked at
    // now, because it may be the same as `old`.
    let wanted = unsafe { new.as_ref() }.map(|new| (new.sa_sigaction == libc::SIG_DFL, is_function(new)));
    let Some(ours) = hidden(signal) else {
        // SAFETY: what the caller vouches for.
        let result = unsafe { system_sigaction(signal, new, old) };
        if result == 0 && wanted.is_some_and(|(_, is_function)| is_function) {
            handled_from_now_on(signal);
        }
        if result == 0 && wanted.is_some() {
            taken_by_program(signal);
        }
        return result;
    };
    let new = if wanted.is_some_and(|(is_default, _)| is_default) { &raw const ours } else { new };
    // SAFETY: what the caller vouches for.
    let result = unsafe { system_sigaction(signal, new, old) };
    // SAFETY: null, or room that the call, if it succeeded, has filled in.
    let old = if result == 0 { unsafe { old.as_mut() } } else { None };
    if let Some(old) = old.filter(|old| level_of(old).is_some()) {
        *old = default_action();
    }
    result
}

/// `signal`, likewise.
///
/// # Safety
///
/// That of `signal`.
#[doc(hidden)]
pub unsafe extern "C" fn signal(signal: c_int, handler: libc::sighandler_t) -> libc::sighandler_t {
    let Some(ours) = hidden(signal) else {
        // SAFETY: what the caller vouches for.
        let before = unsafe { system_signal(signal, handler) };
        if before != libc::SIG_ERR {
            taken_by_program(signal);
        }
        return before;
    };
    if handler != libc::SIG_DFL {
        // SAFETY: what the caller vouches for.
        let old = unsafe { system_signal(signal, handler) };
        let is_ours = level_of(&libc::sigaction { sa_sigaction: old, ..default_action() }).is_some();
        return if is_ours { libc::SIG_DFL } else { old };
    }
    let mut old = MaybeUninit::uninit();
    // SAFETY: the action is ours, and there is room for the one before.
    if unsafe { system_sigaction(signal, &raw const ours, old.as_mut_ptr()) } != 0 {
        return libc::SIG_ERR;
    }
    // SAFETY: the call succeeded and so filled it in.
    let old = unsafe { old.assume_init() };
    if level_of(&old).is_some() { libc::SIG_DFL } else { old.sa_sigaction }
}
