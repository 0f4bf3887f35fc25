//! Children of `fork` that go on without `exec`: each counts for itself, and nothing counts twice.

#![allow(clippy::unwrap_used, reason = "a step that fails is a test that fails, in helpers too")]

use livecov_format::decode::CounterFile;
use livecov_tests::command::{Outcome, capture_within};
use livecov_tests::compare::{same, scratch};
use livecov_tests::files::{counter_files, list, meta_files, name, read};
use livecov_tests::go::clean;
use livecov_tests::paths::text;
use livecov_tests::rust::{Mode, Profile, program};
use livecov_tests::tool::Tool;
use livecov_tests::{dump, files};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Duration;
use tempfile::TempDir;

const TIME_LIMIT: Duration = Duration::from_mins(1);
const PARENT_WORK: u64 = 10;
const CHILDREN: u64 = 4;
const CHILD_WORK: u64 = 3;

fn endings(mode: Mode) -> &'static Path {
    static PROGRAMS: [OnceLock<PathBuf>; 4] = [const { OnceLock::new() }; 4];
    let number = [Mode::Plain, Mode::Set, Mode::Count, Mode::Atomic].iter().position(|known| *known == mode).unwrap();
    PROGRAMS[number].get_or_init(|| program("endings", mode, Profile::Debug))
}

/// Runs the program in `mode` and as its author wrote it, which must make no difference but for the data.
#[track_caller]
fn run(mode: Mode, args: &[&str]) -> TempDir {
    let data = scratch();
    let run = |mode: Mode| -> Outcome {
        capture_within(TIME_LIMIT, clean(endings(mode)).args(args).env("LIVECOV_DIR", data.path()))
    };
    let plain = run(Mode::Plain).quiet();
    assert!(list(data.path()).is_empty());
    assert_eq!(run(mode), plain, "{mode:?} {args:?}");
    assert_eq!(meta_files(data.path()).len(), 1);
    let names: Vec<_> = list(data.path()).iter().map(|path| files::name(path).to_owned()).collect();
    assert!(names.iter().all(|name| name.starts_with("cov")), "{names:?}");
    data
}

fn hits(mode: Mode, count: u64) -> u64 {
    if mode == Mode::Set { count.min(1) } else { count }
}

/// The sum of all files by our tool, to which nothing may be damaged.
#[track_caller]
fn ran(directory: &Path, function: &str) -> u64 {
    let args = ["debugdump", "--strict", "-live", &format!("-i={}", text(directory))];
    let counters = dump::counters(&Tool::Ours.run(&args).quiet().stdout_text(), function);
    counters.map_or(0, |counters| counters[0])
}

/// The processes and the instances of the counter files in `directory`.
fn origins(directory: &Path) -> (BTreeSet<String>, BTreeSet<Vec<u8>>) {
    let process = |path: &PathBuf| name(path).split('.').nth(2).unwrap().to_owned();
    let instance = |path: &PathBuf| {
        let bytes = read(path);
        let file = CounterFile::parse(&bytes).unwrap();
        file.segments[0].args.get("livecov.instance").unwrap().to_vec()
    };
    let files = counter_files(directory);
    (files.iter().map(process).collect(), files.iter().map(instance).collect())
}

/// LLVM's runtime says 62 of 22, in one file.
#[test]
fn parent_and_children_add_up() {
    for mode in Mode::COUNTING {
        for end in ["fork", "fork-of-fork"] {
            let data = run(mode, &[end]);
            assert_eq!(
                ran(data.path(), "work_once"),
                hits(mode, PARENT_WORK + CHILDREN * CHILD_WORK),
                "{mode:?} {end}"
            );
            // What ran before is the parent's only.
            assert_eq!(ran(data.path(), "main"), 1, "{mode:?} {end}");
            let (processes, instances) = origins(data.path());
            assert_eq!((processes.len(), instances.len()), (5, 5), "{mode:?} {end}");
            assert_eq!(counter_files(data.path()).len(), 5);
            // Each process is in one file, so that Go's tool comes to the same.
            same(&["debugdump", "-live", &format!("-i={}", text(data.path()))]);
        }
    }
}

/// The parent armed SIGTERM before; each child has it too, and writes its own counts.
#[test]
fn children_that_end_by_an_armed_signal_write_their_own() {
    for mode in Mode::COUNTING {
        let data = run(mode, &["armed", "fork-armed"]);
        assert_eq!(ran(data.path(), "work_once"), hits(mode, PARENT_WORK + CHILDREN * CHILD_WORK), "{mode:?}");
        assert_eq!(ran(data.path(), "before_the_end"), hits(mode, 1237), "{mode:?}");
        assert_eq!(origins(data.path()).1.len(), 5, "{mode:?}");
    }
}

/// A system call by hand: nobody tells the runtime. Parent and children are one instance, of which the largest counts.
#[test]
fn children_that_the_runtime_does_not_see_never_count_twice() {
    for mode in Mode::COUNTING {
        let data = run(mode, &["clone"]);
        let (processes, instances) = origins(data.path());
        assert_eq!((processes.len(), instances.len()), (5, 1), "{mode:?}");
        let work = ran(data.path(), "work_once");
        assert_eq!(work, hits(mode, PARENT_WORK + CHILD_WORK), "{mode:?}");
        assert!(work <= PARENT_WORK + CHILDREN * CHILD_WORK);
        assert_eq!(ran(data.path(), "main"), 1, "{mode:?}");
        assert_eq!(ran(data.path(), "before_the_end"), hits(mode, 1237), "{mode:?}");
    }
}

/// Sixty children, made while one thread takes and another writes: none hangs, no file is damaged, and no hit is lost.
#[test]
fn forks_in_the_middle_of_writing_do_no_harm() {
    for mode in Mode::COUNTING {
        let data = run(mode, &["fork-while-writing"]);
        assert_eq!(ran(data.path(), "work_once"), hits(mode, PARENT_WORK + 60 * CHILD_WORK), "{mode:?}");
        assert_eq!(ran(data.path(), "before_the_end"), hits(mode, 1237), "{mode:?}");
        assert_eq!(origins(data.path()).1.len(), 61, "{mode:?}");
    }
}

/// The standard library's way to a child: `fork`, a function of the program, `exec`. What that function counts is lost.
#[test]
fn functions_before_exec_do_no_harm() {
    for mode in Mode::COUNTING {
        let data = run(mode, &["pre-exec"]);
        assert_eq!(ran(data.path(), "work_once"), hits(mode, PARENT_WORK), "{mode:?}");
        assert_eq!(ran(data.path(), "main"), hits(mode, 1 + CHILDREN), "{mode:?}");
        assert_eq!(ran(data.path(), "last_step"), hits(mode, CHILDREN), "{mode:?}");
        assert_eq!(origins(data.path()).1.len(), 5, "{mode:?}");
    }
}
