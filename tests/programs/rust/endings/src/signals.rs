//! What signals do that are armed one by one.

use crate::ends::End;
use livecov_rt::signal::{Action, arm, disarm};

pub const ENDS: [End; 7] = [
    ("dumps-then-term", dumps_then_term),
    ("dump-then-kill", dump_then_kill),
    ("handler-that-exits", handler_that_exits),
    ("handler-that-returns", handler_that_returns),
    ("handler-once", handler_once),
    ("ignored", ignored),
    ("disarmed", disarmed),
];

fn step() {
    cov!(step, 0);
}

fn raise(signal: i32) {
    // SAFETY: sends a signal to this thread.
    unsafe { libc::raise(signal) };
}

/// The plain program goes on unarmed.
fn arm_or_not(signal: i32, action: Action) {
    let armed = arm(signal, action);
    assert_eq!(armed.is_ok(), livecov_rt::is_instrumented(), "{armed:?}");
}

fn dumps_then_term() {
    // Without counters nothing is armed, and this signal ends the program.
    arm_or_not(libc::SIGUSR2, Action::Dump);
    arm_or_not(libc::SIGTERM, Action::DumpAndPassOn);
    for _ in 0..2 {
        step();
        raise(libc::SIGUSR2);
        step();
    }
    raise(libc::SIGTERM);
}

fn dump_then_kill() {
    arm_or_not(libc::SIGUSR2, Action::Dump);
    for _ in 0..3 {
        step();
    }
    // Unarmed it would end the plain program.
    if livecov_rt::is_instrumented() {
        raise(libc::SIGUSR2);
    }
    step();
    raise(libc::SIGKILL);
}

extern "C" fn say(signal: i32, info: *mut libc::siginfo_t, context: *mut libc::c_void) {
    let is_whole = signal == libc::SIGTERM && !info.is_null() && !context.is_null();
    let text: &[u8] = if is_whole { b"handled\n" } else { b"called wrongly\n" };
    // SAFETY: the pointer and the length are those of a slice.
    unsafe { libc::write(1, text.as_ptr().cast(), text.len()) };
}

extern "C" fn say_and_exit(signal: i32, info: *mut libc::siginfo_t, context: *mut libc::c_void) {
    say(signal, info, context);
    // SAFETY: ends the process.
    unsafe { libc::_exit(7) }
}

type Handler = extern "C" fn(i32, *mut libc::siginfo_t, *mut libc::c_void);

/// Handles SIGTERM, and arms it thereafter.
fn handle_and_arm(handler: Handler, flags: i32) {
    // SAFETY: all zeros is an empty mask and the default action, and what is set is right for a handler with three
    // arguments, which does only what handlers may.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = handler as *const () as libc::sighandler_t;
        action.sa_flags = libc::SA_SIGINFO | flags;
        assert_eq!(libc::sigaction(libc::SIGTERM, &raw const action, std::ptr::null_mut()), 0);
    }
    arm_or_not(libc::SIGTERM, Action::DumpAndPassOn);
}

fn handler_that_exits() {
    handle_and_arm(say_and_exit, 0);
    step();
    raise(libc::SIGTERM);
}

fn handler_that_returns() {
    handle_and_arm(say, libc::SA_RESTART);
    for _ in 0..2 {
        step();
        raise(libc::SIGTERM);
    }
    step();
}

fn handler_once() {
    handle_and_arm(say, libc::SA_RESETHAND);
    for _ in 0..2 {
        step();
        raise(libc::SIGTERM);
    }
    println!("not to be reached");
}

fn ignored() {
    // SAFETY: no handler is called.
    unsafe { libc::signal(libc::SIGHUP, libc::SIG_IGN) };
    arm_or_not(libc::SIGHUP, Action::DumpAndPassOn);
    step();
    raise(libc::SIGHUP);
    step();
    println!("still here");
}

fn disarmed() {
    arm_or_not(libc::SIGTERM, Action::DumpAndPassOn);
    disarm(libc::SIGTERM).expect("what was armed can be disarmed");
    step();
    raise(libc::SIGTERM);
}
