//! Counts a known number of hits on several threads, while others take windows: `windows DIRECTORY HITS TAKER...`.
//!
//! What a taker does over and over until all is counted: `dir` takes to the directory; `memory` takes to memory, and
//! writes that to a file; `broken` takes to a writer that fails, and then to one that does not; `clear` takes and writes
//! nothing; `snapshot` and `snapshot-to-memory` write without taking; `signal` sends this process SIGUSR2, which dumps.

include!(concat!(env!("OUT_DIR"), "/coverage.rs"));

use std::io::{self, Write};
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::time::Duration;
use std::{env, fs, process, thread};

const THREADS: usize = 4;
/// Where the units that are hit once begin.
const SINGLE: usize = 40;

static DONE: AtomicBool = AtomicBool::new(false);

fn main() {
    let arguments: Vec<String> = env::args().collect();
    let [_, directory, hits, takers @ ..] = &arguments[..] else { panic!("DIRECTORY HITS TAKER...") };
    let hits: usize = hits.parse().expect("a number");
    let directory = Path::new(directory);
    livecov_rt::signal::arm(libc::SIGUSR2, livecov_rt::signal::Action::Dump).expect("a directory in the environment");
    thread::scope(|scope| {
        let takers: Vec<_> =
            (0..).zip(takers).map(|(number, kind)| scope.spawn(move || take(directory, kind, number))).collect();
        let counters: Vec<_> = (0..THREADS).map(|number| scope.spawn(move || count(number, hits))).collect();
        counters.into_iter().for_each(|thread| thread.join().expect("it counts"));
        DONE.store(true, Release);
        let rounds: Vec<_> = takers.into_iter().map(|thread| thread.join().expect("it takes")).collect();
        println!("{rounds:?}");
    });
}

macro_rules! hit {
    ($function:ident, $times:expr) => {
        for _ in 0..$times {
            cov!($function, 0);
            cov!($function, 1);
            cov!($function, 2);
            cov!($function, 3);
            cov!($function, 4);
            cov!($function, 5);
            cov!($function, 6);
            cov!($function, 7);
        }
    };
}

/// A share of the hits: a part in a function that all threads run, a part in one of the thread's own, and the thread's
/// share of the units that are hit once, spread over the time.
fn count(number: usize, hits: usize) {
    let singles = __coverage::SLAB.0.get(SINGLE..).expect("there are such units");
    let steps = 1_000;
    let times = hits / THREADS / 16 / steps;
    for step in 0..steps {
        hit!(f0, times);
        match number {
            0 => hit!(f1, times),
            1 => hit!(f2, times),
            2 => hit!(f3, times),
            _ => hit!(f4, times),
        }
        for single in singles.iter().skip(number + step * THREADS).step_by(steps * THREADS) {
            single.store(1, Relaxed);
        }
        // So that windows fall between steps, however fast all this is.
        thread::sleep(Duration::from_micros(50));
    }
}

/// Takes windows until all is counted, and once more; gives how many.
fn take(directory: &Path, kind: &str, number: usize) -> usize {
    let mut rounds = 0;
    loop {
        let is_last = DONE.load(Acquire);
        rounds += 1;
        match kind {
            "dir" => livecov_rt::take_counters_dir(directory).expect("a window"),
            "memory" => take_to_memory(directory, number, rounds),
            "broken" => {
                let mut writer = Broken(rounds % 100);
                livecov_rt::take_counters(&mut writer).expect_err("it breaks");
                take_to_memory(directory, number, rounds);
            }
            "clear" => livecov_rt::clear_counters().expect("a window"),
            "snapshot" => livecov_rt::write_counters_dir(directory).expect("a snapshot"),
            "snapshot-to-memory" => livecov_rt::write_counters(&mut Vec::new()).expect("a snapshot"),
            "signal" => {
                // SAFETY: sends this process a signal that is armed.
                unsafe { libc::kill(libc::getpid(), libc::SIGUSR2) };
            }
            other => panic!("unknown taker {other}"),
        }
        if is_last {
            return rounds;
        }
    }
}

/// A window in memory, put into a file of the name that it would have had.
fn take_to_memory(directory: &Path, number: usize, round: usize) {
    let mut window = Vec::new();
    livecov_rt::take_counters(&mut window).expect("a window");
    let hash = livecov_rt::images().first().expect("this program").meta_hash();
    let hash: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    let name = format!("covcounters.{hash}.{}.{}", process::id(), number * 1_000_000_000 + round);
    fs::write(directory.join(name), window).expect("a file");
}

/// Takes so many bytes and fails.
struct Broken(usize);

impl Write for Broken {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let len = bytes.len().min(self.0);
        self.0 -= len;
        if len == 0 { Err(io::Error::other("the writer is broken")) } else { Ok(len) }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
