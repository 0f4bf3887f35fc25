//! Libraries that are loaded and unloaded: each has a pod of its own, the same whichever program loads it, and nothing
//! that it counted is lost or counts twice. The programs are `tests/programs/rust/{host,plugin-a,plugin-b}`.

mod churn;
mod forks;
mod hosts;

use livecov_tests::command::{Outcome, capture_within};
use livecov_tests::paths::text;
use livecov_tests::rust::{Mode, Profile, build, library, recorded};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// None of these runs takes ten seconds.
const LIMIT: Duration = Duration::from_secs(60);

/// The packages of the plugins.
const PLUGINS: [&str; 2] = ["plugin-a", "plugin-b"];

/// A program that loads plugins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Host {
    /// With probes.
    Instrumented,
    /// Without; the runtime is linked in and finds nothing in the program itself.
    Plain,
    /// Not even the runtime is there.
    Bare,
}

impl Host {
    const ALL: [Host; 3] = [Host::Instrumented, Host::Plain, Host::Bare];

    fn path(self) -> PathBuf {
        let (mode, name) = match self {
            Host::Instrumented => (Mode::Atomic, "host"),
            Host::Plain => (Mode::Plain, "host"),
            Host::Bare => (Mode::Plain, "bare-host"),
        };
        build("host", mode, Profile::Debug).join(name)
    }

    /// Runs it with its data in `dir`.
    fn run(self, dir: &Path, args: &[&str]) -> Outcome {
        capture_within(LIMIT, recorded(&self.path(), dir).args(args))
    }
}

/// The files of the plugins, which count in `mode`.
fn plugins(mode: Mode) -> [String; 2] {
    PLUGINS.map(|plugin| text(&library(plugin, mode, Profile::Debug)).to_owned())
}
