//! What a diff and older data say is in the page, as it is in the JSON report, and only there if it was asked for.

use crate::page::{elements, parse};
use crate::shop_dir;
use livecov_format::model::UnitKind::Body;
use livecov_format::vocab::CounterMode::Count;
use livecov_tests::paths::text;
use livecov_tests::reports::{CALM_DAY, Counts, Source, package, part, program, report, shop_sources, write_pod};
use serde_json::{Value, json};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

const CHANGES: &str = "id=\"changes\">";

/// Changes of two files, one of which had another name, and of files that the data do not have.
const DIFF: &str = "\
diff --git a/src/price.rs b/src/price.rs
--- a/src/price.rs
+++ b/src/price.rs
@@ -5 +5 @@
-    if member && base > 9 {
+    if member && base > 10 {
@@ -21,0 +22,2 @@
+fn never() {
+    println!(\"never\");
diff --git a/src/was.rs b/src/other.rs
rename from src/was.rs
rename to src/other.rs
--- a/src/was.rs
+++ b/src/other.rs
@@ -2 +2 @@
-    none();
+    all();
@@ -12,0 +13,3 @@
+fn five() {
+    all();
+}
diff --git a/src/docs.md b/src/docs.md
--- a/src/docs.md
+++ b/src/docs.md
@@ -0,0 +1 @@
+# New
diff --git a/src/unknown.rs b/src/unknown.rs
--- a/src/unknown.rs
+++ b/src/unknown.rs
@@ -0,0 +1 @@
+fn unknown() {}
";

/// A file of functions of three lines each.
fn functions(path: &str, names: &[&str]) -> Source {
    let text = names.iter().fold(String::new(), |mut text, name| {
        write!(text, "fn {name}() {{\n    all();\n}}\n").unwrap();
        text
    });
    let part = [part(Body, "fn ", ";")];
    names.iter().fold(Source::new(path, &text), |source, name| source.function(name, &format!("fn {name}"), &part))
}

fn write_data(dir: &Path, sources: &[&Source], counts: Counts<'_>) {
    std::fs::create_dir(dir).unwrap();
    write_pod(dir, &program(Count, vec![package("p", sources)]), &[counts]);
}

/// The shop; in `now`, other data than in `before`, which have files that are no more or are not measured any more.
fn changed_shop() -> TempDir {
    let dir = shop_dir(Count);
    let [price, stock] = shop_sources();
    let other = functions("src/other.rs", &["one", "two", "three", "four", "five"]);
    let [unmeasured, removed] = ["src/idle.rs", "src/removed.rs"].map(|path| functions(path, &["idle", "rest"]));
    let was = functions("src/was.rs", &["one", "two", "three", "four"]);
    [&other, &unmeasured].iter().for_each(|source| source.write(dir.path()));
    let now = [CALM_DAY, &[("one", &[1]), ("two", &[0]), ("three", &[4]), ("four", &[0])]].concat();
    write_data(&dir.path().join("now"), &[&price, &stock, &other], &now);
    let before: Counts<'_> = &[
        ("one", &[0]),
        ("two", &[1]),
        ("three", &[1]),
        ("price::never", &[9]),
        ("idle", &[1]),
        ("price::lookup", &[0, 0, 0, 9]),
    ];
    write_data(&dir.path().join("before"), &[&price, &was, &unmeasured, &removed], before);
    std::fs::write(dir.path().join("all.diff"), DIFF).unwrap();
    dir
}

/// The report of `now` held against these.
fn held(dir: &Path, format: &str, has_diff: bool, has_baseline: bool) -> String {
    let path = |name: &str| -> PathBuf { dir.join(name) };
    let [diff, before, now] = ["all.diff", "before", "now"].map(path);
    let mut args = vec![format, "--source-root", text(dir), text(&now)];
    if has_diff {
        args.extend(["--diff-file", text(&diff)]);
    }
    if has_baseline {
        args.extend(["--baseline", text(&before)]);
    }
    let (status, out, err) = report(&args);
    assert_eq!(status, 0, "{err}");
    out
}

/// What the page knows of the JSON report's diff.
fn known_diff(mut diff: Value) -> Value {
    for file in diff["files"].as_array_mut().unwrap() {
        // The index knows.
        file.as_object_mut().unwrap().remove("is_stale");
    }
    diff
}

const DIFFERENCES: [&str; 4] = ["new_covered", "new_uncovered", "lost", "gained"];

/// Leaves the fields that the page has.
fn keep(value: &mut Value, names: &[&str]) {
    value.as_object_mut().unwrap().retain(|name, _| names.contains(&name.as_str()));
}

/// What the page knows of the JSON report's comparison: files that differ, and functions.
fn known_comparison(mut comparison: Value) -> Value {
    let names = ["baseline", "totals", "files", "lost_functions", "gained_functions", "removed"];
    keep(&mut comparison, &names);
    keep(&mut comparison["totals"], &DIFFERENCES);
    let files = comparison["files"].as_array_mut().unwrap();
    files.retain(|file| DIFFERENCES.iter().any(|name| file["totals"][name] != 0));
    for file in files {
        keep(file, &["path", "old_path", "totals", "new_uncovered", "lost", "gained"]);
        keep(&mut file["totals"], &DIFFERENCES);
    }
    comparison
}

#[track_caller]
fn is_same(dir: &Path, has_diff: bool, has_baseline: bool) -> Value {
    let json: Value = serde_json::from_str(&held(dir, "--json", has_diff, has_baseline)).unwrap();
    let changes = parse(&held(dir, "--html", has_diff, has_baseline)).changes.unwrap();
    let expected = |is_there: bool, name: &str, known: fn(Value) -> Value| {
        assert_eq!(json[name].is_object(), is_there);
        if is_there { known(json[name].clone()) } else { Value::Null }
    };
    assert_eq!(changes["diff"], expected(has_diff, "diff", known_diff));
    assert_eq!(changes["comparison"], expected(has_baseline, "comparison", known_comparison));
    changes
}

#[test]
fn a_page_has_the_diff_and_the_comparison_of_the_json_report() {
    let shop = changed_shop();
    let changes = is_same(shop.path(), true, true);
    // There is something of each kind, so that nothing is the same by chance.
    let (diff, comparison) = (&changes["diff"], &changes["comparison"]);
    assert_eq!(diff["files"][0]["old_path"], "src/was.rs");
    assert_eq!(diff["unmeasured"], json!(["src/unknown.rs"]));
    assert_eq!(diff["totals"]["lines"], json!({ "covered": 2, "total": 6 }));
    assert_eq!(comparison["removed"], json!(["src/removed.rs"]));
    for kind in ["lost_functions", "gained_functions"] {
        assert!(comparison[kind].as_array().is_some_and(|functions| !functions.is_empty()), "{kind}: {comparison}");
    }
    assert!(DIFFERENCES.iter().all(|kind| comparison["totals"][kind].as_u64() > Some(0)), "{comparison}");
    let gone = comparison["files"].as_array().unwrap().last().unwrap();
    assert_eq!((&gone["path"], &gone["lost"]), (&json!("src/idle.rs"), &json!([[1, 2]])));
}

#[test]
fn a_page_has_only_what_was_asked_for() {
    let shop = changed_shop();
    is_same(shop.path(), true, false);
    is_same(shop.path(), false, true);
    let plain = held(shop.path(), "--html", false, false);
    assert!(!plain.contains(CHANGES) && parse(&plain).changes.is_none());
    // All else is the same, byte for byte.
    let both = held(shop.path(), "--html", true, true);
    let changes = elements(&both, CHANGES, "</script>")[0];
    let element = format!("<script type=\"application/octet-stream\" {CHANGES}{changes}</script>\n");
    assert_eq!(both.replace(&element, ""), plain);
    assert_eq!(both, held(shop.path(), "--html", true, true));
}
