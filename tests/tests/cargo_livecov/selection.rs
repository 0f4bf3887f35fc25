//! Which packages and which code are counted.

use crate::project::Project;
use livecov_tests::command::capture;

#[test]
fn dependencies_on_request() {
    for args in [["run", "--include-deps"].as_slice(), &["run", "--include", "outside"]] {
        let project = Project::copy("sample");
        project.done(args);
        project.check(&[("deps", Some(1)), ("run", Some(1)), ("macro", Some(1))]);
    }
}

#[test]
fn packages_left_out_on_request() {
    let project = Project::copy("sample");
    project.done(&["run", "--exclude-from-report", "sample-lib"]);
    let files: Vec<_> = project.lines().into_keys().map(|(file, _)| file).collect();
    assert!(files.iter().all(|file| file == "app/src/main.rs" || file == "macros/src/lib.rs"), "{files:?}");
    project.done(&["test", "--workspace", "--exclude", "sample-lib"]);
    assert_eq!(project.marks()["exit"], [Some(1)]);
    assert_eq!(project.marks()["unit"], [None]);
}

#[test]
fn test_code_on_request() {
    let project = Project::copy("sample");
    project.done(&["test", "--tests-too"]);
    project.check(&[("test", Some(1)), ("unit", Some(1))]);
}

#[test]
fn build_scripts_on_request() {
    let project = Project::copy("sample");
    // The last finds all of it built already.
    for args in [["build"].as_slice(), &["run"], &["run"]] {
        project.done(&[args, &["--build-scripts", "--mode", "count"]].concat());
    }
    project.check(&[("macro", Some(1)), ("run", Some(1))]);
    let lines = project.lines();
    let of_script: Vec<_> = lines.iter().filter(|((file, _), _)| file == "lib/build.rs").collect();
    assert!(!of_script.is_empty() && of_script.iter().any(|(_, count)| **count == 1), "{lines:?}");
    project.done(&["run"]);
    assert!(project.lines().iter().all(|((file, _), _)| file != "lib/build.rs"));
}

#[test]
fn features_decide_what_is_there() {
    let project = Project::copy("sample");
    project.done(&["run", "-p", "sample-app", "--features", "extra"]);
    project.check(&[("extra", Some(1))]);
    project.done(&["run"]);
    project.check(&[("extra", None)]);
}

#[test]
fn functions_instead_of_units() {
    let project = Project::copy("sample");
    project.done(&["test", "--granularity", "function"]);
    let lines = project.lines();
    let of_function = |line| lines[&("lib/src/lib.rs".to_owned(), line)];
    // Both branches of the same function.
    assert_eq!((of_function(22), of_function(24)), (1, 1));
}

/// A library that is linked into a build script and a proc macro as well as into the program: only the program's counts.
#[test]
fn what_runs_while_building_does_not_count() {
    let project = Project::copy("sample");
    project.replace(
        "macros/Cargo.toml",
        "proc-macro = true",
        "proc-macro = true\n[dependencies]\nsample-lib = { path = \"../lib\" }",
    );
    project.replace("macros/src/lib.rs", "\"fn answer", "let _ = sample_lib::for_unit_tests(9);\n    \"fn answer");
    project.replace(
        "app/Cargo.toml",
        "[dependencies]",
        "[build-dependencies]\nsample-lib = { path = \"../lib\" }\n[dependencies]",
    );
    project
        .write("app/build.rs", b"fn main() { println!(\"cargo::rerun-if-changed={}\", sample_lib::for_documents()); }");
    project.done(&["run", "--no-proc-macros"]);
    project.check(&[("run", Some(1)), ("unit", Some(0)), ("doctest", Some(0))]);
}

#[test]
fn coverage_of_patterns_of_files() {
    let project = Project::copy("sample");
    let outcome = project.done(&["run", "--ignore-filename-regex", "main|places|macros"]);
    let text = outcome.stdout_text();
    let files: Vec<_> =
        text.lines().filter(|line| line.contains('%')).filter_map(|line| line.split(' ').next()).collect();
    assert_eq!(files, ["lib/shared/deep.rs", "lib/src/lib.rs", "Total"]);
    let outcome = capture(&mut project.livecov(&["report", "--fail-under-lines", "99"]));
    assert_ne!(outcome.status, Some(0));
}
