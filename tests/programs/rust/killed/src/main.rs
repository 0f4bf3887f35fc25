//! Writes its counters over and over until it is killed: `killed DIRECTORY`.

include!(concat!(env!("OUT_DIR"), "/coverage.rs"));

use std::sync::atomic::Ordering::Relaxed;

fn main() {
    let directory = std::env::args().nth(1).expect("DIRECTORY");
    for counter in __coverage::SLAB.0.iter().step_by(3) {
        counter.store(1, Relaxed);
    }
    // Whoever waits for this may kill from now on.
    println!("running");
    for round in 0u64.. {
        let written = match round % 3 {
            0 => livecov_rt::take_counters_dir(&directory),
            _ => livecov_rt::write_counters_dir(&directory),
        };
        written.expect("a counter file");
        __coverage::SLAB.0[usize::try_from(round % 50_000).expect("small")].store(1, Relaxed);
    }
}
