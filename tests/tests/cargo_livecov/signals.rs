//! Programs that are ended from outside.

use crate::project::Project;
use livecov_tests::child::command;
use livecov_tests::command::{Outcome, capture};
use std::fs::{self, File};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Stdio;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// No step of these tests takes longer.
const TIME_LIMIT: Duration = Duration::from_secs(60);

/// Runs the program that waits, and sends `signal` to the front or to all that the terminal would send it to.
fn interrupted(project: &Project, args: &[&str], signal: &str, sends_to_all: bool) -> Outcome {
    project.done(&["build"]);
    let [out, err] = ["out", "err"].map(|name| project.outside("output").join(name));
    let mut front = project.livecov(args);
    front.process_group(0).stdin(Stdio::null());
    front.stdout(File::create(&out).expect("a file")).stderr(File::create(&err).expect("a file"));
    let mut child = front.spawn().expect("a child");
    let read = |path: &Path| fs::read(path).expect("a file");
    let is_waiting = within_limit(|| read(&out).starts_with(b"waiting\n").then_some(()));
    let whom = if sends_to_all { format!("-{}", child.id()) } else { child.id().to_string() };
    send(signal, &whom);
    let status = within_limit(|| child.try_wait().expect("a status"));
    if is_waiting.is_none() || status.is_none() {
        send("KILL", &format!("-{}", child.id()));
        panic!("it does not end by {signal}");
    }
    Outcome { status: status.and_then(|status| status.code()), stdout: read(&out), stderr: read(&err) }
}

fn within_limit<T>(mut look: impl FnMut() -> Option<T>) -> Option<T> {
    let start = Instant::now();
    while start.elapsed() < TIME_LIMIT {
        if let Some(found) = look() {
            return Some(found);
        }
        sleep(Duration::from_millis(20));
    }
    None
}

fn send(signal: &str, whom: &str) {
    let status = command("kill").args(["-s", signal, "--", whom]).status().expect("kill");
    assert!(status.success(), "kill -s {signal} {whom}");
}

#[test]
fn interrupts_of_the_terminal() {
    let project = Project::copy("sample");
    let outcome = interrupted(&project, &["run", "--", "wait"], "INT", true).exits(130);
    assert!(outcome.stdout_text().contains("Total ") || outcome.stderr_text().contains("Total "), "{outcome:?}");
    project.check(&[("wait", Some(1)), ("exit", Some(0))]);
}

#[test]
fn signals_sent_to_the_front_alone() {
    for (signal, status) in [("TERM", 143), ("HUP", 129), ("INT", 130)] {
        let project = Project::copy("sample");
        interrupted(&project, &["run", "--", "wait"], signal, false).exits(status);
        project.check(&[("wait", Some(1))]);
    }
}

#[test]
fn a_program_that_aborts_keeps_its_data() {
    let project = Project::copy("sample");
    let outcome = capture(&mut project.livecov(&["run", "--", "abort"]));
    assert_eq!(outcome.status, Some(134), "{outcome:?}");
    project.check(&[("abort", Some(1))]);
}

#[test]
fn signals_can_be_left_alone() {
    let project = Project::copy("sample");
    project.done(&["run", "--no-signals", "--no-proc-macros"]);
    project.check(&[("run", Some(1))]);
    let outcome = capture(&mut project.livecov(&["run", "--no-signals", "--no-proc-macros", "--", "abort"]));
    assert_eq!(outcome.status, Some(134), "{outcome:?}");
    assert!(outcome.stderr_text().contains("this run left no data; those of the run before"), "{outcome:?}");
    project.check(&[("run", Some(1)), ("abort", Some(0))]);
}

/// A test that aborts in the middle: the binary of an integration test has no probes, and keeps the library's all the same.
#[test]
fn tests_that_abort_keep_their_data() {
    let project = Project::copy("sample");
    project.write(
        "lib/tests/aborts.rs",
        b"#[test]\nfn aborts() {\n    assert_eq!(sample_lib::for_documents(), 5);\n    std::process::abort();\n}\n",
    );
    let outcome = capture(&mut project.livecov(&["test", "--test", "aborts"]));
    assert_eq!(outcome.status, Some(101), "{outcome:?}");
    project.check(&[("doctest", Some(1)), ("unit", Some(0))]);
}

/// The standard library handles memory faults before `main`, for its message about a stack that has overflowed, and keeps it.
#[test]
fn tests_that_fault_keep_their_data() {
    let faults = [
        ("wild", "std::ptr::without_provenance_mut::<u8>(8).write_volatile(1)", "SIGSEGV"),
        ("deep", "std::hint::black_box(dive(0));", "has overflowed its stack"),
    ];
    for (name, fault, message) in faults {
        let project = Project::copy("sample");
        let text = format!(
            "fn dive(depth: u64) -> u64 {{\n    let frame = std::hint::black_box([depth; 64]);\n    \
             if frame[0] == u64::MAX {{ 0 }} else {{ dive(depth + 1) + frame[1] }}\n}}\n\n\
             #[test]\nfn faults() {{\n    assert_eq!(sample_lib::for_documents(), 5);\n    std::hint::black_box(dive as fn(u64) -> u64);\n    \
             #[allow(unused_unsafe)]\n    unsafe {{ {fault} }};\n}}\n"
        );
        project.write("lib/tests/faults.rs", text.as_bytes());
        let outcome = capture(&mut project.livecov(&["test", "--test", "faults"]));
        assert_eq!(outcome.status, Some(101), "{name}: {outcome:?}");
        assert!(outcome.stderr_text().contains(message), "{name}: {outcome:?}");
        project.check(&[("doctest", Some(1)), ("unit", Some(0))]);
    }
}
