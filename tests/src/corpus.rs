//! The data directories that several suites use. All are cached: copy before changing anything.

use crate::program::Program;
use std::path::PathBuf;

/// The three counter modes, by Go's names.
pub const MODES: [&str; 3] = ["set", "count", "atomic"];

/// Argument lists that take different ways through `tiny`.
pub const TINY_RUNS: [&[&str]; 4] =
    [&[], &["3", "shapes", "odd", "300"], &["20000", "double", "recurse", "types"], &["odd", "clamp", "5000", "fail"]];

/// `tiny`, built in the mode of that name.
pub fn tiny_program(mode: &str) -> Program {
    let flags: &'static [&'static str] = match mode {
        "set" => &["-covermode=set"],
        "count" => &["-covermode=count"],
        "atomic" => &["-covermode=atomic"],
        _ => panic!("there is no mode {mode}"),
    };
    Program::new("tiny", ".", flags)
}

/// All runs of `tiny` in one directory.
pub fn tiny(mode: &str) -> PathBuf {
    tiny_program(mode).data(&TINY_RUNS)
}

/// One run of `tiny`.
pub fn tiny_run(mode: &str, run: usize) -> PathBuf {
    tiny_program(mode).data(&TINY_RUNS[run..=run])
}

/// First program of the module `shared`.
pub const FIRST: Program = Program::new("shared", "./first", &["-covermode=count"]);

/// Second program of the module `shared`, with the same package `common` as the first.
pub const SECOND: Program = Program::new("shared", "./second", &["-covermode=count"]);

/// The second program from sources whose package `common` is partly another.
pub const SKEWED: Program = Program::new("shared", "./second", &["-covermode=count", "-tags=skewed"]);

/// Argument lists of the programs of `shared`.
pub const SHARED_RUNS: [&[&str]; 3] = [&[], &["a"], &["a", "b"]];

/// A program with what the tools are known to report differently.
pub const QUIRKS: Program = Program::new("quirks", ".", &[]);

/// `many` with its whole standard library instrumented: about 130 packages.
pub const MANY: Program = Program::new("many", ".", &["-covermode=atomic", "-coverpkg=all"]);

/// Argument lists of `many`.
pub const MANY_RUNS: [&[&str]; 4] = [&["json", "csv"], &["parse", "work", "regexp"], &["template", "url", "big"], &[]];

/// All runs of `many`.
pub fn many() -> PathBuf {
    MANY.data(&MANY_RUNS)
}
