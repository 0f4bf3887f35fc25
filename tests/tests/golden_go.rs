//! Data of older and newer Go, kept as files, must read as that Go's own `covdata` read them.
//!
//! When this fails, `livecov` has stopped to read what Go wrote: mend it. The files are made by `ci/golden-go`, which is
//! needed only to add a version.

use livecov_tests::compare::{assert_same_text, scratch};
use livecov_tests::dump::without_banner;
use livecov_tests::files::{copy, counter_files, edit, list, meta_file, name, read};
use livecov_tests::paths::{golden_dir, text};
use livecov_tests::tool::Tool;
use std::path::{Path, PathBuf};

/// Before and after Go changed its hashes from MD5 to FNV-1a.
const VERSIONS: [&str; 2] = ["go1.23", "go1.27"];

const MODES: [&str; 2] = ["set", "atomic"];

fn version_dir(version: &str) -> PathBuf {
    golden_dir().join(version)
}

fn golden_text(version: &str, file: &str) -> String {
    String::from_utf8(read(&version_dir(version).join(file))).expect("a text")
}

/// Calls `check` with each version and mode.
fn each(check: impl Fn(&str, &str)) {
    for version in VERSIONS {
        assert!(golden_text(version, "VERSION").starts_with(version));
        for mode in MODES {
            check(version, mode);
        }
    }
}

/// The profile of the directory `input` in `cwd`; without a warning.
fn profile(cwd: &Path, input: &str) -> String {
    let out = scratch();
    let path = out.path().join("profile");
    let args = ["textfmt", "--strict", "-i", input, "-o", text(&path)];
    Tool::Ours.run_in(cwd, &args).quiet();
    String::from_utf8(read(&path)).expect("a text")
}

#[test]
fn profiles() {
    each(|version, mode| {
        let expected = golden_text(version, &format!("{mode}.textfmt"));
        assert!(expected.starts_with(&format!("mode: {mode}\n")));
        assert_same_text(version, &expected, &profile(&version_dir(version), mode));
    });
}

#[test]
fn dumps() {
    each(|version, mode| {
        let args = ["debugdump", "--strict", "-i", mode];
        let dump = Tool::Ours.run_in(&version_dir(version), &args).quiet();
        let expected = golden_text(version, &format!("{mode}.debugdump"));
        assert!(expected.contains("program args: [./tiny 3 shapes odd 300]"));
        assert_same_text(version, &expected, without_banner(&dump.stdout_text()));
    });
}

#[test]
fn merges_keep_the_meta_file() {
    each(|version, mode| {
        let out = scratch();
        let data = version_dir(version).join(mode);
        let args = ["merge", "--strict", "-i", mode, "-o", text(out.path())];
        Tool::Ours.run_in(&version_dir(version), &args).quiet();
        let merged = meta_file(out.path());
        assert_eq!(name(&merged), name(&meta_file(&data)));
        assert!(read(&merged) == read(&meta_file(&data)));
        let expected = golden_text(version, &format!("{mode}.textfmt"));
        assert_same_text(version, &expected, &profile(out.path(), "."));
    });
}

/// Both kinds of hash are not only read but checked. A changed byte is noticed, unless it is one of the few that mean
/// nothing, and then the report stays as it was.
#[test]
fn damage_behind_the_header_is_found() {
    const HEADER: usize = 56;
    each(|version, mode| {
        let dir = scratch();
        copy(&version_dir(version).join(mode), dir.path());
        let meta = meta_file(dir.path());
        let report = || Tool::Ours.run_in(dir.path(), &["func", "--strict", "-i=."]);
        let expected = report().quiet();
        // A step of a prime number comes by all kinds of bytes; every byte is the business of the suite of damage.
        let offsets: Vec<usize> = (HEADER..read(&meta).len()).step_by(37).collect();
        let mut found = 0;
        for offset in &offsets {
            edit(&meta, |bytes| bytes[*offset] ^= 0x04);
            let outcome = report();
            edit(&meta, |bytes| bytes[*offset] ^= 0x04);
            if outcome != expected {
                let complaint = outcome.exits(1).stderr_text();
                assert!(complaint.contains(name(&meta)), "{version} {mode} {offset}: {complaint}");
                found += 1;
            }
        }
        assert!(found + 3 >= offsets.len(), "{version} {mode}: {found} of {}", offsets.len());
    });
}

#[test]
fn the_golden_directories_are_complete() {
    each(|version, mode| {
        let data = version_dir(version).join(mode);
        assert_eq!(list(&data).len(), 3);
        assert_eq!(counter_files(&data).len(), 2);
    });
}
