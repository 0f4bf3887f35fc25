//! Plugins that come and go while the counters are written.

use crate::plugins::Plugin;
use livecov_rt::signal::{Action, arm};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

static IS_OVER: AtomicBool = AtomicBool::new(false);

/// Loads, uses and unloads each of `plugins` `rounds` times, each in a thread of its own, while other threads write the
/// counters and send signals that do. Prints how often the plugins' function was called, and its loop's passes.
pub fn run(rounds: u64, directory: &str, plugins: &[&str]) {
    cov!(churn, 0);
    arm(libc::SIGUSR2, Action::Dump).expect("SIGUSR2 is armed");
    std::thread::scope(|scope| {
        let users: Vec<_> = plugins.iter().map(|path| scope.spawn(move || use_plugin(path, rounds))).collect();
        let writer = scope.spawn(move || until_over(|| livecov_rt::write_counters_dir(directory).expect("a dump")));
        let signaller = scope.spawn(|| {
            until_over(|| {
                // SAFETY: sends a signal to this process.
                assert_eq!(unsafe { libc::kill(libc::getpid(), libc::SIGUSR2) }, 0);
            })
        });
        let passes: Vec<u64> = users.into_iter().map(|user| user.join().expect("a thread that ended well")).collect();
        IS_OVER.store(true, Ordering::SeqCst);
        let [writes, signals] = [writer, signaller].map(|thread| thread.join().expect("a thread that ended well"));
        for (path, passes) in plugins.iter().zip(passes) {
            println!("{path} {rounds} {passes}");
        }
        println!("writes {writes} {signals}");
    });
}

fn use_plugin(path: &str, rounds: u64) -> u64 {
    let mut passes = 0;
    for round in 0..rounds {
        cov!(use_plugin, 0);
        let plugin = Plugin::load(path);
        plugin.run(round % 7);
        passes += round % 7;
    }
    passes
}

fn until_over(mut work: impl FnMut()) -> u64 {
    let mut count = 0;
    while !IS_OVER.load(Ordering::SeqCst) {
        work();
        count += 1;
        std::thread::sleep(Duration::from_micros(500));
    }
    count
}
