//! How a program ends, and what of its counters is kept: each way of ending in a process of its own, without counters,
//! with counters, and with counters and armed signals. `docs/ENDINGS.md` is held against what is seen here.

#![allow(clippy::unwrap_used, reason = "a step that fails is a test that fails, in helpers too")]

mod document;
mod handlers;
mod llvm;
mod run;
mod signals;
mod ways;

use livecov_tests::dump::counters;
use livecov_tests::files::list;
use livecov_tests::paths::text;
use livecov_tests::rust::{Mode, Profile, build};
use livecov_tests::tool::Tool;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// What the program `endings` counts in `before_the_end`.
const HITS: u64 = 1237;

/// Where the programs of the package `endings` are.
fn programs(mode: Mode) -> &'static Path {
    static DIRECTORIES: [OnceLock<PathBuf>; 4] = [const { OnceLock::new() }; 4];
    let number = [Mode::Plain, Mode::Set, Mode::Count, Mode::Atomic].iter().position(|known| *known == mode).unwrap();
    DIRECTORIES[number].get_or_init(|| build("endings", mode, Profile::Debug))
}

fn hits(mode: Mode, count: u64) -> u64 {
    if mode == Mode::Set { count.min(1) } else { count }
}

/// What is left of a run: the sums of all its files.
struct Kept(String);

impl Kept {
    /// `None` if there is nothing at all. What is there must be whole.
    #[track_caller]
    fn read(directory: &Path) -> Option<Kept> {
        if list(directory).is_empty() {
            return None;
        }
        let outcome = Tool::Ours.run(&["debugdump", "--strict", "-live", &format!("-i={}", text(directory))]);
        Some(Kept(outcome.quiet().stdout_text()))
    }

    /// How often the only unit of `function` ran.
    fn ran(&self, function: &str) -> u64 {
        match counters(&self.0, function).as_deref() {
            None => 0,
            Some([count]) => *count,
            Some(more) => panic!("{function} has counters {more:?}"),
        }
    }
}
