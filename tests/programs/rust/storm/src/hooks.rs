//! What tells whether a handler is running, and the C library's allocator with an ear on it: Rust's allocator calls the
//! same functions.

use libc::{c_char, c_int, c_void, siginfo_t, size_t};
use std::cell::Cell;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Signals that the program arms.
pub const SIGNALS: [c_int; 2] = [libc::SIGUSR1, libc::SIGUSR2];
/// More threads than this are not told apart.
pub const MAX_THREADS: usize = 16;

/// How many signals each thread has handled.
pub static HANDLED: [[AtomicUsize; 2]; MAX_THREADS] = [const { [const { AtomicUsize::new(0) }; 2] }; MAX_THREADS];
static HANDLER: AtomicUsize = AtomicUsize::new(0);
static DEEPEST: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    // Without an initialiser and a destructor: plain memory, which handlers may use.
    static DEPTH: Cell<usize> = const { Cell::new(0) };
    static THREAD: Cell<usize> = const { Cell::new(0) };
}

/// Says which thread this is.
pub fn name_thread(number: usize) {
    THREAD.set(number);
}

/// The most handlers that ran at once on one thread.
pub fn deepest() -> usize {
    DEEPEST.load(Ordering::Relaxed)
}

/// Puts a handler around that of `signal`, which is armed, so that it is known when it runs.
pub fn wrap(signal: c_int) {
    let mut action = current(signal);
    HANDLER.store(action.sa_sigaction, Ordering::SeqCst);
    action.sa_sigaction = wrapper as *const () as libc::sighandler_t;
    // SAFETY: the wrapper does what handlers may, apart from what it calls, which was the handler before.
    assert_eq!(unsafe { libc::sigaction(signal, &raw const action, std::ptr::null_mut()) }, 0);
}

/// What handles `signal`.
pub fn current(signal: c_int) -> libc::sigaction {
    // SAFETY: a structure of integers, for which zeros are fine; the call fills it in and changes nothing.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        assert_eq!(libc::sigaction(signal, std::ptr::null(), &raw mut action), 0);
        action
    }
}

extern "C" fn wrapper(signal: c_int, info: *mut siginfo_t, context: *mut c_void) {
    /// No system call leaves this number.
    const MARK: c_int = 7777;
    let depth = DEPTH.get() + 1;
    DEPTH.set(depth);
    DEEPEST.fetch_max(depth, Ordering::Relaxed);
    // SAFETY: the address is that of the runtime's handler, which takes these arguments; `errno` is this thread's.
    unsafe {
        let handler: extern "C" fn(c_int, *mut siginfo_t, *mut c_void) =
            std::mem::transmute(HANDLER.load(Ordering::SeqCst));
        let errno = libc::__errno_location();
        let before = *errno;
        *errno = MARK;
        handler(signal, info, context);
        if *errno != MARK {
            end(b"the handler changed errno\n");
        }
        *errno = before;
    }
    DEPTH.set(depth - 1);
    if let Some(counts) = HANDLED.get(THREAD.get()) {
        counts[usize::from(signal == SIGNALS[1])].fetch_add(1, Ordering::SeqCst);
    }
}

/// Says why and ends the program by `SIGABRT`.
fn end(why: &[u8]) -> ! {
    // SAFETY: the slice's pointer and length; both calls may come from handlers.
    unsafe {
        libc::write(crate::threads::complaints(), why.as_ptr().cast(), why.len());
        libc::abort()
    }
}

fn forbid_in_handler() {
    if DEPTH.get() > 0 {
        end(b"a handler called the allocator\n");
    }
}

unsafe extern "C" {
    fn __libc_malloc(size: size_t) -> *mut c_void;
    fn __libc_calloc(count: size_t, size: size_t) -> *mut c_void;
    fn __libc_realloc(old: *mut c_void, size: size_t) -> *mut c_void;
    fn __libc_memalign(alignment: size_t, size: size_t) -> *mut c_void;
    fn __libc_free(old: *mut c_void);
}

/// In the place of the C library's, for all images of the process.
///
/// # Safety
///
/// That of C.
#[unsafe(no_mangle)]
unsafe extern "C" fn malloc(size: size_t) -> *mut c_void {
    forbid_in_handler();
    // SAFETY: the caller's arguments.
    unsafe { __libc_malloc(size) }
}

/// As [`malloc`].
///
/// # Safety
///
/// That of C.
#[unsafe(no_mangle)]
unsafe extern "C" fn calloc(count: size_t, size: size_t) -> *mut c_void {
    forbid_in_handler();
    // SAFETY: the caller's arguments.
    unsafe { __libc_calloc(count, size) }
}

/// As [`malloc`].
///
/// # Safety
///
/// That of C.
#[unsafe(no_mangle)]
unsafe extern "C" fn realloc(old: *mut c_void, size: size_t) -> *mut c_void {
    forbid_in_handler();
    // SAFETY: the caller's arguments.
    unsafe { __libc_realloc(old, size) }
}

/// As [`malloc`].
///
/// # Safety
///
/// That of C.
#[unsafe(no_mangle)]
unsafe extern "C" fn posix_memalign(to: *mut *mut c_void, alignment: size_t, size: size_t) -> c_int {
    forbid_in_handler();
    // SAFETY: the caller's arguments.
    let memory = unsafe { __libc_memalign(alignment, size) };
    if memory.is_null() {
        return libc::ENOMEM;
    }
    // SAFETY: the caller vouches for the pointer.
    unsafe { *to = memory };
    0
}

/// As [`malloc`].
///
/// # Safety
///
/// That of C.
#[unsafe(no_mangle)]
unsafe extern "C" fn free(old: *mut c_void) {
    forbid_in_handler();
    // SAFETY: the caller's arguments.
    unsafe { __libc_free(old) }
}

/// Shows that the ear hears: a handler that allocates, by Rust's allocator or inside of the C library.
pub fn allocate_in_handler(what: &str) {
    extern "C" fn rust(_: c_int, _: *mut siginfo_t, _: *mut c_void) {
        std::hint::black_box(Vec::<u8>::with_capacity(std::hint::black_box(100)));
    }
    extern "C" fn c(_: c_int, _: *mut siginfo_t, _: *mut c_void) {
        // SAFETY: a C string; what is given back is left alone.
        std::hint::black_box::<*mut c_char>(unsafe { libc::strdup(std::hint::black_box(c"word").as_ptr()) });
    }
    let handler = if what == "rust" { rust as *const () } else { c as *const () };
    // SAFETY: a structure of integers, for which zeros are fine; that the handlers allocate is the point, and nothing
    // else runs meanwhile.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = handler as libc::sighandler_t;
        action.sa_flags = libc::SA_SIGINFO;
        assert_eq!(libc::sigaction(libc::SIGUSR1, &raw const action, std::ptr::null_mut()), 0);
        wrap(libc::SIGUSR1);
        libc::raise(libc::SIGUSR1);
    }
}
