//! Shared libraries that `cargo livecov` has built, in hosts that know nothing of them: `docs/LIBRARIES.md`.

#![allow(clippy::unwrap_used, reason = "a step that fails is a test that fails, in helpers too")]

mod exports;
mod host;
mod linked;
mod python;
mod signals;
mod unloading;

use livecov_tests::cargo_livecov::Project;
use livecov_tests::paths::{programs_dir, text};
use livecov_tests::pods::Pods;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// Where the fixture's libraries and programs are, built in the profile `dev` or `lto`.
fn built(profile: &str) -> &'static Path {
    static BUILDS: [OnceLock<PathBuf>; 2] = [const { OnceLock::new() }; 2];
    BUILDS[usize::from(profile != "dev")].get_or_init(|| {
        let build = project("foreign").build(&["--mode", "count", "--profile", profile]);
        assert_eq!(build.warnings, Vec::<String>::new());
        build.folder.with_file_name(if profile == "dev" { "debug" } else { profile })
    })
}

fn project(name: &str) -> Project {
    Project::new(name, &programs_dir().join("foreign"))
}

/// The path of a library that was built with `profile`.
fn library_of(profile: &str, package: &str) -> PathBuf {
    built(profile).join(format!("lib{package}.so"))
}

/// The same, unoptimised, as text.
fn library(package: &str) -> &'static str {
    let path: &'static Path = Box::leak(library_of("dev", package).into_boxed_path());
    text(path)
}

/// The same without probes.
fn plain_library(package: &str) -> PathBuf {
    let folder = project("foreign").build_plain(&["--package", package]);
    folder.join(format!("lib{package}.so"))
}

/// How often the function ran, in all files of `data`, which are gone then.
#[track_caller]
fn ran(data: &Path, package: &str, function: &str) -> u64 {
    count(&Pods::of(data), package, function)
}

#[track_caller]
fn count(pods: &Pods, package: &str, function: &str) -> u64 {
    let counters = pods.with_package(package).counters(package, function);
    assert_eq!(counters.len(), 1, "units of {function}");
    counters[0]
}
