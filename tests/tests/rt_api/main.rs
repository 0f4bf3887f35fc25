//! The runtime's API: the fixture program `harness` calls it as Go's harness of `TestCoverageApis` does, and what it
//! leaves behind is read by both tools.

#![allow(clippy::unwrap_used, reason = "a step that fails is a test that fails, in helpers too")]

mod arguments;
mod environment;
mod failures;
mod meta;
mod points;
mod refusals;
mod slab;

use livecov_tests::command::{Outcome, capture_within};
use livecov_tests::compare::{same, scratch};
use livecov_tests::files::{counter_files, list, name};
use livecov_tests::go::clean;
use livecov_tests::paths::text;
use livecov_tests::rust::{Mode, Profile, program};
use livecov_tests::tool::Tool;
use livecov_tests::{dump, files};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;
use tempfile::TempDir;

/// No test point takes a second.
const TIME_LIMIT: Duration = Duration::from_mins(1);

fn harness(mode: Mode) -> &'static Path {
    static PROGRAMS: [OnceLock<PathBuf>; 4] = [const { OnceLock::new() }; 4];
    let number = [Mode::Plain, Mode::Set, Mode::Count, Mode::Atomic].iter().position(|known| *known == mode).unwrap();
    PROGRAMS[number].get_or_init(|| program("harness", mode, Profile::Debug))
}

/// A run of the harness.
struct Run {
    outcome: Outcome,
    /// What was given as `-o`.
    out: TempDir,
    /// What `LIVECOV_DIR` named, if it was set.
    data: TempDir,
}

/// The harness at `point`, with `-o` of `out` and nothing else in its environment.
fn command(mode: Mode, point: &str, out: &Path) -> Command {
    let mut command = clean(harness(mode));
    command.args(["-tp", point, "-o"]).arg(out);
    command
}

fn run_with(mode: Mode, point: &str, prepare: impl FnOnce(&mut Command, &Path)) -> Run {
    let (out, data) = (scratch(), scratch());
    let mut command = command(mode, point, out.path());
    prepare(&mut command, data.path());
    let outcome = capture_within(TIME_LIMIT, &mut command);
    Run { outcome, out, data }
}

/// Runs a test point with data at exit, which must end well.
#[track_caller]
fn run(mode: Mode, point: &str) -> Run {
    let run = run_with(mode, point, |command, data| {
        command.env("LIVECOV_DIR", data);
    });
    assert!(run.outcome.status == Some(0) && run.outcome.stderr.is_empty(), "{point} {mode:?}: {:?}", run.outcome);
    run
}

/// Runs a test point in each mode, with and without data at exit. What it writes itself must be the same in both.
#[track_caller]
fn each(point: &str, check: impl Fn(Mode, &Run)) {
    for mode in Mode::COUNTING {
        let with = run(mode, point);
        assert_ended(mode, &with.data);
        check(mode, &with);
        let without = run_with(mode, point, |_, _| {}).checked();
        assert!(list(without.data.path()).is_empty());
        check(mode, &without);
    }
}

impl Run {
    #[track_caller]
    fn checked(self) -> Self {
        assert!(self.outcome.status == Some(0) && self.outcome.stderr.is_empty(), "{:?}", self.outcome);
        self
    }

    /// The lines of standard output without those that say that all is well.
    fn complaints(&self) -> Vec<String> {
        let text = self.outcome.stdout_text();
        text.lines().filter(|line| !line.ends_with(": ok")).map(str::to_owned).collect()
    }
}

/// What `count` hits are in files.
fn hits(mode: Mode, count: u64) -> u64 {
    if mode == Mode::Set { count.min(1) } else { count }
}

/// The dump of the functions that ran, on which both tools must agree.
#[track_caller]
fn live(directory: &Path) -> String {
    let answer = same(&["debugdump", "-live", &format!("-i={}", text(directory))]);
    answer.outcome.quiet().stdout_text()
}

/// The same by our tool alone: of several snapshots of one process it takes the largest, Go's adds them.
#[track_caller]
fn live_by_ours(directory: &Path) -> String {
    Tool::Ours.run(&["debugdump", "-live", &format!("-i={}", text(directory))]).quiet().stdout_text()
}

/// How often the only unit of `function` ran; `None` if it is not live.
#[track_caller]
fn ran(dump: &str, function: &str) -> Option<u64> {
    let counters = dump::counters(dump, function)?;
    assert_eq!(counters.len(), 1, "units of {function}");
    Some(counters[0])
}

/// The directory has one pod with `count` counter files, and nothing else.
#[track_caller]
fn assert_pod(directory: &Path, count: usize) {
    let names: Vec<_> = list(directory).iter().map(|path| name(path).to_owned()).collect();
    assert_eq!(files::meta_files(directory).len(), 1, "{names:?}");
    assert_eq!(counter_files(directory).len(), count, "{names:?}");
    assert_eq!(names.len(), 1 + count, "{names:?}");
}

/// The last emission is there, with what ran at the end.
#[track_caller]
fn assert_ended(mode: Mode, data: &TempDir) {
    assert_pod(data.path(), 1);
    assert_eq!(ran(&live(data.path()), "at_the_end"), Some(1), "{mode:?}");
}
