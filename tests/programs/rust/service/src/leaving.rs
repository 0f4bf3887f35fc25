//! Ends that no destructor sees.

use std::ffi::CString;
use std::os::unix::process::CommandExt;
use std::process::Command;

unsafe extern "C" {
    fn quick_exit(status: i32) -> !;
    fn vfork() -> i32;
}

/// As daemons do: the parent leaves, the child goes on.
pub fn fork_and_leave() {
    // SAFETY: the program has one thread.
    match unsafe { libc::fork() } {
        0 => in_daemon(),
        _ => leave(0),
    }
}

fn in_daemon() {
    cov!(in_daemon, 0);
}

/// A child that shares its parent's memory and leaves it at once.
pub fn vfork_and_leave() {
    // SAFETY: the child calls `_exit` only.
    unsafe {
        if vfork() == 0 {
            libc::_exit(0);
        }
    }
}

pub fn leave(status: i32) {
    // SAFETY: ends the process.
    unsafe { libc::_exit(status) }
}

pub fn leave_in_handler() {
    extern "C" fn leaves(_: i32) {
        // SAFETY: ends the process.
        unsafe { libc::_exit(9) }
    }
    // SAFETY: the handler ends the process; the signal is sent to this thread.
    unsafe {
        libc::signal(libc::SIGUSR1, leaves as *const () as libc::sighandler_t);
        libc::raise(libc::SIGUSR1);
    }
}

pub fn leave_quickly(status: i32) {
    // SAFETY: ends the process.
    unsafe { quick_exit(status) }
}

/// Becomes another program, by the call that is named.
pub fn become_another(call: &str) {
    let (shell, flag) = (c"sh", c"-c");
    let script = CString::new("exit 5").expect("no NUL");
    let arguments = [shell.as_ptr(), flag.as_ptr(), script.as_ptr(), std::ptr::null()];
    let environment = [std::ptr::null()];
    // SAFETY: the lists end in null, and their texts are C strings.
    unsafe {
        match call {
            "execv" => drop(libc::execv(c"/bin/sh".as_ptr(), arguments.as_ptr())),
            "execve" => drop(libc::execve(c"/bin/sh".as_ptr(), arguments.as_ptr(), environment.as_ptr())),
            "execvp" => drop(libc::execvp(shell.as_ptr(), arguments.as_ptr())),
            "nothing" => drop(Command::new("/nowhere/nothing").exec()),
            _ => drop(Command::new("sh").args(["-c", "exit 5"]).exec()),
        }
    }
}
