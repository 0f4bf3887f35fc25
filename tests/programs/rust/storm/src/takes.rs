//! A handler in the middle of a take, on the same thread.

use crate::hooks::{HANDLED, SIGNALS, name_thread, wrap};
use livecov_rt::signal::{Action, arm};
use std::sync::atomic::{AtomicBool, Ordering};

static IS_OVER: AtomicBool = AtomicBool::new(false);

/// Takes again and again, while another thread sends this one signals until it has handled `count` of them.
pub fn run(count: u64) {
    cov!(takes, 0);
    let signal = SIGNALS[1];
    name_thread(0);
    arm(signal, Action::Dump).expect("SIGUSR2 is armed");
    wrap(signal);
    let directory = std::env::var("LIVECOV_DIR").expect("a directory");
    // SAFETY: takes no argument.
    let target = unsafe { libc::pthread_self() };
    let sender = std::thread::spawn(move || {
        name_thread(1);
        for sent in 0..count {
            while (HANDLED[0][1].load(Ordering::SeqCst) as u64) < sent {
                std::thread::yield_now();
            }
            // SAFETY: the thread is the main thread, which joins this one.
            assert_eq!(unsafe { libc::pthread_kill(target, signal) }, 0);
        }
        IS_OVER.store(true, Ordering::SeqCst);
    });
    let (mut passes, mut takes) = (0u64, 0u64);
    while !IS_OVER.load(Ordering::SeqCst) {
        for _ in 0..7 {
            cov!(takes, 1);
            passes += 1;
        }
        livecov_rt::take_counters_dir(&directory).expect("a take");
        takes += 1;
    }
    sender.join().expect("the sender");
    while (HANDLED[0][1].load(Ordering::SeqCst) as u64) < count {
        std::thread::yield_now();
    }
    println!("passes {passes}\ntakes {takes}\nhandled {count}");
}
