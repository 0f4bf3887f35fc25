//! What the command tells the compiler wrapper: both halves of it.

use crate::error::Error;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// Names the configuration file. Where it is set, this program is called as a
/// wrapper of rustc.
pub const CONFIG: &str = "LIVECOV_CONFIG";

/// Has another value in each run.
pub const RUN: &str = "LIVECOV_RUN";

/// What all calls of the wrapper in one build share.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Config {
    /// The tool's version.
    pub version: String,
    /// Tells builds of the tool apart that have the same version.
    pub tool: String,
    /// The machine that the compiler is for.
    pub host: String,
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
    /// Whether proc macros are instrumented.
    pub counts_proc_macros: bool,
    /// Whether build scripts are instrumented.
    pub counts_build_scripts: bool,
    /// The `cfg` options that are set for instrumented crates.
    pub cfg: Vec<String>,
    /// Whether programs keep their data when a signal ends them.
    pub arms_signals: bool,
    /// Whether shared libraries export functions to hosts in other languages.
    pub exports: bool,
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
    /// Name of its files in the data: this in front of the path below `base`;
    /// if it is empty, the way from the workspace.
    pub prefix: String,
    /// Whether its proc macros are instrumented, if any are.
    pub counts_proc_macros: bool,
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
}

/// What a runtime can be linked with. All crates of a program have to be
/// compiled against the same one; their `panic` strategy, in which they agree
/// anyway, says which.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum RuntimeForm {
    /// With the standard library, and for unwinding.
    #[default]
    Full,
    /// For programs in which a panic aborts, with the standard library or
    /// without.
    Core,
}

/// The compiled runtime.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Runtime {
    /// `--target`; none where the program is for the machine that builds.
    pub target: Option<String>,
    /// The library.
    pub rlib: PathBuf,
    /// Which of the two it is.
    #[serde(default)]
    pub form: RuntimeForm,
    /// An archive that programs without the standard library are linked with;
    /// empty with [`RuntimeForm::Full`].
    #[serde(default)]
    pub personality: PathBuf,
    /// The crate of the functions that shared libraries export.
    #[serde(default)]
    pub exports: PathBuf,
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
        let text = fs::read(&path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => Error::ConfigGone(path.clone()),
            _ => Error::io("read", &path, error),
        })?;
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
    /// target is not instrumented. `aborts` says whether panics abort there.
    #[must_use]
    pub fn runtime(&self, target: Option<&str>, aborts: impl FnOnce() -> bool) -> Option<&Runtime> {
        let all = || self.runtimes.iter();
        // None stands for the machine that builds, which may be named as well.
        let named = |target: Option<&str>| target.unwrap_or(&self.host).to_owned();
        let mut forms: Vec<&Runtime> = all().filter(|runtime| runtime.target.as_deref() == target).collect();
        if forms.is_empty() {
            forms = all().filter(|runtime| named(runtime.target.as_deref()) == named(target)).collect();
        }
        if forms.is_empty() {
            // A target may be named by the path of a file, in more than one way.
            let file =
                |target: Option<&str>| Some(Path::new(target?).canonicalize().ok()?).filter(|path| path.is_file());
            let path = file(target);
            forms = all().filter(|runtime| path.is_some() && file(runtime.target.as_deref()) == path).collect();
        }
        let form = match &forms[..] {
            [] | [_] => RuntimeForm::Full,
            _ if aborts() => RuntimeForm::Core,
            _ => RuntimeForm::Full,
        };
        forms.into_iter().find(|runtime| runtime.form == form)
    }

    /// The package and the target of a call of rustc.
    #[must_use]
    pub fn target(&self, folder: &Path, root: &Path) -> Option<(&Package, &Target)> {
        let package = self.packages.iter().find(|package| package.folder == folder)?;
        let targets = || package.targets.iter();
        // By way of a symbolic link, cargo and the system give a directory different names.
        let by_another_name = || {
            let root = root.canonicalize().ok()?;
            targets().find(|target| target.root.canonicalize().is_ok_and(|path| path == root))
        };
        Some((package, targets().find(|target| target.root == root).or_else(by_another_name)?))
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
    /// What it was compiled as.
    #[serde(default)]
    pub unit: Unit,
    /// How many units have counters.
    #[serde(default)]
    pub unit_count: usize,
    /// Why none has; empty if some have, or none is to have.
    #[serde(default)]
    pub why_none: String,
}

/// What tells the units of a crate apart.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unit {
    /// The root file.
    pub root: PathBuf,
    /// Whether it has its tests in it.
    pub is_test: bool,
    /// Where the outcome goes.
    pub folder: PathBuf,
    /// Its features, in order.
    pub features: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_runtime_of_a_call() {
        let runtime =
            |target: Option<&str>, form| Runtime { target: target.map(str::to_owned), form, ..Runtime::default() };
        let place = tempfile::tempdir().unwrap();
        let file = place.path().join("t.json");
        fs::write(&file, "{}").unwrap();
        let crooked = place.path().join("../").join(place.path().file_name().unwrap()).join("t.json");
        let runtimes = vec![
            runtime(Some("a"), RuntimeForm::Full),
            runtime(Some("a"), RuntimeForm::Core),
            runtime(Some(crooked.to_str().unwrap()), RuntimeForm::Full),
        ];
        let config = Config { runtimes, host: "a".to_owned(), ..Config::default() };
        let form = |target, aborts| config.runtime(target, || aborts).map(|runtime| runtime.form);
        assert_eq!(form(Some("a"), true), Some(RuntimeForm::Core));
        assert_eq!(form(Some("a"), false), Some(RuntimeForm::Full));
        assert_eq!(form(file.to_str(), true), Some(RuntimeForm::Full));
        assert_eq!(form(Some("b"), false), None);
        assert_eq!(form(None, true), Some(RuntimeForm::Core));
    }
}
