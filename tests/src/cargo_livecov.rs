//! `cargo livecov` on projects of the suites.

use crate::child;
use crate::command::must;
use crate::go::clean;
use crate::paths::{make_dir, target_dir};
use crate::tool::{Tool, cargo_livecov};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// The variable that says where the runtime is kept.
pub const CACHE: &str = "LIVECOV_CACHE_DIR";

/// The variable that names the directory of the projects' compiler, if that is not the one of the suites: see
/// `ci/compilers`.
const COMPILER: &str = "LIVECOV_TEST_COMPILER";

/// Where the suites keep it: built once for all of them, and not in the home of who runs them.
pub fn cache_dir() -> PathBuf {
    make_dir(&target_dir().join("tests-cargo").join("cache"))
}

/// The compiler of the projects.
fn compiler(tool: &str) -> Option<PathBuf> {
    Some(PathBuf::from(env::var_os(COMPILER)?).join(tool))
}

/// Its minor version: 85 for 1.85.
pub fn minor_version() -> u32 {
    let compiler = compiler("rustc").unwrap_or_else(|| "rustc".into());
    let version = must(child::command(compiler).arg("--version"));
    let minor = version.strip_prefix("rustc 1.").and_then(|rest| rest.split('.').next()?.parse().ok());
    minor.unwrap_or_else(|| panic!("a version: {version}"))
}

/// A cargo project, with a target folder of its own.
pub struct Project {
    root: PathBuf,
    target: PathBuf,
}

/// An instrumented build.
pub struct Build {
    /// Where the programs are.
    pub folder: PathBuf,
    /// What the tool had to say.
    pub warnings: Vec<String>,
}

/// What a program did.
#[derive(Debug, PartialEq, Eq)]
pub struct Run {
    /// Its exit status, or the signal that ended it.
    pub status: String,
    /// What it wrote to standard output.
    pub out: String,
    /// What it wrote to standard error, process numbers left out.
    pub err: String,
}

impl Run {
    /// Runs `program`, with its data in `data` if it is to leave any.
    pub fn new(program: &Path, data: Option<&Path>) -> Self {
        Self::with(program, &[], data)
    }

    /// As [`Run::new`], with arguments.
    pub fn with(program: &Path, args: &[&str], data: Option<&Path>) -> Self {
        let mut command = clean(program);
        command.args(args);
        if let Some(data) = data {
            command.env("LIVECOV_DIR", data);
        }
        let output = command.output().expect("the program starts");
        let err = String::from_utf8(output.stderr).expect("UTF-8");
        // A thread's name is followed by a number that differs.
        let err = err.lines().map(|line| line.split(" (").next().unwrap_or(line)).collect::<Vec<_>>().join("\n");
        Self { status: output.status.to_string(), out: String::from_utf8(output.stdout).expect("UTF-8"), err }
    }
}

impl Project {
    /// The project in `root`; its builds go to a folder called `name`.
    pub fn new(name: &str, root: &Path) -> Self {
        Self { root: root.to_owned(), target: make_dir(&target_dir().join("tests-cargo").join(name)) }
    }

    /// An empty folder for data.
    pub fn fresh_data(&self) -> PathBuf {
        let data = self.target.join("data");
        let _ = fs::remove_dir_all(&data);
        make_dir(&data)
    }

    fn command(&self, program: &Path) -> Command {
        let mut command = child::command(program);
        command.env(CACHE, cache_dir()).current_dir(&self.root);
        for name in ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "LIVECOV_DIR", "GOCOVERDIR"] {
            command.env_remove(name);
        }
        for (name, tool) in [("RUSTC", "rustc"), ("RUSTDOC", "rustdoc")] {
            if let Some(compiler) = compiler(tool) {
                command.env(name, compiler);
            }
        }
        command
    }

    /// `cargo livecov`, with builds in this project's folder.
    pub fn livecov(&self, subcommand: &str) -> Command {
        let mut command = self.command(cargo_livecov());
        command.args(["livecov", subcommand, "--target-dir"]).arg(&self.target);
        command
    }

    /// Builds without probes, and gives the folder of the programs.
    pub fn build_plain(&self, args: &[&str]) -> PathBuf {
        let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let target = self.target.join("plain");
        must(self.command(Path::new(&cargo)).args(["build", "--quiet"]).args(args).arg("--target-dir").arg(&target));
        target.join("debug")
    }

    /// Builds with probes.
    pub fn build(&self, args: &[&str]) -> Build {
        let output = self.livecov("build").args(args).output().expect("the program starts");
        let err = String::from_utf8(output.stderr).expect("UTF-8");
        assert!(output.status.success(), "{err}");
        let is_news = |line: &&str| line.starts_with("livecov: built ") || line.starts_with("livecov: data are kept ");
        let said = err.lines().filter(|line| line.contains("livecov:") && !is_news(line));
        let warnings = said.map(str::to_owned).collect();
        let output = self.livecov("env").args(["--format", "json"]).args(args).output().expect("the program starts");
        let variables: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let folder = PathBuf::from(variables["CARGO_TARGET_DIR"].as_str().expect("a string")).join("debug");
        Build { folder, warnings }
    }

    /// The names of the project's programs, in order.
    pub fn programs(&self) -> Vec<String> {
        let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut command = self.command(Path::new(&cargo));
        let output = must(command.args(["metadata", "--no-deps", "--format-version=1"]));
        let metadata: serde_json::Value = serde_json::from_str(&output).expect("JSON");
        let packages = metadata["packages"].as_array().expect("a list").iter();
        let targets = packages.flat_map(|package| package["targets"].as_array().expect("a list"));
        let programs = targets.filter(|target| target["kind"][0] == "bin");
        let mut names: Vec<String> =
            programs.map(|target| target["name"].as_str().expect("a string").to_owned()).collect();
        names.sort();
        names
    }

    /// Go's text profile of the data.
    pub fn text_profile(&self, data: &Path) -> String {
        // Tests of one project run at the same time.
        let folder = tempfile::tempdir_in(&self.target).expect("a folder");
        let profile = folder.path().join("profile.txt");
        must(Tool::Ours.command().arg("textfmt").arg("-i").arg(data).arg("-o").arg(&profile));
        fs::read_to_string(profile).expect("the profile")
    }
}
