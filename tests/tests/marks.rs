//! Packages whose lines say how often they must have run (`tests/programs/marks`): `//=2`, `//=+` for more than zero,
//! `//=-` for a line that is not countable; `//= excluded REASON` for one that must stand in the list of exclusions.

#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

use livecov_tests::cargo_livecov::Project;
use livecov_tests::command::must;
use livecov_tests::paths::programs_dir;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

const MARK: &str = "//=";

/// What a report says of a line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Line {
    count: Option<u64>,
    /// Reason and detail.
    exclusions: Vec<String>,
}

type Lines = BTreeMap<u64, Line>;

/// The report of the tests of all packages, by file.
fn measured(root: &Path) -> BTreeMap<String, Lines> {
    let project = Project::new("marks", root);
    let report = project.fresh_data().join("report.json");
    let mut command = project.livecov("test");
    must(command.args(["--workspace", "--mode", "count", "--json", "--output-path"]).arg(&report));
    let report: Value = serde_json::from_slice(&fs::read(&report).unwrap()).unwrap();
    let mut files: BTreeMap<String, Lines> = BTreeMap::new();
    for file in report["files"].as_array().unwrap() {
        let lines = files.entry(file["path"].as_str().unwrap().to_owned()).or_default();
        for line in file["lines"].as_array().unwrap() {
            lines.entry(line["line"].as_u64().unwrap()).or_default().count = line["count"].as_u64();
        }
    }
    for exclusion in report["omissions"].as_array().unwrap() {
        let lines = files.entry(exclusion["path"].as_str().unwrap().to_owned()).or_default();
        let text = format!("{} {}", exclusion["reason"].as_str().unwrap(), exclusion["detail"].as_str().unwrap_or(""));
        let [first, last] = [0, 2].map(|at| exclusion["span"][at].as_u64().unwrap_or_default());
        (first..=last).for_each(|line| lines.entry(line).or_default().exclusions.push(text.clone()));
    }
    files
}

/// What is wrong about a line with a mark; none if nothing is.
fn difference(mark: &str, line: &Line) -> Option<String> {
    let count = line.count;
    let is_right = match mark.split_once("excluded ") {
        Some((_, reason)) => count.is_none() && line.exclusions.iter().any(|found| found.starts_with(reason)),
        None => match mark {
            "+" => count.is_some_and(|count| count > 0),
            "-" => count.is_none(),
            number => count == Some(number.parse().unwrap()),
        },
    };
    (!is_right).then(|| format!("{count:?}, {:?}", line.exclusions))
}

#[test]
fn lines_have_the_counts_that_stand_beside_them() {
    let root = programs_dir().join("marks");
    let files = measured(&root);
    let mut differences = Vec::new();
    let mut marks = 0;
    for (path, lines) in &files {
        let text = fs::read_to_string(root.join(path)).unwrap();
        for (number, line) in (1..).zip(text.lines()) {
            let Some((_, mark)) = line.split_once(MARK) else { continue };
            marks += 1;
            let found = lines.get(&number).cloned().unwrap_or_default();
            let difference = difference(mark.trim(), &found);
            differences.extend(difference.map(|found| format!("{path}:{number}: {line}\n    has {found}")));
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    assert!(marks > 40, "{marks}");
}
