//! `subtract` and `intersect` with more than the simplest inputs, and mixtures of modes.

use livecov_tests::command::Outcome;
use livecov_tests::compare::{assert_same_reading, assert_same_text, read, same_reading, scratch};
use livecov_tests::corpus::{FIRST, SECOND, SHARED_RUNS, tiny, tiny_run};
use livecov_tests::dump::counters;
use livecov_tests::files::copy;
use livecov_tests::paths::text;
use livecov_tests::tool::Tool;
use std::path::{Path, PathBuf};

/// Runs `command` over `inputs` into the directory `out`, which is made.
fn run(tool: Tool, command: &[&str], inputs: &[&Path], out: &Path) -> Outcome {
    livecov_tests::paths::make_dir(out);
    let dirs: Vec<&str> = inputs.iter().map(|dir| text(dir)).collect();
    let input = format!("-i={}", dirs.join(","));
    let out = format!("-o={}", text(out));
    tool.run(&[command, &[&input, &out]].concat())
}

/// Go's answer can be had from one program at a time.
fn check_several_programs(command: &str) {
    let scratch = scratch();
    let dir = |name: &str| scratch.path().join(name);
    let one_by_one = dir("one by one");
    for (program, name) in [(FIRST, "first"), (SECOND, "second")] {
        let inputs = [(&SHARED_RUNS[1..], "a"), (&SHARED_RUNS[..1], "b")].map(|(runs, side)| {
            let data = program.data(runs);
            copy(&data, &dir(side));
            copy(&data, &dir(&format!("{name} {side}")));
            dir(&format!("{name} {side}"))
        });
        let [a, b] = inputs.each_ref().map(PathBuf::as_path);
        run(Tool::Go, &[command], &[a, b], &one_by_one).quiet();
    }
    let (a, b) = (dir("a"), dir("b"));
    let go = run(Tool::Go, &[command], &[&a, &b], &dir("go")).exits(2);
    assert!(go.stderr_text().contains("decreasing dir index"), "{go:?}");
    run(Tool::Ours, &[command], &[&a, &b], &dir("ours")).quiet();

    let expected = read(Tool::Go, &one_by_one);
    assert!(expected.dump.matches("Cover mode: ").count() == 2);
    assert_same_reading(command, &expected, &same_reading("ours", &dir("ours")));
}

#[test]
fn subtract_with_several_programs() {
    check_several_programs("subtract");
}

#[test]
fn intersect_with_several_programs() {
    check_several_programs("intersect");
}

/// A later directory stands for all its runs together; Go intersects with each of its files.
#[test]
fn intersect_with_several_runs_in_a_later_directory() {
    let scratch = scratch();
    let dir = |name: &str| scratch.path().join(name);
    for mode in ["set", "count"] {
        let all = tiny(mode);
        let one = tiny_run(mode, 1);
        let merged = dir(&format!("merged {mode}"));
        run(Tool::Go, &["merge"], &[&all], &merged).quiet();
        let [expected, ours, go] = ["expected", "ours", "go"].map(|name| dir(&format!("{name} {mode}")));
        run(Tool::Go, &["intersect"], &[&one, &merged], &expected).quiet();
        run(Tool::Ours, &["intersect"], &[&one, &all], &ours).quiet();
        run(Tool::Go, &["intersect"], &[&one, &all], &go).quiet();
        let expected = read(Tool::Go, &expected);
        let profile = |dir: &Path| same_reading("the result", dir).profile;
        assert_same_text("the intersection", &expected.profile, &profile(&ours));
        assert!(profile(&go) != expected.profile);
    }
}

#[test]
fn intersect_of_a_program_that_is_in_the_first_directory_only() {
    let scratch = scratch();
    let dir = |name: &str| scratch.path().join(name);
    let (first, second) = (FIRST.data(&SHARED_RUNS), SECOND.data(&SHARED_RUNS));
    for (tool, name) in [(Tool::Go, "go"), (Tool::Ours, "ours")] {
        run(tool, &["intersect"], &[&first, &second], &dir(name)).quiet();
    }
    let [go, ours] = [dir("go"), dir("ours")].map(|dir| same_reading("the result", &dir).dump);
    assert!(ours.ends_with(" coveredStmts: 0\n"), "{ours}");
    assert!(!go.ends_with(" coveredStmts: 0\n"), "{go}");
}

/// Each program's runs are merged by its own mode, and then the programs.
#[test]
fn programs_of_different_modes_combine_in_any_order() {
    let scratch = scratch();
    let dir = |name: &str| scratch.path().join(name);
    let (set, atomic) = (tiny("set"), tiny("atomic"));
    // Tools work on programs in the order of their paths.
    let inputs = ["1 set", "2 atomic", "3 set"].map(dir);
    for (input, data) in inputs.iter().zip([&set, &atomic, &set]) {
        copy(data, input);
    }
    let [set_first, middle, set_last] = inputs.each_ref().map(PathBuf::as_path);
    let combine = |tool: Tool, inputs: &[&Path], name: &str| {
        let out = dir(name);
        run(tool, &["merge", "-pcombine"], inputs, &out).quiet();
        read(tool, &out)
    };
    let one = combine(Tool::Ours, &[set_first, middle], "ours 1");
    let other = combine(Tool::Ours, &[middle, set_last], "ours 2");
    assert_same_reading("the other order", &one, &other);
    assert!(one.dump.starts_with("Cover mode: atomic\n"));
    let go = combine(Tool::Go, &[set_first, middle], "go 1");
    assert!(go.profile != combine(Tool::Go, &[middle, set_last], "go 2").profile);

    let counts = |data: &Path, function: &str| -> Vec<u64> { counters(&read(Tool::Go, data).dump, function).unwrap() };
    for function in ["main", "spin", "pick", "word"] {
        let sums: Vec<u64> = counts(&atomic, function)
            .into_iter()
            .zip(counts(&set, function))
            .map(|(atomic, set)| atomic + u64::from(set != 0))
            .collect();
        assert_eq!(counters(&one.dump, function), Some(sums), "{function}");
    }
}
