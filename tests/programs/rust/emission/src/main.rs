//! Times the emission of a million units: `emission DIRECTORY functions|spread ROUNDS`. Prints what was timed and its
//! nanoseconds, a line for each call.

include!(concat!(env!("OUT_DIR"), "/coverage.rs"));

use std::path::Path;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Instant;
use std::{env, fs, hint, io};

const FUNCTIONS: usize = 20_000;
const UNITS: usize = 50;

fn main() {
    let arguments: Vec<String> = env::args().collect();
    let [_, directory, layout, rounds] = &arguments[..] else { panic!("DIRECTORY functions|spread ROUNDS") };
    let directory = Path::new(directory);
    hit(layout);
    livecov_rt::signal::arm(libc::SIGUSR2, livecov_rt::signal::Action::Dump).expect("a directory in the environment");
    livecov_rt::write_meta_dir(directory).expect("the meta file");
    // Touched by the first round, as LLVM's is.
    let mut memory = Vec::new();
    for _ in 0..rounds.parse().expect("a number") {
        time("file", || livecov_rt::write_counters_dir(directory).expect("a counter file"));
        forget(directory);
        time("signal", || {
            // SAFETY: sends this thread a signal that is armed.
            unsafe { libc::raise(libc::SIGUSR2) };
        });
        forget(directory);
        memory.clear();
        time("memory", || livecov_rt::write_counters(&mut memory).expect("a counter file in memory"));
        time("read", || {
            let sum: u64 = __coverage::SLAB.0.iter().map(|counter| u64::from(counter.load(Relaxed) != 0)).sum();
            hint::black_box(sum);
        });
    }
    time("take", || livecov_rt::take_counters_dir(directory).expect("a counter file"));
    forget(directory);
    hit(layout);
    time("take again", || livecov_rt::take_counters_dir(directory).expect("a counter file"));
    forget(directory);
    hit(layout);
    livecov_rt::take_counters(&mut Refusing).expect_err("a writer that refuses");
    for _ in 0..3 {
        memory.clear();
        time("held", || livecov_rt::write_counters(&mut memory).expect("a counter file in memory"));
    }
    time("clear", || livecov_rt::clear_counters().expect("cleared"));
    hit(layout);
}

/// After a take that failed, what ran is held beside the slab.
struct Refusing;

impl io::Write for Refusing {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::Other.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A tenth of the units: all of every tenth function, or five of each function.
fn hit(layout: &str) {
    for function in 0..FUNCTIONS {
        let units = match layout {
            "functions" if function % 10 == 0 => 0..UNITS,
            "functions" => 0..0,
            "spread" => 0..UNITS / 10,
            other => panic!("unknown layout {other}"),
        };
        for unit in units {
            let place = if layout == "spread" { unit * 10 + 3 } else { unit };
            __coverage::SLAB.0[function * UNITS + place].fetch_add(1, Relaxed);
        }
    }
}

fn time(what: &str, work: impl FnOnce()) {
    let start = Instant::now();
    work();
    println!("{what} {}", start.elapsed().as_nanos());
}

/// Removes counter files, so that memory is not filled with them; the last stays for who checks it.
fn forget(directory: &Path) {
    let mut files: Vec<_> =
        fs::read_dir(directory).expect("the directory").flatten().map(|entry| entry.path()).collect();
    files.retain(|file| file.file_name().is_some_and(|name| name.to_string_lossy().starts_with("covcounters.")));
    for file in files {
        fs::remove_file(file).expect("a file of ours");
    }
}
