//! The tools under test.

use crate::child;
use crate::command::{Outcome, capture, capture_within};
use crate::go::{clean, covdata};
use crate::paths::{profile_dir, repo_root, target_dir};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

/// Names another program to test in place of `livecov`. With Go's own `covdata` the differential suite must pass, and
/// that shows that the suite itself is right; the suite of differences must not.
pub const TOOL_VARIABLE: &str = "LIVECOV_TEST_TOOL";

/// No command of the suites takes a second.
const TIME_LIMIT: Duration = Duration::from_mins(1);

/// One of the two tools that are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tool {
    /// Go's `covdata`.
    Go,
    /// `livecov`, or what `LIVECOV_TEST_TOOL` names.
    Ours,
}

impl Tool {
    /// Where the program is; built first if need be.
    pub fn path(self) -> &'static Path {
        match self {
            Tool::Go => covdata(),
            Tool::Ours => livecov(),
        }
    }

    /// A command with a clean environment.
    pub fn command(self) -> Command {
        clean(self.path())
    }

    /// Runs the tool in the directory `cwd`.
    pub fn run_in(self, cwd: &Path, args: &[impl AsRef<OsStr>]) -> Outcome {
        capture_within(TIME_LIMIT, self.command().current_dir(cwd).args(args))
    }

    /// Runs the tool.
    pub fn run(self, args: &[impl AsRef<OsStr>]) -> Outcome {
        self.run_in(repo_root(), args)
    }
}

/// The `livecov` under test. The tests of one package cannot see the programs of another, so it is built here, once for
/// each process; Cargo answers at once when it is up to date.
pub fn livecov() -> &'static Path {
    static TOOL: OnceLock<PathBuf> = OnceLock::new();
    TOOL.get_or_init(|| match std::env::var_os(TOOL_VARIABLE) {
        Some(path) => PathBuf::from(path),
        None => build("livecov"),
    })
}

/// The `cargo-livecov` under test.
pub fn cargo_livecov() -> &'static Path {
    static TOOL: OnceLock<PathBuf> = OnceLock::new();
    TOOL.get_or_init(|| build("cargo-livecov"))
}

/// Builds the program `package` of the package that has its name.
fn build(package: &str) -> PathBuf {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let profile = match profile_dir().file_name() {
        Some(name) if name != "debug" => name.to_owned(),
        _ => "dev".into(),
    };
    let mut command = child::command(cargo);
    command
        .current_dir(repo_root())
        .args(["build", "--package", package, "--bin", package])
        .args(["--message-format=json-render-diagnostics", "--profile"])
        .arg(profile)
        .arg("--target-dir")
        .arg(target_dir());
    let outcome = capture(&mut command);
    assert!(outcome.status == Some(0), "building {package} failed: {}", outcome.stderr_text());
    let messages = outcome.stdout_text();
    let exe = messages
        .lines()
        .filter_map(|message| message.split_once(r#""executable":""#))
        .filter_map(|(_, rest)| rest.split_once('"'))
        .map(|(path, _)| PathBuf::from(path))
        .next_back();
    exe.unwrap_or_else(|| panic!("cargo names no executable for {package}: {messages}"))
}
