//! A service that does what it is told, line by line, and answers each line with `ok`. Armed before `main` as
//! `cargo livecov` does it.

include!(concat!(env!("OUT_DIR"), "/coverage.rs"));

mod leaving;

use std::ffi::CString;
use std::io::{BufRead, Write, stdin, stdout};
use std::os::unix::process::CommandExt;
use std::process::{Command, exit};

livecov_rt::__abi_v1::arm_what_ends!();

const USAGE: i32 = 2;

fn main() {
    cov!(main, 0);
    answer();
    for line in stdin().lock().lines().map_while(Result::ok) {
        let (word, rest) = line.split_once(' ').unwrap_or((&line, ""));
        obey(word, rest);
        answer();
    }
}

fn answer() {
    println!("ok");
    stdout().flush().expect("somebody listens");
}

fn obey(word: &str, rest: &str) {
    match word {
        "step" => step(),
        "other" => other(),
        "open" => open_all(),
        "close" => close_all(),
        "block" => block_all(),
        "handle" => handle(number(rest)),
        "file-size" => limit(libc::RLIMIT_FSIZE, u64::from(number(rest).cast_unsigned())),
        "user" => checked(unsafe_user(number(rest).cast_unsigned())),
        "root" => change_root(rest),
        "directory" => std::env::set_current_dir(rest).expect("a directory"),
        "fork-and-leave" => leaving::fork_and_leave(),
        "vfork-and-leave" => leaving::vfork_and_leave(),
        "spawn" => assert!(spawned().status().expect("a child").success()),
        "leave" => leaving::leave(number(rest)),
        "leave-in-handler" => leaving::leave_in_handler(),
        "leave-quickly" => leaving::leave_quickly(number(rest)),
        "become" => leaving::become_another(rest),
        "return" => exit(number(rest)),
        _ => exit(USAGE),
    }
}

fn number(text: &str) -> i32 {
    text.parse().unwrap_or_else(|_| exit(USAGE))
}

fn step() {
    cov!(step, 0);
}

fn other() {
    cov!(other, 0);
}

fn checked(result: i32) {
    assert_eq!(result, 0, "{}", std::io::Error::last_os_error());
}

/// Opens files until there is no descriptor left.
fn open_all() {
    // SAFETY: the path is a C string.
    while unsafe { libc::open(c"/dev/null".as_ptr(), libc::O_RDONLY) } >= 0 {}
}

/// Closes all descriptors but the standard ones.
fn close_all() {
    // SAFETY: the program has none that it still needs.
    checked(unsafe { libc::close_range(3, u32::MAX, 0) });
}

fn block_all() {
    // SAFETY: there is room for the set, which the first call fills in.
    unsafe {
        let mut all = std::mem::zeroed();
        libc::sigfillset(&raw mut all);
        checked(libc::pthread_sigmask(libc::SIG_BLOCK, &raw const all, std::ptr::null_mut()));
    }
}

fn handle(signal: i32) {
    extern "C" fn nothing(_: i32) {}
    // SAFETY: the handler does nothing.
    assert_ne!(unsafe { libc::signal(signal, nothing as *const () as libc::sighandler_t) }, libc::SIG_ERR);
}

fn limit(resource: libc::__rlimit_resource_t, value: u64) {
    let limits = libc::rlimit { rlim_cur: value, rlim_max: value };
    // SAFETY: the record is valid.
    checked(unsafe { libc::setrlimit(resource, &raw const limits) });
}

fn unsafe_user(user: u32) -> i32 {
    // SAFETY: takes a number only.
    unsafe { libc::setuid(user) }
}

fn change_root(path: &str) {
    let path = CString::new(path).expect("no NUL");
    // SAFETY: the path is a C string.
    checked(unsafe { libc::chroot(path.as_ptr()) });
    std::env::set_current_dir("/").expect("the root");
}

/// A child whose own code runs before `exec`.
fn spawned() -> Command {
    fn in_child() {
        cov!(in_child, 0);
    }
    let mut command = Command::new("true");
    // SAFETY: the function counts and does nothing else.
    unsafe {
        command.pre_exec(|| {
            in_child();
            Ok(())
        });
    }
    command
}
