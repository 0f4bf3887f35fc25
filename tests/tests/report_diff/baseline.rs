//! `--baseline`: what ran in these data and not in others.

use crate::{Repository, functions, with_functions, write_data};
use livecov_tests::paths::text;
use livecov_tests::reports::Counts;
use std::path::Path;

/// What the report in the repository's root says of the data against those in `old`.
#[track_caller]
fn compared(repository: &Repository, args: &[&str]) -> String {
    let args: Vec<&str> = ["--baseline=old", "--list=new,lost,gained"].iter().chain(args).copied().collect();
    repository.report_in("", &args).quiet().stdout_text()
}

/// The numbers of a row of the table: new and missed, lost, gained, unchanged, new and ran.
#[track_caller]
fn row(shown: &str, name: &str) -> [u64; 5] {
    let line = shown.lines().find(|line| line.starts_with(name)).unwrap_or_else(|| panic!("no {name}: {shown}"));
    let numbers: Vec<u64> = line[name.len()..].split_whitespace().map(|cell| cell.parse().unwrap()).collect();
    numbers.try_into().unwrap()
}

#[test]
fn the_same_sources_are_compared_line_by_line() {
    let repository = Repository::empty();
    let source = functions("a.rs", &["lost", "gained", "both", "none"]);
    let same = functions("b.rs", &["same"]);
    write_data(&repository, "old", &[&source, &same], &[("lost", &[1]), ("both", &[2]), ("same", &[1])]);
    write_data(&repository, "data", &[&source, &same], &[("gained", &[1]), ("both", &[1]), ("same", &[7])]);
    let expected = "\
Against old  New missed  Lost  Gained  Unchanged  New ran
a.rs                  0     2       2          4        0
Total                 0     2       2          6        0
Files as before: 1

Lines that ran before and not now:
a.rs:1-2

Functions that ran before and not now:
a.rs:1 lost

Lines that run now and did not before:
a.rs:4-5

Functions that ran now and not before:
a.rs:4 gained

All lines: 60.0% (6 of 10)
";
    assert_eq!(compared(&repository, &[]), expected);
    let standard = repository.report_in("", &["--baseline=old"]).quiet().stdout_text();
    assert!(standard.contains("\na.rs:1 lost\n") && !standard.contains("gained\n"), "{standard}");
    let without = repository.report_in("", &["--baseline=old", "--list=none"]).quiet().stdout_text();
    assert_eq!(
        without,
        expected.replace(&expected[expected.find("\nLines").unwrap()..], "\nAll lines: 60.0% (6 of 10)\n")
    );
    // Data that lost a program are not better than those that have it.
    let same = repository.report_in("", &["--baseline", text(&repository.path("data"))]).quiet().stdout_text();
    assert_eq!(row(&same, "Total"), [0, 0, 0, 10, 0]);
}

#[test]
fn a_diff_says_where_lines_went() {
    let repository = Repository::empty();
    let old = functions("a.rs", &["first", "second", "third", "fourth"]);
    // `first` goes away, `new` comes, `third` has another line; the others move and stay what they were.
    let names = ["second", "new", "third", "fourth"];
    let new = with_functions("a.rs", &functions("a.rs", &names).text.replace("third();", "third() ;"), &names);
    old.write(&repository.path(""));
    repository.commit("base");
    new.write(&repository.path(""));
    write_data(&repository, "old", &[&old], &[("first", &[1]), ("second", &[1]), ("third", &[1])]);
    write_data(&repository, "data", &[&new], &[("fourth", &[1])]);
    let shown = compared(&repository, &["--diff=base"]);
    // New: both lines of `new`, the second of `third`. Lost: `second`, the first line of `third`. Gained: `fourth`.
    assert_eq!(row(&shown[shown.find("Against").unwrap()..], "a.rs"), [3, 3, 2, 0, 0], "{shown}");
    for list in ["not run:\na.rs:4-5,8\n", "before and not now:\na.rs:1-2,7\n", "did not before:\na.rs:10-11\n"] {
        assert!(shown.contains(list), "{shown}");
    }
    assert!(shown.starts_with("Changed since base"), "{shown}");
}

#[test]
fn a_diff_that_goes_back_to_something_else_says_nothing() {
    let repository = Repository::empty();
    let old = functions("a.rs", &["moved", "other"]);
    let new = functions("a.rs", &["added", "moved", "other"]);
    functions("a.rs", &["neither"]).write(&repository.path(""));
    repository.commit("base");
    new.write(&repository.path(""));
    write_data(&repository, "old", &[&old], &[("moved", &[1])]);
    write_data(&repository, "data", &[&new], &[("added", &[1])]);
    let outcome = repository.report_in("", &["--baseline=old", "--diff=base"]).exits(0);
    let words = "warning: the baseline has another content of a.rs than the diff goes back to: \
                 its lines are matched by functions\n";
    assert_eq!(outcome.stderr_text(), words);
    let shown = outcome.stdout_text();
    assert_eq!(row(&shown[shown.find("Against").unwrap()..], "a.rs"), [0, 2, 0, 2, 2], "{shown}");
    // From what it does go back to, no word is said; nor where the branch left.
    old.write(&repository.path(""));
    repository.commit("right");
    new.write(&repository.path(""));
    for base in ["right", "right...", "main"] {
        let shown = compared(&repository, &["--diff", base]);
        assert_eq!(row(&shown[shown.find("Against").unwrap()..], "a.rs"), [0, 2, 0, 2, 2], "{base}: {shown}");
    }
}

#[test]
fn a_file_that_git_does_not_know_yet_is_compared_with_itself() {
    let repository = Repository::empty();
    let source = functions("new.rs", &["f", "g"]);
    repository.commit("base");
    source.write(&repository.path(""));
    write_data(&repository, "old", &[&source], &[("f", &[1])]);
    write_data(&repository, "data", &[&source], &[("g", &[1])]);
    let shown = compared(&repository, &["--diff=base"]);
    assert_eq!(row(&shown[shown.find("Against").unwrap()..], "new.rs"), [0, 2, 2, 0, 0], "{shown}");
}

#[test]
fn without_a_diff_functions_are_found_by_name_and_shape() {
    let repository = Repository::empty();
    let old = functions("a.rs", &["gone", "moved", "changed"]);
    let names = ["new", "changed", "moved"];
    let new = with_functions("a.rs", &functions("a.rs", &names).text.replace("changed();", "\n    changed();"), &names);
    write_data(&repository, "old", &[&old], &[("moved", &[1]), ("changed", &[1]), ("gone", &[1])]);
    write_data(&repository, "data", &[&new], &[("new", &[1])]);
    let shown = compared(&repository, &[]);
    // `new` ran and `changed` did not, neither of which the old lines tell; `moved` is lost.
    assert_eq!(row(&shown, "a.rs"), [2, 2, 0, 0, 2], "{shown}");
    let functions = "\nFunctions that ran before and not now:\na.rs:4 changed\na.rs:8 moved\n";
    assert!(shown.contains(functions), "{shown}");
}

#[test]
fn files_come_go_and_take_other_names() {
    let repository = Repository::empty();
    let old = functions("old.rs", &["f", "g"]);
    let renamed = functions("src/renamed.rs", &["f", "g"]);
    let deleted = functions("deleted.rs", &["deleted", "as", "well"]);
    let unmeasured = functions("unmeasured.rs", &["unmeasured"]);
    let added = functions("added.rs", &["added", "to", "it"]);
    [&old, &deleted, &unmeasured].iter().for_each(|source| source.write(&repository.path("")));
    repository.commit("base");
    std::fs::create_dir(repository.path("src")).unwrap();
    repository.git(&["mv", "old.rs", "src/renamed.rs"]);
    repository.git(&["rm", "--quiet", "deleted.rs"]);
    added.write(&repository.path(""));
    let before: Counts<'_> = &[("f", &[1]), ("g", &[1]), ("deleted", &[1]), ("unmeasured", &[1])];
    write_data(&repository, "old", &[&old, &deleted, &unmeasured], before);
    write_data(&repository, "data", &[&renamed, &added], &[("g", &[1]), ("it", &[1])]);
    let shown = compared(&repository, &["--diff=base"]);
    let part = &shown[shown.find("Against").unwrap()..];
    assert_eq!(row(part, "src/renamed.rs"), [0, 2, 0, 2, 0], "{shown}");
    assert_eq!(row(part, "added.rs"), [4, 0, 0, 0, 2], "{shown}");
    // Its source is still there: nothing of it was measured this time.
    assert_eq!(row(part, "unmeasured.rs"), [0, 2, 0, 0, 0], "{shown}");
    assert!(shown.contains("\nsrc/renamed.rs:1 f\nunmeasured.rs:1 unmeasured\n"), "{shown}");
    assert!(shown.contains("\n1 file is in the baseline alone:\ndeleted.rs\n"), "{shown}");
    // Without the diff, the file of another name is another.
    let shown = compared(&repository, &[]);
    assert_eq!(row(&shown, "src/renamed.rs"), [2, 0, 0, 0, 2], "{shown}");
    assert!(shown.contains("\n2 files are in the baseline alone:\ndeleted.rs\nold.rs\n"), "{shown}");
}

#[test]
fn older_data_that_know_the_new_name() {
    let repository = Repository::empty();
    let renamed = functions("renamed.rs", &["f", "g"]);
    functions("old.rs", &["f", "g"]).write(&repository.path(""));
    repository.commit("base");
    repository.git(&["mv", "old.rs", "renamed.rs"]);
    write_data(&repository, "old", &[&renamed], &[("f", &[1]), ("g", &[1])]);
    write_data(&repository, "data", &[&renamed], &[("g", &[1])]);
    let shown = compared(&repository, &["--diff=base"]);
    assert_eq!(row(&shown[shown.find("Against").unwrap()..], "renamed.rs"), [0, 2, 0, 2, 0], "{shown}");
}

#[test]
fn go_s_data_are_compared_as_well() {
    use livecov_tests::corpus;
    let (one, two) = (corpus::QUIRKS.data(&[&[]]), corpus::QUIRKS.data(&[&["x"]]));
    let report = |new: &Path, old: &Path| {
        livecov_tests::reports::report(&[text(new), "--baseline", text(old), "--json", "--no-config"])
    };
    let (status, out, _) = report(&one, &two);
    assert_eq!(status, 0);
    let there: serde_json::Value = serde_json::from_str(&out).unwrap();
    let back: serde_json::Value = serde_json::from_str(&report(&two, &one).1).unwrap();
    let number = |report: &serde_json::Value, what: &str| report["comparison"]["totals"][what].as_u64().unwrap();
    assert_eq!(number(&there, "lost"), number(&back, "gained"));
    assert_eq!(number(&there, "gained"), number(&back, "lost"));
    assert_eq!(number(&there, "new_covered") + number(&there, "new_uncovered"), 0);
    assert!(number(&there, "still_covered") > 0, "{there}");
}
