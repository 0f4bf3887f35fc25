//! Signals held back while the runtime writes.
//!
//! A write beyond `RLIMIT_FSIZE` raises `SIGXFSZ`, one to a pipe without a
//! reader `SIGPIPE`; both end the program by default. The call says so too, by
//! its error number. So these signals are blocked meanwhile, and one that came
//! is taken before they are let through again.

use core::ffi::c_int;
use core::mem::MaybeUninit;

/// The signals that writing raises.
const OF_WRITING: [c_int; 2] = [libc::SIGXFSZ, libc::SIGPIPE];

/// A set as the kernel has it: 8 bytes, where the C library's has 128. Handlers
/// that must do with a small stack have two of them on it.
#[cfg(any(target_os = "linux", target_os = "android"))]
type SmallSet = u64;
#[cfg(not(any(target_os = "linux", target_os = "android")))]
type SmallSet = libc::sigset_t;

/// All signals kept from this thread until dropped.
pub(crate) struct SignalsBlocked(SmallSet);

impl SignalsBlocked {
    pub(crate) fn new() -> Self {
        Self(replaced_mask(&every_signal()))
    }
}

impl Drop for SignalsBlocked {
    fn drop(&mut self) {
        replaced_mask(&self.0);
    }
}

/// All signals, but for the two that the C library keeps for itself: a thread
/// that blocks those can be neither cancelled nor given another user.
#[cfg(any(target_os = "linux", target_os = "android"))]
const fn every_signal() -> SmallSet {
    const OF_THE_C_LIBRARY: u64 = 1 << 31 | 1 << 32;
    !OF_THE_C_LIBRARY
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn every_signal() -> SmallSet {
    let mut all = set_of(&[]);
    // SAFETY: there is room for the set.
    unsafe { libc::sigfillset(&raw mut all) };
    all
}

/// Has this thread block the signals of `mask` and no others. Returns those
/// that it blocked before.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn replaced_mask(mask: &SmallSet) -> SmallSet {
    let mut before: SmallSet = 0;
    let size = size_of::<SmallSet>();
    // SAFETY: both sets have the size that is passed. The call fails only for
    // arguments that are not passed here.
    unsafe {
        libc::syscall(libc::SYS_rt_sigprocmask, libc::SIG_SETMASK, core::ptr::from_ref(mask), &raw mut before, size)
    };
    before
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn replaced_mask(mask: &SmallSet) -> SmallSet {
    let mut before = set_of(&[]);
    // SAFETY: the set is valid, and there is room for the one before.
    unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, mask, &raw mut before) };
    before
}

/// The signals that writing raises, kept from this thread until dropped; those
/// that came meanwhile are gone then.
pub(crate) struct WritingHeld {
    before: libc::sigset_t,
    /// Those that were there already.
    pending: libc::sigset_t,
}

impl WritingHeld {
    pub(crate) fn new() -> Self {
        let mut before = set_of(&[]);
        // SAFETY: the set is valid, and there is room for the one before.
        unsafe { libc::pthread_sigmask(libc::SIG_BLOCK, &set_of(&OF_WRITING), &raw mut before) };
        Self { before, pending: pending() }
    }
}

impl Drop for WritingHeld {
    fn drop(&mut self) {
        let pending = pending();
        for signal in OF_WRITING {
            if has(&pending, signal) && !has(&self.pending, signal) {
                take(signal);
            }
        }
        // SAFETY: the set is one that the same call filled in.
        unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, &raw const self.before, core::ptr::null_mut()) };
    }
}

fn set_of(signals: &[c_int]) -> libc::sigset_t {
    let mut set = MaybeUninit::uninit();
    // SAFETY: there is room for the set, which the first call fills in; the
    // numbers are those of signals.
    unsafe {
        libc::sigemptyset(set.as_mut_ptr());
        for signal in signals.iter().filter(|signal| **signal > 0) {
            libc::sigaddset(set.as_mut_ptr(), *signal);
        }
        set.assume_init()
    }
}

/// Lets signals through to this thread.
pub(crate) fn unblock(signals: &[c_int]) {
    // SAFETY: the set is valid, and the one before is not asked for.
    unsafe { libc::pthread_sigmask(libc::SIG_UNBLOCK, &set_of(signals), core::ptr::null_mut()) };
}

/// The signals that are blocked and wait for this thread or for the process.
pub(crate) fn pending() -> libc::sigset_t {
    let mut pending = set_of(&[]);
    // SAFETY: there is room for the set.
    unsafe { libc::sigpending(&raw mut pending) };
    pending
}

pub(crate) fn has(set: &libc::sigset_t, signal: c_int) -> bool {
    // SAFETY: the set is a valid one.
    unsafe { libc::sigismember(set, signal) == 1 }
}

/// Takes a pending signal, without waiting.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn take(signal: c_int) {
    let at_once = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the set and the time are valid, and nothing is asked to be
    // written back.
    unsafe { libc::sigtimedwait(&set_of(&[signal]), core::ptr::null_mut(), &raw const at_once) };
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn take(signal: c_int) {
    let mut taken = 0;
    // SAFETY: the set is valid, it holds a signal that is pending, and there
    // is room for its number.
    unsafe { libc::sigwait(&set_of(&[signal]), &raw mut taken) };
}
