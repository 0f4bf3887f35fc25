//! The pinned Go and its `covdata`.

use crate::cache;
use crate::child;
use crate::command::must;
use crate::paths::{data_dir, make_dir, repo_root};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// GOROOT of the pinned Go, with the sources of its tools and their tests.
///
/// # Panics
///
/// Without the Go that `ci/setup` installs.
pub fn goroot() -> &'static Path {
    static ROOT: OnceLock<PathBuf> = OnceLock::new();
    ROOT.get_or_init(|| {
        let lib = repo_root().join(".tools/go/lib");
        let pythons = std::fs::read_dir(&lib).into_iter().flatten().flatten();
        pythons
            .map(|python| python.path().join("site-packages/go"))
            .find(|root| root.join("bin/go").is_file())
            .unwrap_or_else(|| panic!("there is no Go in {}: run ci/setup", lib.display()))
    })
}

/// The pinned Go's version, such as `go1.27.3`.
pub fn version() -> String {
    let text = std::fs::read_to_string(goroot().join("VERSION")).expect("GOROOT has a VERSION");
    text.lines().next().unwrap_or("").to_owned()
}

/// A command with nothing inherited but the search path: no GOFLAGS, no GOCOVERDIR, no LIVECOV_DIR, no ignored signals.
pub fn clean(program: &Path) -> Command {
    let mut command = child::command(program);
    command.env_clear();
    for name in ["PATH", "TMPDIR"] {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
    command
}

/// The go command, offline, with all that it keeps below the target directory.
pub fn go() -> Command {
    let mut command = clean(&goroot().join("bin/go"));
    command
        .env("GOROOT", goroot())
        .env("GOFLAGS", "-mod=mod")
        .env("GOTOOLCHAIN", "local")
        .env("GOPROXY", "off")
        .env("GOTELEMETRY", "off")
        .env("CGO_ENABLED", "0")
        .env("HOME", make_dir(&data_dir().join("home")))
        .env("GOPATH", data_dir().join("home/go"))
        .env("GOCACHE", data_dir().join("go-cache"));
    command
}

/// Go's own `covdata`, built once so that no test pays for `go tool`, which builds it anew.
pub fn covdata() -> &'static Path {
    static TOOL: OnceLock<PathBuf> = OnceLock::new();
    TOOL.get_or_init(|| {
        let dir = cache::directory("covdata", &version(), |dir| {
            let exe = dir.join("covdata");
            must(go().args(["build", "-o"]).arg(exe).arg("cmd/covdata"));
        });
        dir.join("covdata")
    })
}
