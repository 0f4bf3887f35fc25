//! `--since`: the counts of data less those of earlier data.

use crate::{counts, lookup, run};
use livecov_format::vocab::CounterMode::{self, Count, Set};
use livecov_tests::paths::{make_dir, text};
use livecov_tests::reports::{Process, report, shop, write_pod, write_snapshot};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

const LOOKUP: &str = "price::lookup";

fn process(instance: u8) -> Process<'static> {
    Process { instance, args: &["shop"], started: 1_700_000_000, written: 1_700_000_009, ..Process::default() }
}

/// A snapshot of a process with these counts of `price::lookup`.
fn snapshot(dir: &Path, mode: CounterMode, instance: u8, moment: [u32; 2], counters: [u32; 4]) -> PathBuf {
    write_snapshot(dir, &shop(mode), process(instance), moment, &[(LOOKUP, &counters)])
}

/// Two directories, of earlier and of later data.
struct Scene {
    root: TempDir,
    earlier: PathBuf,
    later: PathBuf,
}

impl Scene {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        let [earlier, later] = ["earlier", "later"].map(|name| make_dir(&root.path().join(name)));
        Self { root, earlier, later }
    }

    #[track_caller]
    fn since(&self) -> Vec<u64> {
        lookup(&[text(&self.later), "--since", text(&self.earlier)])
    }

    #[track_caller]
    fn warns(&self, counted: [u64; 4], words: &str) {
        let args = [text(&self.later), "--since", text(&self.earlier)];
        let (found, err) = counts(LOOKUP, &args);
        assert_eq!(found, counted);
        let expected = format!("warning: --since {}: {words}", text(&self.earlier));
        assert!(err.starts_with(&expected) && err.lines().count() == 1, "{err}");
    }
}

#[test]
fn counts_are_less_what_each_process_had_counted() {
    let scene = Scene::new();
    snapshot(&scene.earlier, Count, 1, [0, 1], [7, 2, 5, 0]);
    // A process that has ended counts nothing.
    snapshot(&scene.earlier, Count, 3, [0, 1], [50, 50, 50, 50]);
    snapshot(&scene.later, Count, 1, [0, 2], [9, 2, 6, 1]);
    snapshot(&scene.later, Count, 1, [0, 3], [10, 2, 7, 1]);
    // One that has begun counts whole.
    snapshot(&scene.later, Count, 2, [0, 1], [1, 1, 0, 0]);
    assert_eq!(scene.since(), [4, 1, 2, 1]);
    assert_eq!(lookup(&[text(&scene.later)]), [11, 3, 7, 1]);
}

#[test]
fn two_dumps_of_one_directory_are_named_as_files() {
    let scene = Scene::new();
    let [first, second] = [(1, [7, 2, 5, 0]), (2, [8, 3, 5, 0])]
        .map(|(seq, counters)| snapshot(&scene.later, Count, 1, [0, seq], counters));
    snapshot(&scene.later, Count, 2, [0, 1], [30, 30, 30, 30]);
    assert_eq!(lookup(&[text(&second), "--since", text(&first)]), [1, 1, 0, 0]);
    // The meta file may lie beside either.
    let alone = scene.earlier.join(second.file_name().unwrap());
    std::fs::rename(&second, &alone).unwrap();
    assert_eq!(lookup(&[text(&alone), "--since", text(&first)]), [1, 1, 0, 0]);
    // A directory that has the earlier data as well.
    std::fs::rename(&alone, &second).unwrap();
    assert_eq!(lookup(&[text(&scene.later), "--since", text(&first)]), [31, 31, 30, 30]);
}

#[test]
fn in_set_mode_what_is_new_counts() {
    let scene = Scene::new();
    snapshot(&scene.earlier, Set, 1, [0, 1], [1, 0, 1, 0]);
    snapshot(&scene.later, Set, 1, [0, 2], [1, 1, 1, 0]);
    assert_eq!(scene.since(), [0, 1, 0, 0]);
    // What ran in another process is no old hat in this one.
    snapshot(&scene.later, Set, 2, [0, 1], [1, 0, 0, 0]);
    assert_eq!(scene.since(), [1, 1, 0, 0]);
}

#[test]
fn counters_that_were_cleared_begin_again() {
    let scene = Scene::new();
    snapshot(&scene.earlier, Count, 1, [1, 3], [5, 0, 0, 0]);
    // The live directory has everything, also from before the moment.
    snapshot(&scene.later, Count, 1, [0, 2], [100, 100, 100, 100]);
    snapshot(&scene.later, Count, 1, [1, 3], [5, 0, 0, 0]);
    snapshot(&scene.later, Count, 1, [1, 4], [6, 1, 0, 0]);
    snapshot(&scene.later, Count, 1, [2, 5], [2, 0, 2, 0]);
    assert_eq!(scene.since(), [3, 1, 2, 0]);
    // Without the data up to the reset, a part is missing.
    for seq in [3, 4] {
        let name = format!("covcounters.{}.101.{}", shop(Count).tag(), 1000 + seq);
        std::fs::remove_file(scene.later.join(name)).unwrap();
    }
    scene.warns([2, 0, 2, 0], "1 process cleared the counters in between");
}

#[test]
fn earlier_data_that_are_later_are_named() {
    let scene = Scene::new();
    snapshot(&scene.earlier, Count, 1, [0, 5], [9, 9, 9, 9]);
    snapshot(&scene.later, Count, 1, [0, 4], [9, 8, 9, 9]);
    scene.warns([0, 0, 0, 0], "the snapshots of 1 process there are later than these");
    // Also by an epoch.
    snapshot(&scene.earlier, Count, 1, [1, 6], [1, 0, 0, 0]);
    scene.warns([0, 0, 0, 0], "the snapshots of 1 process there are later than these");
    // The same snapshot is neither.
    let scene = Scene::new();
    for dir in [&scene.earlier, &scene.later] {
        snapshot(dir, Count, 1, [0, 5], [9, 9, 9, 9]);
    }
    assert_eq!(scene.since(), [0, 0, 0, 0]);
}

#[test]
fn earlier_data_of_other_processes_are_named() {
    let scene = Scene::new();
    snapshot(&scene.later, Count, 1, [0, 1], [1, 2, 3, 4]);
    let words = "no process of the data has a snapshot there, so all of them count whole";
    // None at all, another process, another program.
    scene.warns([1, 2, 3, 4], words);
    snapshot(&scene.earlier, Count, 2, [0, 1], [1, 1, 1, 1]);
    scene.warns([1, 2, 3, 4], words);
    snapshot(&scene.earlier, Set, 1, [0, 1], [1, 1, 1, 1]);
    scene.warns([1, 2, 3, 4], words);
    let strict = report(&[text(&scene.later), "--since", text(&scene.earlier), "--strict"]);
    assert!(strict.0 == 1 && strict.2.contains(words), "{strict:?}");
    let (status, _, err) = report(&[text(&scene.later), "--since", text(&scene.root.path().join("nothing"))]);
    assert!(status == 1 && err.contains("nothing"), "{err}");
}

#[test]
fn merged_data_keep_their_processes() {
    let scene = Scene::new();
    for (dir, first, second) in [(&scene.earlier, [7, 2, 5, 0], 1), (&scene.later, [9, 2, 7, 0], 4)] {
        snapshot(dir, Count, 1, [0, second], first);
        snapshot(dir, Count, 2, [0, second], [second, 0, 0, 0]);
        let (status, _, err) = run(&["merge", "-i", text(dir), "-o", text(dir)]);
        assert_eq!((status, err.as_str()), (0, ""));
    }
    assert_eq!(scene.since(), [5, 0, 2, 0]);
}

#[test]
fn files_that_name_no_process_go_by_its_number() {
    let scene = Scene::new();
    write_pod(&scene.earlier, &shop(Count), &[&[(LOOKUP, &[7, 2, 5, 0])], &[(LOOKUP, &[1, 1, 0, 0])]]);
    write_pod(&scene.later, &shop(Count), &[&[(LOOKUP, &[9, 2, 5, 1])], &[(LOOKUP, &[1, 0, 0, 0])]]);
    // The second was started anew.
    scene.warns(
        [3, 0, 0, 1],
        "files of 1 process that they do not name do not continue what is there: they count whole",
    );
    write_pod(&scene.later, &shop(Count), &[&[(LOOKUP, &[9, 2, 5, 1])], &[(LOOKUP, &[1, 1, 0, 0])]]);
    assert_eq!(scene.since(), [2, 0, 0, 1]);
}

#[test]
fn every_report_shows_the_same() {
    let scene = Scene::new();
    snapshot(&scene.earlier, Count, 1, [0, 1], [7, 2, 5, 0]);
    snapshot(&scene.later, Count, 1, [0, 2], [9, 2, 7, 0]);
    let [later, earlier] = [&scene.later, &scene.earlier].map(|dir| text(dir));
    let input = ["-i", later, "--since", earlier];
    let (_, out, _) = run(&[&["func"], &input[..]].concat());
    assert!(out.lines().any(|line| line.contains("price::lookup") && line.ends_with("50.0%")), "{out}");
    let (_, out, _) = run(&[&["percent"], &input[..]].concat());
    assert!(out.contains("coverage: 13.3% of statements"), "{out}");
    let profile = scene.root.path().join("profile");
    run(&[&["textfmt", "-o", text(&profile)], &input[..]].concat());
    let profile = std::fs::read_to_string(profile).unwrap();
    let (_, out, _) = report(&[later, "--since", earlier, "--text"]);
    assert_eq!(out, profile);
    assert_eq!(profile.lines().filter(|line| line.ends_with(" 2")).count(), 2, "{profile}");
    let (_, out, _) = report(&[later, "--since", earlier, "--lcov"]);
    assert!(out.contains("DA:12,2\n") && out.contains("DA:13,0\n"), "{out}");
    for format in ["--markdown", "--json"] {
        let (_, out, err) = report(&[later, "--since", earlier, format]);
        assert!(out.contains("Counts are of what ran since ") && err.is_empty(), "{format}: {err}{out}");
    }
    let (_, out, _) = report(&[later, "--since", earlier]);
    assert!(out.ends_with(&format!("\nCounts are of what ran since {earlier}\n")), "{out}");
    // A baseline is not taken off from.
    let (_, out, err) = report(&[later, "--since", earlier, "--baseline", earlier, "--json"]);
    assert_eq!(err, "");
    let found: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(found["comparison"]["totals"]["lost"], 1, "{}", found["comparison"]);
}

#[test]
fn who_ran_a_line_is_who_ran_it_since() {
    let scene = Scene::new();
    for (dir, seq, counters) in
        [(&scene.earlier, 1, [[5, 5, 0, 0], [1, 0, 0, 0]]), (&scene.later, 2, [[5, 5, 1, 0], [2, 0, 0, 0]])]
    {
        for (instance, label, counters) in [(1, "one", counters[0]), (2, "two", counters[1])] {
            let process = Process { label, ..process(instance) };
            write_snapshot(dir, &shop(Count), process, [0, seq], &[(LOOKUP, &counters)]);
        }
    }
    let (_, out, _) = report(&[text(&scene.later), "--since", text(&scene.earlier), "--json"]);
    let found: serde_json::Value = serde_json::from_str(&out).unwrap();
    let units = found["files"][0]["units"].as_array().unwrap().iter().filter(|unit| unit["count"] != 0);
    let sets: Vec<_> = units
        .map(|unit| found["contexts"]["sets"][usize::try_from(unit["contexts"].as_u64().unwrap()).unwrap()].to_string())
        .collect();
    assert_eq!(found["contexts"]["names"], serde_json::json!(["one", "two"]));
    assert_eq!(sets, ["[1]", "[0]"]);
}
