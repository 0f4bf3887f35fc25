//! What `livecov report` counts: lines, branches, functions, and the data of several programs. `docs/REPORTS.md` says how.

#![allow(clippy::unwrap_used, reason = "a test says so by failing")]

mod branches;
mod document;
mod lines;
mod programs;
mod runs;
mod services;

use livecov_tests::model::Program;
use livecov_tests::paths::text;
use livecov_tests::reports::{Counts, report, write_pod};
use serde_json::Value;
use std::path::Path;

/// The JSON report of a directory.
fn json(dir: &Path, args: &[&str]) -> Value {
    let args: Vec<&str> = [text(dir), "--json"].iter().chain(args).copied().collect();
    let (status, out, err) = report(&args);
    assert_eq!(status, 0, "{err}");
    serde_json::from_str(&out).expect("JSON")
}

/// The JSON report of one program.
fn json_of(program: &Program, runs: &[Counts<'_>]) -> Value {
    let scratch = tempfile::tempdir().unwrap();
    write_pod(scratch.path(), program, runs);
    json(scratch.path(), &[])
}

/// The file of that path.
fn file<'r>(report: &'r Value, path: &str) -> &'r Value {
    let mut files = report["files"].as_array().unwrap().iter();
    files.find(|file| file["path"] == path).unwrap_or_else(|| panic!("{path} is not in {report}"))
}

/// The lines of a file with their counts, those that ran in part with `~`.
fn lines(file: &Value) -> String {
    let lines = file["lines"].as_array().unwrap().iter();
    let lines = lines.map(|line| {
        let partial = if line["is_partial"] == true { "~" } else { "" };
        format!("{}:{}{partial}", line["line"], line["count"])
    });
    lines.collect::<Vec<_>>().join(" ")
}

/// The branching points of a file: line, then kind and count of each branch, with its line if that is another.
fn branches(file: &Value) -> Vec<String> {
    let points = file["branch_points"].as_array().unwrap().iter();
    let branch = |point: &Value, branch: &Value| {
        let line = if branch["line"] == point["line"] { String::new() } else { format!("@{}", branch["line"]) };
        format!("{}={}{line}", branch["kind"].as_str().unwrap(), branch["count"])
    };
    let point = |point: &Value| {
        let ways: Vec<String> =
            point["branches"].as_array().unwrap().iter().map(|found| branch(point, found)).collect();
        let reached = if point["is_reached"] == true { "" } else { " unreached" };
        format!("{}: {}{reached}", point["line"], ways.join(" "))
    };
    points.map(point).collect()
}

/// Covered and total of a figure.
fn ratio(totals: &Value, what: &str) -> (u64, u64) {
    let ratio = &totals["totals"][what];
    (ratio["covered"].as_u64().unwrap(), ratio["total"].as_u64().unwrap())
}
