//! Signals in a host that does not handle them, and in one that does.

use crate::host::{End, Host};
use crate::{library, plain_library, ran};
use libc::{SIGABRT, SIGFPE, SIGHUP, SIGILL, SIGINT, SIGQUIT, SIGSEGV, SIGTERM, SIGUSR1, SIGUSR2};
use livecov_tests::compare::scratch;
use livecov_tests::files::{counter_files, list};
use livecov_tests::paths::text;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// What ends a host that has no handler of its own. SIGSEGV and SIGBUS a Rust host has a handler for.
const ENDINGS: [i32; 7] = [SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGILL, SIGFPE, SIGABRT];

/// A host with its data in `data`, and signals to dump and to dump and reset; with the plugin, which has run.
pub(crate) fn start(data: &Path) -> Host {
    let [dump, take] = ["USR2", "usr1"].map(Path::new);
    let mut host = Host::start(&[("LIVECOV_DIR", data), ("LIVECOV_DUMP_SIGNAL", dump), ("LIVECOV_TAKE_SIGNAL", take)]);
    load(&mut host, "plugin");
    host.ask("call plugin run");
    host
}

#[track_caller]
pub(crate) fn load(host: &mut Host, package: &str) {
    host.ask(&format!("load {package} {}", library(package)));
}

/// Waits until there are `count` counter files.
#[track_caller]
pub(crate) fn wait_for_files(data: &Path, count: usize) {
    let start = Instant::now();
    while counter_files(data).len() < count {
        assert!(start.elapsed() < Duration::from_secs(30), "{:?}", list(data));
        sleep(Duration::from_millis(2));
    }
}

#[test]
fn the_dump_signal_writes_and_the_host_goes_on() {
    let data = scratch();
    let mut host = start(data.path());
    for count in 1..=3 {
        host.send(SIGUSR2);
        wait_for_files(data.path(), count);
        assert_eq!(host.ask("call plugin run"), "1");
    }
    assert_eq!(ran(data.path(), "plugin", "run"), 3);
    assert_eq!(host.end(), End::well());
    assert_eq!(ran(data.path(), "plugin", "run"), 4, "the end writes all of it");
}

#[test]
fn the_take_signal_starts_from_zero() {
    let data = scratch();
    let mut host = start(data.path());
    host.send(SIGUSR1);
    wait_for_files(data.path(), 1);
    assert_eq!(ran(data.path(), "plugin", "run"), 1);
    host.tell(["call plugin run", "call plugin run"]);
    assert_eq!(host.end(), End::well());
    assert_eq!(ran(data.path(), "plugin", "run"), 2);
}

#[test]
fn what_ends_the_host_ends_it_as_without_probes_and_keeps_the_data() {
    let plain = plain_library("plugin");
    for signal in ENDINGS.into_iter().chain([SIGSEGV]) {
        let mut host = Host::start(&[]);
        host.tell([&format!("load plugin {}", text(&plain)), "call plugin run"]);
        host.send(signal);
        // The standard library's handler takes one from outside for nothing, and gives the signal back.
        let plain_end = if signal == SIGSEGV { host.end() } else { host.wait() };
        let data = scratch();
        let mut host = start(data.path());
        host.send(signal);
        let end = if signal == SIGSEGV { host.end() } else { host.wait() };
        assert_eq!(end, plain_end, "{signal}");
        assert_eq!(ran(data.path(), "plugin", "run"), 1, "{signal}");
    }
}

/// Neither a handler nor a file.
#[test]
fn without_a_variable_nothing_is_armed() {
    let mut host = Host::start(&[]);
    let before = host.ask("actions");
    for package in ["plugin", "both", "outer"] {
        load(&mut host, package);
    }
    assert_eq!(host.ask("actions"), before);
    host.send(SIGUSR2);
    assert_eq!(host.wait().signal, Some(SIGUSR2));
}

/// Without a directory the dump signal is armed all the same: it must not end the host.
#[test]
fn a_dump_signal_without_a_directory_is_told_and_does_no_harm() {
    let mut host = Host::start(&[("LIVECOV_DUMP_SIGNAL", Path::new("USR2"))]);
    let before = host.ask("actions");
    load(&mut host, "plugin");
    load(&mut host, "both");
    let changed =
        host.ask("actions").split(' ').zip(before.split(' ')).filter(|(after, before)| after != before).count();
    assert_eq!(changed, 1);
    host.send(SIGUSR2);
    assert_eq!(host.ask("call plugin run"), "1");
    let end = host.end();
    assert_eq!((end.code, end.signal), (Some(0), None));
    assert!(end.stderr.contains("LIVECOV_DIR is not set"), "{end:?}");
    assert_eq!(end.stderr.matches("livecov:").count(), 2, "once at the start, and once at the signal: {end:?}");
}

#[test]
fn a_directory_that_comes_later_is_found() {
    let place = scratch();
    let data = place.path().join("two/parts");
    let mut host = start(&data);
    load(&mut host, "both");
    std::fs::create_dir_all(&data).unwrap();
    host.send(SIGUSR2);
    wait_for_files(&data, 2);
    assert_eq!(ran(&data, "plugin", "run"), 1);
    let end = host.end();
    assert_eq!(end.stderr.matches("livecov:").count(), 1, "by the first library alone: {end:?}");
}

/// A name that nobody understands is told once, not by each library.
#[test]
fn a_wrong_name_is_told_once() {
    let data = scratch();
    let mut host = Host::start(&[("LIVECOV_DIR", data.path()), ("LIVECOV_DUMP_SIGNAL", Path::new("USR3"))]);
    load(&mut host, "plugin");
    load(&mut host, "both");
    let end = host.end();
    assert_eq!(end.stderr.matches("USR3").count(), 1, "{end:?}");
}

#[test]
fn a_host_that_handles_a_signal_keeps_it() {
    let data = scratch();
    let named = [("LIVECOV_DIR", data.path()), ("LIVECOV_DUMP_SIGNAL", Path::new("USR2"))];
    let mut host = Host::start(&named);
    host.tell(["handle 15", "handle 12", "ignore 1"]);
    let before = host.ask("actions");
    load(&mut host, "plugin");
    for (signal, action) in [(SIGTERM, "own"), (SIGUSR2, "own"), (SIGHUP, "ignored"), (SIGINT, "other")] {
        assert_eq!(host.ask(&format!("action {signal}")), action, "{signal}");
    }
    host.ask("call plugin run");
    for signal in [SIGTERM, SIGUSR2, SIGHUP] {
        host.send(signal);
    }
    assert_eq!(host.ask("handled"), "2");
    assert!(counter_files(data.path()).is_empty());
    host.ask("unload plugin");
    assert_eq!(host.ask("actions"), before);
    let end = host.end();
    assert_eq!(end.stderr.matches("LIVECOV_DUMP_SIGNAL").count(), 1, "{end:?}");
    assert_eq!(ran(data.path(), "plugin", "run"), 1);
}

#[test]
fn a_handler_that_the_host_installs_later_wins() {
    let data = scratch();
    let mut host = start(data.path());
    assert_eq!(host.ask("handle 15"), "other");
    host.send(SIGTERM);
    assert_eq!((host.ask("handled"), counter_files(data.path()).len()), ("1".to_owned(), 0));
    host.ask("unload plugin");
    assert_eq!(host.ask("action 15"), "own");
    assert_eq!(host.end(), End::well());
}

/// A handler that calls the one before, as those of signal-hook do, decides what becomes of the host.
#[test]
fn a_handler_that_calls_ours_has_a_snapshot_written() {
    let data = scratch();
    let mut host = start(data.path());
    assert_eq!(host.ask("chain 15"), "other");
    for count in 1..=2 {
        host.send(SIGTERM);
        wait_for_files(data.path(), count);
        assert_eq!(host.ask("handled"), count.to_string());
    }
    assert_eq!(ran(data.path(), "plugin", "run"), 1);
    assert_eq!(host.end(), End::well());
}

/// The standard library of the host handles faults, and wants to.
#[test]
fn a_fault_of_a_rust_host_is_the_hosts() {
    let plain = plain_library("plugin");
    let mut host = Host::start(&[]);
    host.ask(&format!("load plugin {}", text(&plain)));
    host.say("fault");
    let plain_end = host.wait();
    let data = scratch();
    let mut host = start(data.path());
    host.say("fault");
    assert_eq!((plain_end.signal, host.wait()), (Some(SIGSEGV), plain_end));
    assert!(counter_files(data.path()).is_empty());
}
