//! `livecov report` held against a diff and against other data.

#![allow(clippy::unwrap_used, reason = "a test says so by failing")]

mod baseline;
mod files;
mod formats;
mod refusals;
mod repositories;

use livecov_format::model::UnitKind::Body;
use livecov_format::vocab::CounterMode::Count;
use livecov_tests::command::{Outcome, capture};
use livecov_tests::files::write;
use livecov_tests::go::clean;
use livecov_tests::paths::text;
use livecov_tests::reports::{CALM_DAY, Counts, Source, package, part, program, shop, shop_sources, write_pod};
use livecov_tests::tool::Tool;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// The shop in a repository of git: its sources in `shop`, a day's data in `data`, which git ignores.
struct Repository {
    scratch: TempDir,
}

impl Repository {
    /// A repository whose first commit, `base`, has other lines 5 and 23 of `shop/src/price.rs`, of which the first runs
    /// and the second does not.
    fn new() -> Self {
        let repository = Self::empty();
        for source in shop_sources() {
            source.write(&repository.path("shop"));
        }
        write_pod(&repository.path("data"), &shop(Count), &[CALM_DAY]);
        let now = repository.read("shop/src/price.rs");
        let before = now.replace("base > 10", "base > 9").replace("println!(\"never\")", "todo!()");
        repository.write("shop/src/price.rs", &before);
        repository.commit("base");
        repository.write("shop/src/price.rs", &now);
        repository
    }

    fn empty() -> Self {
        let repository = Self { scratch: tempfile::tempdir().expect("a temporary directory") };
        repository.git(&["init", "--quiet", "--initial-branch=main"]);
        repository.write(".gitignore", "/data\n/old\n/*.diff\n");
        std::fs::create_dir(repository.path("data")).expect("a directory");
        repository
    }

    fn path(&self, path: &str) -> PathBuf {
        self.scratch.path().join(path)
    }

    fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.path(path)).expect("the file is there")
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        std::fs::create_dir_all(path.parent().expect("a file has a directory")).expect("a directory");
        write(&path, text.as_bytes());
    }

    #[track_caller]
    fn git(&self, args: &[&str]) -> String {
        let mut git = clean(Path::new("git"));
        git.current_dir(self.scratch.path()).env("HOME", self.scratch.path());
        git.args(["-c", "user.name=x", "-c", "user.email=x@x"]).args(args);
        capture(&mut git).exits(0).stdout_text()
    }

    /// Commits everything and tags it.
    #[track_caller]
    fn commit(&self, tag: &str) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", tag]);
        self.git(&["tag", tag]);
    }

    /// `livecov report` in the directory `cwd` of the repository.
    fn report_in(&self, cwd: &str, args: &[&str]) -> Outcome {
        let mut command = Tool::Ours.command();
        command.current_dir(self.path(cwd)).env("HOME", self.scratch.path()).env("SOURCE_DATE_EPOCH", "7");
        capture(command.args(["report", text(&self.path("data"))]).args(args))
    }

    /// What a report in `shop` prints, if it ends well and without a word.
    #[track_caller]
    fn shown(&self, args: &[&str]) -> String {
        self.report_in("shop", args).quiet().stdout_text()
    }
}

/// Writes data of one crate into a directory of the repository.
fn write_data(repository: &Repository, dir: &str, sources: &[&Source], counts: Counts<'_>) {
    std::fs::create_dir_all(repository.path(dir)).expect("a directory");
    write_pod(&repository.path(dir), &program(Count, vec![package("p", sources)]), &[counts]);
}

/// A file of functions of three lines each, two of which count.
fn functions(path: &str, names: &[&str]) -> Source {
    let text: String = names.iter().map(|name| format!("fn {name}() {{\n    {name}();\n}}\n")).collect();
    with_functions(path, &text, names)
}

/// A file of this text, whose functions have these names and count up to their first semicolon.
fn with_functions(path: &str, text: &str, names: &[&str]) -> Source {
    let source = Source::new(path, text);
    names.iter().fold(source, |source, name| source.function(name, &format!("fn {name}"), &[part(Body, "fn ", ";")]))
}
