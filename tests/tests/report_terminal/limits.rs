//! `--fail-under-*`.

use crate::shop_dir;
use livecov_format::vocab::CounterMode::Set;
use livecov_tests::paths::text;
use livecov_tests::reports::{Source, package, program, report, write_pod};

/// Status and standard error.
fn fails(dir: &std::path::Path, args: &[&str]) -> (u8, String) {
    let args: Vec<&str> = [text(dir)].iter().chain(args).copied().collect();
    let (status, out, err) = report(&args);
    assert!(out.contains("Total") || out.contains("end_of_record"), "the report comes first: {out}");
    (status, err)
}

#[test]
fn coverage_below_a_limit_ends_with_a_status_of_its_own() {
    let scratch = shop_dir();
    for (args, message) in [
        (&["--fail-under-lines=75"][..], ""),
        (&["--fail-under-lines=75.01"], "error: lines: 75.0% (15 of 20) is less than --fail-under-lines 75.01\n"),
        (&["--fail-under-functions=80"], "error: functions: 75.0% (3 of 4) is less than --fail-under-functions 80\n"),
        (
            &["--fail-under-branches", "100%"],
            "error: branches: 87.5% (7 of 8) is less than --fail-under-branches 100\n",
        ),
        (&["--fail-under-units=90"], "error: units: 80.0% (12 of 15) is less than --fail-under-units 90\n"),
        (&["--fail-under-file-lines=60"], ""),
        (
            &["--fail-under-file-lines=70"],
            "error: 1 file below --fail-under-file-lines 70:\n  src/price.rs: 64.2% (9 of 14)\n",
        ),
        (
            &["--fail-under-crate-lines=80"],
            "error: 1 crate below --fail-under-crate-lines 80:\n  shop: 75.0% (15 of 20)\n",
        ),
    ] {
        let expected = if message.is_empty() { livecov::exit::SUCCESS } else { livecov::exit::THRESHOLD };
        assert_eq!(fails(scratch.path(), args), (expected, message.to_owned()), "{args:?}");
    }
}

#[test]
fn all_that_is_below_is_named_at_once() {
    let scratch = shop_dir();
    let (status, err) = fails(scratch.path(), &["--lcov", "--fail-under-lines=90", "--fail-under-branches=90"]);
    assert_eq!((status, err.matches("error: ").count()), (3, 2), "{err}");
}

#[test]
fn what_counts_nothing_passes_no_check() {
    let scratch = tempfile::tempdir().unwrap();
    let source = Source::new("a.rs", "fn f() {\n}\n").function("f", "fn f", &[]);
    write_pod(scratch.path(), &program(Set, vec![package("p", &[&source])]), &[]);
    let (status, err) = fails(scratch.path(), &["--fail-under-lines=1"]);
    assert_eq!((status, err.as_str()), (3, "error: --fail-under-lines 1: the data have no lines\n"));
    assert_eq!(fails(scratch.path(), &["--fail-under-lines=0", "--fail-under-file-lines=100"]).0, 0);
}

#[test]
fn many_files_below_are_named_in_part() {
    let dir = livecov_tests::corpus::many();
    let (status, err) = fails(&dir, &["--fail-under-file-lines=50"]);
    assert_eq!(status, 3);
    assert_eq!(err.lines().count(), 12, "{err}");
    assert!(err.lines().last().unwrap().starts_with("  and ") && err.ends_with(" more\n"), "{err}");
}
