//! Ends of a program that no destructor sees: `_exit`, `_Exit`, `quick_exit`,
//! and `exec`, which puts another program in its place.
//!
//! A daemon forks and leaves its parent by `_exit`; what the parent counted is
//! nobody's but the parent's to write. So for the code of programs that are
//! armed before `main`, these functions write the counters first (`macros.rs`
//! replaces them, as `fork` is). Other images, system calls made by hand, and
//! the C library's own use of them go past it. They may be called in a signal
//! handler and in a child that is about to `exec`.

use crate::emit::{What, emit_all};
use crate::files::Purpose;
use crate::fork::is_known_process;
use crate::held::SignalsBlocked;
use crate::images::Walk;
use crate::stack::with_stack;
use crate::sys::ErrnoGuard;
use core::ffi::{c_char, c_int, c_void};

unsafe extern "C" {
    /// The environment of the program.
    static environ: *const *const c_char;
}

/// Writes the counters of this process, which is about to end or to become
/// another program.
fn write_last() {
    // A child of `vfork` has its parent's memory, where nothing must change, and
    // one that was made by hand cannot be told from it.
    if !is_known_process() {
        return;
    }
    let _errno = ErrnoGuard::new();
    let _signals = SignalsBlocked::new();
    with_stack(|| {
        if has_anything() {
            // What fails is told. The program may go on, if `exec` fails.
            let _ = emit_all(What::Snapshot(Purpose::BeforeHandler));
        }
    });
}

/// Whether there is anything to write: a child on its way to `exec` has mostly
/// run nothing that is counted.
fn has_anything() -> bool {
    let mut any = false;
    Walk::begin().images(&mut |image| {
        let is_written = image.has_flag(crate::abi::flags::EMITTED);
        any = any || !is_written && image.has_live_counters();
        !any
    });
    any
}

/// `_exit`, after the counters are written.
///
/// # Safety
///
/// That of `_exit`.
#[doc(hidden)]
pub unsafe extern "C" fn exit_at_once(status: c_int) -> ! {
    write_last();
    loop {
        // SAFETY: the call takes a number and does not return.
        unsafe { libc::syscall(libc::SYS_exit_group, status) };
    }
}

/// `execve`, likewise.
///
/// # Safety
///
/// That of `execve`.
#[doc(hidden)]
pub unsafe extern "C" fn execve(
    path: *const c_char,
    arguments: *const *const c_char,
    environment: *const *const c_char,
) -> c_int {
    write_last();
    // SAFETY: what the caller vouches for.
    let result = unsafe { libc::syscall(libc::SYS_execve, path, arguments, environment) };
    c_int::try_from(result).unwrap_or(-1)
}

/// `execv`, likewise.
///
/// # Safety
///
/// That of `execv`.
#[doc(hidden)]
pub unsafe extern "C" fn execv(path: *const c_char, arguments: *const *const c_char) -> c_int {
    // SAFETY: what the caller vouches for; the environment is the program's.
    unsafe { execve(path, arguments, environ) }
}

/// `execvp`, likewise.
///
/// # Safety
///
/// That of `execvp`.
#[doc(hidden)]
pub unsafe extern "C" fn execvp(file: *const c_char, arguments: *const *const c_char) -> c_int {
    write_last();
    // SAFETY: what the caller vouches for; the environment is the program's.
    unsafe { libc::execvpe(file, arguments, environ) }
}

/// Has the counters written at `quick_exit`, after all other functions that
/// the program registers for it. Not for signal handlers.
pub(crate) fn at_quick_exit() {
    unsafe extern "C" {
        /// `at_quick_exit` of the C library, with the image that it is for.
        fn __cxa_at_quick_exit(function: extern "C" fn(*mut c_void), image: *mut c_void) -> c_int;
    }
    extern "C" fn write(_: *mut c_void) {
        write_last();
    }
    // SAFETY: the function is of the type that is called, and is part of the
    // program, which stays. If there is no memory for it, nothing is written.
    unsafe { __cxa_at_quick_exit(write, core::ptr::null_mut()) };
}
