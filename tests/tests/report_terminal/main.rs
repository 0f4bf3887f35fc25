//! `livecov report` at a terminal: the table, what stands under it, annotated source, limits.

#![allow(clippy::unwrap_used, reason = "a test says so by failing")]

mod limits;
mod source;
mod table;

use livecov_format::vocab::CounterMode;
use livecov_tests::paths::text;
use livecov_tests::reports::{CALM_DAY, report, shop, shop_sources, write_pod};
use std::path::Path;
use tempfile::TempDir;

/// The data of a day in the shop, in a directory that has its sources as well.
fn shop_dir() -> TempDir {
    let scratch = tempfile::tempdir().expect("a temporary directory");
    write_pod(scratch.path(), &shop(CounterMode::Count), &[CALM_DAY]);
    for source in shop_sources() {
        source.write(scratch.path());
    }
    scratch
}

/// Standard output of a report on a directory that ends well and without a word.
#[track_caller]
fn shown(dir: &Path, args: &[&str]) -> String {
    let args: Vec<&str> = [text(dir)].iter().chain(args).copied().collect();
    let (status, out, err) = report(&args);
    assert_eq!((status, err.as_str()), (0, ""));
    out
}
