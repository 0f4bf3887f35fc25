//! `livecov` inside of the test's process.

use crate::naive::Lines;
use livecov_format::profile::Profile;
use livecov_tests::paths::text;
use livecov_tests::{dump, files};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A directory for one case; in memory where that is possible.
pub(crate) fn temp_dir() -> TempDir {
    let memory = Path::new("/dev/shm");
    let dir = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    dir.expect("a temporary directory")
}

/// What may be said of sound files.
const REMARKS: [&str; 2] = ["do not fit 32 bits", "no applicable files found"];

/// Runs a command that must succeed, and gives its output.
#[track_caller]
pub(crate) fn livecov(command: &[&str], inputs: &[PathBuf]) -> String {
    let inputs: Vec<&str> = inputs.iter().map(|input| text(input)).collect();
    let mut args = vec![OsString::from("livecov")];
    args.extend(command.iter().map(OsString::from));
    args.push(format!("-i={}", inputs.join(",")).into());
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let status = livecov::run(args, &mut out, &mut err);
    let err = String::from_utf8_lossy(&err);
    let is_calm = err.lines().all(|line| REMARKS.iter().any(|remark| line.contains(remark)));
    assert!(status == 0 && is_calm, "{command:?}: status {status}, {err}");
    String::from_utf8(out).expect("the samples are text")
}

/// The text profile of some directories.
pub(crate) fn profile(dir: &Path, inputs: &[PathBuf]) -> Lines {
    let path = dir.join("profile");
    livecov(&["textfmt", &format!("-o={}", text(&path))], inputs);
    let profile = Profile::parse(&files::read(&path)).expect("a text profile");
    profile.blocks.into_iter().map(|block| ((block.file, block.position), block.count)).collect()
}

/// What `debugdump` says of some directories but for the names of data files and the order of programs.
pub(crate) fn dump(inputs: &[PathBuf]) -> String {
    let dump = livecov(&["debugdump"], inputs);
    let lines = dump::without_banner(&dump).lines().filter(|line| !line.starts_with("data file "));
    dump::normal(&lines.flat_map(|line| [line, "\n"]).collect::<String>())
}
