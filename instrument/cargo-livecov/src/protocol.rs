//! What the command tells the compiler wrapper: both halves of it.

use crate::error::Error;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::{env, fs};

/// Names the configuration file. Where it is set, this program is called as a
/// wrapper of rustc.
pub const CONFIG: &str = "LIVECOV_CONFIG";

/// What all calls of the wrapper in one build share.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Config {
    /// The tool's version.
    pub version: String,
    /// Tells builds of the tool apart that have the same version.
    pub tool: String,
    /// The wrapper that would be called without this one.
    pub chained: Option<PathBuf>,
    /// `set`, `count` or `atomic`.
    pub mode: String,
    /// `perblock` or `perfunc`.
    pub granularity: String,
    /// Whether `const fn` are counted.
    pub const_fn: bool,
    /// Whether test code is counted.
    pub counts_tests: bool,
    /// Whether proc macros and build scripts are counted.
    pub counts_host: bool,
    /// Whether programs keep their data when a signal ends them.
    pub arms_signals: bool,
    /// Whether any crate ends up in a Rust dynamic library.
    pub is_portable: bool,
    /// Where names of files in the data start.
    pub workspace_root: PathBuf,
    /// Where overlays, notes and caches go.
    pub out: PathBuf,
    /// The packages that are counted.
    pub packages: Vec<Package>,
    /// The runtime, for each target.
    pub runtimes: Vec<Runtime>,
}

/// A package of the build.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Package {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Where its `Cargo.toml` is.
    pub folder: PathBuf,
    /// What an overlay of its sources covers.
    pub base: PathBuf,
    /// Name of its files in the data: this in front of the path below `base`.
    pub prefix: String,
    /// Its targets.
    pub targets: Vec<Target>,
}

/// A target of a package.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: TargetKind,
    /// Its root file.
    pub root: PathBuf,
}

/// What a target is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TargetKind {
    /// A library of any kind but a proc macro.
    Lib,
    /// A program.
    Bin,
    /// An integration test.
    Test,
    /// A benchmark.
    Bench,
    /// An example.
    Example,
    /// A proc macro.
    ProcMacro,
    /// A build script.
    BuildScript,
}

impl TargetKind {
    /// Whether the target is there for tests.
    #[must_use]
    pub const fn is_test_code(self) -> bool {
        matches!(self, Self::Test | Self::Bench | Self::Example)
    }

    /// Whether the target runs while building.
    #[must_use]
    pub const fn is_host_code(self) -> bool {
        matches!(self, Self::ProcMacro | Self::BuildScript)
    }
}

/// The compiled runtime.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Runtime {
    /// `--target`; none where the program is for the machine that builds.
    pub target: Option<String>,
    /// The library.
    pub rlib: PathBuf,
    /// Where the crates are that it was built with.
    pub folders: Vec<PathBuf>,
    /// Where all of it is.
    #[serde(default)]
    pub folder: PathBuf,
}

impl Config {
    /// Reads the configuration that the environment names; none if it names
    /// none.
    ///
    /// # Errors
    ///
    /// If the file cannot be read or is not one of this version.
    pub fn load() -> Result<Option<Self>, Error> {
        let Some(path) = env::var_os(CONFIG).map(PathBuf::from) else { return Ok(None) };
        let text = fs::read(&path).map_err(|error| Error::io("read", &path, error))?;
        let config: Self = serde_json::from_slice(&text).map_err(|error| Error::Config(path.clone(), error))?;
        if config.version != env!("CARGO_PKG_VERSION") {
            return Err(Error::ConfigVersion(path, config.version));
        }
        Ok(Some(config))
    }

    /// Whether a file is the configuration of a build by this very tool.
    pub(crate) fn is_of(path: &Path, tool: &str) -> bool {
        let config = fs::read(path).ok().and_then(|text| serde_json::from_slice::<Self>(&text).ok());
        config.is_some_and(|config| config.version == env!("CARGO_PKG_VERSION") && config.tool == tool)
    }

    /// Writes the configuration.
    ///
    /// # Errors
    ///
    /// If that fails.
    pub fn save(&self, path: &Path) -> Result<(), Error> {
        let text = serde_json::to_vec_pretty(self).map_err(|error| Error::Config(path.to_owned(), error))?;
        crate::files::write(path, &text)
    }

    /// The runtime for a call of rustc; none where what is built for that
    /// target is not counted.
    #[must_use]
    pub fn runtime(&self, target: Option<&str>) -> Option<&Runtime> {
        let exact = self.runtimes.iter().find(|runtime| runtime.target.as_deref() == target);
        // A target may be named by the path of a file, in more than one way.
        let mut others = self.runtimes.iter().filter(|runtime| runtime.target.is_some() && target.is_some());
        exact.or_else(|| others.next().filter(|_| others.next().is_none()))
    }

    /// The package and the target of a call of rustc.
    #[must_use]
    pub fn target(&self, folder: &Path, root: &Path) -> Option<(&Package, &Target)> {
        let package = self.packages.iter().find(|package| package.folder == folder)?;
        Some((package, package.targets.iter().find(|target| target.root == root)?))
    }
}

/// What one call of the wrapper has to say to the user, at the end of every
/// build that uses its output.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// The crate.
    pub crate_name: String,
    /// What was left out because it did not compile, or could not be read.
    pub warnings: Vec<String>,
}
