//! A program with its whole standard library instrumented: many packages, every kind of function that there is.

use livecov_tests::compare::{OUT, assert_same_text, same, same_result, same_result_but_functions};
use livecov_tests::corpus::{MANY, MANY_RUNS, many};
use livecov_tests::paths::text;
use livecov_tests::tool::Tool;
use std::collections::HashSet;

fn input() -> String {
    format!("-i={}", text(&many()))
}

#[test]
fn percent_and_package_list() {
    let list = same(&["pkglist", &input()]).outcome.quiet().stdout_text();
    assert!(list.lines().count() > 100, "{list}");
    same(&["percent", &input()]).outcome.quiet();
}

#[test]
fn profile() {
    let profile = same(&["textfmt", &input(), &format!("-o={OUT}")]).out.unwrap();
    assert!(profile.len() > 1_000_000);
}

#[test]
fn dumps() {
    same(&["debugdump", &input()]).outcome.quiet();
    same(&["debugdump", &input(), "-live"]).outcome.quiet();
    same(&["debugdump", &input(), "-pkg=encoding/...,...sort"]).outcome.quiet();
}

#[test]
fn selected_packages() {
    for pattern in ["-pkg=encoding/...", "-pkg=...x...,math/big", "-pkg=...json,fmt"] {
        same(&["percent", &input(), pattern]).outcome.quiet();
        same(&["textfmt", &input(), pattern, &format!("-o={OUT}")]);
    }
}

/// A row of the report by functions.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Row {
    place: String,
    function: String,
    percent: String,
}

fn rows(report: &str) -> Vec<Row> {
    let row = |line: &str| {
        let mut cells = line.split('\t').filter(|cell| !cell.is_empty()).map(str::to_owned);
        let mut cell = || cells.next().expect("three cells");
        Row { place: cell(), function: cell(), percent: cell() }
    };
    report.lines().map(row).collect()
}

/// Go glues neighbours of one name together, a known difference: our rows with those that Go leaves out folded into the
/// row before, of which only place and name can be compared.
fn glued(ours: Vec<Row>, go: &[Row]) -> Vec<Row> {
    let go_places: HashSet<&str> = go.iter().map(|row| row.place.as_str()).collect();
    let mut glued: Vec<Row> = Vec::new();
    for row in ours {
        match glued.last_mut() {
            Some(last) if last.function == row.function && !go_places.contains(row.place.as_str()) => {
                last.percent = SEVERAL.to_owned();
            }
            _ => glued.push(row),
        }
    }
    glued
}

const SEVERAL: &str = "several";

#[test]
fn functions() {
    let report = |tool: Tool| tool.run(&["func", &input()]).quiet().stdout_text();
    let mut go = rows(&report(Tool::Go));
    let ours = glued(rows(&report(Tool::Ours)), &go);
    assert!(ours.len() > 5000);
    let folded = ours.iter().filter(|row| row.percent == SEVERAL).count();
    assert!(folded < ours.len() / 20, "{folded} of {} rows", ours.len());
    for (go, ours) in go.iter_mut().zip(&ours) {
        if ours.percent == SEVERAL {
            go.percent.clone_from(&ours.percent);
        }
    }
    let lines = |rows: &[Row]| -> String {
        let line = |row: &Row| format!("{} {} {}\n", row.place, row.function, row.percent);
        rows.iter().map(line).collect()
    };
    assert_same_text("the report by functions", &lines(&go), &lines(&ours));
}

#[test]
fn results() {
    let [a, b] = [0, 1].map(|run| MANY.data(&MANY_RUNS[run..=run]));
    let two = format!("-i={},{}", text(&a), text(&b));
    let out = format!("-o={OUT}");
    let commands: [&[&str]; 5] = [
        &["merge", &input(), &out],
        &["merge", &input(), &out, "-pkg=encoding/...,fmt"],
        &["merge", &two, &out, "-pcombine"],
        &["subtract", &two, &out],
        &["intersect", &two, &out],
    ];
    for command in commands {
        same_result_but_functions(command);
    }
}

#[test]
fn results_of_packages_without_namesakes() {
    let (_, reading) = same_result(&["merge", &input(), "-o={out}", "-pkg=example.org/..."]);
    assert!(reading.functions.contains("Crunch"));
}
