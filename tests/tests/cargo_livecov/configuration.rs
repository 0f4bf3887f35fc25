//! What a project configures for cargo, and what of it reaches the runtime: only what the two have to share.

use crate::project::Project;
use livecov_tests::cargo_livecov::CACHE;
use livecov_tests::command::capture;
use livecov_tests::files;
use livecov_tests::paths::text;
use std::fs;
use std::process::Command;

/// All that breaks a runtime, or a program with it. Sources are replaced by a directory that is empty.
const HARMFUL: &str = r#"
[profile.release]
panic = "abort"
lto = "fat"
strip = true
[profile.release.package."*"]
opt-level = 0
[build]
rustflags = ["-Dwarnings", "-Ctarget-cpu=native", "-Ctarget-feature=+crt-static", "--cfg=nonsense"]
[unstable]
build-std = ["core"]
[source.crates-io]
replace-with = "vendored-sources"
[source.vendored-sources]
directory = "vendor"
[patch.crates-io]
libc = { path = "not-libc" }
[net]
offline = true
"#;

fn covered(project: &Project) {
    assert_eq!(project.lines()[&("src/lib.rs".to_owned(), 1)], 1);
}

/// `cargo livecov ARGS` where cargo has no cache, no network, and variables that change how it builds.
fn bare(project: &Project, args: &[&str]) -> Command {
    let mut command = project.livecov(args);
    command.env(CACHE, project.outside("cache")).env("CARGO_HOME", project.outside("home"));
    for name in ["http_proxy", "https_proxy", "HTTPS_PROXY"] {
        command.env(name, "http://127.0.0.1:1");
    }
    command.env("CARGO_PROFILE_RELEASE_PANIC", "abort").env("CARGO_PROFILE_RELEASE_LTO", "true");
    command.env("CARGO_BUILD_RUSTC_WORKSPACE_WRAPPER", "").env("CARGO_INCREMENTAL", "1");
    command
}

/// Without network or registry, in spite of settings that break a build of the runtime, and with nothing left over.
#[test]
fn the_runtime_is_built_from_what_the_tool_brings_along() {
    let project = Project::case("vendored", "");
    project.write(".cargo/config.toml", HARMFUL.as_bytes());
    project.write("vendor/README", b"nothing");
    project.write("not-libc/Cargo.toml", b"[package]\nname = \"libc\"\nversion = \"0.2.999\"\n[workspace]\n");
    project.write("not-libc/src/lib.rs", b"compile_error!(\"not libc\");");
    capture(&mut bare(&project, &["test"])).exits(0);
    covered(&project);
    let runtimes = files::list(&project.outside("cache").join("runtime"));
    let [runtime] = &runtimes[..] else { panic!("{runtimes:?}") };
    assert!(!runtime.join("vendor").exists() && !runtime.join("home").exists());
    // The same for another project with other settings: nothing of them matters.
    project.write(".cargo/config.toml", b"[profile.release]\npanic = \"abort\"\n");
    capture(&mut bare(&project, &["test", "--mode", "count"])).exits(0);
    assert_eq!(files::list(&project.outside("cache").join("runtime")), runtimes);
}

#[test]
fn projects_with_configurations_of_all_kinds() {
    for name in ["cargo-config", "vendored"] {
        let project = Project::case(name, "");
        project.write("vendor/README", b"nothing");
        capture(project.livecov(&["test"]).env("CARGO_PROFILE_RELEASE_PANIC", "abort")).exits(0);
        covered(&project);
    }
}

/// Cargo cannot tell crates with probes from those without. Where plain builds leave theirs, there must be none of ours.
#[test]
fn a_build_directory_for_all_builds() {
    let project = Project::case("cargo-config", "");
    let shared = project.outside("shared");
    project.write(".cargo/config.toml", format!("[build]\nbuild-dir = {:?}\n", text(&shared)).as_bytes());
    capture(&mut project.cargo(&["test"])).exits(0);
    capture(&mut project.livecov(&["test"])).exits(0);
    covered(&project);
    let variables = livecov_tests::command::must(&mut project.livecov(&["env"]));
    let script = format!("{variables}\nmkdir -p \"$LIVECOV_DIR\"; rm -f \"$LIVECOV_DIR\"/*; cargo test");
    capture(project.command("sh".as_ref()).args(["-c", &script])).exits(0);
    covered(&project);
    assert!(!fs::read_to_string(project.root().join("src/lib.rs")).expect("a text").contains("livecov"));
}

/// The linker is one of the things that are shared.
#[test]
fn linkers_and_variables_are_handed_on() {
    use std::os::unix::fs::PermissionsExt;
    let project = Project::case("cargo-config", "");
    let (linker, log) = (project.root().join("tools/linker"), project.outside("log").join("log"));
    let script = format!("#!/bin/sh\necho \"$GREETING\" >> '{}'\nexec cc \"$@\"\n", text(&log));
    project.write("tools/linker", script.as_bytes());
    fs::set_permissions(&linker, fs::Permissions::from_mode(0o755)).expect("a program");
    let config = "[target.'cfg(unix)']\nlinker = \"tools/linker\"\n[env]\nGREETING = \"hello\"\n";
    project.write(".cargo/config.toml", config.as_bytes());
    capture(project.livecov(&["test", "--no-run"]).env(CACHE, project.outside("cache"))).exits(0);
    // Build scripts and proc macros of the runtime, besides the test itself.
    let count = fs::read_to_string(log).expect("the linker was called").matches("hello").count();
    assert!(count > 3, "{count}");
}
