//! Mixtures of directories, patterns and commands that nobody thought of: chosen at random, the same ones each time.

use livecov_tests::compare::{OUT, same, same_result};
use livecov_tests::corpus::{FIRST, SECOND, SHARED_RUNS, SKEWED, TINY_RUNS, tiny_program, tiny_run};
use livecov_tests::paths::text;
use std::path::PathBuf;

/// Numbers that look random, from a seed (Knuth's MMIX generator).
struct Dice(u64);

impl Dice {
    /// A number below `sides`.
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let high = usize::try_from(self.0 >> 33).expect("31 bits");
        high % sides
    }

    fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.roll(from.len())].clone()
    }

    /// One to three of `from`, perhaps one of them twice, as the value of `-i`.
    fn inputs(&mut self, from: &[PathBuf]) -> String {
        let count = 1 + self.roll(3);
        let dirs: Vec<PathBuf> = (0..count).map(|_| self.pick(from)).collect();
        let dirs: Vec<&str> = dirs.iter().map(|dir| text(dir)).collect();
        format!("-i={}", dirs.join(","))
    }

    fn pattern(&mut self) -> String {
        let count = 1 + self.roll(2);
        let patterns: Vec<&str> = (0..count).map(|_| self.pick(&PATTERNS)).collect();
        format!("-pkg={}", patterns.join(","))
    }
}

const PATTERNS: [&str; 10] = [
    "...",
    "",
    "example.org/tiny",
    "example.org/shared/...",
    "...common",
    "...first",
    "...s",
    "example.org/tiny/only-types",
    "example.org/...d...",
    "nowhere",
];

/// Directories with data of counter mode `count`.
fn counting() -> Vec<PathBuf> {
    let mut dirs: Vec<PathBuf> = [FIRST, SECOND, SKEWED]
        .iter()
        .flat_map(|program| [program.data(&SHARED_RUNS), program.data(&SHARED_RUNS[..1])])
        .collect();
    dirs.push(tiny_program("count").data(&TINY_RUNS));
    dirs.extend((0..TINY_RUNS.len()).map(|run| tiny_run("count", run)));
    dirs
}

#[test]
fn reports() {
    let mut dice = Dice(2021);
    let mut dirs = counting();
    dirs.push(tiny_run("set", 1));
    dirs.push(tiny_run("atomic", 2));
    let (mut fine, mut failed) = (0, 0);
    for _ in 0..150 {
        let command = dice.pick(&["percent", "func", "pkglist", "textfmt", "debugdump"]);
        let (input, pattern) = (dice.inputs(&dirs), dice.pattern());
        let out = format!("-o={OUT}");
        let mut args = vec![command, &input, &pattern];
        if command == "textfmt" {
            args.push(&out);
        }
        match same(&args).outcome.status {
            Some(0) => fine += 1,
            _ => failed += 1,
        }
    }
    assert!(fine > 100 && failed > 0, "{fine} {failed}");
}

#[test]
fn merges() {
    let mut dice = Dice(2022);
    let dirs = counting();
    let out = format!("-o={OUT}");
    for _ in 0..40 {
        let (input, pattern) = (dice.inputs(&dirs), dice.pattern());
        let mut args = vec!["merge", &input, &out];
        if dice.roll(2) == 0 {
            args.push("-pcombine");
        }
        if dice.roll(2) == 0 {
            args.push(&pattern);
        }
        same_result(&args);
    }
}

/// Go does these with one program, and one run in each later directory.
#[test]
fn differences_and_intersections() {
    let mut dice = Dice(2023);
    let out = format!("-o={OUT}");
    for _ in 0..30 {
        let mode = dice.pick(&["set", "count", "atomic"]);
        let command = dice.pick(&["subtract", "intersect"]);
        let first = match dice.roll(2) {
            0 => tiny_program(mode).data(&TINY_RUNS),
            _ => tiny_run(mode, dice.roll(TINY_RUNS.len())),
        };
        let mut dirs = vec![first];
        let more = if command == "subtract" { 1 } else { dice.roll(3) };
        dirs.extend((0..more).map(|_| tiny_run(mode, dice.roll(TINY_RUNS.len()))));
        let dirs: Vec<&str> = dirs.iter().map(|dir| text(dir)).collect();
        let (input, pattern) = (format!("-i={}", dirs.join(",")), dice.pattern());
        same_result(&[command, &input, &pattern, &out]);
    }
}
