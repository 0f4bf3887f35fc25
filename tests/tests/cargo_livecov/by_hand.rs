//! Cargo called by hand, with the variables of `env`.

use crate::project::Project;
use livecov_tests::command::{Outcome, capture};
use livecov_tests::files::list;
use livecov_tests::tool::cargo_livecov;
use std::path::Path;

/// Runs a script in which `cargo livecov` is known.
fn shell(project: &Project, script: &str) -> Outcome {
    let mut command = project.command(Path::new("sh"));
    let folder = cargo_livecov().parent().expect("a folder");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths([folder.to_owned()].into_iter().chain(std::env::split_paths(&path)));
    capture(command.env("PATH", path.expect("a path")).args(["-ec", script]))
}

#[test]
fn in_one_shell_in_any_order() {
    let env = "eval \"$(cargo livecov env)\"";
    for script in [
        format!("cargo livecov clean; {env}; cargo test -q; cargo livecov report --fail-under-lines 1"),
        format!("{env}; cargo livecov clean --data; cargo test -q; cargo livecov report --fail-under-lines 1"),
        format!("{env}; cargo livecov clean --workspace; cargo test -q; cargo livecov report --fail-under-lines 1"),
        format!("{env}; {env}; cargo test -q; cd lib; cargo livecov report --fail-under-lines 1"),
    ] {
        let project = Project::copy("sample");
        let outcome = shell(&project, &script).exits(0);
        assert!(outcome.stdout_text().contains("lib/src/lib.rs"), "{script}: {outcome:?}");
        project.check(&[("unit", Some(1)), ("exit", Some(1)), ("doctest", Some(1))]);
    }
}

/// A directory for each process below the one of `env`.
#[test]
fn a_directory_for_each_process() {
    let project = Project::copy("sample");
    let set = "eval \"$(cargo livecov env)\"; export LIVECOV_DIR=\"$LIVECOV_DIR/%p\"";
    let outcome = shell(&project, &format!("{set}; cargo test -q; cargo livecov report --fail-under-lines 1")).exits(0);
    assert!(outcome.stdout_text().contains("lib/src/lib.rs"), "{outcome:?}");
    project.check(&[("unit", Some(1)), ("exit", Some(1))]);
    let cleaned = shell(&project, &format!("{set}; cargo livecov clean --data; cargo livecov report"));
    assert!(cleaned.stderr_text().contains("error: no data in "), "{cleaned:?}");
}

/// The tool's own runs in such a shell are what they are elsewhere, and the report is of what was last.
#[test]
fn runs_in_the_same_shell() {
    let project = Project::copy("sample");
    let script = "eval \"$(cargo livecov env)\"; cargo test -q; cargo livecov run -q; cargo livecov report --omissions";
    let outcome = shell(&project, script).exits(0);
    assert!(!outcome.stderr_text().contains("warning: livecov"), "{outcome:?}");
    project.check(&[("run", Some(1)), ("unit", Some(0))]);
    let builds = list(&project.root().join("target/livecov"));
    let builds: Vec<_> = builds.into_iter().filter(|path| path.join("config.json").exists()).collect();
    assert!(builds.len() == 1 && !builds[0].join("livecov").exists(), "{builds:?}");
    assert!(!project.root().join("target/debug").exists());
}

/// Proc macros ran when their callers were compiled, once.
#[test]
fn proc_macros_count_in_each_report() {
    let project = Project::copy("sample");
    let again = "cargo test -q; cargo livecov report; cargo livecov clean --data; cargo test -q; cargo livecov report";
    let outcome = shell(&project, &format!("eval \"$(cargo livecov env)\"; {again}")).exits(0);
    let rows: Vec<_> =
        outcome.stdout_text().lines().filter(|line| line.starts_with("macros/src/lib.rs")).map(str::to_owned).collect();
    assert!(rows.len() == 2 && rows[0] == rows[1] && rows[0].contains("100.0%"), "{outcome:?}");
}

#[test]
fn a_directory_that_is_not_there_is_made() {
    let project = Project::copy("sample");
    let data = project.outside("data").join("not/there");
    let script = format!(
        "eval \"$(cargo livecov env --data-dir '{}')\"; cargo run -q; cargo livecov report",
        livecov_tests::paths::text(&data)
    );
    let outcome = shell(&project, &script).exits(0);
    assert!(outcome.stdout_text().contains("app/src/main.rs"), "{outcome:?}");
    // One of the program, one of the compiler with a proc macro in it.
    assert_eq!(livecov_tests::files::counter_files(&data).len(), 2);
}

/// Who goes on after another shell has removed the build hears what to do.
#[test]
fn builds_that_are_gone() {
    let project = Project::copy("sample");
    let script = "eval \"$(cargo livecov env)\"; (unset CARGO_TARGET_DIR; cargo livecov clean); cargo build -q";
    let outcome = shell(&project, script);
    assert!(outcome.status != Some(0), "{outcome:?}");
    assert!(outcome.stderr_text().contains("is gone; call `cargo livecov env` again"), "{outcome:?}");
}
