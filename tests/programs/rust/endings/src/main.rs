//! Ends in the way that the last argument names; with `armed` before it, signals write the counters first. The functions
//! `main`, `before_the_end` and `last_step` ran once, 1237 times and once by then.

include!(concat!(env!("OUT_DIR"), "/coverage.rs"));

mod ends;
mod forks;
mod signals;

use livecov_rt::signal::{Action, CRASHES, TERMINATION, arm};
use std::env;
use std::process::exit;

/// A number that no other counter comes to by chance, so that it can be looked for in any file.
const HITS: u32 = 1237;
const USAGE: i32 = 2;

fn main() {
    cov!(main, 0);
    let args: Vec<String> = env::args().skip(1).collect();
    let (is_armed, name) = match args.as_slice() {
        [name] => (false, name),
        [armed, name] if armed == "armed" => (true, name),
        _ => exit(USAGE),
    };
    if is_armed {
        for signal in TERMINATION.into_iter().chain(CRASHES) {
            // The plain program cannot be armed, and is to do the same otherwise.
            let _ = arm(signal, Action::DumpAndPassOn);
        }
    }
    for _ in 0..HITS {
        before_the_end();
    }
    let known = ends::ENDS.iter().chain(&signals::ENDS).chain(&forks::ENDS);
    let Some((_, end)) = known.into_iter().find(|(known, _)| known == name) else { exit(USAGE) };
    end();
}

fn before_the_end() {
    cov!(before_the_end, 0);
}
