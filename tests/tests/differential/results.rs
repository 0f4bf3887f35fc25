//! Commands that write data: `merge`, `subtract`, `intersect`. Each tool reads what each tool wrote.

use livecov_tests::compare::{OUT, Reading, assert_same_text, same_result, scratch};
use livecov_tests::corpus::{FIRST, MODES, SECOND, SHARED_RUNS, SKEWED, tiny, tiny_program, tiny_run};
use livecov_tests::dump::counters;
use livecov_tests::files::{copy, counter_files, meta_file, meta_files, name, read};
use livecov_tests::paths::text;
use std::path::{Path, PathBuf};

/// The four readings of a command's output are equal; gives one of them, and the files of ours.
#[track_caller]
fn result(command: &str, inputs: &[&Path], more: &[&str]) -> Reading {
    let dirs: Vec<&str> = inputs.iter().map(|dir| text(dir)).collect();
    let input = format!("-i={}", dirs.join(","));
    let out = format!("-o={OUT}");
    let (answer, reading) = same_result(&[&[command, &input, &out], more].concat());
    // One pod for each meta file, and nothing else: no temporary file stays.
    let all = livecov_tests::files::list(&answer.out_path()).len();
    let metas = meta_files(&answer.out_path()).len();
    assert_eq!(all, metas + counter_files(&answer.out_path()).len());
    reading
}

#[test]
fn merge_of_all_runs_in_each_mode() {
    for mode in MODES {
        let reading = result("merge", &[&tiny(mode)], &[]);
        assert!(reading.profile.starts_with(&format!("mode: {mode}\n")));
    }
}

#[test]
fn merge_keeps_the_meta_file_byte_for_byte_and_makes_one_counter_file() {
    let data = tiny("count");
    let input = format!("-i={}", text(&data));
    let (answer, _) = same_result(&["merge", &input, "-o={out}"]);
    let merged = meta_file(&answer.out_path());
    assert_eq!(name(&merged), name(&meta_file(&data)));
    assert_eq!(read(&merged), read(&meta_file(&data)));
    let [counters] = counter_files(&answer.out_path()).try_into().unwrap();
    let hash = name(&merged).strip_prefix("covmeta.").unwrap();
    assert!(name(&counters).starts_with(&format!("covcounters.{hash}.0.")));
}

#[test]
fn merge_of_directories() {
    for mode in MODES {
        let runs = [0, 1, 2, 3].map(|run| tiny_run(mode, run));
        let [a, b, c, d] = runs.each_ref().map(PathBuf::as_path);
        result("merge", &[a, b], &[]);
        let all = result("merge", &[a, b, c, d], &[]);
        assert!(all == result("merge", &[d, b, a, c], &[]));
        result("merge", &[a, a], &[]);
    }
}

#[test]
fn merge_adds_counts() {
    let data = tiny_run("count", 2);
    let once = result("merge", &[&data], &[]);
    let twice = result("merge", &[&data, &data], &[]);
    let doubled = |reading: &Reading| -> Vec<u64> {
        let counts = counters(&reading.dump, "spin").unwrap();
        counts.iter().map(|count| 2 * count).collect()
    };
    assert_eq!(doubled(&once)[1..], [2, 40000]);
    assert_eq!(doubled(&once), counters(&twice.dump, "spin").unwrap());
}

#[test]
fn merge_keeps_arguments_only_if_all_runs_have_the_same() {
    let dir = scratch();
    let program = tiny_program("set");
    let runs = ["same", "other"].map(|run| dir.path().join(run));
    for run in &runs {
        std::fs::create_dir(run).unwrap();
    }
    program.fresh(&runs[0], &[&["odd"], &["odd"]]);
    program.fresh(&runs[1], &[&["odd", "3"]]);
    let same = result("merge", &[&runs[0]], &[]);
    assert!(same.dump.contains("  program args: [") && same.dump.contains(" odd]\n"));
    let both = result("merge", &[&runs[0], &runs[1]], &[]);
    assert!(!both.dump.contains("program args"));
    assert!(both.dump.contains("data file PATH GOOS=linux GOARCH="));
}

#[test]
fn merge_of_several_programs() {
    let [first, second, skewed] = [FIRST, SECOND, SKEWED].map(|p| p.data(&SHARED_RUNS));
    result("merge", &[&first, &second], &[]);
    result("merge", &[&skewed, &first], &[]);
    result("merge", &[&first, &second, &skewed, &first], &[]);
}

#[test]
fn merge_of_a_meta_file_without_counters() {
    let dir = scratch();
    let meta = meta_file(&tiny("atomic"));
    std::fs::copy(&meta, dir.path().join(name(&meta))).unwrap();
    result("merge", &[dir.path()], &[]);
    result("merge", &[dir.path(), &tiny_run("atomic", 1)], &[]);
}

#[test]
fn merge_of_selected_packages() {
    for mode in ["set", "count"] {
        let data = tiny(mode);
        for pattern in [
            "example.org/tiny/shapes",
            "example.org/tiny",
            "example.org/tiny/...",
            "...s",
            "example.org/tiny/only-types",
            "example.org/tiny/only-types,...odd_names",
            "...",
        ] {
            let reading = result("merge", &[&data], &[&format!("-pkg={pattern}")]);
            assert!(reading.profile.starts_with("mode: "));
        }
    }
}

#[test]
fn merge_of_selected_packages_of_several_programs() {
    let [first, second, skewed] = [FIRST, SECOND, SKEWED].map(|p| p.data(&SHARED_RUNS));
    for pattern in ["...common", "...extra,...first", "...second"] {
        let pattern = format!("-pkg={pattern}");
        result("merge", &[&first, &second], &[&pattern]);
        result("merge", &[&first, &second, &skewed], &[&pattern, "-pcombine"]);
    }
}

#[test]
fn merge_of_no_package() {
    let reading = result("merge", &[&tiny("set")], &["-pkg=nowhere"]);
    assert_eq!(reading.profile, "mode: set\n");
}

#[test]
fn combined_programs() {
    let [first, second, skewed] = [FIRST, SECOND, SKEWED].map(|p| p.data(&SHARED_RUNS));
    let [first, second, skewed] = [&first, &second, &skewed].map(PathBuf::as_path);
    for inputs in [
        &[first][..],
        &[first, second],
        &[second, first],
        &[first, skewed],
        &[first, second, skewed],
        &[skewed, skewed, first],
    ] {
        let reading = result("merge", inputs, &["-pcombine"]);
        assert_eq!(reading.dump.matches("Cover mode: ").count(), 1);
        let common = reading.dump.matches("Package path: example.org/shared/common\n");
        assert_eq!(common.count(), 1);
    }
}

#[test]
fn combined_runs_of_one_program_in_each_mode() {
    for mode in MODES {
        result("merge", &[&tiny(mode)], &["-pcombine"]);
    }
}

/// Outputs are inputs again.
#[test]
fn merge_of_merges() {
    let dir = scratch();
    let merged = ["first", "second"].map(|name| dir.path().join(name));
    for (program, out) in [FIRST, SECOND].iter().zip(&merged) {
        std::fs::create_dir(out).unwrap();
        let input = format!("-i={}", text(&program.data(&SHARED_RUNS)));
        let output = format!("-o={}", text(out));
        livecov_tests::tool::Tool::Ours.run(&["merge", "-pcombine", &input, &output]).quiet();
    }
    let [first, second] = merged.each_ref().map(PathBuf::as_path);
    let of_merged = result("merge", &[first, second], &["-pcombine"]);
    let [first, second] = [FIRST, SECOND].map(|p| p.data(&SHARED_RUNS));
    let of_runs = result("merge", &[&first, &second], &["-pcombine"]);
    assert_same_text("merge of merges", &of_runs.profile, &of_merged.profile);
}

#[test]
fn subtract_of_runs() {
    for mode in MODES {
        let runs = [0, 1, 2, 3].map(|run| tiny_run(mode, run));
        let [a, b, c, d] = runs.each_ref().map(PathBuf::as_path);
        for inputs in [[a, b], [b, a], [c, d], [d, d], [&tiny(mode), c], [b, &tiny(mode)]] {
            result("subtract", &inputs, &[]);
        }
        let nothing = result("subtract", &[d, d], &[]);
        assert!(nothing.dump.ends_with(" coveredStmts: 0\n"));
    }
}

#[test]
fn subtract_zeroes_and_does_not_subtract_numbers() {
    let all = tiny("count");
    let reading = result("subtract", &[&all, &tiny_run("count", 0)], &[]);
    let spin = counters(&reading.dump, "spin").unwrap();
    assert_eq!(spin, counters(&result("merge", &[&all], &[]).dump, "spin").unwrap());
    assert_eq!(counters(&reading.dump, "main").unwrap()[0], 0);
}

#[test]
fn intersect_of_runs() {
    for mode in MODES {
        let runs = [0, 1, 2, 3].map(|run| tiny_run(mode, run));
        let [a, b, c, d] = runs.each_ref().map(PathBuf::as_path);
        for inputs in [&[a, b][..], &[b, a], &[b, c, d], &[d, d, d], &[&tiny(mode), c]] {
            result("intersect", inputs, &[]);
        }
        let one = result("intersect", &[&tiny(mode)], &[]);
        assert!(one.profile == result("merge", &[&tiny(mode)], &[]).profile);
    }
}

#[test]
fn subtract_and_intersect_of_selected_packages() {
    let [a, b] = [1, 3].map(|run| tiny_run("count", run));
    for command in ["subtract", "intersect"] {
        for pattern in ["-pkg=...odd_names", "-pkg=example.org/tiny,...shapes"] {
            result(command, &[&a, &b], &[pattern]);
        }
    }
}

#[test]
fn results_of_several_directories_with_one_program_among_others() {
    let dir = scratch();
    let mixed = dir.path().join("mixed");
    copy(&FIRST.data(&SHARED_RUNS), &mixed);
    copy(&SECOND.data(&SHARED_RUNS), &mixed);
    result("merge", &[&mixed, &SKEWED.data(&SHARED_RUNS)], &[]);
    result("merge", &[&mixed], &["-pcombine", "-pkg=...common"]);
}
