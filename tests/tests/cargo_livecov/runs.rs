//! `run` and `test`: what programs do, and what is counted.

use crate::project::{Project, said};
use livecov_tests::command::{capture, must};

const NOTHING: Option<u64> = None;

#[test]
fn a_program_does_what_it_always_did_and_is_counted() {
    let project = Project::copy("sample");
    let plain = capture(&mut project.cargo(&["run", "--quiet"])).quiet();
    let ours = project.done(&["run", "--quiet"]);
    assert!(ours.stdout_text().starts_with(&plain.stdout_text()), "{ours:?}");
    assert!(ours.stdout_text().contains("lib/shared/deep.rs"), "{ours:?}");
    project.check(&[
        ("run", Some(1)),
        ("never", Some(0)),
        ("exit", Some(0)),
        ("doctest", Some(0)),
        ("unit", Some(0)),
        ("extra", NOTHING),
        ("macro", Some(1)),
        ("deps", NOTHING),
        ("test", NOTHING),
    ]);
}

#[test]
fn unit_tests_doctests_and_children_of_integration_tests_count() {
    let project = Project::copy("sample");
    let plain = must(&mut project.cargo(&["test"]));
    let results = |text: &str| text.lines().filter(|line| line.starts_with("test ")).map(str::to_owned).collect();
    let (mut plain, mut ours): (Vec<_>, Vec<_>) = (results(&plain), results(&project.done(&["test"]).stdout_text()));
    let without_times = |line: &mut String| *line = line.split("; finished").next().unwrap_or_default().to_owned();
    plain.iter_mut().chain(&mut ours).for_each(without_times);
    plain.sort();
    ours.sort();
    assert_eq!(plain, ours);
    assert_eq!(plain.len(), 10, "{plain:?}");
    project.check(&[
        ("doctest", Some(1)),
        ("unit", Some(1)),
        ("exit", Some(1)),
        ("never", Some(0)),
        ("panic", Some(0)),
        ("test", NOTHING),
    ]);
}

#[test]
fn failures_keep_their_status_and_their_report() {
    let project = Project::copy("sample");
    project.replace("lib/src/lib.rs", "for_unit_tests(4), 8", "for_unit_tests(4), 9");
    let outcome = capture(&mut project.livecov(&["test", "--no-fail-fast"])).exits(101);
    assert!(outcome.stdout_text().contains("Total "), "{outcome:?}");
    project.check(&[("unit", Some(1)), ("exit", Some(1))]);
}

#[test]
fn however_a_program_ends_it_ends_as_ever() {
    let project = Project::copy("sample");
    for (arg, status, mark) in [("exit", 7, "exit"), ("panic", 101, "panic"), ("child", 0, "child")] {
        let plain = capture(&mut project.cargo(&["run", "-q", "--", arg])).exits(status);
        let ours = capture(&mut project.livecov(&["run", "-q", "--", arg])).exits(status);
        assert!(ours.stdout_text().starts_with(&plain.stdout_text()), "{ours:?}");
        assert!(without_numbers(&said(&ours)).starts_with(&without_numbers(&said(&plain))), "{plain:?} {ours:?}");
        project.check(&[(mark, Some(1)), ("run", Some(0))]);
    }
}

/// Threads have numbers of their own in each run; lines of source do not.
fn without_numbers(text: &str) -> String {
    let is_thread = |line: &str| line.starts_with("thread 'main' (");
    let shorten = |line: &str| line.split_once(") ").map(|(_, rest)| rest.to_owned());
    text.lines()
        .map(|line| if is_thread(line) { shorten(line).unwrap_or_default() } else { line.to_owned() } + "\n")
        .collect()
}

#[test]
fn what_a_child_runs_is_counted_too() {
    let project = Project::copy("sample");
    project.done(&["run", "--", "child"]);
    project.check(&[("child", Some(1)), ("exit", Some(1)), ("wait", Some(0))]);
}

#[test]
fn data_start_fresh_unless_they_are_kept() {
    let project = Project::copy("sample");
    let counts = |args: &[&str]| {
        capture(&mut project.livecov(args));
        let marks = project.marks();
        ["run", "exit"].map(|mark| marks[mark][0])
    };
    assert_eq!(counts(&["run", "--mode=count"]), [Some(1), Some(0)]);
    assert_eq!(counts(&["run", "--mode=count", "--no-clean"]), [Some(2), Some(0)]);
    assert_eq!(counts(&["run", "--mode=count", "--no-clean", "--no-report", "--", "exit"]), [Some(2), Some(1)]);
    assert_eq!(counts(&["run", "--mode=count", "--", "exit"]), [Some(0), Some(1)]);
    assert_eq!(counts(&["run", "--mode", "atomic"]), [Some(1), Some(0)]);
}

#[test]
fn many_counter_files_become_one_for_each_program() {
    let project = Project::copy("sample");
    // Commas separate directories only where a list of them is.
    let data = project.outside("data, and more");
    let name = data.to_str().expect("a name");
    project.done(&["test", "--data-dir", name]);
    for _ in 0..3 {
        project.done(&["run", "--no-clean", "--data-dir", name]);
    }
    let (metas, counters) = (livecov_tests::files::meta_files(&data), livecov_tests::files::counter_files(&data));
    assert_eq!(metas.len(), counters.len(), "{counters:?}");
    assert!(!project.root().join("target/livecov/data").exists());
}

/// With `%p` in `LIVECOV_DIR`, each process has a directory of its own.
#[test]
fn data_in_directories_below_are_found() {
    let project = Project::copy("sample");
    let data = project.outside("data");
    let name = data.to_str().expect("a name");
    let nothing = capture(&mut project.livecov(&["report", "--data-dir", name]));
    assert!(nothing.stderr_text().contains("error: no data in "), "{nothing:?}");
    project.done(&["build", "--mode=count", "--artifact-dir", "programs"]);
    let program = project.root().join("programs/sample-app");
    for _ in 0..2 {
        capture(project.command(&program).env("LIVECOV_DIR", data.join("%p"))).exits(0);
    }
    assert!(livecov_tests::files::counter_files(&data).is_empty());
    let outcome = project.done(&["report", "--data-dir", name, "--lcov", "--output-path", "lcov.info"]);
    assert!(!outcome.stderr_text().contains("no data"), "{outcome:?}");
    let lines = || std::fs::read_to_string(project.root().join("lcov.info")).expect("a report");
    assert!(lines().contains(",2\n"), "{}", lines());
    // An archive of them, or a single file.
    let packed = project.root().join("data.tar");
    capture(project.command(std::path::Path::new("tar")).arg("-cf").arg(&packed).arg("-C").arg(&data).arg("."))
        .exits(0);
    project.done(&["report", "--data-dir", "data.tar"]);
    // They go with those beside them when a run takes their place, and stay when it adds to them.
    project.done(&["run", "--mode=count", "--no-clean", "--data-dir", name, "--lcov", "--output-path", "lcov.info"]);
    assert!(lines().contains(",3\n"), "{}", lines());
    project.done(&["run", "--mode=count", "--data-dir", name, "--lcov", "--output-path", "lcov.info"]);
    assert!(lines().contains(",1\n") && !lines().contains(",2\n") && !lines().contains(",3\n"), "{}", lines());
}

#[test]
fn nothing_runs_and_nothing_is_reported_when_that_is_wanted() {
    let project = Project::copy("sample");
    let outcome = project.done(&["test", "--no-run"]);
    assert!(!outcome.stdout_text().contains("Total"), "{outcome:?}");
    assert!(!outcome.stderr_text().contains("no data"), "{outcome:?}");
    let outcome = project.done(&["run", "--no-report"]);
    assert!(!outcome.stdout_text().contains("Total"), "{outcome:?}");
    let outcome = project.done(&["report"]);
    assert!(outcome.stdout_text().contains("Total"), "{outcome:?}");
}

#[test]
fn nextest_runs_the_tests_as_well() {
    let project = Project::copy("sample");
    if capture(&mut project.cargo(&["nextest", "--version"])).status != Some(0) {
        eprintln!("cargo-nextest is not here: nothing was tested");
        return;
    }
    let outcome = project.done(&["nextest", "run"]);
    assert!(outcome.stderr_text().contains("3 tests run: 3 passed"), "{outcome:?}");
    project.check(&[("unit", Some(1)), ("exit", Some(1)), ("doctest", Some(0))]);
}

/// All tests run, and the status is the report's.
#[test]
fn failures_may_be_passed_over() {
    let project = Project::copy("sample");
    project.write("lib/tests/a_fails.rs", b"#[test]\nfn fails() {\n    panic!(\"on purpose\");\n}\n");
    project.write("lib/tests/b_passes.rs", b"#[test]\nfn passes() {}\n");
    let failed = capture(&mut project.livecov(&["test", "-p", "sample-lib", "--tests"]));
    assert_eq!(failed.status, Some(101), "{failed:?}");
    let args = ["test", "-p", "sample-lib", "--tests", "--ignore-run-fail", "--no-fail-fast", "--", "--nocapture"];
    let outcome = capture(&mut project.livecov(&args)).exits(0);
    assert!(
        outcome.stdout_text().matches("test result:").count() > failed.stdout_text().matches("test result:").count()
    );
    assert!(outcome.stdout_text().contains("Total"), "{outcome:?}");
    // Limits hold all the same.
    let args = ["test", "-p", "sample-lib", "--tests", "--ignore-run-fail", "--fail-under-lines", "100"];
    capture(&mut project.livecov(&args)).exits(3);
}

#[test]
fn nextest_runs_what_is_in_an_archive() {
    let project = Project::copy("sample");
    if capture(&mut project.cargo(&["nextest", "--version"])).status != Some(0) {
        eprintln!("cargo-nextest is not here: nothing was tested");
        return;
    }
    let archive = project.outside("archive").join("tests.tar.zst");
    let archive = livecov_tests::paths::text(&archive);
    capture(&mut project.livecov(&["nextest-archive", "--archive-file", archive])).exits(0);
    capture(&mut project.livecov(&["nextest", "--archive-file", archive])).exits(0);
    project.check(&[("unit", Some(1))]);
}

/// Packages whose tests do not run are counted where others' tests call them.
#[test]
fn packages_whose_tests_do_not_run() {
    let project = Project::copy("sample");
    let outcome = project.done(&["test", "--workspace", "--tests", "--exclude-from-test", "sample-lib"]);
    assert!(!outcome.stderr_text().contains("unittests lib/src/lib.rs"), "{outcome:?}");
    assert!(project.lines().keys().any(|(file, _)| file == "lib/src/lib.rs"));
}
