//! What is built, when, and what the user gets to read.

use crate::project::{Project, compiled, said};
use livecov_tests::command::{capture, must};

#[test]
fn only_what_has_changed_is_built_again() {
    let project = Project::copy("sample");
    let all = ["outside", "sample-app", "sample-lib", "sample-macros"];
    assert_eq!(compiled(&project.done(&["build"])), all);
    assert!(compiled(&project.done(&["build"])).is_empty());
    for path in ["lib/src/places.rs", "lib/shared/deep.rs", "NOTES.txt"] {
        let text = std::fs::read_to_string(project.root().join(path)).expect("a text");
        project.write(path, format!("{text}\n").as_bytes());
        assert_eq!(compiled(&project.done(&["build"])), ["sample-app", "sample-lib"], "{path}");
        assert!(compiled(&project.done(&["build"])).is_empty(), "{path}");
    }
}

#[test]
fn ordinary_builds_stay_warm() {
    let project = Project::copy("sample");
    must(&mut project.cargo(&["build"]));
    project.done(&["run"]);
    let again = capture(&mut project.cargo(&["build"])).exits(0);
    assert!(compiled(&again).is_empty(), "{again:?}");
}

#[test]
fn builds_that_count_differently_do_not_mix() {
    let project = Project::copy("sample");
    for args in
        [["run", "--mode=set"], ["run", "--mode=count"], ["run", "--granularity=function"], ["run", "--tests-too"]]
    {
        assert!(!compiled(&project.done(&args)).is_empty(), "{args:?}");
    }
    assert!(compiled(&project.done(&["run", "--mode=count"])).is_empty());
}

#[test]
fn mistakes_are_shown_as_ever() {
    for (path, old, new) in [
        ("lib/src/lib.rs", "n * 2 // unit", "n * \"2\""),
        ("lib/src/lib.rs", "n * 2 // unit", "n * 2 }"),
        ("app/src/main.rs", "exit(7)", "exit(seven)"),
        ("lib/src/places.rs", "panic!(\"on purpose\")", "panic!(\"{}\")"),
    ] {
        let project = Project::copy("sample");
        project.replace(path, old, new);
        let plain = capture(&mut project.cargo(&["build"])).exits(101);
        let ours = capture(&mut project.livecov(&["build"])).exits(101);
        // Of two packages that are built at once either may be heard first.
        let lines = |text: String| {
            text.lines().map(str::to_owned).filter(|line| !line.contains("build failed")).collect::<Vec<_>>()
        };
        assert_eq!(lines(said(&plain)), lines(said(&ours)), "{new}");
    }
}

#[test]
fn unsafe_code_and_warnings_may_be_forbidden() {
    let project = Project::copy("sample");
    let text = std::fs::read_to_string(project.root().join("lib/src/lib.rs")).expect("a text");
    assert!(text.contains("#![forbid(unsafe_code)]") && text.contains("#![deny(warnings)]"));
    project.replace("app/src/main.rs", "use std", "#![forbid(unsafe_code, warnings, clippy::all)]\nuse std");
    project.done(&["run"]);
    project.check(&[("run", Some(1))]);
}

#[test]
fn release_builds_lto_and_abort() {
    let project = Project::copy("sample");
    let profile = "[profile.release]\nlto = \"fat\"\npanic = \"abort\"\nstrip = true\n[profile.thin]\ninherits = \"release\"\nlto = \"thin\"\n";
    project.write(
        "Cargo.toml",
        format!("[workspace]\nresolver = \"2\"\nmembers = [\"app\", \"lib\", \"macros\"]\n{profile}").as_bytes(),
    );
    for args in [["run", "--release"].as_slice(), &["run", "--profile", "thin"]] {
        project.done(args);
        project.check(&[("run", Some(1)), ("never", Some(0))]);
    }
}

#[test]
fn a_target_may_be_named() {
    let project = Project::copy("sample");
    let version = must(project.command(std::path::Path::new("rustc")).arg("-vV"));
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).expect("a host");
    project.done(&["test", "--target", host]);
    project.check(&[("unit", Some(1)), ("exit", Some(1)), ("doctest", Some(1))]);
    project.write(".cargo/config.toml", format!("[build]\ntarget = \"{host}\"\n").as_bytes());
    project.done(&["run"]);
    project.check(&[("run", Some(1)), ("unit", Some(0))]);
}

#[test]
fn cleaning() {
    let project = Project::copy("sample");
    project.done(&["run"]);
    project.done(&["clean", "--data"]);
    let livecov = project.root().join("target/livecov");
    assert!(livecov.exists() && !livecov.join("data").exists());
    assert!(compiled(&project.done(&["run"])).is_empty());
    project.done(&["clean"]);
    assert!(!livecov.exists());
    assert!(project.root().join("target").exists());
}

#[test]
fn flags_that_are_cargo_s_go_to_cargo() {
    let project = Project::copy("sample");
    let outcome = project.done(&["build", "-v", "--config", "profile.dev.opt-level=1", "--bin", "sample-app"]);
    assert!(outcome.stderr_text().contains("-C opt-level=1"), "{outcome:?}");
    let outcome = capture(&mut project.livecov(&["build", "--no-such-flag"]));
    assert_eq!((outcome.status, outcome.stderr_text().contains("--no-such-flag")), (Some(1), true), "{outcome:?}");
    let outcome = project.done(&["test", "--lib", "-p", "sample-lib", "--", "--list"]);
    assert!(outcome.stdout_text().contains("tests::doubled: test"), "{outcome:?}");
}

#[test]
fn messages_for_programs_pass_through() {
    let project = Project::copy("sample");
    let outcome = project.done(&["build", "--message-format=json"]);
    let text = outcome.stdout_text();
    assert!(text.lines().all(|line| line.starts_with('{')), "{text}");
    assert!(text.contains("\"executable\":\"") && !text.contains("overlay"), "{text}");
}
