//! Windows are exact: whatever threads count while others take, each hit is in one window, and in no other.

use livecov_format::decode::{CounterFile, Records};
use livecov_tests::command::capture_within;
use livecov_tests::files;
use livecov_tests::rust::{Mode, Profile, program, recorded};
use livecov_tests::tool::Tool;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

/// In all of a run: a hundred million.
const MANY: usize = 100_000_000;
/// Enough where what is taken matters more than how much.
const SOME: usize = 8_000_000;
/// Hits of each of the eight units: of the function that all threads run, and of each thread's own.
const SHARED_UNITS: usize = 8;
const THREADS: usize = 4;

/// Function and unit.
type Place = (usize, usize);
/// Instance and epoch.
type Key = (Vec<u8>, Vec<u8>);

/// A directory in memory where there is one.
fn directory() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    let place = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
    tempfile::Builder::new().prefix("livecov-windows").tempdir_in(place).expect("a directory")
}

fn run(mode: Mode, directory: &Path, hits: usize, takers: &[&str]) {
    let mut command = recorded(&program("windows", mode, Profile::Release), directory);
    command.arg(directory).arg(hits.to_string()).args(takers);
    let outcome = capture_within(Duration::from_mins(3), &mut command).quiet();
    println!("{mode:?} {takers:?}: {} takes", outcome.stdout_text().trim());
}

/// The counts of all windows together, by function and unit.
fn totals(directory: &Path) -> BTreeMap<Place, u64> {
    Tool::Ours.run(&["percent", &format!("-i={}", directory.display()), "--strict"]).exits(0);
    let mut windows: BTreeMap<Key, BTreeMap<Place, u64>> = BTreeMap::new();
    each_file(directory, |key, function, unit, count| {
        let greatest = windows.entry(key.clone()).or_default().entry((function, unit)).or_default();
        *greatest = (*greatest).max(u64::from(count));
    });
    let mut totals = BTreeMap::new();
    for ((function, unit), count) in windows.into_values().flatten() {
        *totals.entry((function, unit)).or_default() += count;
    }
    totals
}

/// Calls `visit` with instance and epoch, function, unit and count of every counter of every file.
fn each_file(directory: &Path, mut visit: impl FnMut(&Key, usize, usize, u32)) {
    let mut records = Records::default();
    for path in files::counter_files(directory) {
        let bytes = files::read(&path);
        let file = CounterFile::parse(&bytes).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let segment = &file.segments[0];
        let argument = |name: &str| {
            let found = segment.args.iter().find(|(key, _)| *key == name.as_bytes());
            found.unwrap_or_else(|| panic!("{} has no {name}", path.display())).1.to_vec()
        };
        let key = (argument("livecov.instance"), argument("livecov.epoch"));
        segment.decode(&mut records).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        for (record, counters) in records.iter() {
            for (unit, count) in counters.iter().enumerate().filter(|(_, count)| **count != 0) {
                visit(&key, record.function as usize, unit, *count);
            }
        }
    }
}

/// Every unit that is hit over and over has all of its hits.
#[track_caller]
fn assert_exact(directory: &Path, hits: usize) {
    let totals = totals(directory);
    let each = (hits / THREADS / 16 / 1_000 * 1_000) as u64;
    for unit in 0..SHARED_UNITS {
        assert_eq!(totals.get(&(0, unit)), Some(&(each * THREADS as u64)), "unit {unit} of all threads");
        for function in 1..=THREADS {
            assert_eq!(totals.get(&(function, unit)), Some(&each), "unit {unit} of thread {function}");
        }
    }
    let singles = totals.iter().filter(|((function, _), _)| *function > THREADS);
    assert_eq!(singles.clone().count(), 400_000);
    assert!(singles.into_iter().all(|(_, count)| *count == 1), "a unit that was hit once counts once");
}

#[test]
fn a_hundred_million_hits_in_atomic_mode() {
    let directory = directory();
    run(Mode::Atomic, directory.path(), MANY, &["dir"]);
    assert_exact(directory.path(), MANY);
}

#[test]
fn every_way_of_taking_in_atomic_mode() {
    for takers in [&["memory"][..], &["broken"], &["dir", "memory"], &["dir", "snapshot", "signal"], &["broken", "dir"]]
    {
        let directory = directory();
        run(Mode::Atomic, directory.path(), SOME, takers);
        assert_exact(directory.path(), SOME);
    }
}

/// In `count` mode threads may lose each other's hits, but not to windows: those of one thread are exact.
#[test]
fn one_thread_alone_is_exact_in_count_mode() {
    let directory = directory();
    run(Mode::Count, directory.path(), SOME, &["dir", "snapshot", "signal"]);
    let totals = totals(directory.path());
    let each = (SOME / THREADS / 16 / 1_000 * 1_000) as u64;
    for unit in 0..SHARED_UNITS {
        for function in 1..=THREADS {
            assert_eq!(totals.get(&(function, unit)), Some(&each), "unit {unit} of thread {function}");
        }
    }
}

/// Each of 400,000 units is hit once: it must be in exactly one window.
#[test]
fn no_hit_is_lost_in_set_mode() {
    for takers in [&["dir"][..], &["memory"], &["dir", "dir"], &["broken"], &["dir", "snapshot", "signal"]] {
        let directory = directory();
        run(Mode::Set, directory.path(), SOME, takers);
        let mut windows: BTreeMap<Place, BTreeSet<Key>> = BTreeMap::new();
        each_file(directory.path(), |key, function, unit, count| {
            assert_eq!(count, 1);
            if function > THREADS {
                windows.entry((function, unit)).or_default().insert(key.clone());
            }
        });
        assert_eq!(windows.len(), 400_000, "{takers:?}");
        assert!(windows.values().all(|windows| windows.len() == 1), "{takers:?}: a hit is in two windows");
        let used: BTreeSet<_> = windows.values().flatten().collect();
        assert!(used.len() > 5, "{takers:?}: only {} windows have hits", used.len());
    }
}

/// Takes that follow one another without end leave room for who only reads, and go on themselves.
#[test]
fn snapshots_get_through_among_takes() {
    for mode in [Mode::Set, Mode::Atomic] {
        let directory = directory();
        run(mode, directory.path(), SOME, &["clear", "clear", "snapshot", "snapshot-to-memory"]);
        Tool::Ours.run(&["percent", &format!("-i={}", directory.path().display()), "--strict"]).exits(0);
    }
}
