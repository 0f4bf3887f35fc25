//! What `livecov report` and its kin read: inputs of all kinds, chosen runs, and what came after earlier data.

#![allow(clippy::unwrap_used, reason = "a test says so by failing")]

mod inputs;
mod selection;
mod since;

use livecov_tests::reports::report;
use serde_json::Value;
use std::ffi::OsString;

/// Status, standard output and standard error of a command in this process.
fn run(args: &[&str]) -> (u8, String, String) {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let args = ["livecov"].iter().chain(args).map(OsString::from);
    let status = livecov::run(args, &mut out, &mut err);
    let text = |bytes| String::from_utf8(bytes).expect("text");
    (status, text(out), text(err))
}

/// The counts of the units of a function, and the warnings.
#[track_caller]
fn counts(function: &str, args: &[&str]) -> (Vec<u64>, String) {
    let (status, out, err) = report(&[&["--json"], args].concat());
    assert_eq!(status, 0, "{err}");
    let report: Value = serde_json::from_str(&out).unwrap();
    let files = report["files"].as_array().unwrap().iter();
    let functions = files.flat_map(|file| file["functions"].as_array().unwrap().iter().map(move |found| (file, found)));
    let (file, found) = functions.into_iter().find(|(_, found)| found["name"] == function).expect("the function");
    let number = |field: &str| usize::try_from(found[field].as_u64().unwrap()).unwrap();
    let units = file["units"].as_array().unwrap().iter().skip(number("first_unit")).take(number("unit_count"));
    (units.map(|unit| unit["count"].as_u64().unwrap()).collect(), err)
}

/// The counts of the units of `price::lookup`, without a warning.
#[track_caller]
fn lookup(args: &[&str]) -> Vec<u64> {
    let (counts, err) = counts("price::lookup", args);
    assert_eq!(err, "");
    counts
}
