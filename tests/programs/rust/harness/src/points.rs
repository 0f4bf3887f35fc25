//! Test points that write to directories.

use crate::calls::report;
use livecov_rt::{Baseline, clear_counters, set_label, take_counters_dir, write_counters_dir, write_meta_dir};
use std::path::{Path, PathBuf};

/// As many snapshots as made a run of LLVM's runtime count 2^20.
const SNAPSHOTS: usize = 20;

/// A directory of its own below `directory`.
pub fn below(directory: &Path, name: &str) -> PathBuf {
    let path = directory.join(name);
    std::fs::create_dir_all(&path).expect("a new directory");
    path
}

pub fn nothing(_: &Path) {
    cov!(nothing, 0);
}

pub fn exit_with_status(_: &Path) {
    cov!(exit_with_status, 0);
    std::process::exit(7);
}

pub fn emit_to_dir(directory: &Path) {
    cov!(emit_to_dir, 0);
    report("write_meta_dir", write_meta_dir(directory));
    report("write_counters_dir", write_counters_dir(directory));
}

pub fn emit_with_counter_clear(directory: &Path) {
    pre_clear();
    report("clear_counters", clear_counters());
    post_clear();
    report("write_meta_dir", write_meta_dir(directory));
    report("write_counters_dir", write_counters_dir(directory));
}

fn pre_clear() {
    cov!(pre_clear, 0);
}

fn post_clear() {
    cov!(post_clear, 0);
}

pub fn take_counters(directory: &Path) {
    for number in 1..=2 {
        for _ in 0..number {
            in_every_window();
        }
        report("take_counters_dir", take_counters_dir(below(directory, &format!("window{number}"))));
    }
    for _ in 0..4 {
        in_every_window();
    }
}

/// Runs once in the first window, twice in the second, and four times thereafter.
fn in_every_window() {
    cov!(in_every_window, 0);
}

pub fn baseline(directory: &Path) {
    before_baseline();
    let first = Baseline::new();
    since_first_baseline();
    let second = Baseline::new();
    since_second_baseline();
    since_second_baseline();
    for (name, baseline) in [("first", &first), ("second", &second)] {
        match baseline {
            Ok(baseline) => report(name, baseline.write_counters_dir(below(directory, name))),
            Err(error) => println!("{name}: {error}"),
        }
    }
}

fn before_baseline() {
    cov!(before_baseline, 0);
}

fn since_first_baseline() {
    cov!(since_first_baseline, 0);
}

fn since_second_baseline() {
    cov!(since_second_baseline, 0);
}

pub fn label(directory: &Path) {
    cov!(label, 0);
    for (folder, label) in [("named", "phase one"), ("longest", &"l".repeat(livecov_rt::MAX_LABEL_LEN)), ("none", "")] {
        report("set_label", set_label(label));
        report(folder, write_counters_dir(below(directory, folder)));
    }
    report("too long", set_label(&"l".repeat(livecov_rt::MAX_LABEL_LEN + 1)));
}

pub fn mark_written(directory: &Path) {
    cov!(mark_written, 0);
    report("write_counters_dir", write_counters_dir(directory));
    livecov_rt::mark_written();
}

pub fn snapshots(directory: &Path) {
    once();
    // Where the last emission goes too, if there is one.
    let directory = std::env::var_os("LIVECOV_DIR").map_or(directory.to_owned(), PathBuf::from);
    for _ in 0..SNAPSHOTS {
        report("write_counters_dir", write_counters_dir(&directory));
    }
}

fn once() {
    cov!(once, 0);
}

pub fn chdir(_: &Path) {
    cov!(chdir, 0);
    std::env::set_current_dir("/").expect("the root directory");
}

/// More threads than the runtime has large buffers for, all writing at once.
pub fn crowd(directory: &Path) {
    const THREADS: usize = 8;
    const ROUNDS: usize = 150;
    once();
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                for _ in 0..ROUNDS {
                    report("write_counters_dir", write_counters_dir(directory));
                }
            });
        }
    });
}
