//! Children that go on without `exec`.
//!
//! A child has its parent's counters. What the parent counted is the parent's
//! to write, so the child starts from zero, as an instance of its own. That
//! has to happen in `fork` itself: later nobody can tell which counts are from
//! before. `abi/symbols.rs` puts [`hook`] in the place of `fork` for the code
//! of this image; other images, and system calls made by hand, go past it. A
//! child of those has its parent's instance, so that of both counts the larger
//! is taken and nothing counts twice.

use crate::image::Image;
use crate::images::Walk;
use crate::sys::{Clock, ErrnoGuard, nanos, process_id};
use core::sync::atomic::{AtomicU32, Ordering};

/// The process that this memory belongs to, as far as is known.
static PROCESS: AtomicU32 = AtomicU32::new(0);

/// Notes which process this is.
pub(crate) fn note_process() {
    PROCESS.store(process_id(), Ordering::Relaxed);
}

/// Whether this process is the one that was noted, or a child that `fork` made
/// for the code of this image; not one of `vfork`, or made by hand.
pub(crate) fn is_known_process() -> bool {
    PROCESS.load(Ordering::Relaxed) == process_id()
}

/// Has children of this process start from zero whoever calls `fork`: a host
/// does, that knows nothing of this library. The C library forgets this when
/// the library is unloaded.
pub(crate) fn watch_forks() {
    unsafe extern "C" fn start_anew() {
        child();
    }
    // SAFETY: the function may be called in a child of any process. If there is
    // no memory for it, a child shares its parent's instance.
    unsafe { libc::pthread_atfork(None, None, Some(start_anew)) };
}

#[cfg(all(target_os = "linux", target_env = "gnu", any(target_arch = "x86_64", target_arch = "aarch64")))]
unsafe extern "C" {
    /// The C library's `fork`, under its second name.
    fn __fork() -> libc::pid_t;
}

/// `fork`, with a child that starts from zero.
///
/// # Safety
///
/// That of `fork`: in a program with several threads the child may only call
/// what a signal handler may.
#[cfg(all(target_os = "linux", target_env = "gnu", any(target_arch = "x86_64", target_arch = "aarch64")))]
pub(crate) unsafe extern "C" fn hook() -> libc::pid_t {
    // SAFETY: what the caller vouches for.
    let process = unsafe { __fork() };
    if process == 0 {
        child();
    }
    process
}

/// Makes a new start of this process, which has one thread. Async-signal-safe.
fn child() {
    let _errno = ErrnoGuard::new();
    note_process();
    let stamp = nanos(Clock::Monotonic) ^ u64::from(process_id()) << 40 | 1;
    let walk = Walk::begin();
    walk.images(&mut |image| {
        restart(image, stamp);
        true
    });
}

fn restart(image: &Image<'_>, stamp: u64) {
    let control = image.control();
    for package in image.packages() {
        package.counters.clear();
    }
    control.window.reset();
    control.holds.reset();
    control.seq.store(0, Ordering::Relaxed);
    control.stamp.store(stamp, Ordering::Relaxed);
    control.flags.store(0, Ordering::Release);
}
