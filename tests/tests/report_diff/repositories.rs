//! `--diff`: what git says changed.

use crate::{Repository, functions, write_data};
use livecov_tests::command::capture;
use livecov_tests::paths::text;
use livecov_tests::reports::Source;
use livecov_tests::tool::Tool;

const SHOWN: &str = "\
Changed since base       Lines    Branches
src/price.rs        1/2  50.0%  3/3 100.0%
Total               1/2  50.0%  3/3 100.0%

Changed lines that did not run:
src/price.rs:23

All lines: 75.0% (15 of 20)
";

/// The words, since columns are as wide as they have to be.
fn words(text: &str) -> Vec<&str> {
    text.split_whitespace().collect()
}

#[test]
fn changed_lines_are_counted_alone_whether_committed_or_not() {
    let repository = Repository::new();
    assert_eq!(repository.shown(&["--diff", "base"]), SHOWN);
    repository.git(&["add", "--all"]);
    assert_eq!(repository.shown(&["--diff", "base"]), SHOWN);
    repository.commit("next");
    assert_eq!(repository.shown(&["--diff", "base"]), SHOWN);
    assert_eq!(words(&repository.shown(&["--diff=base..next"])), words(&SHOWN.replace("base", "base..next")));
    let nothing = repository.shown(&["--diff", "next"]);
    assert_eq!(
        nothing,
        "Changed since next  Lines  Branches\nTotal                   -         -\n\nAll lines: 75.0% (15 of 20)\n"
    );
}

#[test]
fn source_is_shown_of_what_changed() {
    let repository = Repository::new();
    let shown = repository.shown(&["--diff", "base", "--show"]);
    assert!(shown.starts_with("src/price.rs (64.2% of lines)\n") && shown.contains("fn never()"), "{shown}");
    assert!(!shown.contains("größe"), "{shown}");
}

#[test]
fn three_points_stand_for_where_the_branch_left() {
    let repository = Repository::new();
    repository.git(&["checkout", "--quiet", "-b", "feature"]);
    repository.commit("feature-end");
    repository.git(&["checkout", "--quiet", "--force", "main"]);
    let moved_on = repository.read("shop/src/price.rs").replace("1..=9", "1..=8");
    repository.write("shop/src/price.rs", &moved_on);
    repository.commit("main-end");
    repository.git(&["checkout", "--quiet", "feature"]);
    let total = |base: &str| {
        let shown = repository.shown(&["--diff", base]);
        shown.lines().find(|line| line.starts_with("Total")).unwrap().split_whitespace().nth(1).unwrap().to_owned()
    };
    assert_eq!((total("main..."), total("main")), ("1/2".into(), "2/3".into()));
}

/// Configures git in ways that change what its diffs look like.
fn make_loud(repository: &Repository) {
    for setting in [
        ["diff.noprefix", "true"],
        ["diff.mnemonicPrefix", "true"],
        ["diff.external", "false"],
        ["diff.interHunkContext", "99"],
        ["diff.renames", "false"],
        ["diff.context", "9"],
        ["diff.relative", "true"],
        ["color.ui", "always"],
        ["core.quotepath", "true"],
        ["core.pager", "false"],
        ["diff.loud.textconv", "tac"],
    ] {
        repository.git(&["config", setting[0], setting[1]]);
    }
    repository.write(".gitattributes", "*.rs diff=loud\n");
}

#[test]
fn the_configuration_of_git_changes_nothing() {
    let repository = Repository::new();
    make_loud(&repository);
    assert_eq!(repository.shown(&["--diff", "base"]), SHOWN);
}

#[test]
fn any_directory_of_the_repository_will_do() {
    let repository = Repository::new();
    let from = |cwd: &str, args: &[&str]| repository.report_in(cwd, args).quiet().stdout_text();
    assert_eq!(from("shop/src", &["--diff", "base"]), SHOWN);
    assert_eq!(from("", &["--diff", "base", "--source-root", "shop"]), SHOWN);
    let remapped = from("data", &["--diff", "base", "--remap", "src=../shop/src"]);
    assert_eq!(words(&remapped), words(&SHOWN.replace("src/", "../shop/src/")));
    // Without the source at hand, the ends of paths tell.
    assert_eq!(from("", &["--diff", "base"]), SHOWN);
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(repository.path("shop"), repository.path("link")).unwrap();
        repository.git(&["config", "core.excludesFile", "/dev/null"]);
        assert_eq!(from("link", &["--diff", "base"]), SHOWN);
    }
}

/// Changes odd names, renames, removes, adds files that are no text, changes modes; what of it ran.
#[test]
fn all_that_can_happen_to_files_does() {
    let repository = Repository::empty();
    let odd = functions("src/a \"b\"\t'c' &<]]> größe.rs", &["odd"]);
    let renamed = functions("src/renamed to.rs", &["first", "second", "third", "fourth"]);
    let moved = functions("src/moved.rs", &["moved"]);
    repository.write("src/before.rs", &moved.text);
    repository.write("src/gone.rs", "fn gone() {}\n");
    repository.write("src/x.png", "\0before");
    repository.write("src/old name.rs", &renamed.text.replace("second();", "other();"));
    repository.write(&odd.path, "// Nothing.\n");
    repository.commit("base");
    odd.write(&repository.path(""));
    repository.git(&["mv", "src/old name.rs", "src/renamed to.rs"]);
    repository.git(&["mv", "src/before.rs", "src/moved.rs"]);
    repository.git(&["rm", "--quiet", "src/gone.rs"]);
    repository.write("src/x.png", "\0after");
    renamed.write(&repository.path(""));
    let added = functions("src/not added yet.rs", &["new"]);
    added.write(&repository.path(""));
    write_data(&repository, "data", &[&odd, &renamed, &moved, &added], &[("second", &[1]), ("odd", &[2])]);
    make_loud(&repository);
    let shown = repository.report_in("", &["--diff=base"]).quiet().stdout_text();
    let expected = "\
Changed since base                    Lines  Branches
src/a \"b\"\u{fffd}'c' &<]]> größe.rs  2/2 100.0%         -
src/not added yet.rs            0/2   0.0%         -
src/renamed to.rs               1/1 100.0%         -
Total                           3/5  60.0%         -

Changed lines that did not run:
src/not added yet.rs:1-2

All lines: 28.5% (4 of 14)
";
    assert_eq!(words(&shown), words(expected));
}

#[test]
fn ends_of_lines_do_not_matter() {
    let repository = Repository::empty();
    let text = "fn f() {\r\n    a();\r\n    b();\r\n}";
    let crlf = |text: &str| {
        use livecov_format::model::UnitKind::Body;
        Source::new("a.rs", text).function("f", "fn f", &[livecov_tests::reports::part(Body, "fn f", "b();")])
    };
    repository.write("a.rs", &text.replace("b();", "c();"));
    repository.commit("base");
    let source = crlf(text);
    source.write(&repository.path(""));
    write_data(&repository, "data", &[&source], &[]);
    let shown = repository.report_in("", &["--diff=base"]).quiet().stdout_text();
    assert!(shown.contains("\na.rs                0/1   0.0%  "), "{shown}");
    assert!(shown.contains("\na.rs:3\n"), "{shown}");
}

#[test]
fn source_that_changed_after_the_build_is_named() {
    let repository = Repository::new();
    let text = repository.read("shop/src/price.rs");
    repository.write("shop/src/price.rs", &format!("//! One line more.\n{text}"));
    let outcome = repository.report_in("shop", &["--diff", "base"]).exits(0);
    let warning = "warning: src/price.rs was changed since it was compiled: \
                   its changed lines may be others than those that ran\n";
    assert_eq!(outcome.stderr_text(), warning);
    let shown = outcome.stdout_text();
    assert!(shown.contains("1 file was changed since it was compiled:\nsrc/price.rs\n"), "{shown}");
    let markdown = repository.report_in("shop", &["--diff", "base", "--markdown"]).exits(0).stdout_text();
    assert!(markdown.contains("| src/price.rs (changed since it was compiled) | "), "{markdown}");
}

#[test]
fn files_of_one_name_are_told_apart_by_where_they_are() {
    let repository = Repository::empty();
    let [ours, other] = ["ours", "other"].map(|dir| {
        let source = functions("src/lib.rs", &["f"]);
        repository.write(&format!("{dir}/src/lib.rs"), "");
        (dir, source)
    });
    repository.commit("base");
    other.1.write(&repository.path(other.0));
    write_data(&repository, "data", &[&ours.1], &[("f", &[1])]);
    // The other crate changed, and ours did not.
    ours.1.write(&repository.path(ours.0));
    repository.commit("next");
    other.1.write(&repository.path(other.0));
    repository.write("other/src/lib.rs", "// Again.\n");
    repository.write("notes.txt", "no source");
    let shown = repository.report_in(ours.0, &["--diff=next"]).quiet().stdout_text();
    assert!(shown.contains("\n1 file changed, but has no data:\nother/src/lib.rs\n"), "{shown}");
    assert!(shown.contains("\nTotal                   -         -\n"), "{shown}");
    repository.write("x.diff", &repository.git(&["diff", "next"]));
    let from_file = repository.report_in(ours.0, &["--diff-file=../x.diff"]).quiet().stdout_text();
    assert_eq!(words(&from_file), words(&shown.replace("since next", "since ../x.diff")));
}

#[test]
fn changed_lines_have_limits_of_their_own() {
    let repository = Repository::new();
    let report = |limit: &str| {
        let outcome = repository.report_in("shop", &["--diff", "base", limit]);
        (outcome.status, outcome.stderr_text())
    };
    assert_eq!(report("--fail-under-diff=50"), (Some(0), String::new()));
    let words = "error: changed lines: 50.0% (1 of 2) is less than --fail-under-diff 50.1\n";
    assert_eq!(report("--fail-under-diff=50.1"), (Some(3), words.into()));
    let words = "error: 1 file below --fail-under-file-diff 60:\n  src/price.rs: 50.0% (1 of 2)\n";
    assert_eq!(report("--fail-under-file-diff=60"), (Some(3), words.into()));
    let words = "error: 1 crate below --fail-under-crate-diff 60:\n  shop: 50.0% (1 of 2)\n";
    assert_eq!(report("--fail-under-crate-diff=60"), (Some(3), words.into()));
    // A change without lines that count passes; data that count nothing do not.
    let passes = repository.report_in("shop", &["--diff=HEAD", "--filter=größe*", "--fail-under-diff=100"]);
    assert_eq!(passes.status, Some(0), "{passes:?}");
    let fails = repository.report_in("shop", &["--diff=HEAD", "--filter=nothing", "--fail-under-diff=100"]).exits(3);
    let complaints = fails.stderr_text();
    assert!(complaints.starts_with("warning: the filters leave no file: "), "{complaints}");
    assert!(complaints.ends_with("error: --fail-under-diff 100: the data have no lines\n"), "{complaints}");
}

#[test]
fn go_s_files_are_found_by_their_module() {
    use livecov_tests::corpus;
    let repository = Repository::empty();
    let source = corpus::tiny_program("count").source();
    let [module, main] = ["go.mod", "main.go"].map(|name| std::fs::read_to_string(source.join(name)).unwrap());
    repository.write("tiny/go.mod", &module);
    // Another file of that name, which the data do not have.
    repository.write("other/main.go", "package main\n");
    repository.write("tiny/main.go", "");
    repository.commit("base");
    repository.write("tiny/main.go", &main);
    repository.write("other/main.go", "package main\n\nfunc main() {}\n");
    let data = corpus::tiny("count");
    let report = |args: &[&str]| {
        let mut command = Tool::Ours.command();
        command.current_dir(repository.path("tiny")).args(["report", text(&data), "--filter=main.go"]).args(args);
        capture(&mut command).quiet().stdout_text()
    };
    let (changed, all) = (report(&["--diff=base"]), report(&[]));
    let total = |shown: &str| {
        let row = shown.lines().find(|line| line.starts_with("Total")).expect("a sum").to_owned();
        row.split_whitespace().nth(1).expect("lines").to_owned()
    };
    assert_eq!(total(&changed), total(&all), "{changed}");
    assert!(changed.contains("\n1 file changed, but has no data:\nother/main.go\n"), "{changed}");
}
