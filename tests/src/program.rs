//! Fixture programs of `tests/programs/go`, built and run.

use crate::cache;
use crate::command::{Outcome, capture, must};
use crate::go::{clean, go, version};
use crate::paths::{programs_dir, text};
use std::path::{Path, PathBuf};

/// A Go fixture program and how it is built.
#[derive(Clone, Copy, Debug, Hash, PartialEq, Eq)]
pub struct Program {
    /// The directory of its module in `tests/programs/go`.
    pub module: &'static str,
    /// Its package, relative to the module.
    pub package: &'static str,
    /// Further arguments of `go build`, such as `-covermode=atomic`.
    pub flags: &'static [&'static str],
}

impl Program {
    /// The program in the module's root, or in the directory behind a slash: `shared/first`.
    pub const fn new(module: &'static str, package: &'static str, flags: &'static [&'static str]) -> Program {
        Program { module, package, flags }
    }

    /// The directory of the module's sources.
    pub fn source(&self) -> PathBuf {
        programs_dir().join("go").join(self.module)
    }

    /// All that the built program depends on.
    fn material(&self) -> impl std::hash::Hash {
        (version(), *self, cache::contents(&self.source()))
    }

    /// The program, instrumented; built if it was not built before.
    pub fn exe(&self) -> PathBuf {
        let dir = cache::directory(&self.name("exe"), &self.material(), |dir| {
            // The symbol tables are of no use here and cost linking time.
            must(
                go().current_dir(self.source())
                    .args(["build", "-cover", "-ldflags=-s -w"])
                    .args(self.flags)
                    .arg("-o")
                    .arg(dir.join("program"))
                    .arg(self.package),
            );
        });
        dir.join("program")
    }

    /// Directory with the data of one run for each argument list. Nobody may change it; see [`Program::fresh`].
    pub fn data(&self, runs: &[&[&str]]) -> PathBuf {
        let material = (self.material(), runs);
        cache::directory(&self.name("data"), &material, |dir| {
            self.fresh(dir, runs);
        })
    }

    /// Runs the program once for each argument list, with its data in `dir`.
    pub fn fresh(&self, dir: &Path, runs: &[&[&str]]) {
        let exe = self.exe();
        for args in runs {
            let before = counter_file_count(dir);
            let outcome = run(&exe, dir, args);
            let written = counter_file_count(dir) - before;
            assert!(written == 1, "{self:?} with {args:?} wrote {written} counter files: {outcome:?}");
        }
    }

    fn name(&self, what: &str) -> String {
        format!("{what}-{}-{}", self.module, self.package.replace(['.', '/'], ""))
    }
}

fn run(exe: &Path, dir: &Path, args: &[&str]) -> Outcome {
    capture(clean(exe).current_dir(dir).env("GOCOVERDIR", text(dir)).args(args))
}

fn counter_file_count(dir: &Path) -> usize {
    crate::files::counter_files(dir).len()
}
