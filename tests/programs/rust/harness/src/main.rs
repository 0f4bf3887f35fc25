//! Calls the runtime's API as `-tp TESTPOINT -o OUTDIR` asks, as the harness of Go's `TestCoverageApis` does. Outcomes
//! go to standard output, a line each; what is left behind in OUTDIR is for the tests to look at.

include!(concat!(env!("OUT_DIR"), "/coverage.rs"));

mod calls;
mod failing;
mod full;
mod points;
mod slab;
mod streams;

use std::path::{Path, PathBuf};
use std::process::exit;

const USAGE: i32 = 2;

/// A test point: what it does, given OUTDIR.
type Point = fn(&Path);

const POINTS: [(&str, Point); 24] = [
    ("nothing", points::nothing),
    ("calls", calls::calls),
    ("emitToDir", points::emit_to_dir),
    ("emitToWriter", streams::emit_to_writer),
    ("emitToNonexistentDir", calls::emit_to_nonexistent_dir),
    ("emitToUnwritableDir", calls::emit_to_unwritable_dir),
    ("emitToFailingWriter", failing::emit_to_failing_writer),
    ("emitToFailingSink", failing::emit_to_failing_sink),
    ("emitToFullDisk", full::emit_to_full_disk),
    ("exitWithFullDisk", full::exit_with_full_disk),
    ("emitWithCounterClear", points::emit_with_counter_clear),
    ("takeCounters", points::take_counters),
    ("takeCountersToWriter", streams::take_counters_to_writer),
    ("baseline", points::baseline),
    ("baselineToWriter", streams::baseline_to_writer),
    ("label", points::label),
    ("images", streams::images),
    ("markWritten", points::mark_written),
    ("snapshots", points::snapshots),
    ("crowd", points::crowd),
    ("chdir", points::chdir),
    ("strayWrite", slab::stray_write),
    ("saturation", slab::saturation),
    ("exit", points::exit_with_status),
];

fn main() {
    cov!(main, 0);
    let (name, directory) = flags();
    let Some((_, point)) = POINTS.iter().find(|(point, _)| *point == name) else { usage() };
    point(&directory);
    at_the_end();
}

fn at_the_end() {
    cov!(at_the_end, 0);
}

/// The values of `-tp` and `-o`; other arguments are there to be written down.
fn flags() -> (String, PathBuf) {
    let (mut point, mut directory) = (None, None);
    let mut args = std::env::args_os().skip(1);
    while let Some(arg) = args.next() {
        if arg == "-tp" {
            point = args.next().and_then(|value| value.into_string().ok());
        } else if arg == "-o" {
            directory = args.next();
        }
    }
    match (point, directory) {
        (Some(point), Some(directory)) => (point, directory.into()),
        _ => usage(),
    }
}

fn usage() -> ! {
    eprintln!("harness -tp TESTPOINT -o OUTDIR");
    exit(USAGE)
}
