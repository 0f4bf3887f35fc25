//! Test points that work.

use super::{assert_pod, each, hits, live, live_by_ours, ran, run, run_with};
use livecov_format::decode::{CounterFile, MetaFile};
use livecov_tests::files::{counter_files, hex, list, meta_file, meta_hash, read};
use livecov_tests::paths::text;
use livecov_tests::rust::{Mode, Profile, program, recorded};
use livecov_tests::tool::Tool;
use std::path::Path;
use std::process::Stdio;

/// The value of an argument that a counter file keeps.
pub(crate) fn argument(file: &Path, key: &str) -> Option<Vec<u8>> {
    let bytes = read(file);
    let counters = CounterFile::parse(&bytes).unwrap();
    let [segment] = counters.segments.as_slice() else { panic!("one segment in {}", file.display()) };
    segment.args.get(key).map(<[u8]>::to_vec)
}

#[test]
fn emit_to_dir() {
    each("emitToDir", |mode, run| {
        assert!(run.complaints().is_empty(), "{:?}", run.outcome);
        assert_pod(run.out.path(), 1);
        let live = live(run.out.path());
        assert_eq!(ran(&live, "emit_to_dir"), Some(1), "{mode:?}");
        assert_eq!(ran(&live, "main"), Some(1), "{mode:?}");
        assert_eq!(ran(&live, "at_the_end"), None, "{mode:?}");
    });
}

#[test]
fn emit_to_writer() {
    each("emitToWriter", |mode, run| {
        assert!(run.complaints().is_empty(), "{:?}", run.outcome);
        assert_pod(run.out.path(), 1);
        // The hash is in the files; their names are free.
        let live = live(run.out.path());
        assert_eq!(ran(&live, "main"), Some(1), "{mode:?}");
        assert_eq!(ran(&live, "emit_to_writer"), Some(1), "{mode:?}");
        assert_eq!(ran(&live, "at_the_end"), None, "{mode:?}");
    });
}

#[test]
fn emit_with_counter_clear() {
    each("emitWithCounterClear", |mode, run| {
        assert!(run.complaints().is_empty(), "{:?}", run.outcome);
        let live = live(run.out.path());
        assert_eq!(ran(&live, "post_clear"), Some(1), "{mode:?}");
        for absent in ["pre_clear", "main", "at_the_end"] {
            assert_eq!(ran(&live, absent), None, "{mode:?} {absent}");
        }
    });
    // The clear holds for the last emission too.
    let run = run(Mode::Atomic, "emitWithCounterClear");
    assert_eq!(ran(&self::live(run.data.path()), "pre_clear"), None);
    assert_eq!(ran(&self::live(run.data.path()), "post_clear"), Some(1));
}

#[test]
fn take_counters() {
    each("takeCounters", |mode, run| {
        assert!(run.complaints().is_empty(), "{:?}", run.outcome);
        let [first, second] = ["window1", "window2"].map(|window| live(&run.out.path().join(window)));
        assert_eq!(ran(&first, "in_every_window"), Some(hits(mode, 1)), "{mode:?}");
        assert_eq!(ran(&second, "in_every_window"), Some(hits(mode, 2)), "{mode:?}");
        assert_eq!(ran(&first, "main"), Some(1), "{mode:?}");
        assert_eq!(ran(&second, "main"), None, "{mode:?}");
        for window in ["window1", "window2"] {
            assert_pod(&run.out.path().join(window), 1);
        }
    });
    for mode in Mode::COUNTING {
        let run = run(mode, "takeCounters");
        assert_eq!(ran(&live(run.data.path()), "in_every_window"), Some(hits(mode, 4)), "{mode:?}");
        // All windows together are the run: both tools add them.
        let [first, second] = ["window1", "window2"].map(|window| run.out.path().join(window));
        let inputs = [&first, &second, run.data.path()].map(text).join(",");
        let answer = livecov_tests::compare::same(&["debugdump", "-live", &format!("-i={inputs}")]);
        let sum = answer.outcome.quiet().stdout_text();
        assert_eq!(ran(&sum, "in_every_window"), Some(hits(mode, 7)), "{mode:?}");
        assert_eq!(ran(&sum, "main"), Some(1), "{mode:?}");
    }
}

#[test]
fn take_counters_to_writer() {
    each("takeCountersToWriter", |mode, run| {
        assert!(run.complaints().is_empty(), "{:?}", run.outcome);
        assert_pod(run.out.path(), 3);
        assert_eq!(ran(&live(run.out.path()), "taken"), Some(hits(mode, 3)), "{mode:?}");
        assert_eq!(ran(&live(run.out.path()), "main"), Some(1), "{mode:?}");
        let epochs =
            counter_files(run.out.path()).iter().map(|file| argument(file, "livecov.epoch")).collect::<Vec<_>>();
        assert_eq!(epochs, [b"0", b"1", b"2"].map(|epoch| Some(epoch.to_vec())));
    });
}

#[test]
fn baselines_have_what_ran_since() {
    each("baseline", |mode, run| {
        assert!(run.complaints().is_empty(), "{:?}", run.outcome);
        let [first, second] = ["first", "second"].map(|folder| live(&run.out.path().join(folder)));
        let counts = |dump: &str| {
            ["main", "before_baseline", "since_first_baseline", "since_second_baseline"]
                .map(|function| ran(dump, function))
        };
        assert_eq!(counts(&first), [None, None, Some(1), Some(hits(mode, 2))], "{mode:?}");
        assert_eq!(counts(&second), [None, None, None, Some(hits(mode, 2))], "{mode:?}");
    });
    // The counters themselves went on.
    let run = run(Mode::Atomic, "baseline");
    let last = live(run.data.path());
    assert_eq!(ran(&last, "before_baseline"), Some(1));
    assert_eq!(ran(&last, "since_second_baseline"), Some(2));
    each("baselineToWriter", |mode, run| {
        assert!(run.complaints().is_empty(), "{:?}", run.outcome);
        let live = live(run.out.path());
        assert_eq!(ran(&live, "since_stream"), Some(1), "{mode:?}");
        assert_eq!(ran(&live, "before_stream"), None, "{mode:?}");
    });
}

#[test]
fn labels_are_kept() {
    each("label", |mode, run| {
        assert_eq!(run.complaints(), ["too long: the label has 129 bytes, which is too long"], "{mode:?}");
        let label = |folder: &str| {
            let [file] = counter_files(&run.out.path().join(folder)).try_into().unwrap();
            argument(&file, "livecov.label")
        };
        assert_eq!(label("named"), Some(b"phase one".to_vec()), "{mode:?}");
        assert_eq!(label("longest"), Some(vec![b'l'; 128]), "{mode:?}");
        assert_eq!(label("none"), None, "{mode:?}");
    });
}

#[test]
fn images_are_found_and_written() {
    each("images", |mode, run| {
        let hash = hex(&meta_hash(&read(&meta_file(run.out.path()))));
        assert_eq!(run.complaints(), ["images: 1".to_owned(), format!("program: true, hash: {hash}")], "{mode:?}");
        // A snapshot and a take of the same epoch.
        assert_pod(run.out.path(), 2);
        assert_eq!(ran(&live_by_ours(run.out.path()), "images"), Some(1), "{mode:?}");
        let bytes = read(&meta_file(run.out.path()));
        assert_eq!(MetaFile::parse(&bytes).unwrap().packages.len(), 1, "{mode:?}");
    });
}

#[test]
fn mark_written_keeps_the_last_emission_from_happening() {
    for mode in Mode::COUNTING {
        let run = run(mode, "markWritten");
        assert!(run.complaints().is_empty(), "{:?}", run.outcome);
        assert_pod(run.out.path(), 1);
        assert!(list(run.data.path()).is_empty(), "{mode:?}");
    }
}

/// LLVM's runtime says 2^20 of a function that ran once.
#[test]
fn twenty_snapshots_and_the_last_emission_count_once() {
    for mode in Mode::COUNTING {
        let run = run(mode, "snapshots");
        assert!(run.complaints().is_empty(), "{:?}", run.outcome);
        assert_pod(run.data.path(), 21);
        let dump = live_by_ours(run.data.path());
        for function in ["main", "once", "at_the_end"] {
            assert_eq!(ran(&dump, function), Some(1), "{mode:?} {function}");
        }
        // Merged, which Go's tool reads, it is the same.
        let merged = livecov_tests::compare::scratch();
        let (from, to) = (format!("-i={}", text(run.data.path())), format!("-o={}", text(merged.path())));
        Tool::Ours.run(&["merge", "--flatten", &from, &to]).quiet();
        assert_eq!(ran(&live(merged.path()), "once"), Some(1), "{mode:?}");
    }
    let run = run_with(Mode::Count, "snapshots", |_, _| {}).checked();
    assert_pod(run.out.path(), 20);
    assert_eq!(ran(&live_by_ours(run.out.path()), "once"), Some(1));
}

#[test]
fn threads_that_write_at_once_do_not_disturb_each_other() {
    for mode in Mode::COUNTING {
        let run = run_with(mode, "crowd", |_, _| {}).checked();
        assert!(run.complaints().is_empty(), "{:?}", run.outcome);
        assert_pod(run.out.path(), 8 * 150);
        let input = format!("-i={}", text(run.out.path()));
        let dump = Tool::Ours.run(&["debugdump", "--strict", "-live", &input]).quiet().stdout_text();
        assert_eq!(ran(&dump, "once"), Some(1), "{mode:?}");
        // Each file is of a snapshot of its own.
        let mut numbers: Vec<_> =
            counter_files(run.out.path()).iter().map(|file| argument(file, "livecov.seq")).collect();
        numbers.sort();
        numbers.dedup();
        assert_eq!(numbers.len(), 8 * 150, "{mode:?}");
    }
}

/// The same with four processes, which know nothing of each other's names.
#[test]
fn processes_that_write_at_once_do_not_disturb_each_other() {
    let exe = program("harness", Mode::Set, Profile::Debug);
    let out = tempfile::tempdir().expect("a directory");
    let start = || {
        let mut command = recorded(&exe, out.path());
        command
            .args(["-tp", "crowd", "-o", text(out.path())])
            .stdout(Stdio::null())
            .spawn()
            .expect("the harness starts")
    };
    let mut children: Vec<_> = (0..4).map(|_| start()).collect();
    for child in &mut children {
        assert!(child.wait().expect("its end").success());
    }
    // Each wrote one more when it ended.
    assert_pod(out.path(), 4 * (8 * 150 + 1));
    let input = format!("-i={}", text(out.path()));
    Tool::Ours.run(&["percent", "--strict", &input]).quiet();
}
