//! What cannot be done is said.

use crate::{Repository, functions, write_data};
use livecov_tests::command::capture;
use livecov_tests::paths::text;
use livecov_tests::tool::Tool;

#[test]
fn revisions_that_git_does_not_know() {
    let repository = Repository::new();
    for base in ["nope", "nope...", "base..nope", "0000000000000000000000000000000000000000"] {
        let outcome = repository.report_in("shop", &["--diff", base]).exits(1);
        let complaint = outcome.complaint();
        assert!(complaint.starts_with(&format!("error: --diff {base}: git: ")), "{complaint}");
        assert!(complaint.ends_with("`git fetch --unshallow` gets the others"), "{complaint}");
        assert_eq!(outcome.stdout_text(), "");
    }
    for base in ["", "--output=stolen"] {
        let outcome = repository.report_in("shop", &[&format!("--diff={base}")]).exits(1);
        assert_eq!(outcome.complaint(), format!("error: --diff {base}: this is no revision"));
    }
    assert!(!repository.path("shop/stolen").exists());
}

#[test]
fn directories_without_a_repository() {
    let repository = Repository::new();
    std::fs::remove_dir_all(repository.path(".git")).unwrap();
    let mut command = Tool::Ours.command();
    command.current_dir(repository.path("shop")).env("GIT_CEILING_DIRECTORIES", repository.path(".."));
    let outcome = capture(command.args(["report", "../data", "--diff", "base"])).exits(1);
    let complaint = outcome.complaint();
    assert!(complaint.starts_with("error: --diff base: .: git: not a git repository"), "{complaint}");
    assert!(complaint.contains("--source-root") && complaint.contains("--diff-file"), "{complaint}");
}

#[test]
fn machines_without_git() {
    let repository = Repository::new();
    let mut command = Tool::Ours.command();
    command.current_dir(repository.path("shop")).env("PATH", repository.path("data"));
    let outcome = capture(command.args(["report", "../data", "--diff", "base"])).exits(1);
    let words = "error: --diff base: there is no program `git`: install it, or give a diff with --diff-file";
    assert_eq!(outcome.complaint(), words);
}

#[test]
fn files_that_are_no_diffs() {
    let repository = Repository::new();
    for (diff, words) in [
        ("hello\n", "x.diff: this is no unified diff: "),
        ("--- a/x\n+++ b/x\n@@ -1,3 +1 @@\n-a\n", "x.diff: line 6: the hunk ends before all of its lines"),
        ("diff --cc x\n--- a/x\n+++ b/x\n@@@ -1 -1 +1 @@@\n", "x.diff: line 4: a combined diff"),
    ] {
        repository.write("x.diff", diff);
        let outcome = repository.report_in("", &["--diff-file=x.diff"]).exits(1);
        assert!(outcome.complaint().starts_with(&format!("error: --diff-file {words}")), "{outcome:?}");
    }
    let outcome = repository.report_in("", &["--diff-file=none.diff"]).exits(1);
    assert_eq!(outcome.complaint(), "error: reading none.diff: no such file or directory");
}

#[test]
fn flags_that_do_not_go_together() {
    let repository = Repository::new();
    for limit in ["diff", "file-diff", "crate-diff"] {
        let outcome = repository.report_in("shop", &[&format!("--fail-under-{limit}=1")]).exits(2);
        let words = "needs --diff or --diff-file, which say what changed";
        assert_eq!(outcome.complaint(), format!("error: --fail-under-{limit} {words}"));
    }
    let outcome = repository.report_in("shop", &["--diff=base", "--diff-file=-"]).exits(2);
    assert!(outcome.complaint().contains("cannot be used with"), "{outcome:?}");
}

#[test]
fn baselines_without_data() {
    let repository = Repository::new();
    let empty = text(&repository.path("shop")).to_owned();
    let outcome = repository.report_in("shop", &["--baseline", &empty]).exits(1);
    let words = format!("\nerror: --baseline {empty}: there are no data of any source file to compare with\n");
    assert!(outcome.stderr_text().ends_with(&words), "{outcome:?}");
    repository.report_in("shop", &["--baseline", "not-there"]).exits(1);
}

#[test]
fn changes_that_could_be_of_several_files() {
    let repository = Repository::empty();
    let sources = ["x/src/a.rs", "y/src/a.rs"].map(|path| functions(path, &["f"]));
    write_data(&repository, "data", &[&sources[0], &sources[1]], &[]);
    repository.write("x.diff", "--- src/a.rs\n+++ src/a.rs\n@@ -1 +1 @@\n-a\n+b\n");
    let outcome = repository.report_in("", &["--diff-file=x.diff"]).exits(0);
    let words = "leaving out changed lines: src/a.rs could be x/src/a.rs or y/src/a.rs: \
                 tell them apart with --source-root or --remap";
    assert_eq!(outcome.complaint(), format!("warning: {words}"));
    let outcome = repository.report_in("", &["--diff-file=x.diff", "--strict"]).exits(1);
    assert_eq!(outcome.complaint(), format!("error: {words}"));
    repository.report_in("", &["--diff-file=x.diff", "--remap=y=z"]).exits(0);
}
