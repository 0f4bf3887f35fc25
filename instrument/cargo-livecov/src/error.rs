//! What can go wrong, in words.

use std::io;
use std::path::{Path, PathBuf};

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The command line is wrong.
    #[error("{0}")]
    Usage(String),
    /// A file or folder.
    #[error("cannot {0} {1}: {2}")]
    Io(&'static str, PathBuf, #[source] io::Error),
    /// A program that could not be started.
    #[error("cannot start {0}: {1}")]
    Start(String, #[source] io::Error),
    /// What cargo says of the project.
    #[error("cannot learn about the project: {0}")]
    Metadata(String),
    /// There is nothing to report on.
    #[error("no data in {folder}: {}", advice(.live.as_ref()))]
    NoData {
        /// Where it was looked for.
        folder: PathBuf,
        /// Where the data of a run are that is not at its end.
        live: Option<PathBuf>,
    },
    /// A directory for data that another run has.
    #[error(
        "another run of cargo livecov writes to {0}: wait for its end, name another --data-dir, or add to it with --no-clean in both"
    )]
    Busy(PathBuf),
    /// The configuration file.
    #[error("{0}")]
    Settings(#[from] livecov::error::Error),
    /// The configuration between command and wrapper.
    #[error("{0} is not a configuration of cargo-livecov: {1}")]
    Config(PathBuf, #[source] serde_json::Error),
    /// The same, which was removed.
    #[error("{0} is gone; call `cargo livecov env` again, and read its variables")]
    ConfigGone(PathBuf),
    /// The same, of another version.
    #[error("{0} was written by cargo-livecov {1}; call `cargo livecov env` again")]
    ConfigVersion(PathBuf, String),
    /// A compiler that is too old.
    #[error(
        "{compiler} is {found}: too old, nothing was built; use Rust {oldest} or later (a toolchain of rustup, or RUSTC)"
    )]
    OldCompiler {
        /// What was called.
        compiler: String,
        /// What it is.
        found: String,
        /// The oldest that does.
        oldest: String,
    },
    /// The runtime.
    #[error("cannot build the runtime in {folder}; nothing was built. Cargo's message: {why}")]
    Runtime {
        /// Where.
        folder: PathBuf,
        /// Why.
        why: String,
    },
    /// The compiler was asked about `cfg` and does not answer.
    #[error("`{0} --print cfg` failed: {1}")]
    PrintCfg(String, String),
    /// The instrumenter.
    #[error("cannot describe {0}: {1}")]
    Instrument(String, #[source] livecov_instrument::PackageError),
}

/// What to do without data; `live` has those of a run that is not at its end.
fn advice(live: Option<&PathBuf>) -> String {
    match live {
        Some(live) => format!("a run is not at its end yet; for its data so far: --data-dir {}", live.display()),
        None => "run `cargo livecov test` or `cargo livecov run` first".to_owned(),
    }
}

impl Error {
    /// An error of the system's about a path.
    pub fn io(what: &'static str, path: &Path, error: io::Error) -> Self {
        Self::Io(what, path.to_owned(), error)
    }
}
