//! Ways in which a process ends by itself, or waits to be ended.

use std::hint::black_box;
use std::io::Write;
use std::os::unix::process::CommandExt;
use std::process::{Command, abort, exit};
use std::thread::{sleep, spawn};
use std::time::Duration;

/// A way of ending by the name that the command line has.
pub type End = (&'static str, fn());

pub const ENDS: [End; 16] = [
    ("return", last_step),
    ("exit-in-thread", exit_in_thread),
    ("panic", panic),
    ("panic-in-thread", panic_in_thread),
    ("panic-abort", panic_abort),
    ("abort", || after_last_step(abort)),
    ("wait", wait),
    ("null-write", null_write),
    ("bus", bus),
    ("illegal", illegal),
    ("overflow", overflow),
    ("overflow-in-thread", overflow_in_thread),
    ("_exit", underscore_exit),
    ("quick_exit", quick_exit),
    ("exec", exec),
    ("atexit", atexit),
];

/// How long to wait for what comes from elsewhere, and what to end with if it does not come.
const WAIT: Duration = Duration::from_secs(30);
const NOTHING_CAME: i32 = 99;

pub fn last_step() {
    cov!(last_step, 0);
}

fn after_last_step(end: fn() -> !) {
    last_step();
    end()
}

fn exit_in_thread() {
    last_step();
    spawn(|| exit(3));
    sleep(WAIT);
    exit(NOTHING_CAME);
}

fn panic() {
    last_step();
    panic!("the end");
}

fn panic_in_thread() {
    last_step();
    assert!(spawn(|| panic!("the end of a thread")).join().is_err());
}

/// Unwinding stops here, so that the panic ends the process as it does with `panic = "abort"`.
extern "C" fn cannot_unwind() {
    panic!("the end");
}

fn panic_abort() {
    last_step();
    cannot_unwind();
}

/// Says that it is ready for a signal.
fn wait() {
    last_step();
    println!("ready");
    // There is nothing to do if nobody reads it.
    let _ = std::io::stdout().flush();
    sleep(WAIT);
    exit(NOTHING_CAME);
}

fn null_write() {
    last_step();
    // SAFETY: none: it is a fault, by a single instruction that the compiler cannot reason about.
    #[cfg(target_arch = "x86_64")]
    unsafe {
        std::arch::asm!("mov byte ptr [{null}], 1", null = in(reg) 0usize)
    };
    // SAFETY: as above.
    #[cfg(target_arch = "aarch64")]
    unsafe {
        std::arch::asm!("strb wzr, [{null}]", null = in(reg) 0usize)
    };
}

/// A write to a mapping behind the end of its file.
fn bus() {
    const LEN: usize = 4096;
    last_step();
    // SAFETY: the name ends in NUL; the mapping is new and nobody else's. The write is a fault, and that is wanted.
    unsafe {
        let file = libc::memfd_create(c"empty".as_ptr(), 0);
        let start =
            libc::mmap(std::ptr::null_mut(), LEN, libc::PROT_READ | libc::PROT_WRITE, libc::MAP_SHARED, file, 0);
        assert_ne!(start, libc::MAP_FAILED);
        start.cast::<u8>().write_volatile(1);
    }
}

fn illegal() {
    last_step();
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

/// Deeper than any stack.
fn dive(depth: u64) -> u64 {
    let frame = black_box([depth; 64]);
    if black_box(depth) == u64::MAX { 0 } else { dive(depth + 1) + black_box(frame)[0] }
}

fn overflow() {
    last_step();
    black_box(dive(0));
}

fn overflow_in_thread() {
    last_step();
    let thread = std::thread::Builder::new().name("diver".to_owned()).spawn(|| black_box(dive(0)));
    let _ = thread.expect("a thread").join();
}

fn underscore_exit() {
    last_step();
    // SAFETY: ends the process.
    unsafe { libc::_exit(4) }
}

unsafe extern "C" {
    #[link_name = "quick_exit"]
    fn c_quick_exit(status: i32) -> !;
}

fn quick_exit() {
    last_step();
    // SAFETY: ends the process; no handlers are registered.
    unsafe { c_quick_exit(5) }
}

fn exec() {
    last_step();
    let error = Command::new("/bin/true").exec();
    panic!("{error}");
}

/// What handlers of `atexit` run is before the last emission.
fn atexit() {
    extern "C" fn handler() {
        in_handler();
    }
    // SAFETY: the handler is a function of the program.
    unsafe { libc::atexit(handler) };
    last_step();
}

fn in_handler() {
    cov!(in_handler, 0);
}
