//! Changes in JSON and Markdown.

use crate::Repository;
use expect_test::expect_file;
use livecov_format::vocab::CounterMode::Count;
use livecov_tests::command::capture;
use livecov_tests::files::write;
use livecov_tests::go::clean;
use livecov_tests::paths::{repo_root, text};
use livecov_tests::reports::{Counts, shop, write_pod};
use std::path::Path;

/// A day before that of the data: `never` ran then, and nobody took anything.
const DAY_BEFORE: Counts<'static> = &[("price::never", &[1]), ("price::lookup", &[7, 2, 5, 0])];

fn repository() -> Repository {
    let repository = Repository::new();
    std::fs::create_dir(repository.path("old")).unwrap();
    write_pod(&repository.path("old"), &shop(Count), &[DAY_BEFORE]);
    repository.write("shop/src/not measured.rs", "fn f() {}\n");
    repository
}

const CHANGES: [&str; 3] = ["--diff=base", "--baseline=../old", "--no-config"];

#[test]
fn markdown() {
    let shown = repository().shown(&[&CHANGES[..], &["--markdown"]].concat());
    expect_file!["../../golden/report/changes.md"].assert_eq(&shown);
}

#[test]
fn table() {
    let shown = repository().shown(&[&CHANGES[..], &["--list=new,lost,gained"]].concat());
    expect_file!["../../golden/report/changes.txt"].assert_eq(&shown);
}

#[test]
fn tables_fit_their_terminal() {
    let repository = repository();
    for width in [1, 20, 30, 40, 60] {
        let shown = repository.shown(&[&CHANGES[..], &["--width", &width.to_string()]].concat());
        for line in shown.lines().filter(|line| line.contains("price.rs  ") || line.starts_with("Total")) {
            assert!(line.chars().count() <= width.max(20), "{width}: {shown}");
        }
    }
}

#[test]
fn json_has_both_and_fits_its_schema() {
    let repository = repository();
    let out = repository.shown(&[&CHANGES[..], &["--json"]].concat());
    let report: serde_json::Value = serde_json::from_str(&out).unwrap();
    let pretty = serde_json::to_string_pretty(&[&report["diff"], &report["comparison"]]).unwrap();
    expect_file!["../../golden/report/changes.json"].assert_eq(&(pretty + "\n"));
    let path = repository.path("report.json");
    let validate = |text_of_report: &str| {
        write(&path, text_of_report.as_bytes());
        let reader = repo_root().join(".tools/readers/bin/jsonschema");
        assert!(reader.is_file(), "there is no {}: run ci/setup", reader.display());
        let schema = repo_root().join("docs/report.schema.json");
        capture(clean(Path::new(&reader)).args(["-i", text(&path), text(&schema)])).status
    };
    assert_eq!(validate(&out), Some(0));
    for (right, wrong) in [
        ("\"missed\":[[", "\"missed\":[[-1,"),
        ("\"lost\":", "\"lots\":"),
        ("\"basis\":\"content\"", "\"basis\":\"x\""),
    ] {
        assert!(out.contains(right), "{right}");
        assert_ne!(validate(&out.replace(right, wrong)), Some(0), "a schema that takes anything shows nothing");
    }
    let sum: u64 =
        report["comparison"]["totals"].as_object().unwrap().values().map(|number| number.as_u64().unwrap()).sum();
    assert_eq!(Some(sum), report["totals"]["lines"]["total"].as_u64());
}
