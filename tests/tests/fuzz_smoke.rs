//! The fuzz targets on random bytes and on samples with a few changes, for a moment each.
//!
//! A failure prints a seed; `arbtest(...).seed(0x...)` runs it again. `ci/fuzz` looks for longer, and guided by the
//! code that runs.

use arbitrary::{Result, Unstructured};
use arbtest::arbtest;
use livecov_tests::fuzz::{TARGETS, Target, decode_counters, decode_meta, merge, mutate, text_profile};
use livecov_tests::{files, paths, samples};
use std::path::PathBuf;

const BUDGET_MS: u64 = 1500;

fn meta_files() -> Vec<Vec<u8>> {
    vec![samples::ours().meta, samples::go_tiny().meta, samples::go("1.27", "set").meta]
}

fn counter_files() -> Vec<Vec<u8>> {
    let [ours, _] = samples::ours().runs;
    let [go, _] = samples::go_tiny().runs;
    vec![ours, samples::ours_merged(), samples::ours_raw(false), samples::ours_raw(true), go]
}

/// What `target` is fed with besides random bytes.
fn seeds(target: &str) -> Vec<Vec<u8>> {
    match target {
        "decode_meta" => meta_files(),
        "decode_counters" => counter_files(),
        "text_profile" => samples::profiles(),
        _ => vec![(0..=255).cycle().take(1024).collect()],
    }
}

fn feed(target: Target, seeds: &[Vec<u8>]) {
    for seed in seeds {
        target(seed);
    }
    arbtest(|u| {
        target(u.peek_bytes(u.len()).unwrap_or_default());
        Ok(())
    })
    .size_max(4096)
    .budget_ms(BUDGET_MS)
    .run();
    arbtest(|u| {
        target(&mutated(u, seeds)?);
        Ok(())
    })
    .size_max(256)
    .budget_ms(BUDGET_MS)
    .run();
}

fn mutated(u: &mut Unstructured<'_>, seeds: &[Vec<u8>]) -> Result<Vec<u8>> {
    let (seed, other) = (u.choose(seeds)?.clone(), u.choose(seeds)?.clone());
    mutate(u, &seed, &other)
}

#[test]
fn meta_files_decode_or_fail() {
    feed(decode_meta, &seeds("decode_meta"));
}

#[test]
fn counter_files_decode_or_fail() {
    feed(decode_counters, &seeds("decode_counters"));
}

#[test]
fn merging_is_a_join() {
    feed(merge, &seeds("merge"));
}

#[test]
fn text_profiles_parse_or_fail() {
    feed(text_profile, &seeds("text_profile"));
}

/// The seeds that `format/fuzz` starts from are files; this test writes them if `UPDATE_EXPECT` is set.
#[test]
fn seed_files_are_the_samples() {
    for (target, _) in TARGETS {
        let dir = paths::repo_root().join("format/fuzz/seeds").join(target);
        let expected: Vec<(PathBuf, Vec<u8>)> =
            (1..).zip(seeds(target)).map(|(n, seed): (u32, _)| (dir.join(n.to_string()), seed)).collect();
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            paths::make_dir(&dir);
            expected.iter().for_each(|(path, seed)| files::write(path, seed));
        }
        let found: Vec<(PathBuf, Vec<u8>)> =
            files::list(&dir).into_iter().map(|path| (path.clone(), files::read(&path))).collect();
        assert!(found == expected, "{}: run again with UPDATE_EXPECT=1", dir.display());
    }
}
