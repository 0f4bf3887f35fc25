//! What is set around `cargo livecov`: wrappers, flags, and what it sets itself.

use crate::project::{Project, compiled};
use livecov_tests::command::{capture, must};
use livecov_tests::paths::text;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

/// A script for the shell, outside of the project.
fn script(project: &Project, name: &str, body: &str) -> PathBuf {
    let script = project.outside("wrapper").join(name);
    fs::write(&script, format!("#!/bin/sh\n{body}")).expect("a script");
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).expect("a program");
    script
}

/// A wrapper that notes the crates that it is called for.
fn wrapper(project: &Project) -> (PathBuf, PathBuf) {
    let log = project.outside("wrapper").join("log");
    let body = format!("for arg; do echo \"$arg\" >> '{}'; done\nexec \"$@\"\n", text(&log));
    (script(project, "wrap", &body), log)
}

/// A compiler that the runtime does not compile with.
#[test]
fn an_old_compiler_is_named() {
    let project = Project::copy("sample");
    let body = "echo 'rustc 1.84.1 (e71f9a9a9 2025-01-27)'\necho 'release: 1.84.1'\n";
    let compiler = script(&project, "rustc", body);
    let outcome = capture(project.livecov(&["build"]).env("RUSTC", &compiler)).exits(1);
    let expected = format!("error: {} is rustc 1.84.1 (e71f9a9a9 2025-01-27): too old, ", text(&compiler));
    assert!(outcome.stderr_text().contains(&expected) && outcome.stderr_text().contains("1.85"), "{outcome:?}");
}

#[test]
fn an_earlier_wrapper_still_gets_what_is_not_counted() {
    for way in ["variable", "configuration"] {
        let project = Project::copy("sample");
        let (script, log) = wrapper(&project);
        let mut command = project.livecov(&["run"]);
        if way == "variable" {
            command.env("RUSTC_WRAPPER", &script);
        } else {
            let text = format!("[build]\nrustc-wrapper = {:?}\n", text(&script));
            project.write(".cargo/config.toml", text.as_bytes());
        }
        capture(&mut command).exits(0);
        let log = fs::read_to_string(log).expect("the wrapper was called");
        assert!(log.contains("\noutside\n"), "{way}: {log}");
        project.check(&[("run", Some(1))]);
    }
}

#[test]
fn a_wrapper_for_the_workspace_is_called() {
    let project = Project::copy("sample");
    let (script, log) = wrapper(&project);
    capture(project.livecov(&["run"]).env("RUSTC_WORKSPACE_WRAPPER", &script)).exits(0);
    let log = fs::read_to_string(log).expect("the wrapper was called");
    assert!(log.contains("\nsample_lib\n") && !log.contains("\noutside\n"), "{log}");
    project.check(&[("run", Some(1))]);
}

#[test]
fn flags_of_the_compiler_stay() {
    for name in ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "configuration"] {
        let project = Project::copy("sample");
        project.replace("lib/src/lib.rs", "feature = \"extra\"", "special");
        project.replace("app/src/main.rs", "feature = \"extra\"", "special");
        let mut command = project.livecov(&["test"]);
        match name {
            "RUSTFLAGS" => command.env(name, "--cfg special"),
            "CARGO_ENCODED_RUSTFLAGS" => command.env(name, "--cfg\u{1f}special"),
            _ => {
                project.write(".cargo/config.toml", b"[build]\nrustflags = [\"--cfg\", \"special\"]\n");
                &mut command
            }
        };
        capture(&mut command).exits(0);
        project.check(&[("extra", Some(0)), ("unit", Some(1))]);
    }
}

#[test]
fn flags_of_rustdoc_stay() {
    for name in ["RUSTDOCFLAGS", "CARGO_ENCODED_RUSTDOCFLAGS", "configuration"] {
        let project = Project::copy("sample");
        project.replace(
            "lib/src/lib.rs",
            "//! assert_eq!(sample_lib",
            "//! #[cfg(special)]\n//! assert_eq!(sample_lib",
        );
        let mut command = project.livecov(&["test", "--doc"]);
        match name {
            "RUSTDOCFLAGS" => command.env(name, "--cfg special"),
            "CARGO_ENCODED_RUSTDOCFLAGS" => command.env(name, "--cfg\u{1f}special"),
            _ => {
                project.write(".cargo/config.toml", b"[build]\nrustdocflags = [\"--cfg\", \"special\"]\n");
                &mut command
            }
        };
        capture(&mut command).exits(0);
        project.check(&[("doctest", Some(1))]);
    }
}

#[test]
fn variables_for_calling_cargo_by_hand() {
    let project = Project::copy("sample");
    let variables = must(&mut project.livecov(&["env"]));
    let script = format!("{variables}\nmkdir -p \"$LIVECOV_DIR\" && cargo test");
    let outcome = capture(project.command("sh".as_ref()).args(["-c", &script])).exits(0);
    assert_eq!(compiled(&outcome).len(), 4);
    project.check(&[("unit", Some(1)), ("exit", Some(1)), ("doctest", Some(1))]);
    assert!(!project.root().join("target/debug").exists());
    let json = must(&mut project.livecov(&["env", "--format", "json"]));
    assert!(json.trim().starts_with('{') && json.contains("\"LIVECOV_DIR\""), "{json}");
}

/// A test that builds another project by cargo finds what it expects, where it expects it.
#[test]
fn tests_may_call_cargo() {
    let project = Project::copy("sample");
    project.write("lib/other/Cargo.toml", b"[package]\nname = \"other\"\nversion = \"0.1.0\"\n[workspace]\n");
    project.write("lib/other/src/main.rs", b"fn main() {}\n");
    let test = "use std::process::Command;\n#[test]\nfn builds() {\n    let folder = concat!(env!(\"CARGO_MANIFEST_DIR\"), \"/other\");\n    \
        assert_eq!(sample_lib::for_documents(), 5);\n    let status = Command::new(env!(\"CARGO\")).arg(\"build\").current_dir(folder).status().unwrap();\n    \
        assert!(status.success());\n    assert!(std::path::Path::new(folder).join(\"target/debug/other\").exists());\n}\n";
    project.write("lib/tests/nested.rs", test.as_bytes());
    capture(&mut project.cargo(&["test", "--test", "nested"])).exits(0);
    fs::remove_dir_all(project.root().join("lib/other/target")).expect("a folder");
    project.done(&["test", "--test", "nested"]);
    project.check(&[("doctest", Some(1))]);
}

#[test]
fn data_commands_are_those_of_the_other_tool() {
    let project = Project::copy("sample");
    project.done(&["run"]);
    let input = format!("-i={}", text(&project.root().join("target/livecov/data")));
    for command in ["percent", "func", "pkglist"] {
        let theirs = livecov_tests::tool::Tool::Ours.run(&[command, &input]).quiet();
        assert_eq!(project.done(&[command, &input]), theirs);
    }
    let names = project.done(&["pkglist", &input]).stdout_text();
    assert_eq!(names.lines().collect::<Vec<_>>(), ["sample-app/bin/sample-app", "sample-lib", "sample-macros"]);
}

#[test]
fn wrong_command_lines() {
    let project = Project::copy("sample");
    for args in [["tset"].as_slice(), &["test", "--mode"], &["test", "--mode", "x"]] {
        let outcome = capture(&mut project.livecov(args)).exits(2);
        assert!(outcome.complaint().starts_with("error: "), "{outcome:?}");
    }
    let outcome = capture(project.livecov(&["test"]).current_dir(project.outside("empty")));
    assert!(outcome.status == Some(1) && outcome.stderr_text().contains("Cargo.toml"), "{outcome:?}");
}
