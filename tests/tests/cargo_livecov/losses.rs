//! Runs that leave no data: nobody takes them for success.

use crate::project::Project;
use livecov_tests::command::capture;
use std::fs;

/// A project without any code that could be instrumented.
fn empty() -> Project {
    Project::of(&[
        ("Cargo.toml", "[package]\nname = \"empty\"\nversion = \"0.1.0\"\nedition = \"2024\"\n"),
        ("src/lib.rs", "//! Nothing.\n"),
    ])
}

#[test]
fn a_run_without_data_fails() {
    let project = empty();
    let outcome = capture(&mut project.livecov(&["test", "-q"])).exits(1);
    let said = outcome.stderr_text();
    assert_eq!(said.matches("error: no data in").count(), 1, "{said}");
    assert!(!said.contains("no applicable files"), "{said}");
    // Who reports later hears it then.
    let outcome = capture(&mut project.livecov(&["test", "-q", "--no-report"])).exits(0);
    assert!(outcome.stderr_text().contains("warning: livecov: no data in"), "{outcome:?}");
}

/// Limits of all kinds fail, and no file of an earlier run is taken for this one's.
#[test]
fn limits_fail_without_data_and_old_reports_go() {
    let project = empty();
    let [lcov, page] = ["lcov.info", "page.html"].map(|name| project.root().join(name));
    for limit in [["--fail-under-lines", "50"], ["--fail-under-file-units", "1"], ["--fail-uncovered-lines", "5"]] {
        fs::write(&lcov, "TN:\nend_of_record\n").expect("a file");
        fs::write(&page, "<html>").expect("a file");
        let args = [["test", "-q"], limit, ["--lcov", "--output-path"], ["lcov.info", "--html=page.html"]].concat();
        let outcome = capture(&mut project.livecov(&args)).exits(3);
        let reason = format!("error: {}: no data in ", limit.join(" "));
        assert!(outcome.stderr_text().contains(&reason), "{outcome:?}");
        assert!(outcome.stderr_text().contains("removed lcov.info"), "{outcome:?}");
        assert!(!lcov.exists() && !page.exists());
    }
    project.write("livecov.toml", b"[thresholds]\nlines = 50\n");
    let outcome = capture(&mut project.livecov(&["test", "-q"])).exits(3);
    assert!(outcome.stderr_text().contains("`thresholds.lines`"), "{outcome:?}");
}

/// A filter that leaves no test: limits fail, and the report is of this run.
#[test]
fn a_filter_that_leaves_no_test() {
    let project = Project::copy("sample");
    fs::write(project.root().join("lcov.info"), "TN:\nSF:old.rs\nend_of_record\n").expect("a file");
    let args = "test -q --fail-under-lines 50 --lcov --output-path lcov.info nothing_of_that_name";
    let args: Vec<&str> = args.split(' ').collect();
    let outcome = capture(&mut project.livecov(&args)).exits(3);
    assert!(outcome.stderr_text().contains("--fail-under-lines 50"), "{outcome:?}");
    let text = fs::read_to_string(project.root().join("lcov.info")).unwrap_or_default();
    assert!(!text.contains("old.rs"), "{text}");
}
