//! Fixture programs of `tests/programs/rust`, with probes written by hand.

use crate::child;
use crate::command::must;
use crate::go::clean;
use crate::paths::{make_dir, programs_dir, target_dir};
use std::path::{Path, PathBuf};
use std::process::Command;

/// What the probes of a fixture program count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// There are none: the program as its author wrote it.
    Plain,
    /// One byte each, set to one.
    Set,
    /// Eight bytes each, counted up without a lock.
    Count,
    /// Eight bytes each, counted up exactly.
    Atomic,
}

impl Mode {
    /// The modes that count.
    pub const COUNTING: [Mode; 3] = [Mode::Set, Mode::Count, Mode::Atomic];

    /// As `FIXTURE_MODE` has it.
    pub fn name(self) -> &'static str {
        match self {
            Mode::Plain => "none",
            Mode::Set => "set",
            Mode::Count => "count",
            Mode::Atomic => "atomic",
        }
    }
}

/// How a fixture program is compiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// Without optimisation, the runtime too: the largest stack frames.
    Debug,
    /// With it.
    Release,
    /// With it, and without unwinding.
    Abort,
}

/// Builds the package `package` and gives the directory of what was built. Cargo answers at once when it is up to date.
pub fn build(package: &str, mode: Mode, profile: Profile) -> PathBuf {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let target = make_dir(&target_dir().join("tests-rust").join(mode.name()));
    let mut command = child::command(cargo);
    command
        .args(["build", "--quiet", "--locked", "--package", package, "--manifest-path"])
        .arg(programs_dir().join("rust/Cargo.toml"))
        .arg("--target-dir")
        .arg(&target)
        .env("FIXTURE_MODE", mode.name())
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS");
    let folder = match profile {
        Profile::Debug => "debug",
        Profile::Release => {
            command.arg("--release");
            "release"
        }
        Profile::Abort => {
            command.args(["--profile", "abort"]);
            "abort"
        }
    };
    must(&mut command);
    target.join(folder)
}

/// The program of the package `package`, which has the same name.
pub fn program(package: &str, mode: Mode, profile: Profile) -> PathBuf {
    build(package, mode, profile).join(package)
}

/// The shared library of the package `package`.
pub fn library(package: &str, mode: Mode, profile: Profile) -> PathBuf {
    build(package, mode, profile).join(format!("lib{}.so", package.replace('-', "_")))
}

/// A command that runs `program` with a clean environment and its data in `directory`.
pub fn recorded(program: &Path, directory: &Path) -> Command {
    let mut command = clean(program);
    command.env("LIVECOV_DIR", directory);
    command
}
