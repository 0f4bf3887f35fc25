//! Threads that allocate, log, panic and load libraries, under signals.

use crate::hooks::{HANDLED, SIGNALS, deepest, name_thread, wrap};
use crate::stack::Stack;
use livecov_rt::signal::{Action, arm};
use std::collections::HashMap;
use std::ffi::CString;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicUsize, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::time::{Duration, Instant};

static IS_OVER: AtomicBool = AtomicBool::new(false);
static COMPLAINTS: AtomicI32 = AtomicI32::new(2);
static LONGEST_UNLOAD: AtomicUsize = AtomicUsize::new(0);

/// Where to complain.
pub fn complaints() -> i32 {
    COMPLAINTS.load(Ordering::Relaxed)
}

/// What a thread did.
struct Done {
    what: &'static str,
    count: u64,
    stack: usize,
}

/// Sends `total` signals to the threads in turn, each when the one before it on that thread was handled. With
/// `is_nested` two signals are armed, so that one interrupts the handler of the other.
pub fn storm(total: u64, is_nested: bool, plugins: &[&str]) {
    cov!(storm, 0);
    name_thread(usize::MAX);
    let result = silence();
    for signal in SIGNALS {
        arm(signal, Action::Dump).expect("the signal is armed");
        wrap(signal);
    }
    let (ready, threads) = channel();
    let mut workers = Vec::new();
    let mut start = |work: fn(&str) -> (&'static str, u64), argument: &str| {
        let (number, ready, argument) = (workers.len(), ready.clone(), argument.to_owned());
        workers.push(std::thread::spawn(move || worker(number, &ready, || work(&argument))));
    };
    for _ in 0..2 {
        start(allocate, "");
        start(log, "");
        start(panic_and_catch, "");
    }
    for plugin in plugins {
        let is_broken = plugin.contains("broken");
        start(if is_broken { fail_to_load } else { load_and_unload }, plugin);
    }
    let mut targets: Vec<_> = workers.iter().map(|_| threads.recv().expect("a thread that started")).collect();
    targets.sort_unstable();
    send(total, is_nested, &targets);
    IS_OVER.store(true, Ordering::SeqCst);
    let mut text = String::new();
    let mut stack = 0;
    for worker in workers {
        let done = worker.join().expect("a thread that ended well");
        text += &format!("{} {}\n", done.what, done.count);
        stack = stack.max(done.stack);
    }
    let handled: usize = HANDLED.iter().flatten().map(|count| count.load(Ordering::SeqCst)).sum();
    text += &format!("handled {handled}\ndeepest {}\nstack {stack}\n", deepest());
    text += &format!("unload-us {}\n", LONGEST_UNLOAD.load(Ordering::SeqCst));
    // SAFETY: the text's pointer and length.
    assert_eq!(unsafe { libc::write(result, text.as_ptr().cast(), text.len()) }, text.len() as isize);
}

/// Standard output and error go nowhere; gives another number of the former, and keeps one of the latter.
fn silence() -> i32 {
    // SAFETY: numbers of the process's own descriptors, and a C string.
    unsafe {
        let result = libc::dup(1);
        COMPLAINTS.store(libc::dup(2), Ordering::Relaxed);
        let nowhere = libc::open(c"/dev/null".as_ptr(), libc::O_WRONLY);
        libc::dup2(nowhere, 1);
        libc::dup2(nowhere, 2);
        result
    }
}

fn worker(number: usize, ready: &Sender<(usize, libc::pthread_t)>, work: impl FnOnce() -> (&'static str, u64)) -> Done {
    name_thread(number);
    let stack = Stack::install();
    // SAFETY: takes no argument.
    ready.send((number, unsafe { libc::pthread_self() })).expect("the main thread");
    let (what, count) = work();
    Done { what, count, stack: stack.used() }
}

fn send(total: u64, is_nested: bool, targets: &[(usize, libc::pthread_t)]) {
    /// A handler that takes longer hangs.
    const PATIENCE: Duration = Duration::from_secs(30);
    let mut sent = vec![[0; 2]; targets.len()];
    for (round, (number, thread)) in (0..total).zip(targets.iter().cycle()) {
        let which = if is_nested { usize::from(round / targets.len() as u64 % 2 == 1) } else { 1 };
        let start = Instant::now();
        while HANDLED[*number][which].load(Ordering::SeqCst) < sent[*number][which] {
            assert!(start.elapsed() < PATIENCE, "thread {number} is stuck");
            std::thread::yield_now();
        }
        // SAFETY: the thread is joined after this only.
        assert_eq!(unsafe { libc::pthread_kill(*thread, SIGNALS[which]) }, 0);
        sent[*number][which] += 1;
    }
    // A thread may have blocked its signals for good by the time that it is joined.
    for (number, _) in targets {
        for (which, sent) in sent[*number].iter().enumerate() {
            let start = Instant::now();
            while HANDLED[*number][which].load(Ordering::SeqCst) < *sent {
                assert!(start.elapsed() < PATIENCE, "thread {number} is stuck");
                std::thread::yield_now();
            }
        }
    }
}

fn until_over(mut work: impl FnMut(u64)) -> u64 {
    let mut count = 0;
    while !IS_OVER.load(Ordering::Relaxed) {
        work(count);
        count += 1;
    }
    count
}

fn allocate(_: &str) -> (&'static str, u64) {
    let mut map = HashMap::new();
    let count = until_over(|round| {
        cov!(allocate, 0);
        let grown: Vec<u64> = (0..round % 300).collect();
        map.insert(round % 50, grown);
        if round % 77 == 0 {
            map = HashMap::new();
        }
    });
    ("allocate", count)
}

fn log(_: &str) -> (&'static str, u64) {
    let count = until_over(|round| {
        cov!(log, 0);
        println!("round {round}");
        eprintln!("round {round}, {:?}", Some("more"));
    });
    ("log", count)
}

fn panic_and_catch(_: &str) -> (&'static str, u64) {
    let count = until_over(|round| {
        cov!(panic_and_catch, 0);
        let caught = std::panic::catch_unwind(|| {
            let message = format!("round {round}");
            std::panic::panic_any(message);
        });
        assert!(caught.is_err());
    });
    ("panic", count)
}

fn load_and_unload(path: &str) -> (&'static str, u64) {
    let path = CString::new(path).expect("a path");
    let count = until_over(|round| {
        cov!(load_and_unload, 0);
        // SAFETY: the plugin's function has this type, and is not called after the plugin is closed.
        unsafe {
            let plugin = libc::dlopen(path.as_ptr(), libc::RTLD_NOW);
            assert!(!plugin.is_null());
            let run: extern "C" fn(u64) -> u64 = std::mem::transmute(libc::dlsym(plugin, c"plugin_run".as_ptr()));
            run(round % 3);
            let start = Instant::now();
            assert_eq!(libc::dlclose(plugin), 0);
            let micros = usize::try_from(start.elapsed().as_micros()).unwrap_or(usize::MAX);
            LONGEST_UNLOAD.fetch_max(micros, Ordering::SeqCst);
        }
    });
    ("load", count)
}

fn fail_to_load(path: &str) -> (&'static str, u64) {
    let path = CString::new(path).expect("a path");
    let count = until_over(|_| {
        cov!(fail_to_load, 0);
        // SAFETY: a C string; the library has no initialisers of its own.
        assert!(unsafe { libc::dlopen(path.as_ptr(), libc::RTLD_NOW) }.is_null());
    });
    ("fail", count)
}
