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
    // Who reports later hears it now.
    let outcome = capture(&mut project.livecov(&["test", "-q", "--no-report"])).exits(1);
    assert!(outcome.stderr_text().contains("warning: livecov: no data in"), "{outcome:?}");
}

/// What has nothing instrumented in it is no success of any command, and each crate has its reason.
#[test]
fn a_build_without_probes_fails() {
    let project = empty();
    let fails = |args: &[&str], reason: &str| {
        let outcome = capture(&mut project.livecov(args)).exits(1);
        let said = outcome.stderr_text();
        assert_eq!(said.matches("error: nothing was instrumented\n").count(), 1, "{said}");
        assert!(said.contains(reason) && !said.contains("livecov: built"), "{args:?}: {said}");
    };
    let commands: [&[&str]; 5] = [
        &["build"],
        &["test", "--no-run"],
        &["test", "--no-report"],
        &["test"],
        &["test", "--no-clean", "--no-report"],
    ];
    for args in commands {
        fails(args, "livecov: crate empty: it has no functions\n");
    }
    // Cargo has nothing to compile the second time.
    fails(&["build"], "livecov: crate empty: it has no functions\n");
    project.write("src/lib.rs", b"#[cfg_attr(coverage, coverage(off))]\npub fn f() {}\n");
    fails(&["build"], "livecov: crate empty: all of its code is excluded (attribute coverage(off))\n");
    project.write("src/lib.rs", b"pub fn f() {}\n#[test]\nfn t() {\n    f();\n}\n");
    fails(
        &["build", "--exclude-from-report", "empty"],
        "livecov: every package is excluded; see --exclude-from-report",
    );
    project.done(&["build"]);
    project.done(&["test", "--no-report"]);
    // Data of earlier runs do not hide it.
    project.write("src/lib.rs", b"#[test]\nfn t() {}\n");
    fails(&["test", "--no-clean"], "livecov: crate empty: all of its code is excluded (test test function)\n");
    // Instrumented code that does not run is another matter.
    project.write("src/lib.rs", b"pub fn f() {}\n");
    project.done(&["test", "--no-report"]);
}

#[test]
fn a_program_that_does_not_compile_with_probes_fails_the_build() {
    let project = Project::of(&[
        ("Cargo.toml", "[package]\nname = \"odd\"\nversion = \"0.1.0\"\nedition = \"2024\"\n"),
        ("src/main.rs", "mod __livecov {}\nfn main() {}\n"),
    ]);
    for args in [["build", "-q"].as_slice(), &["run", "-q", "--no-report"]] {
        let outcome = capture(&mut project.livecov(args)).exits(1);
        let reason = "error: nothing was instrumented\nlivecov: crate odd: it does not compile with probes: ";
        assert!(outcome.stderr_text().contains(reason), "{outcome:?}");
    }
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
