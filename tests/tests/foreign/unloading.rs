//! Libraries that come and go.

use crate::host::{End, Host};
use crate::signals::{load, start, wait_for_files};
use crate::{count, ran};
use libc::{SIGTERM, SIGUSR2};
use livecov_tests::compare::scratch;
use livecov_tests::files::counter_files;
use livecov_tests::pods::{Pods, memory_dir};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{scope, sleep};
use std::time::Duration;

const LIBRARIES: [&str; 3] = ["plugin", "both", "outer"];
const ORDERS: [[usize; 3]; 6] = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];

#[test]
fn a_library_that_is_unloaded_gives_signals_back() {
    for signal in [SIGUSR2, SIGTERM] {
        let data = scratch();
        let mut host = Host::start(&[("LIVECOV_DIR", data.path()), ("LIVECOV_DUMP_SIGNAL", Path::new("USR2"))]);
        let before = host.ask("actions");
        load(&mut host, "plugin");
        host.ask("call plugin run");
        assert_ne!(host.ask("actions"), before);
        assert_eq!(host.ask("unload plugin"), "0");
        assert_eq!(host.ask("actions"), before);
        assert_eq!(ran(data.path(), "plugin", "run"), 1);
        host.send(signal);
        assert_eq!(host.wait(), End { code: None, signal: Some(signal), stderr: String::new() });
        assert!(counter_files(data.path()).is_empty());
    }
}

/// Whichever of three libraries has armed the signals, there is one that handles them as long as one is there.
#[test]
fn the_last_library_gives_signals_back_in_any_order() {
    let data = scratch();
    let mut host = Host::start(&[("LIVECOV_DIR", data.path()), ("LIVECOV_DUMP_SIGNAL", Path::new("USR2"))]);
    let unarmed = host.ask("actions");
    load(&mut host, "plugin");
    let armed = host.ask("actions");
    host.ask("unload plugin");
    for (loaded, unloaded) in ORDERS.iter().flat_map(|first| ORDERS.iter().map(move |second| (first, second))) {
        for number in loaded {
            load(&mut host, LIBRARIES[*number]);
        }
        for (gone, number) in (1..).zip(unloaded) {
            host.ask(&format!("unload {}", LIBRARIES[*number]));
            let expected = if gone < LIBRARIES.len() { &armed } else { &unarmed };
            // The handlers differ, but are in the same places.
            assert_eq!(host.ask("actions"), *expected, "{loaded:?} {unloaded:?}, {gone} gone");
            let left = LIBRARIES.len() - gone;
            if left > 0 {
                let before = counter_files(data.path()).len();
                host.send(SIGUSR2);
                wait_for_files(data.path(), before + left);
            }
        }
    }
    assert_eq!(host.end(), End::well());
}

/// What ends the host after a hand-over keeps the data, of the libraries that are there and of those that were.
#[test]
fn the_end_after_a_hand_over_keeps_the_data() {
    for gone in ["plugin", "both"] {
        let data = scratch();
        let mut host = start(data.path());
        load(&mut host, "both");
        host.ask("call both both_run");
        host.ask(&format!("unload {gone}"));
        host.send(SIGTERM);
        assert_eq!(host.wait(), End { code: None, signal: Some(SIGTERM), stderr: String::new() });
        let pods = Pods::of(data.path());
        assert_eq!([count(&pods, "plugin", "run"), count(&pods, "both", "both_run")], [1, 1], "without {gone}");
    }
}

/// Sends the dump signal to a process again and again while `run` goes on, also if it fails.
fn under_fire<T>(process: u32, run: impl FnOnce() -> T) -> T {
    struct Over<'a>(&'a AtomicBool);
    impl Drop for Over<'_> {
        fn drop(&mut self) {
            self.0.store(true, Ordering::Relaxed);
        }
    }
    let is_over = AtomicBool::new(false);
    scope(|scope| {
        scope.spawn(|| {
            while !is_over.load(Ordering::Relaxed) {
                // SAFETY: sends a signal to a child. It may have been waited for a moment ago, and its number be nobody's.
                unsafe { libc::kill(process.cast_signed(), SIGUSR2) };
                sleep(Duration::from_micros(200));
            }
        });
        let _over = Over(&is_over);
        run()
    })
}

/// There is always one library at least, so no signal ends the host.
#[test]
fn no_signal_finds_the_host_unarmed_while_libraries_take_turns() {
    let data = memory_dir();
    let mut host = start(data.path());
    under_fire(host.id(), || {
        for _ in 0..60 {
            load(&mut host, "both");
            host.ask("unload plugin");
            load(&mut host, "plugin");
            host.ask("unload both");
        }
    });
    assert_eq!(host.end(), End::well());
}

/// The handler stays until the process is gone.
#[test]
fn a_signal_at_the_end_of_the_host_does_not_change_its_status() {
    for _ in 0..20 {
        let data = memory_dir();
        let mut host = start(data.path());
        load(&mut host, "both");
        let end = under_fire(host.id(), || host.end());
        assert_eq!(end, End::well());
        assert_eq!(ran_at_least(data.path()), 1);
    }
}

fn ran_at_least(data: &Path) -> u64 {
    // A dump that the end of the process has cut short leaves a temporary file.
    for path in livecov_tests::files::list(data) {
        if livecov_tests::files::name(&path).starts_with("tmp.") {
            std::fs::remove_file(path).unwrap();
        }
    }
    ran(data, "plugin", "run")
}
