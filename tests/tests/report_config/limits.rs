//! Limits from the file, and all flags for limits.

use crate::Shop;

/// Status and message of a report under limits.
fn limited(shop: &Shop, args: &[&str]) -> (Option<i32>, String) {
    let outcome = shop.report_in("", args);
    assert!(outcome.stdout_text().contains("Total"), "the report comes first: {outcome:?}");
    (outcome.status, outcome.stderr_text())
}

#[test]
fn limits_hold_from_the_file_and_from_the_command_line() {
    for (key, low, high, words) in [
        ("lines", "75", "76", "lines: 75.0% (15 of 20) is less than"),
        ("units", "80", "81", "units: 80.0% (12 of 15) is less than"),
        ("functions", "75", "76", "functions: 75.0% (3 of 4) is less than"),
        ("branches", "87", "88", "branches: 87.5% (7 of 8) is less than"),
        ("file.lines", "64", "65", "1 file below"),
        ("file.units", "77", "78", "1 file below"),
        ("file.functions", "66", "67", "1 file below"),
        ("file.branches", "83", "84", "1 file below"),
        ("crate.lines", "75", "76", "1 crate below"),
        ("crate.units", "80", "81", "1 crate below"),
        ("crate.functions", "75", "76", "1 crate below"),
        ("crate.branches", "87", "88", "1 crate below"),
    ] {
        let flag = |limit: &str| format!("--fail-under-{}={limit}", key.replace('.', "-"));
        let with_file = |limit: &str| Shop::with(&format!("[thresholds]\n{key} = {limit}\n"));
        assert_eq!(limited(&with_file(low), &[]), (Some(0), String::new()), "{key}");
        assert_eq!(limited(&Shop::new(), &[&flag(low)]), (Some(0), String::new()), "{key}");
        let (status, message) = limited(&with_file(high), &[]);
        let name = format!("`thresholds.{key}` of the configuration file, {high}");
        assert!(status == Some(3) && message.starts_with(&format!("error: {words} {name}")), "{key}: {message}");
        let (status, message) = limited(&Shop::new(), &[&flag(high)]);
        let name = flag(high).replace('=', " ");
        assert!(status == Some(3) && message.starts_with(&format!("error: {words} {name}")), "{key}: {message}");
        // The command line goes before the file.
        assert_eq!(limited(&with_file(high), &[&flag(low)]).0, Some(0), "{key}");
        assert_eq!(limited(&with_file(low), &[&flag(high)]).0, Some(3), "{key}");
    }
}

#[test]
fn a_limit_for_changed_lines_waits_for_a_diff() {
    let shop = Shop::with("[thresholds]\ndiff = 100\ncrate.diff = 60\n");
    assert_eq!(limited(&shop, &[]), (Some(0), String::new()));
    shop.write(
        "x.diff",
        "--- a/src/price.rs\n+++ b/src/price.rs\n@@ -3 +3 @@\n-x\n+y\n@@ -22,2 +22,2 @@\n-x\n+y\n-x\n+y\n",
    );
    let (status, message) = limited(&shop, &["--diff-file=x.diff"]);
    let words = "error: changed lines: 33.3% (1 of 3) is less than `thresholds.diff` of the configuration file, 100\n\
                 error: 1 crate below `thresholds.crate.diff` of the configuration file, 60:\n  shop: 33.3% (1 of 3)\n";
    assert_eq!((status, message.as_str()), (Some(3), words));
    assert_eq!(limited(&shop, &["--diff-file=x.diff", "--fail-under-diff=33", "--fail-under-crate-diff=0"]).0, Some(0));
}

#[test]
fn limits_in_numbers() {
    for (measure, missed, words) in [
        ("lines", 5, "lines: 5 of 20 did not run"),
        ("units", 3, "units: 3 of 15 did not run"),
        ("functions", 1, "functions: 1 of 4 did not run"),
        ("branches", 1, "branches: 1 of 8 did not run"),
    ] {
        let flag = |count: u32| format!("--fail-uncovered-{measure}={count}");
        assert_eq!(limited(&Shop::new(), &[&flag(missed)]), (Some(0), String::new()), "{measure}");
        let (status, message) = limited(&Shop::new(), &[&flag(missed - 1)]);
        let expected = format!("error: {words}, more than --fail-uncovered-{measure} {}\n", missed - 1);
        assert_eq!((status, message), (Some(3), expected));
    }
}
