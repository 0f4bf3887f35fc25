//! Reports: `percent`, `func`, `pkglist`, `textfmt`, `debugdump`.

use livecov_tests::compare::{Answer, OUT, same, same_in, scratch};
use livecov_tests::corpus::{FIRST, MODES, SECOND, SHARED_RUNS, SKEWED, tiny, tiny_run};
use livecov_tests::files::copy;
use livecov_tests::paths::text;
use livecov_tests::tool::Tool;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// Every report over `input`, the value of `-i`, with further arguments.
fn reports(cwd: &Path, input: &str, more: &[&str]) -> [Answer; 7] {
    let input = format!("-i={input}");
    let out = format!("-o={OUT}");
    let commands: [&[&str]; 7] = [
        &["percent", &input],
        &["percent", &input, &out],
        &["func", &input],
        &["pkglist", &input],
        &["textfmt", &input, &out],
        &["debugdump", &input],
        &["debugdump", &input, "-live"],
    ];
    commands.map(|command| same_in(cwd, &[command, more].concat()))
}

fn all_reports(input: &str, more: &[&str]) -> [Answer; 7] {
    reports(livecov_tests::paths::repo_root(), input, more)
}

/// All must have worked without a warning.
#[track_caller]
fn assert_quiet(answers: [Answer; 7]) -> [Answer; 7] {
    for answer in &answers {
        answer.outcome.clone().quiet();
    }
    answers
}

#[test]
fn all_runs_of_one_program_in_each_mode() {
    for mode in MODES {
        let [percent, with_file, func, pkglist, profile, dump, live] =
            assert_quiet(all_reports(text(&tiny(mode)), &[]));
        assert!(percent.outcome.stdout_text().contains("coverage: "));
        assert_eq!(with_file.out, profile.out);
        assert!(func.outcome.stdout_text().contains("*Ünion.Ölen"));
        assert_eq!(pkglist.outcome.stdout_text().lines().count(), 4);
        let profile = String::from_utf8(profile.out.unwrap()).unwrap();
        assert!(profile.starts_with(&format!("mode: {mode}\n")));
        assert!(dump.outcome.stdout.len() > live.outcome.stdout.len());
    }
}

#[test]
fn each_run_alone() {
    for mode in MODES {
        for run in 0..livecov_tests::corpus::TINY_RUNS.len() {
            assert_quiet(all_reports(text(&tiny_run(mode, run)), &[]));
        }
    }
}

#[test]
fn package_patterns() {
    let data = tiny("count");
    let patterns = [
        "example.org/tiny",
        "example.org/tiny/shapes",
        "example.org/tiny/...",
        "example.org/tiny/shapes/...",
        "...shapes",
        "...",
        "example.org/.../odd_names",
        "example.org/tiny/s...s",
        "example.org/tiny/v2.x/odd_names",
        "example.org/tiny/v2xx/odd_names",
        "example.org/tiny/shapes,example.org/tiny",
        ",example.org/tiny/shapes,,",
        ",",
        "example.org",
        "shapes",
        "./...",
        "all",
        "main",
        "nowhere",
        "nowhere,example.org/tiny/only-types",
        "...s...",
        "[a-z]...",
    ];
    for pattern in patterns {
        assert_quiet(all_reports(text(&data), &[&format!("-pkg={pattern}")]));
    }
    assert_quiet(all_reports(text(&data), &["-pkg="]));
}

#[test]
fn patterns_select_what_they_should() {
    let input = format!("-i={}", text(&tiny("set")));
    for (pattern, packages) in [("...shapes", 1), ("example.org/tiny/...", 4), ("tiny", 0)] {
        let answer = same(&["pkglist", &input, "-pkg", pattern]);
        assert_eq!(answer.outcome.stdout_text().lines().count(), packages);
    }
}

#[test]
fn several_directories() {
    let runs = [0, 1, 2, 3].map(|run| tiny_run("count", run));
    let [a, b, c, d] = runs.each_ref().map(|dir| text(dir));
    for input in
        [format!("{a},{b}"), format!("{b},{a}"), format!("{a},{b},{c},{d}"), format!("{a},{a}"), format!("{a},{b},{a}")]
    {
        assert_quiet(all_reports(&input, &[]));
    }
}

#[test]
fn a_directory_given_twice_counts_twice() {
    let data = tiny_run("count", 2);
    let data = text(&data);
    let total = |input: String| {
        let answer = same(&["textfmt", &input, &format!("-o={OUT}")]);
        let profile = String::from_utf8(answer.out.unwrap()).unwrap();
        let counts = profile.lines().skip(1);
        counts.map(|line| line.rsplit(' ').next().unwrap().parse::<u64>().unwrap()).sum::<u64>()
    };
    let once = total(format!("-i={data}"));
    assert!(once > 20000, "a loop of the program runs that often");
    assert_eq!(total(format!("-i={data},{data}")), 2 * once);
}

#[test]
fn several_programs() {
    let first = FIRST.data(&SHARED_RUNS);
    let second = SECOND.data(&SHARED_RUNS);
    let skewed = SKEWED.data(&SHARED_RUNS);
    let [first, second, skewed] = [&first, &second, &skewed].map(|dir| text(dir));
    for input in [
        format!("{first},{second}"),
        format!("{second},{first}"),
        format!("{first},{skewed}"),
        format!("{skewed},{second},{first}"),
    ] {
        assert_quiet(all_reports(&input, &[]));
        assert_quiet(all_reports(&input, &["-pkg=example.org/shared/common"]));
    }
}

#[test]
fn several_programs_in_one_directory() {
    let dir = scratch();
    for program in [FIRST, SECOND, SKEWED] {
        copy(&program.data(&SHARED_RUNS), dir.path());
    }
    assert_quiet(all_reports(text(dir.path()), &[]));
}

#[test]
fn relative_directories() {
    let dir = scratch();
    copy(&tiny_run("count", 0), &dir.path().join("a/b"));
    copy(&tiny_run("count", 1), &dir.path().join("a/c d"));
    for input in ["a/b", "./a/b", "./a//b", "a/b/", "a/./b/.", "a/c d/../b", "a/b,./a/b", "./a/c d,a/b"] {
        assert_quiet(reports(dir.path(), input, &[]));
    }
    assert_quiet(reports(&dir.path().join("a/b"), ".", &[]));
    assert_quiet(reports(&dir.path().join("a/b"), "../b/", &[]));
    assert_quiet(reports(&dir.path().join("a/b"), "..//c d", &[]));
}

#[test]
fn a_link_to_a_directory() {
    let dir = scratch();
    std::os::unix::fs::symlink(tiny_run("set", 1), dir.path().join("link")).unwrap();
    assert_quiet(reports(dir.path(), "link", &[]));
}

/// Paths are bytes.
#[test]
fn a_directory_whose_name_is_no_text() {
    let dir = scratch();
    let name = OsStr::from_bytes(b"a\xffb");
    copy(&tiny_run("set", 1), &dir.path().join(name));
    for command in ["percent", "debugdump"] {
        let args = [OsStr::new(command), OsStr::new("-i"), name];
        let [go, ours] = [Tool::Go, Tool::Ours].map(|tool| tool.run_in(dir.path(), &args).quiet().stdout);
        let end = |dump: &[u8]| dump[dump.len() - 1500..].to_vec();
        let files = |dump: &[u8]| dump.windows(15).filter(|bytes| *bytes == b"data file a\xffb/c").count();
        match command {
            "percent" => assert!(!ours.is_empty()),
            _ => assert!(end(&go) == end(&ours)),
        }
        assert_eq!(files(&go), files(&ours));
    }
}

#[test]
fn links_to_files() {
    let dir = scratch();
    for file in livecov_tests::files::list(&tiny_run("set", 1)) {
        let name = livecov_tests::files::name(&file);
        std::os::unix::fs::symlink(&file, dir.path().join(name)).unwrap();
    }
    assert_quiet(reports(dir.path(), ".", &[]));
}

#[test]
fn other_files_are_passed_over() {
    let dir = scratch();
    copy(&tiny_run("set", 1), dir.path());
    let hash = "00112233445566778899aabbccddeeff";
    for name in [
        "notes.txt".to_owned(),
        "covmeta.".to_owned(),
        "covmeta".to_owned(),
        format!("tmp.covmeta.{hash}123"),
        format!("tmp.covcounters.{hash}.1.2"),
        format!("covcounters.{hash}"),
        format!("covcounters.{hash}.1"),
        format!("covcounters.{hash}.x.1"),
        format!("xcovcounters.{hash}.1.1"),
    ] {
        livecov_tests::files::write(&dir.path().join(name), b"nothing of the kind");
    }
    std::fs::create_dir(dir.path().join(format!("covmeta.{hash}"))).unwrap();
    assert_quiet(reports(dir.path(), ".", &[]));
}

#[test]
fn files_with_hand_made_names() {
    let dir = scratch();
    let data = tiny_run("count", 1);
    let [counters] = livecov_tests::files::counter_files(&data).try_into().unwrap();
    copy_as(&livecov_tests::files::meta_file(&data), dir.path(), "covmeta.0a.b-c");
    copy_as(&counters, dir.path(), "covcounters.0a.b-c.99.77");
    copy_as(&counters, dir.path(), "covcounters.0a.b-c.8.77");
    copy_as(&counters, dir.path(), "covcounters.0a.b-c.8.077");
    assert_quiet(reports(dir.path(), ".", &[]));
}

fn copy_as(from: &Path, dir: &Path, name: &str) {
    std::fs::copy(from, dir.join(name)).expect("a copy");
}

#[test]
fn a_meta_file_without_counters() {
    let dir = scratch();
    let meta = livecov_tests::files::meta_file(&tiny("atomic"));
    copy_as(&meta, dir.path(), livecov_tests::files::name(&meta));
    let [percent, ..] = assert_quiet(reports(dir.path(), ".", &[]));
    assert!(percent.outcome.stdout_text().contains("coverage: 0.0%"));
}

#[test]
fn counters_in_another_directory_than_their_meta_file() {
    let dir = scratch();
    let data = tiny("atomic");
    copy(&data, &dir.path().join("counters"));
    let meta = livecov_tests::files::meta_file(&dir.path().join("counters"));
    std::fs::create_dir(dir.path().join("meta")).unwrap();
    let name = livecov_tests::files::name(&meta).to_owned();
    std::fs::rename(&meta, dir.path().join("meta").join(name)).unwrap();
    assert_quiet(reports(dir.path(), "meta,counters", &[]));
    assert_quiet(reports(dir.path(), "counters,meta", &[]));
}

#[test]
fn long_and_odd_program_arguments() {
    let long = "x".repeat(8000);
    let dir = scratch();
    let program = livecov_tests::corpus::tiny_program("set");
    program.fresh(dir.path(), &[&[&long, "", "a b", "[c]", "ä\n"]]);
    assert_quiet(reports(dir.path(), ".", &[]));
}

#[test]
fn different_modes_do_not_mix_in_a_profile() {
    let [set, atomic] = ["set", "atomic"].map(tiny);
    for input in [format!("-i={},{}", text(&set), text(&atomic)), format!("-i={},{}", text(&atomic), text(&set))] {
        for command in ["percent", "func", "pkglist", "debugdump"] {
            same(&[command, &input]).outcome.quiet();
        }
        let answer = same(&["textfmt", &input, &format!("-o={OUT}")]);
        let complaint = answer.outcome.exits(1).complaint();
        assert!(complaint.contains("counter mode clash"), "{complaint}");
    }
}

#[test]
fn a_profile_to_standard_output() {
    let input = format!("-i={}", text(&tiny("count")));
    for command in ["textfmt", "percent"] {
        let answer = same(&[command, &input, "-o=/dev/stdout"]);
        assert!(answer.outcome.stdout_text().contains("mode: count\n"));
    }
}

#[test]
fn a_profile_replaces_an_older_one() {
    let dir = scratch();
    let data = tiny("count");
    let input = format!("-i={}", text(&data));
    let target = dir.path().join("profile");
    livecov_tests::files::write(&target, &vec![b'x'; 1 << 20]);
    let expected = same(&["textfmt", &input, &format!("-o={OUT}")]).out.unwrap();
    same(&["textfmt", &input, &format!("-o={}", text(&target))]);
    assert!(livecov_tests::files::read(&target) == expected);
}
