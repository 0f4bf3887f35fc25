//! Children that go on without `exec`.

use crate::ends::End;
use std::ffi::{CStr, CString};
use std::os::unix::ffi::OsStringExt;
use std::os::unix::process::CommandExt;
use std::process::{Command, exit};
use std::sync::atomic::{AtomicBool, Ordering};

pub const ENDS: [End; 6] = [
    ("fork", || children(fork, end_as_programs_do)),
    ("fork-of-fork", fork_of_fork),
    ("fork-armed", || children(fork, |_| end_by_signal())),
    ("clone", || children(clone, end_as_programs_do)),
    ("fork-while-writing", fork_while_writing),
    ("pre-exec", pre_exec),
];

const PARENT_WORK: usize = 10;
const CHILDREN: usize = 4;
const CHILD_WORK: usize = 3;

fn work(count: usize) {
    for _ in 0..count {
        work_once();
    }
}

fn work_once() {
    cov!(work_once, 0);
}

fn fork() -> libc::pid_t {
    // SAFETY: where there are other threads, the child does only what handlers may.
    unsafe { libc::fork() }
}

/// Goes past the C library.
fn clone() -> libc::pid_t {
    // SAFETY: without flags it is a fork. The program has one thread.
    let process = unsafe { libc::syscall(libc::SYS_clone, libc::SIGCHLD, 0, 0, 0, 0) };
    process.try_into().expect("a process's number")
}

/// The status of the child `process`, as `waitpid` gives it.
fn wait(process: libc::pid_t) -> i32 {
    let mut status = -1;
    // SAFETY: there is room for the status.
    let ended = unsafe { libc::waitpid(process, &raw mut status, 0) };
    assert_eq!(ended, process);
    status
}

fn children(fork: fn() -> libc::pid_t, end: fn(usize)) {
    work(PARENT_WORK);
    for number in 0..CHILDREN {
        let process = fork();
        if process == 0 {
            work(CHILD_WORK);
            end(number);
            // Out of `main`, as the parent goes.
            return;
        }
        println!("child {number}: {}", wait(process));
    }
}

fn end_as_programs_do(number: usize) {
    if number.is_multiple_of(2) {
        exit(i32::try_from(number).expect("a small number"));
    }
}

fn end_by_signal() {
    // SAFETY: sends a signal to this thread.
    unsafe { libc::raise(libc::SIGTERM) };
}

/// A child, its child, and so on; each does its work before and after.
fn fork_of_fork() {
    work(PARENT_WORK);
    for depth in 0..CHILDREN {
        let process = fork();
        if process != 0 {
            assert_eq!(wait(process), 0, "depth {depth}");
            return;
        }
        work(CHILD_WORK);
    }
}

/// Threads write and take counters all the time, while the program forks.
fn fork_while_writing() {
    const ROUNDS: usize = 60;
    work(PARENT_WORK);
    let Some(directory) = std::env::var_os("LIVECOV_DIR").and_then(|path| CString::new(path.into_vec()).ok()) else {
        println!("{ROUNDS} children");
        return;
    };
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for number in 0..2 {
            let (is_over, directory) = (&is_over, &directory);
            scope.spawn(move || write_until(is_over, directory, number == 0));
        }
        for _ in 0..ROUNDS {
            let process = fork();
            if process == 0 {
                in_child(&directory);
            }
            assert_eq!(wait(process), 0);
        }
        is_over.store(true, Ordering::Relaxed);
    });
    println!("{ROUNDS} children");
}

fn write_until(is_over: &AtomicBool, directory: &CStr, takes: bool) {
    use livecov_rt::bare::{take_counters_dir, write_counters_dir};
    while !is_over.load(Ordering::Relaxed) {
        let written = if takes { take_counters_dir(directory) } else { write_counters_dir(directory) };
        assert_eq!(written.is_ok(), livecov_rt::is_instrumented(), "{written:?}");
    }
}

/// Other threads may have held any lock when this child was made.
fn in_child(directory: &CStr) -> ! {
    work(CHILD_WORK);
    let written = livecov_rt::bare::write_counters_dir(directory);
    let is_expected = written.is_ok() == livecov_rt::is_instrumented();
    // SAFETY: ends the process.
    unsafe { libc::_exit(i32::from(!is_expected)) }
}

/// The standard library forks and runs a function of ours in the child.
fn pre_exec() {
    work(PARENT_WORK);
    let program = std::env::current_exe().expect("the path of this program");
    for _ in 0..CHILDREN {
        let mut command = Command::new(&program);
        command.arg("return");
        // SAFETY: the function does what handlers may.
        unsafe { command.pre_exec(before_exec) };
        println!("{}", command.status().expect("a child"));
    }
}

// What the standard library asks for.
#[allow(clippy::unnecessary_wraps, reason = "the type is given")]
fn before_exec() -> std::io::Result<()> {
    work(CHILD_WORK);
    Ok(())
}
