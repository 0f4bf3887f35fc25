//! Test points at which writing fails.

use super::{Run, assert_ended, assert_pod, each, hits, live, ran, run, run_with};
use livecov_tests::files::list;
use livecov_tests::rust::Mode;
use std::path::Path;

/// The numbers in lines such as `write_meta: 210 refused, then ok`.
fn refusals(run: &Run) -> Vec<(String, usize)> {
    let text = run.outcome.stdout_text();
    let refused = |line: &str| {
        let (call, rest) = line.split_once(": ").unwrap();
        let count = rest.strip_suffix(" refused, then ok").unwrap_or_else(|| panic!("{line}"));
        (call.to_owned(), count.parse().unwrap())
    };
    text.lines().map(refused).collect()
}

/// Seven lines that say why, which differ in how their paths are said.
#[track_caller]
fn assert_refused(lines: &[String], why: &str) {
    let calls = [
        "write_meta_dir",
        "write_counters_dir",
        "take_counters_dir",
        "Baseline::write_counters_dir",
        "bare::write_meta_dir",
        "bare::write_counters_dir",
        "bare::take_counters_dir",
    ];
    assert_eq!(lines.len(), calls.len(), "{lines:?}");
    for (line, call) in lines.iter().zip(calls) {
        assert!(line.starts_with(&format!("{call}: cannot ")) && line.contains(why), "{line}");
    }
}

#[test]
fn emit_to_nonexistent_dir() {
    each("emitToNonexistentDir", |_, run| {
        let lines = run.complaints();
        assert_refused(&lines, "No such file or directory (os error 2)");
        let path = run.out.path().join("nonexistent");
        assert!(lines[..4].iter().all(|line| line.contains(path.to_str().unwrap())), "{lines:?}");
        assert!(list(run.out.path()).is_empty());
    });
}

#[test]
fn emit_to_unwritable_dir() {
    each("emitToUnwritableDir", |_, run| {
        let lines = run.complaints();
        assert_refused(&lines[..7], "Not a directory");
        assert_refused(&lines[7..14], "Not a directory");
        // Where the system makes all the files: what it says differs between kernels.
        assert_refused(&lines[14..21], "(os error ");
        assert_refused(&lines[21..28], "(os error ");
        assert_eq!(lines.len(), 28 + 5);
        assert!(lines[28..32].iter().all(|line| line.ends_with("the path of the directory has a NUL byte in it")));
        assert_eq!(list(run.out.path()).len(), 1);
    });
}

#[test]
fn emit_to_failing_writer() {
    each("emitToFailingWriter", |mode, run| {
        let refusals = refusals(run);
        assert_eq!(refusals.len(), 6);
        assert!(refusals.iter().all(|(_, count)| *count > 10), "{refusals:?}");
        assert_whole(mode, run, &["error", "nothing", "taken"], "since_the_start", 2);
        let since = live(&run.out.path().join("baseline"));
        assert_eq!(ran(&since, "since_the_start"), Some(hits(mode, 2)), "{mode:?}");
        assert_eq!(ran(&since, "main"), None, "{mode:?}");
        let rest = live(&run.out.path().join("rest"));
        assert_eq!(ran(&rest, "since_the_start"), None, "{mode:?}");
    });
}

#[test]
fn emit_to_failing_sink() {
    each("emitToFailingSink", |mode, run| {
        assert!(refusals(run).iter().all(|(_, count)| *count > 2), "{:?}", run.outcome);
        assert_whole(mode, run, &["written", "taken"], "emit_to_failing_sink", 1);
    });
}

/// Each folder has a pod in which `main` ran once and `function` `count` times.
#[track_caller]
fn assert_whole(mode: Mode, run: &Run, folders: &[&str], function: &str, count: u64) {
    for folder in folders {
        let directory = run.out.path().join(folder);
        assert_pod(&directory, 1);
        let live = live(&directory);
        assert_eq!(ran(&live, "main"), Some(1), "{mode:?} {folder}");
        assert_eq!(ran(&live, function), Some(hits(mode, count)), "{mode:?} {folder}");
    }
}

#[test]
fn emit_to_full_disk() {
    for mode in Mode::COUNTING {
        let run = run(mode, "emitToFullDisk");
        let calls: Vec<_> = refusals(&run).into_iter().map(|(call, count)| (call, count > 300)).collect();
        let all = ["write_meta_dir", "write_counters_dir", "baseline", "take_counters_dir"];
        assert_eq!(calls, all.map(|call| (call.to_owned(), true)), "{:?}", run.outcome);
        assert_whole(mode, &run, &["snapshot", "taken"], "in_full_disk", 1);
        assert_eq!(ran(&live(&run.out.path().join("baseline")), "in_full_disk"), Some(1), "{mode:?}");
        assert_eq!(ran(&live(&run.out.path().join("rest")), "in_full_disk"), None, "{mode:?}");
        assert_eq!(list(&run.out.path().join("meta")).len(), 1);
        assert_ended(mode, &run.data);
    }
}

#[test]
fn a_full_disk_at_the_end_is_one_line_and_no_other_status() {
    for mode in Mode::COUNTING {
        let run = run_with(mode, "exitWithFullDisk", |command, data| {
            command.env("LIVECOV_DIR", data);
        });
        assert_eq!(run.outcome.status, Some(0), "{:?}", run.outcome);
        let stderr = run.outcome.stderr_text();
        assert!(stderr.lines().count() == 1 && stderr.contains("File too large"), "{stderr}");
        assert_eq!(list(run.data.path()), Vec::<&Path>::new(), "{mode:?}");
    }
}
