//! Armed before `main` as `cargo livecov` does it, and then with a handler of its own, of the kind that the last argument
//! names. What is printed is the same with and without.

include!(concat!(env!("OUT_DIR"), "/coverage.rs"));

use std::env;
use std::process::{Command, exit};
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;

livecov_rt::__abi_v1::arm_what_ends!();

const USAGE: i32 = 2;
const KINDS: [(&str, fn()); 14] = [
    ("query", query),
    ("graceful", graceful),
    ("signal", by_signal),
    ("restore", || handled_by(restore)),
    ("to-default", || handled_by(to_default)),
    ("to-default-by-signal", || handled_by(to_default_by_signal)),
    ("once", once),
    ("set-back", set_back),
    ("past", || graceful_past(polite)),
    ("past-of-one-argument", || graceful_past(polite_of_one_argument)),
    ("past-once", past_once),
    ("past-fault", past_fault),
    ("fault", fault),
    ("children", children),
];

fn main() {
    cov!(handlers_main, 0);
    let name = env::args().nth(1).unwrap_or_default();
    let Some((_, kind)) = KINDS.into_iter().find(|(known, _)| *known == name) else { exit(USAGE) };
    kind();
}

fn sends_signal() {
    cov!(sends_signal, 0);
}

fn after_signal() {
    cov!(after_signal, 0);
}

fn raise(signal: i32) {
    // SAFETY: sends a signal to this thread.
    unsafe { libc::raise(signal) };
}

type Handler = extern "C" fn(i32, *mut libc::siginfo_t, *mut libc::c_void);
type Sigaction = unsafe extern "C" fn(i32, *const libc::sigaction, *mut libc::sigaction) -> i32;

unsafe extern "C" {
    /// The C library's `sigaction` under its second name: what another image calls by the first.
    fn __sigaction(signal: i32, new: *const libc::sigaction, old: *mut libc::sigaction) -> i32;
}

fn zeroed() -> libc::sigaction {
    // SAFETY: all zeros are the default action.
    unsafe { std::mem::zeroed() }
}

fn action(handler: libc::sighandler_t, flags: i32) -> libc::sigaction {
    let mut action = zeroed();
    action.sa_sigaction = handler;
    action.sa_flags = flags;
    action
}

fn address(handler: Handler) -> libc::sighandler_t {
    handler as *const () as libc::sighandler_t
}

/// Installs a handler and remembers the one before it.
fn install(sigaction: Sigaction, signal: i32, handler: Handler, flags: i32) -> libc::sighandler_t {
    let (new, mut old) = (action(address(handler), libc::SA_SIGINFO | flags), zeroed());
    // SAFETY: the handlers here do what handlers may.
    assert_eq!(unsafe { sigaction(signal, &raw const new, &raw mut old) }, 0);
    BEFORE.store(old.sa_sigaction, Relaxed);
    old.sa_sigaction
}

fn name(handler: libc::sighandler_t) -> &'static str {
    match handler {
        libc::SIG_DFL => "default",
        libc::SIG_IGN => "ignored",
        _ => "handled",
    }
}

static BEFORE: AtomicUsize = AtomicUsize::new(0);
static CALLS: AtomicUsize = AtomicUsize::new(0);

/// Calls the handler before it.
extern "C" fn polite(signal: i32, info: *mut libc::siginfo_t, context: *mut libc::c_void) {
    CALLS.fetch_add(1, Relaxed);
    let before = BEFORE.load(Relaxed);
    if name(before) == "handled" {
        // SAFETY: the address is that of a handler.
        unsafe { std::mem::transmute::<usize, Handler>(before)(signal, info, context) };
    }
}

/// Likewise, and knows of one argument only; what is in the place of the others is nobody's.
extern "C" fn polite_of_one_argument(signal: i32, _: *mut libc::siginfo_t, _: *mut libc::c_void) {
    polite(signal, std::ptr::without_provenance_mut(1), std::ptr::without_provenance_mut(1));
}

/// Gives the signal to who had it before, and sends it again.
extern "C" fn restore(signal: i32, _: *mut libc::siginfo_t, _: *mut libc::c_void) {
    let old = action(BEFORE.load(Relaxed), libc::SA_SIGINFO);
    // SAFETY: the handler is one that there was before.
    unsafe { libc::sigaction(signal, &raw const old, std::ptr::null_mut()) };
    raise(signal);
}

/// Gives the signal to the system, lets it through, and sends it again.
extern "C" fn to_default(signal: i32, _: *mut libc::siginfo_t, _: *mut libc::c_void) {
    let default = zeroed();
    // SAFETY: there is room for the set, which is filled in before it is used.
    unsafe {
        libc::sigaction(signal, &raw const default, std::ptr::null_mut());
        let mut set = std::mem::zeroed();
        libc::sigemptyset(&raw mut set);
        libc::sigaddset(&raw mut set, signal);
        libc::pthread_sigmask(libc::SIG_UNBLOCK, &raw const set, std::ptr::null_mut());
    }
    raise(signal);
    std::process::abort();
}

extern "C" fn to_default_by_signal(signal: i32, _: *mut libc::siginfo_t, _: *mut libc::c_void) {
    // SAFETY: the default action runs no code of this program.
    unsafe { libc::signal(signal, libc::SIG_DFL) };
    raise(signal);
}

fn query() {
    for signal in [libc::SIGTERM, libc::SIGINT, libc::SIGHUP, libc::SIGQUIT, libc::SIGILL, libc::SIGFPE, libc::SIGABRT]
    {
        let mut found = action(1, 1);
        // SAFETY: nothing is changed, and there is room for the answer.
        assert_eq!(unsafe { libc::sigaction(signal, std::ptr::null(), &raw mut found) }, 0);
        println!("{signal} {} {:#x}", name(found.sa_sigaction), found.sa_flags);
    }
    after_signal();
}

fn graceful() {
    println!("{}", name(install(libc::sigaction, libc::SIGTERM, polite, 0)));
    signals_and_on(2);
}

fn signals_and_on(count: usize) {
    for _ in 0..count {
        sends_signal();
        raise(libc::SIGTERM);
    }
    after_signal();
    println!("{} calls", CALLS.load(Relaxed));
}

fn by_signal() {
    // SAFETY: the handler does what handlers may.
    let set = |handler| unsafe { libc::signal(libc::SIGTERM, handler) };
    println!("{}", name(set(address(polite))));
    raise(libc::SIGTERM);
    println!("{} calls, {}", CALLS.load(Relaxed), name(set(libc::SIG_IGN)));
    raise(libc::SIGTERM);
    println!("{}", name(set(libc::SIG_DFL)));
    println!("{}", name(set(libc::SIG_DFL)));
    sends_signal();
    raise(libc::SIGTERM);
    println!("not to be reached");
}

fn handled_by(handler: Handler) {
    println!("{}", name(install(libc::sigaction, libc::SIGTERM, handler, 0)));
    sends_signal();
    raise(libc::SIGTERM);
    println!("not to be reached");
}

/// The second signal finds the default action, of which nobody has a say.
fn once() {
    install(libc::sigaction, libc::SIGTERM, polite, libc::SA_RESETHAND);
    signals_and_on(1);
    raise(libc::SIGTERM);
}

fn set_back() {
    install(libc::sigaction, libc::SIGTERM, polite, 0);
    let default = zeroed();
    for _ in 0..2 {
        let mut old = zeroed();
        // SAFETY: the default action runs no code of this program.
        assert_eq!(unsafe { libc::sigaction(libc::SIGTERM, &raw const default, &raw mut old) }, 0);
        println!("{}", name(old.sa_sigaction));
    }
    sends_signal();
    raise(libc::SIGTERM);
    println!("not to be reached");
}

fn graceful_past(handler: Handler) {
    install(__sigaction, libc::SIGTERM, handler, 0);
    signals_and_on(2);
}

/// When the handler runs, the signal is the system's already.
fn past_once() {
    install(__sigaction, libc::SIGTERM, polite, libc::SA_RESETHAND);
    signals_and_on(1);
    raise(libc::SIGTERM);
    println!("not to be reached");
}

/// A fault that is not the handler's.
extern "C" fn not_mine(signal: i32, info: *mut libc::siginfo_t, context: *mut libc::c_void) {
    if name(BEFORE.load(Relaxed)) == "handled" {
        polite(signal, info, context);
    } else {
        to_default_by_signal(signal, info, context);
    }
}

fn past_fault() {
    install(__sigaction, libc::SIGILL, not_mine, 0);
    sends_signal();
    illegal();
}

fn fault() {
    install(libc::sigaction, libc::SIGILL, not_mine, 0);
    sends_signal();
    illegal();
}

fn illegal() {
    // SAFETY: none: it is a fault.
    #[cfg(target_arch = "x86_64")]
    unsafe {
        std::arch::asm!("ud2")
    };
    // SAFETY: as above.
    #[cfg(target_arch = "aarch64")]
    unsafe {
        std::arch::asm!("udf #0")
    };
}

/// What children that are started find.
fn children() {
    raise(libc::SIGHUP);
    let output = Command::new("grep").args(["SigIgn", "/proc/self/status"]).output().expect("grep");
    print!("{}", String::from_utf8_lossy(&output.stdout));
    after_signal();
}
