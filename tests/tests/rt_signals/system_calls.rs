//! The system calls of a handler are those that the runtime's documentation names, and the program ends by `SIGSYS` at
//! the first that is not.

use livecov_tests::files::{counter_files, read};
use livecov_tests::paths::repo_root;
use livecov_tests::pods::{Pods, memory_dir};
use livecov_tests::rust::{Mode, Profile, program, recorded};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

const SIGSYS: i32 = 31;
const SIGTERM: i32 = 15;

/// What the documentation of `livecov_rt::signal` says: system calls that are usual, and those of some cases.
fn documented() -> [Vec<String>; 2] {
    let source = String::from_utf8(read(&repo_root().join("rt/src/signal.rs"))).expect("UTF-8");
    let text: String = source.lines().map_while(|line| line.strip_prefix("//!")).collect();
    let (_, list) = text.split_once("makes these system calls:").expect("the list of system calls");
    let (usual, rest) = list.split_once("; in some cases also").expect("the system calls of some cases");
    let (others, _) = rest.split_once(". ").expect("the end of the list");
    [usual, others].map(|part| part.split('`').skip(1).step_by(2).map(str::to_owned).collect())
}

#[test]
fn the_list_is_found() {
    let [usual, others] = documented();
    assert!(usual.iter().any(|name| name == "renameat2") && others.iter().any(|name| name == "tgkill"));
    let is_name = |name: &String| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    assert!(usual.iter().chain(&others).all(is_name), "{usual:?} {others:?}");
}

/// Runs the program under a filter that lets `names` through.
fn filtered(profile: Profile, dir: &Path, names: &[String], what: &str) -> ExitStatus {
    const LIMIT: Duration = Duration::from_secs(60);
    let storm = program("storm", Mode::Atomic, profile);
    let mut command: Command = recorded(&storm, dir);
    command.args(["filter", &names.join(","), what]).stdin(Stdio::null());
    let mut child = command.spawn().expect("the program");
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait().expect("the state of a child") {
            return status;
        }
        if start.elapsed() > LIMIT {
            child.kill().and_then(|()| child.wait()).expect("a child to end");
            panic!("{what} takes too long");
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

const PROFILES: [Profile; 2] = crate::PROFILES;

/// The program makes no call of its own meanwhile: a timer sends the signals.
#[test]
fn a_dump_makes_the_usual_calls_only() {
    let [usual, _] = documented();
    for profile in PROFILES {
        let dir = memory_dir();
        let status = filtered(profile, dir.path(), &usual, "alarms");
        assert_eq!((status.code(), status.signal()), (Some(0), None), "{profile:?}");
        assert!(Pods::of(dir.path()).file_count() >= 200, "{profile:?}");
    }
}

/// The first dump of all writes the meta file, too.
#[test]
fn the_first_dump_makes_the_calls_of_some_cases_at_most() {
    for profile in PROFILES {
        let dir = memory_dir();
        let status = filtered(profile, dir.path(), &documented().concat(), "first");
        assert_eq!((status.code(), status.signal()), (Some(0), None), "{profile:?}");
        assert_eq!(Pods::of(dir.path()).file_count(), 1, "{profile:?}");
    }
}

/// Waits for a take to end, gives up, writes, and hands the signal on.
#[test]
fn the_last_dump_makes_the_calls_of_some_cases_at_most() {
    for profile in PROFILES {
        let dir = memory_dir();
        let status = filtered(profile, dir.path(), &documented().concat(), "last");
        assert_eq!((status.code(), status.signal()), (None, Some(SIGTERM)), "{profile:?}");
        assert_eq!(Pods::of(dir.path()).file_count(), 1, "{profile:?}");
    }
}

/// Shows that the filter is in force.
#[test]
fn a_call_that_is_not_in_the_list_ends_the_program() {
    let names = documented().concat();
    for (missing, what) in [("write", "alarms"), ("renameat2", "first"), ("clock_nanosleep", "last")] {
        let dir = memory_dir();
        let fewer: Vec<_> = names.iter().filter(|name| *name != missing).cloned().collect();
        assert!(fewer.len() < names.len());
        let status = filtered(Profile::Release, dir.path(), &fewer, what);
        assert_eq!((status.code(), status.signal()), (None, Some(SIGSYS)), "without {missing}");
        assert_eq!(counter_files(dir.path()).len(), 0, "without {missing}");
    }
}
