//! What signals do that are armed one by one.

use crate::ends::End;
use livecov_rt::signal::{Action, arm, disarm};
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicBool, AtomicUsize};

pub const ENDS: [End; 12] = [
    ("dumps-then-term", dumps_then_term),
    ("dump-then-kill", dump_then_kill),
    ("handler-that-exits", handler_that_exits),
    ("handler-that-returns", handler_that_returns),
    ("handler-in-a-take", handler_in_a_take),
    ("handler-once", handler_once),
    ("ignored", ignored),
    ("disarmed", disarmed),
    ("armed-again", armed_again),
    ("armed-too-often", armed_too_often),
    ("armed-while-handled", armed_while_handled),
    ("disarmed-below", disarmed_below),
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

/// Takes what it is given once a signal has come.
struct Interrupted;

impl std::io::Write for Interrupted {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        for _ in 0..4 {
            step();
        }
        raise(libc::SIGTERM);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The program goes on, and so does the take that the signal has come into.
fn handler_in_a_take() {
    handle_and_arm(say, 0);
    for _ in 0..3 {
        step();
    }
    if livecov_rt::take_counters(&mut Interrupted).is_err() {
        // Without counters there is nothing to take.
        let written = std::io::Write::write(&mut Interrupted, b"");
        assert!(written.is_ok());
    }
    for _ in 0..2 {
        step();
    }
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

static CALLS: AtomicUsize = AtomicUsize::new(0);
/// What the handlers below were put over.
static BEFORE: AtomicUsize = AtomicUsize::new(libc::SIG_DFL);

/// Calls the handler before it, as polite handlers do; `N` makes them differ.
extern "C" fn polite<const N: usize>(signal: i32, info: *mut libc::siginfo_t, context: *mut libc::c_void) {
    CALLS.fetch_add(1, Relaxed);
    let before = BEFORE.load(Relaxed);
    if before != libc::SIG_DFL && before != libc::SIG_IGN {
        // SAFETY: the address is that of a handler of three arguments.
        unsafe { std::mem::transmute::<usize, Handler>(before)(signal, info, context) };
    }
}

/// Puts a handler over the one there is, and gives that.
fn put_over(handler: Handler) -> libc::sighandler_t {
    // SAFETY: as in `handle_and_arm`.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        let mut before: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = handler as *const () as libc::sighandler_t;
        action.sa_flags = libc::SA_SIGINFO;
        assert_eq!(libc::sigaction(libc::SIGTERM, &raw const action, &raw mut before), 0);
        before.sa_sigaction
    }
}

/// The handler over ours calls ours, which is then put over it: each is called once, and the program goes on.
fn armed_again() {
    arm_or_not(libc::SIGTERM, Action::DumpAndPassOn);
    BEFORE.store(put_over(polite::<0>), Relaxed);
    for _ in 0..3 {
        arm_or_not(libc::SIGTERM, Action::DumpAndPassOn);
    }
    for _ in 0..2 {
        step();
        raise(libc::SIGTERM);
    }
    step();
    println!("{} calls", CALLS.load(Relaxed));
}

fn armed_too_often() {
    const HANDLERS: [Handler; 9] = [
        polite::<0>,
        polite::<1>,
        polite::<2>,
        polite::<3>,
        polite::<4>,
        polite::<5>,
        polite::<6>,
        polite::<7>,
        polite::<8>,
    ];
    let mut refused = 0;
    for round in 0..3 {
        for (number, handler) in HANDLERS.into_iter().enumerate() {
            // Not to be called: such a chain would have no end, with or without ours.
            let _ = put_over(handler);
            let armed = arm(libc::SIGTERM, Action::DumpAndPassOn);
            let is_known = livecov_rt::is_instrumented() && number < 8;
            assert_eq!(armed.is_ok(), is_known, "{round} {number} {armed:?}");
            refused += usize::from(matches!(armed, Err(livecov_rt::Error::TooManyHandlers)));
            step();
            raise(libc::SIGTERM);
        }
    }
    assert_eq!(refused, if livecov_rt::is_instrumented() { 3 } else { 0 });
    println!("{} calls", CALLS.load(Relaxed));
}

/// Arms and disarms over handlers that change, while signals come without end: each finds a handler as it was given.
fn armed_while_handled() {
    const SIGNALS: usize = 300;
    let _ = put_over(polite::<0>);
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !is_over.load(Relaxed) {
                arm_or_not(libc::SIGTERM, Action::DumpAndPassOn);
                disarm(libc::SIGTERM).expect("what was armed can be disarmed");
                let _ = put_over(polite::<1>);
                arm_or_not(libc::SIGTERM, Action::DumpAndPassOn);
                let _ = put_over(polite::<0>);
            }
        });
        for _ in 0..SIGNALS {
            step();
            raise(libc::SIGTERM);
        }
        is_over.store(true, Relaxed);
    });
    println!("{} calls", CALLS.load(Relaxed));
}

/// A handler is put over ours, ours is disarmed, and then the other one gives back what it found.
fn disarmed_below() {
    arm_or_not(libc::SIGTERM, Action::DumpAndPassOn);
    BEFORE.store(put_over(polite::<0>), Relaxed);
    disarm(libc::SIGTERM).expect("what was armed can be disarmed");
    step();
    raise(libc::SIGTERM);
    println!("{} calls", CALLS.load(Relaxed));
    // SAFETY: the handler is the one that there was before.
    unsafe { libc::signal(libc::SIGTERM, BEFORE.load(Relaxed)) };
    raise(libc::SIGTERM);
    println!("not to be reached");
}
