//! `--diff-file`: diffs from elsewhere.

use crate::Repository;
use livecov_tests::tool::Tool;
use std::io::Write;
use std::process::Stdio;

/// What a diff file of this name says, without the first line, which has the name.
#[track_caller]
fn body(repository: &Repository, file: &str) -> String {
    repository.shown(&[&format!("--diff-file={file}")]).lines().skip(1).collect::<Vec<_>>().join("\n")
}

#[test]
fn diffs_of_all_kinds_say_the_same() {
    let repository = Repository::new();
    let plain = repository.git(&["diff", "base"]);
    repository.write("plain.diff", &plain);
    let expected = body(&repository, "../plain.diff");
    assert!(expected.contains("\nsrc/price.rs:23\n"), "{expected}");
    for (kind, args) in [
        ("without context", &["diff", "--unified=0", "base"][..]),
        ("without prefixes", &["diff", "--no-prefix", "base"]),
        ("with other prefixes", &["diff", "--src-prefix=i/", "--dst-prefix=w/", "base"]),
        ("relative", &["diff", "--relative=shop", "base"]),
        ("with statistics", &["diff", "--patch-with-stat", "base"]),
    ] {
        repository.write("other.diff", &repository.git(args));
        assert_eq!(body(&repository, "../other.diff"), expected, "{kind}");
    }
    repository.write("other.diff", &plain.replace('\n', "\r\n"));
    assert_eq!(body(&repository, "../other.diff"), expected, "with other ends of lines");
    repository.commit("next");
    repository.write("other.diff", &repository.git(&["format-patch", "--stdout", "base"]));
    assert_eq!(body(&repository, "../other.diff"), expected, "as a mail");
}

#[test]
fn no_repository_is_needed() {
    let repository = Repository::new();
    repository.write("shop/x.diff", &repository.git(&["diff", "base"]));
    std::fs::remove_dir_all(repository.path(".git")).unwrap();
    assert!(body(&repository, "x.diff").contains("src/price.rs:23"));
    // Nor the source.
    std::fs::remove_dir_all(repository.path("shop/src")).unwrap();
    assert!(body(&repository, "x.diff").contains("src/price.rs:23"));
}

#[test]
fn a_diff_may_come_on_standard_input() {
    let repository = Repository::new();
    let diff = repository.git(&["diff", "base"]);
    let mut command = Tool::Ours.command();
    command.current_dir(repository.path("shop")).args(["report", "../data", "--diff-file", "-"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(diff.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let shown = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success() && shown.starts_with("Changed since -  "), "{shown}");
    assert!(shown.contains("\nsrc/price.rs:23\n"), "{shown}");
}
