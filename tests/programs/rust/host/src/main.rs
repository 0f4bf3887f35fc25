//! A host that is instrumented like its plugins. The first argument says what to do; the suites `rt_images` and
//! `rt_note` give it.

include!(concat!(env!("OUT_DIR"), "/coverage.rs"));

mod churn;
mod plugins;

use plugins::Plugin;
use std::io::Write;

fn main() {
    cov!(main, 0);
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["churn", rounds, directory, plugins @ ..] => churn::run(number(rounds), directory, plugins),
        ["use", first, second, count] => {
            let [first, second] = [first, second].map(|path| Plugin::load(path));
            first.run(number(count));
            second.run(number(count));
            drop(first);
            second.leave();
        }
        // Writes with plugins loaded, and goes without a farewell.
        ["dump", directory, count, plugins @ ..] => {
            let plugins: Vec<_> = plugins.iter().map(|path| Plugin::load(path)).collect();
            plugins.iter().for_each(|plugin| plugin.run(number(count)));
            livecov_rt::write_counters_dir(directory).expect("the counters are written");
            // SAFETY: ends the process.
            unsafe { libc::_exit(0) }
        }
        ["wait", directory, before, behind] => wait(directory, number(before), number(behind)),
        _ => panic!("what to do?"),
    }
}

fn number(text: &str) -> u64 {
    text.parse().expect("a number")
}

fn work(count: u64) {
    for number in 0..count {
        cov!(work, 0);
        std::hint::black_box(shared::twice(number));
        if number.is_multiple_of(2) {
            cov!(work, 1);
            std::hint::black_box(shared::inlined(number));
        }
    }
}

/// Works, takes if there is something `before`, works again, writes, and waits to be read from outside.
fn wait(directory: &str, before: u64, behind: u64) {
    /// In case that nobody ends the program.
    const SECONDS: u32 = 60;
    // SAFETY: asks for a signal, which ends the program.
    unsafe { libc::alarm(SECONDS) };
    if before > 0 {
        work(before);
        livecov_rt::take_counters_dir(directory).expect("the counters are taken");
    }
    work(behind);
    livecov_rt::write_counters_dir(directory).expect("the counters are written");
    println!("ready");
    std::io::stdout().flush().expect("standard output");
    loop {
        // SAFETY: takes no argument.
        unsafe { libc::pause() };
    }
}
