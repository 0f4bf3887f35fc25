//! The program as its author wrote it, with calls of the API in it but without counters.

use super::{TIME_LIMIT, command, run_with};
use livecov_tests::command::capture_within;
use livecov_tests::compare::scratch;
use livecov_tests::files::list;
use livecov_tests::rust::Mode;

#[test]
fn calls_fail_without_counters() {
    let run = run_with(Mode::Plain, "calls", |command, data| {
        command.env("LIVECOV_DIR", data);
    })
    .checked();
    let text = run.outcome.stdout_text();
    let (head, calls): (Vec<_>, Vec<_>) =
        text.lines().partition(|line| line.contains("is_instr") || line.starts_with("images"));
    assert_eq!(head, ["is_instrumented: false", "bare::is_instrumented: false", "images: 0"]);
    assert_eq!(calls.len(), 18, "{calls:?}");
    for call in calls {
        assert!(call.ends_with(": this program is not instrumented: build it with `cargo livecov`"), "{call}");
    }
    assert!(list(run.data.path()).is_empty() && list(run.out.path()).is_empty());
}

/// Calls that fail for other reasons fail for this one first.
#[test]
fn other_troubles_are_not_looked_for_without_counters() {
    for point in ["emitToNonexistentDir", "emitToUnwritableDir"] {
        let out = scratch();
        let outcome = capture_within(TIME_LIMIT, &mut command(Mode::Plain, point, out.path())).quiet();
        let text = outcome.stdout_text();
        let lines: Vec<_> = text.lines().filter(|line| !line.starts_with("no C string")).collect();
        assert!(lines.len() >= 7 && lines.iter().all(|line| line.contains("not instrumented")), "{text}");
    }
}

#[test]
fn calls_succeed_with_counters() {
    for mode in Mode::COUNTING {
        let run = super::run(mode, "calls");
        assert_eq!(run.complaints(), ["is_instrumented: true", "bare::is_instrumented: true", "images: 1"], "{mode:?}");
        assert_eq!(run.outcome.stdout_text().lines().count(), 3 + 18);
    }
}
