//! The formats of `livecov report`: golden files, totals that agree with each other, and programs of others that read
//! them.

#![allow(clippy::unwrap_used, reason = "a test says so by failing")]

mod golden;
mod odd;
mod outputs;
mod random;
mod readers;
mod totals;

use livecov_format::vocab::CounterMode;
use livecov_tests::command::Outcome;
use livecov_tests::files::write;
use livecov_tests::paths::text;
use livecov_tests::reports::{DAY, shop, shop_sources, write_pod};
use livecov_tests::tool::Tool;
use std::path::Path;
use tempfile::TempDir;

/// A directory with the shop's sources, and with its data in `data`.
fn shop_dir(mode: CounterMode) -> TempDir {
    let scratch = tempfile::tempdir().expect("a temporary directory");
    for source in shop_sources() {
        source.write(scratch.path());
    }
    let data = scratch.path().join("data");
    std::fs::create_dir(&data).expect("a directory");
    write_pod(&data, &shop(mode), &[DAY]);
    scratch
}

/// Runs `livecov report data` in a directory, in the year 1970.
fn report_in(dir: &Path, args: &[&str]) -> Outcome {
    let mut command = Tool::Ours.command();
    command.current_dir(dir).env("SOURCE_DATE_EPOCH", "7").args(["report", "data"]).args(args);
    livecov_tests::command::capture(&mut command)
}

/// A time that is none is not taken for one in silence.
#[test]
fn a_wrong_time_is_named() {
    let dir = shop_dir(CounterMode::Count);
    let said = |value: &str, format: &str| {
        let mut command = Tool::Ours.command();
        command.current_dir(dir.path()).env("SOURCE_DATE_EPOCH", value).args(["report", "data", format]);
        livecov_tests::command::capture(&mut command).exits(0).stderr_text()
    };
    let expected = "warning: SOURCE_DATE_EPOCH is no number of seconds: the report has the time of now\n";
    let saturated = said("7", "--cobertura");
    assert_eq!(said("today", "--cobertura"), format!("{expected}{saturated}"));
    assert_eq!([said("today", "--lcov"), said("", "--cobertura")], [saturated.clone(), saturated]);
}

/// What `livecov report data` prints, if it ends well.
#[track_caller]
fn printed(dir: &Path, args: &[&str]) -> String {
    let outcome = report_in(dir, args).exits(0);
    let warning = "warning: some counts do not fit 32 bits, and stay at 4294967295\n";
    assert!(["", warning].contains(&outcome.stderr_text().as_str()), "{outcome:?}");
    outcome.stdout_text()
}

/// Writes a format into a file of the directory.
fn write_format(dir: &Path, format: &str) -> std::path::PathBuf {
    // Some readers go by the ends of names.
    let end = if ["--cobertura", "--sonarqube"].contains(&format) { "xml" } else { "info" };
    let path = dir.join(format!("{}.{end}", format.trim_start_matches('-')));
    write(&path, printed(dir, &[format]).as_bytes());
    path
}

/// The path's text, for arguments.
fn arg(path: &Path) -> &str {
    text(path)
}
