//! The configuration file of `livecov report`, and limits from it and from the command line.

#![allow(clippy::unwrap_used, reason = "a test says so by failing")]

mod limits;
mod mistakes;
mod places;
mod settings;

use livecov_format::vocab::CounterMode::Count;
use livecov_tests::command::{Outcome, capture};
use livecov_tests::files::write;
use livecov_tests::paths::text;
use livecov_tests::reports::{CALM_DAY, shop, shop_sources, write_pod};
use livecov_tests::tool::Tool;
use std::path::PathBuf;
use tempfile::TempDir;

/// A directory with the shop, its data in `data`, and a `.git`, above which nothing is looked for.
struct Shop {
    scratch: TempDir,
}

impl Shop {
    fn new() -> Self {
        let shop_dir = Self { scratch: tempfile::tempdir().expect("a temporary directory") };
        for source in shop_sources() {
            source.write(shop_dir.scratch.path());
        }
        for dir in ["data", ".git", "crates/deep/src"] {
            std::fs::create_dir_all(shop_dir.path(dir)).expect("a directory");
        }
        write_pod(&shop_dir.path("data"), &shop(Count), &[CALM_DAY]);
        shop_dir
    }

    /// With this `livecov.toml`.
    fn with(config: &str) -> Self {
        let shop = Self::new();
        shop.write("livecov.toml", config);
        shop
    }

    fn path(&self, path: &str) -> PathBuf {
        self.scratch.path().join(path)
    }

    fn write(&self, path: &str, content: &str) {
        write(&self.path(path), content.as_bytes());
    }

    /// `livecov report` of the data in a directory.
    fn report_in(&self, cwd: &str, args: &[&str]) -> Outcome {
        let mut command = Tool::Ours.command();
        command.current_dir(self.path(cwd)).env("HOME", self.scratch.path());
        capture(command.args(["report", text(&self.path("data"))]).args(args))
    }

    /// What a report in the shop's directory prints, if it ends well and without a word.
    #[track_caller]
    fn shown(&self, args: &[&str]) -> String {
        self.report_in("", args).quiet().stdout_text()
    }
}
