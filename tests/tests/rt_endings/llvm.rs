//! What LLVM's runtime keeps: the plain program, compiled with `-C instrument-coverage`.

use super::HITS;
use super::ways::Way;
use livecov_tests::compare::scratch;
use livecov_tests::files::list;
use livecov_tests::paths::{make_dir, programs_dir, target_dir};
use livecov_tests::rust::Mode;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// For continuous mode; without it the code is the default one.
const RELOCATABLE: &str = "-Cllvm-args=-runtime-counter-relocation";

fn endings() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let target = make_dir(&target_dir().join("tests-rust/llvm"));
        let mut command = livecov_tests::child::command(cargo);
        // Of this crate only, so that build scripts leave no profiles.
        command
            .args(["rustc", "--quiet", "--locked", "--package", "endings", "--bin", "endings", "--manifest-path"])
            .arg(programs_dir().join("rust/Cargo.toml"))
            .arg("--target-dir")
            .arg(&target)
            .args(["--", "-Cinstrument-coverage", RELOCATABLE])
            .env("FIXTURE_MODE", Mode::Plain.name())
            .env_remove("RUSTFLAGS")
            .env_remove("CARGO_ENCODED_RUSTFLAGS");
        livecov_tests::command::must(&mut command);
        target.join("debug/endings")
    })
}

/// Whether a raw profile has the count that the program came to.
#[track_caller]
pub(crate) fn is_kept(way: Way, is_continuous: bool) -> bool {
    let (data, elsewhere) = (scratch(), scratch());
    let pattern = data.path().join(if is_continuous { "%p%c.profraw" } else { "%p.profraw" });
    let ending = way.run(endings(), false, elsewhere.path(), &[("LLVM_PROFILE_FILE", &pattern)]);
    // Atomics of a file that is mapped are eight bytes each, in the machine's order.
    let is_in = |file: &PathBuf| std::fs::read(file).unwrap().windows(8).any(|word| word == HITS.to_le_bytes());
    let files = list(data.path());
    assert!(!files.is_empty(), "{}: LLVM's runtime makes its file at the start: {ending:?}", way.name);
    files.iter().any(is_in)
}

/// The search finds what is there and nothing else.
#[test]
fn the_count_is_in_a_whole_profile_only() {
    let way = |argument: &str| *super::ways::WAYS.iter().find(|way| way.argument == argument).unwrap();
    assert!(is_kept(way("return"), false));
    assert!(!is_kept(way("_exit"), false));
}
