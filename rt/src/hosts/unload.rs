//! What a library has to know when it goes: whether the process ends, in which
//! case its code stays where it is, or only the library does.

use super::needed::{Needed, needed};
use crate::sys::leaked;
use core::ffi::{c_int, c_void};
use core::mem::MaybeUninit;
use core::ptr::null_mut;
use core::sync::atomic::{AtomicPtr, Ordering};

/// Counts up when the process ends. It is not part of the library, whose memory
/// goes earlier.
static EXITS: AtomicPtr<libc::sem_t> = AtomicPtr::new(null_mut());

unsafe extern "C" {
    /// `atexit` of the C library, with the image that it is for. A function for
    /// no image is called at the end of the process only.
    fn __cxa_atexit(function: unsafe extern "C" fn(*mut c_void), argument: *mut c_void, image: *mut c_void) -> c_int;
}

/// `sem_post`, as the type of functions for `__cxa_atexit` has it.
type Post = unsafe extern "C" fn(*mut c_void);

/// Has the end of the process noted from now on: by a function of the C
/// library's, as one of the library's own might be gone by then.
pub(crate) fn watch() {
    if !EXITS.load(Ordering::Acquire).is_null() {
        return;
    }
    // SAFETY: all zeros make no semaphore yet, and are no use of one.
    let Some(semaphore) = leaked(unsafe { MaybeUninit::<libc::sem_t>::zeroed().assume_init() }) else { return };
    // SAFETY: takes a pointer and returns a number, which the caller of the
    // function ignores; both calling conventions allow that.
    let post = unsafe { core::mem::transmute::<unsafe extern "C" fn(*mut libc::sem_t) -> c_int, Post>(libc::sem_post) };
    // SAFETY: there is room for the semaphore, which is never freed.
    let is_watched =
        unsafe { libc::sem_init(semaphore, 0, 0) == 0 && __cxa_atexit(post, semaphore.cast(), null_mut()) == 0 };
    if is_watched {
        EXITS.store(semaphore, Ordering::Release);
    }
}

/// Whether this library goes because the process ends. If that is not known,
/// it does not.
pub(crate) fn process_ends() -> bool {
    let semaphore = EXITS.load(Ordering::Acquire);
    if semaphore.is_null() {
        return false;
    }
    let mut count = 0;
    // SAFETY: the semaphore was made before it was published, and there is room
    // for the answer.
    let is_read = unsafe { libc::sem_getvalue(semaphore, &raw mut count) == 0 };
    // What the program needs was watched before the loader's own function, and
    // those that come later are called first.
    is_read && count > 0 || needed() == Needed::ByProgram
}
