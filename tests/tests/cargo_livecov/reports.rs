//! The report behind a run, and its flags.

use crate::project::{Project, compiled};
use livecov_tests::command::capture;
use livecov_tests::paths::text;
use std::fs;

#[test]
fn a_page_by_default_beside_the_data() {
    let project = Project::copy("sample");
    let outcome = project.done(&["run", "-q", "--html"]);
    let page = project.root().join("target/livecov/report.html");
    assert!(outcome.stderr_text().contains(&format!("report in {}", text(&page))), "{outcome:?}");
    assert!(!outcome.stdout_text().contains("<html"), "{outcome:?}");
    assert!(fs::read_to_string(&page).expect("a page").contains("<html"));
    let elsewhere = project.outside("pages").join("new").join("a b.html");
    project.done(&["report", &format!("--html={}", text(&elsewhere))]);
    assert!(fs::read_to_string(&elsewhere).expect("a page").contains("<html"));
    let outcome = project.done(&["report", "--html", "--output-path", text(&page)]);
    assert!(!outcome.stderr_text().contains("report in"), "{outcome:?}");
}

#[test]
fn a_configuration_file_of_the_project() {
    let project = Project::copy("sample");
    project.write("livecov.toml", b"missing = true\n\n[thresholds]\nlines = 99\n");
    let outcome = capture(&mut project.livecov(&["run", "-q"])).exits(3);
    assert!(outcome.stderr_text().contains("less than `thresholds.lines`"), "{outcome:?}");
    // From elsewhere too, and another file or none.
    let manifest = project.root().join("Cargo.toml");
    let elsewhere = project.outside("elsewhere");
    let from_elsewhere = |args: &[&str]| {
        let mut command = project.livecov(args);
        command.args(["--manifest-path", text(&manifest)]).current_dir(&elsewhere);
        capture(&mut command)
    };
    from_elsewhere(&["report"]).exits(3);
    from_elsewhere(&["report", "--no-config"]).exits(0);
    project.write("other.toml", b"[thresholds]\nlines = 1\n");
    from_elsewhere(&["report", "--livecov-config", text(&project.root().join("other.toml"))]).exits(0);
}

#[test]
fn flags_that_no_report_has_are_named() {
    let project = Project::copy("sample");
    project.done(&["run", "-q"]);
    let outcome = capture(&mut project.livecov(&["report", "--htlm"])).exits(2);
    assert!(outcome.stderr_text().contains("'--html'"), "{outcome:?}");
}

#[test]
fn reports_without_data_are_refused() {
    let project = Project::copy("sample");
    let outcome = capture(&mut project.livecov(&["report", "--fail-under-lines", "80"])).exits(1);
    assert!(outcome.complaint().contains("/target/livecov/data: run `cargo livecov test`"), "{outcome:?}");
}

/// Nobody waits for tests to hear that a flag is wrong, or hears of data where nothing could be built.
#[test]
fn mistakes_are_found_before_anything_runs() {
    let project = Project::copy("sample");
    for (args, words) in [
        (["test", "--fail-under-lines", "101"], "not between 0 and 100"),
        (["test", "--sort", "nmae"], "invalid value 'nmae'"),
        (["test", "--no-run", "--lcov"], "--lcov is for reports, and `test --no-run` makes none"),
        (["test", "--fail-under-lines=90", "--no-run"], "--fail-under-lines"),
        (["build", "--color=always", "--lcov"], "--lcov is for reports, and `build` makes none"),
        (["build", "--lcov", "--release"], "--lcov is for reports, and `build` makes none"),
        (["test", "--exclude-from-report", "sample-lbi"], "there is no such package; do you mean sample-lib?"),
        (["test", "--include", "nowhere"], "--include nowhere: there is no such package"),
        (["clean", "-p", "sample-lib"], "`clean` takes no -p"),
        (["test", "--fail-under-line", "80"], "there is no flag --fail-under-line; do you mean --fail-under-lines?"),
        (["run", "--release", "--mdoe=count"], "there is no flag --mdoe; do you mean --mode?"),
        (["nextest", "--output-file", "x"], "do you mean --output-"),
        (["env", "--formt", "json"], "do you mean --format?"),
        (["clean", "--dat", "-q"], "`clean` takes no --dat; do you mean --data?"),
    ] {
        let outcome = capture(&mut project.livecov(&args)).exits(2);
        assert!(outcome.stderr_text().contains(words) && compiled(&outcome).is_empty(), "{outcome:?}");
    }
    let outcome = capture(&mut project.livecov(&["test", "--nonsense"])).exits(1);
    assert!(!outcome.stderr_text().contains("no data"), "{outcome:?}");
}

/// Scripts that take the page from where cargo-llvm-cov puts it go on to do so.
/// A header or script that is cut off is worse than none.
#[test]
fn what_cannot_be_printed_is_an_error() {
    let project = Project::copy("sample");
    for args in [["header"].as_slice(), &["env"], &["help"], &["--version"]] {
        let full = std::fs::File::options().write(true).open("/dev/full").expect("a device");
        let output = project.livecov(args).stdout(full).output().expect("the program starts");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code() == Some(1) && said.contains("standard output: No space left"), "{args:?}: {said}");
    }
}

#[test]
fn a_page_in_a_folder_of_reports() {
    let project = Project::copy("sample");
    let folder = project.outside("reports");
    project.done(&["run", "-q", "--html", "--output-dir", text(&folder)]);
    assert!(fs::read_to_string(folder.join("html/index.html")).expect("a page").contains("<html"));
}
