//! What the instrumenter is told and what it gives.

use crate::cfg::Cfg;
use livecov_format::model::Omission;
use livecov_format::vocab::{CounterMode, Granularity};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What stands in a new text before a whole path, for the caller to replace:
/// by the directory in which the new texts are as the originals are below `/`,
/// or by nothing, if the file is not among them.
pub const OVERLAY_ROOT: &str = "/__livecov_overlay__";

/// What a probe is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProbeForm {
    /// Inline assembly: one or two instructions, also without optimisation.
    Assembly,
    /// What the optimiser may move and merge; slow without optimisation.
    Optimised,
    /// Relaxed atomics, which link anywhere, crate type `dylib` included.
    Portable,
}

/// One crate target, as one call of rustc compiles it.
pub struct Options<'a> {
    /// The crate's root file.
    pub root: &'a Path,
    /// rustc's `--crate-name`.
    pub crate_name: &'a str,
    /// The package path in the data, such as `ripgrep/bin/rg`.
    pub package_path: &'a str,
    /// The cargo package, `name@version`.
    pub module_path: &'a str,
    /// Which `cfg` options are set.
    pub cfg: &'a Cfg,
    /// The edition's year: 2015, 2018, 2021 or 2024.
    pub edition: u16,
    /// The value of `CARGO_MANIFEST_DIR`, from which files may be included.
    pub manifest_dir: Option<&'a Path>,
    /// What counters count: `Set`, `Count` or `Atomic`.
    pub mode: CounterMode,
    /// Whether each unit has a counter or each function.
    pub granularity: Granularity,
    /// What probes are made of.
    pub form: ProbeForm,
    /// The name by which rustc is given the runtime (`--extern NAME=...`).
    pub runtime: &'a str,
    /// Where the caller will put [`Instrumented::blob`]: the new root file
    /// includes it from there.
    pub blob_file: &'a Path,
    /// Whether `const fn` get probes. They need unstable features, so that one
    /// call of rustc needs `RUSTC_BOOTSTRAP`.
    pub const_fn: bool,
    /// Whether there are to be probes at all: tests may only want
    /// [`Self::arms_signals`].
    pub counts: bool,
    /// Whether test functions and `cfg(test)` code get probes.
    pub include_tests: bool,
    /// Whether the data are also to be kept when a signal ends the program:
    /// the root file arms them at start-up. For programs, not for libraries.
    pub arms_signals: bool,
    /// Whether the data are to be kept when a signal ends the host of a library:
    /// the root file arms what the environment asks for when it is loaded.
    pub arms_library: bool,
    /// The name by which rustc is given the crate of the functions that a
    /// shared or static library exports to hosts in other languages; none if
    /// it exports none.
    pub exports: Option<&'a str>,
    /// Files that get no probes, and why.
    pub left_out: &'a BTreeMap<PathBuf, Omission>,
    /// What the compiler said of earlier attempts, one after the other: the
    /// functions that it names get no probes.
    pub complaints: &'a [Vec<Complaint>],
    /// The name of a file in the data.
    pub display: &'a dyn Fn(&Path) -> String,
}

/// An error of the compiler's about code with probes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    /// What it says.
    pub why: String,
    /// Where: of these the first that leads to a function with probes counts.
    pub spots: Vec<Spot>,
}

/// A place in a file, by lines from one: probes change columns only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Spot {
    /// A line: the innermost function around it is meant, or all of them if
    /// they share the line.
    At(PathBuf, u32),
    /// Lines from the first to the last, such as those of a macro: what has
    /// probes in them is meant.
    Within(PathBuf, u32, u32),
}

impl Spot {
    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        match self {
            Self::At(path, _) | Self::Within(path, ..) => path,
        }
    }
}

/// A function without probes because of a [`Complaint`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    /// The file.
    pub path: PathBuf,
    /// Where the function starts: its line, from one.
    pub line: u32,
    /// Its name in the data.
    pub name: String,
    /// What the compiler said.
    pub why: String,
}

/// A source file with probes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFile {
    /// Where the original is.
    pub path: PathBuf,
    /// The new text: as many lines, each on its old number, except that the
    /// root file has more at its end.
    pub text: String,
}

/// An instrumented crate.
#[derive(Clone, Debug, Default)]
pub struct Instrumented {
    /// The files that differ from their originals; empty if there is nothing
    /// to count, and then the crate can be compiled as it stands.
    pub files: Vec<SourceFile>,
    /// The files that have attributes for other tools which the compiler would
    /// reject, as `cfg` makes them active: without those, and without probes.
    /// Without probes, the crate is to be compiled with these.
    pub blanked: Vec<SourceFile>,
    /// The package blob.
    pub blob: Vec<u8>,
    /// All files that belong to the crate, also those without probes.
    pub read: Vec<PathBuf>,
    /// Number of functions.
    pub function_count: usize,
    /// Number of units.
    pub unit_count: usize,
    /// Whether any probe stands in a `const fn`, so that the compiler has to
    /// allow unstable features.
    pub has_const_probes: bool,
    /// Whether any probe stands, or would but for a complaint, in the body of
    /// a macro, which other crates may have in them.
    pub has_macro_probes: bool,
    /// What has no units, and why; the blob has it too.
    pub omissions: Vec<Omission>,
    /// The functions that complaints led to.
    pub rejected: Vec<Rejected>,
    /// What the user should know.
    pub diagnostics: Vec<Diagnostic>,
}

/// A message about one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The file.
    pub path: PathBuf,
    /// Line, from one; zero for the whole file.
    pub line: u32,
    /// What is the matter, in words.
    pub message: String,
}
