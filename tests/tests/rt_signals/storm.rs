//! Signals by the thousand.

use crate::{LIMIT, PROFILES, run};
use livecov_tests::paths::text;
use livecov_tests::pods::{Pods, memory_dir, number, run_drained};
use livecov_tests::rust::{Mode, Profile, library, program, recorded};
use std::time::Duration;

/// How many signals instead of the usual number: `ci/soak-signals`.
const COUNT_VARIABLE: &str = "LIVECOV_SOAK_SIGNALS";

/// Threads that allocate, log, panic, load and unload get signals; each must lead to a file that is whole, and the
/// counters must come out exact.
fn storm(profile: Profile, usual_count: u64, is_nested: bool) {
    let soak = std::env::var(COUNT_VARIABLE).ok().map(|count| count.parse::<u64>().expect("a number of signals"));
    let count = soak.unwrap_or(usual_count);
    let limit = LIMIT.max(Duration::from_millis(count * 20));
    let storm = program("storm", Mode::Atomic, profile);
    let plugins = ["plugin-a", "plugin-b"].map(|plugin| library(plugin, Mode::Atomic, profile));
    let dir = memory_dir();
    let mut command = recorded(&storm, dir.path());
    command.args(["storm", &count.to_string(), if is_nested { "nested" } else { "single" }]).args(&plugins);
    let (outcome, pods) = run_drained(limit, &mut command, dir.path());
    let said = outcome.quiet().stdout_text();
    assert_eq!(number(&said, "handled"), count);

    let own = pods.with_package("storm/bin/storm");
    assert_eq!(own.file_count as u64, count + 1, "one for each signal, and one at the end");
    for (function, what) in
        [("allocate", "allocate"), ("log", "log"), ("panic_and_catch", "panic"), ("load_and_unload", "load")]
    {
        assert_eq!(own.counters("storm/bin/storm", function), [number(&said, what)], "{function}: {said}");
    }
    let loads: u64 =
        ["plugin-a", "plugin-b"].map(|path| pods.with_package(path).counters(path, "plugin_run")[0]).iter().sum();
    assert_eq!(loads, number(&said, "load"), "{said}");
    println!("{profile:?}, {} files: {}", pods.file_count(), said.replace('\n', ", "));
}

#[test]
fn signals_at_every_moment() {
    storm(Profile::Release, 4_000, false);
}

#[test]
fn signals_that_interrupt_handlers() {
    storm(Profile::Debug, 1_500, true);
}

/// The storm's program ends where a handler calls the allocator; here one does.
#[test]
fn allocation_in_a_handler_would_be_seen() {
    const ABORTED: Option<i32> = None;
    for what in ["rust", "c"] {
        let outcome = run(Profile::Debug, memory_dir().path(), &["allocate", what]);
        assert_eq!((outcome.status, outcome.complaint().as_str()), (ABORTED, "a handler called the allocator"));
    }
}

/// A handler that dumps interrupts a take on its own thread.
#[test]
fn signals_in_the_middle_of_takes() {
    for profile in PROFILES {
        let dir = memory_dir();
        let storm = program("storm", Mode::Atomic, profile);
        let mut command = recorded(&storm, dir.path());
        let (outcome, pods) = run_drained(LIMIT, command.args(["takes", "2000"]), dir.path());
        let said = outcome.quiet().stdout_text();
        let own = pods.with_package("storm/bin/storm");
        assert_eq!(own.counters("storm/bin/storm", "takes"), [1, number(&said, "passes")]);
        assert_eq!(own.file_count as u64, number(&said, "handled") + number(&said, "takes") + 1);
    }
}

/// [`Pods`] would complain of a file that is cut short.
#[test]
#[should_panic(expected = "a whole counter file")]
fn a_file_cut_short_would_be_seen() {
    let dir = memory_dir();
    run(Profile::Release, dir.path(), &["descriptors", text(dir.path()), text(dir.path())]).quiet();
    let path = livecov_tests::files::counter_files(dir.path()).pop().expect("a counter file");
    livecov_tests::files::edit(&path, |bytes| bytes.truncate(bytes.len() - 1));
    Pods::of(dir.path());
}

/// The loader puts a library on its list before it has relocated it. What a handler finds then is all of the library's
/// packages, or nothing: never some, which would be a pod of its own.
#[test]
fn a_library_that_is_being_loaded_is_whole_or_absent() {
    let storm = program("storm", Mode::Atomic, Profile::Release);
    let crowded = library("crowded", Mode::Atomic, Profile::Release);
    let dir = memory_dir();
    let mut command = recorded(&storm, dir.path());
    let (outcome, pods) = run_drained(LIMIT, command.args(["storm", "1500", "single"]).arg(&crowded), dir.path());
    let said = outcome.quiet().stdout_text();
    let loads = number(&said, "load");
    assert_eq!(pods.with_package("crowded").counters("crowded", "plugin_run"), [loads], "{said}");
    assert_eq!(pods.0.len(), 2, "{said}");
}

/// A library that the loader gives up goes without a word: nothing of it may be touched before it is sure to stay.
#[test]
fn a_library_that_cannot_be_loaded_is_left_alone() {
    let storm = program("storm", Mode::Atomic, Profile::Release);
    let broken = library("broken", Mode::Atomic, Profile::Release);
    let dir = memory_dir();
    let mut command = recorded(&storm, dir.path());
    let (outcome, pods) =
        run_drained(LIMIT, command.args(["storm", "1500", "single"]).args([&broken, &broken]), dir.path());
    let said = outcome.quiet().stdout_text();
    assert!(number(&said, "fail") > 0, "{said}");
    assert_eq!(pods.0.len(), 1, "{said}");
}
