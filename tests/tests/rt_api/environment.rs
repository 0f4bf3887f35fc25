//! What the environment asks for.

use super::{TIME_LIMIT, assert_ended, assert_pod, command, live, ran, run_with};
use livecov_tests::command::capture_within;
use livecov_tests::compare::scratch;
use livecov_tests::files::{list, meta_file, meta_hash, read};
use livecov_tests::rust::Mode;
use std::fs;

#[test]
fn without_a_directory_nothing_is_written_or_said() {
    for mode in Mode::COUNTING {
        for empty in [false, true] {
            let run = run_with(mode, "nothing", |command, data| {
                command.current_dir(data);
                if empty {
                    command.env("LIVECOV_DIR", "").env("GOCOVERDIR", "");
                }
            })
            .checked();
            assert!(run.outcome.stdout.is_empty());
            assert!(list(run.data.path()).is_empty() && list(run.out.path()).is_empty());
        }
    }
}

#[test]
fn gocoverdir_is_enough() {
    for mode in Mode::COUNTING {
        let run = run_with(mode, "nothing", |command, data| {
            command.env("GOCOVERDIR", data);
        })
        .checked();
        assert_ended(mode, &run.data);
        assert_eq!(ran(&live(run.data.path()), "nothing"), Some(1));
    }
}

#[test]
fn livecov_dir_wins_over_gocoverdir() {
    let other = scratch();
    let run = run_with(Mode::Set, "nothing", |command, data| {
        command.env("LIVECOV_DIR", data).env("GOCOVERDIR", other.path());
    })
    .checked();
    assert_ended(Mode::Set, &run.data);
    assert!(list(other.path()).is_empty());
}

/// Go's runtime loses the counters of such a run.
#[test]
fn a_relative_directory_outlives_a_change_of_directory() {
    for mode in Mode::COUNTING {
        let run = run_with(mode, "chdir", |command, data| {
            let (parent, folder) = (data.parent().unwrap(), data.file_name().unwrap());
            // As a shell starts programs.
            command.current_dir(parent).env("PWD", parent).env("LIVECOV_DIR", folder);
        })
        .checked();
        assert_ended(mode, &run.data);
        assert_eq!(ran(&live(run.data.path()), "chdir"), Some(1));
    }
}

#[test]
fn a_missing_directory_is_one_line_and_no_other_status() {
    for (point, status) in [("nothing", 0), ("exit", 7)] {
        for mode in Mode::COUNTING {
            let run = run_with(mode, point, |command, data| {
                command.env("LIVECOV_DIR", data.join("missing/below"));
            });
            assert_eq!(run.outcome.status, Some(status), "{:?}", run.outcome);
            let stderr = run.outcome.stderr_text();
            assert_eq!(stderr.lines().count(), 1, "{stderr}");
            assert!(stderr.starts_with("livecov: ") && stderr.contains("No such file or directory"), "{stderr}");
            assert!(stderr.contains(run.data.path().join("missing/below").to_str().unwrap()), "{stderr}");
            assert!(list(run.data.path()).is_empty());
        }
    }
}

#[test]
fn a_file_in_the_place_of_the_directory_is_one_line_too() {
    let run = run_with(Mode::Count, "nothing", |command, data| {
        fs::write(data.join("file"), "").unwrap();
        command.env("LIVECOV_DIR", data.join("file"));
    });
    assert_eq!(run.outcome.status, Some(0));
    assert!(run.outcome.stderr_text().contains("Not a directory"), "{:?}", run.outcome);
}

#[test]
fn several_runs_share_a_meta_file() {
    let (out, data) = (scratch(), scratch());
    for _ in 0..3 {
        let mut command = command(Mode::Atomic, "nothing", out.path());
        capture_within(TIME_LIMIT, command.env("LIVECOV_DIR", data.path())).quiet();
    }
    assert_pod(data.path(), 3);
    assert_eq!(ran(&live(data.path()), "nothing"), Some(3));
}

#[test]
fn a_trace_shows_image_package_and_live_functions() {
    for (mode, name) in [(Mode::Set, "set"), (Mode::Count, "count"), (Mode::Atomic, "atomic")] {
        for variable in ["LIVECOV_DEBUG", "GOCOVERDEBUG"] {
            let run = run_with(mode, "nothing", |command, data| {
                command.env("LIVECOV_DIR", data).env(variable, "1");
            });
            let hash = livecov_tests::files::hex(&meta_hash(&read(&meta_file(run.data.path()))));
            let trace = run.outcome.exits(0).stderr_text();
            let data = run.data.path().display();
            let image = format!("livecov: wrote image {hash} (program, mode {name}) to {data}\n");
            assert!(trace.starts_with(&image), "{trace}");
            assert!(trace.contains("package 0: harness/bin/harness, "), "{trace}");
            let live: Vec<_> = trace.lines().filter_map(|line| line.split_once("live function ")).collect();
            let names: Vec<_> = live.iter().map(|(_, rest)| rest.split_once(": ").unwrap().1).collect();
            assert_eq!(names, ["main", "at_the_end", "nothing"].map(|name| format!("{name}, 1 of 1 units ran")));
            assert!(trace.lines().all(|line| line.starts_with("livecov: ")), "{trace}");
        }
    }
}
