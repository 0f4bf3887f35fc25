//! Diffs that git makes.

use super::edits::Edits;
use super::parse::FileChange;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Flags that undo what a user's configuration may say.
const PLAIN: [&str; 12] = [
    "diff",
    "--unified=0",
    "--no-color",
    "--no-ext-diff",
    "--no-textconv",
    "--no-relative",
    "--find-renames",
    "--src-prefix=a/",
    "--dst-prefix=b/",
    "--inter-hunk-context=0",
    "--ignore-submodules",
    "--submodule=short",
];

/// A working tree of git.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tree {
    /// The directory that was asked about.
    dir: PathBuf,
    /// Its root, which paths of diffs start from.
    pub root: PathBuf,
}

impl Tree {
    /// The working tree that has a directory.
    ///
    /// # Errors
    ///
    /// No such tree, or no git, in words for the user.
    pub fn of(dir: &Path) -> Result<Self, String> {
        let output = run(dir, ["rev-parse", "--show-toplevel"].map(OsString::from).into())?;
        if !output.status.success() {
            return Err(format!(
                "{}: {}; name a directory of the working tree with --source-root, or give a diff with --diff-file",
                dir.display(),
                complaint(&output)
            ));
        }
        let line = output.stdout.strip_suffix(b"\n").unwrap_or(&output.stdout);
        Ok(Self { dir: dir.to_owned(), root: path(line) })
    }

    /// What differs between `base` and the working tree, or between two revisions `A..B`; `A...` stands for where the
    /// current branch left A.
    ///
    /// # Errors
    ///
    /// A revision that git does not know, in words for the user.
    pub fn diff(&self, base: &str) -> Result<Vec<u8>, String> {
        if base.is_empty() || base.starts_with('-') {
            return Err("this is no revision".into());
        }
        let mut args: Vec<OsString> = PLAIN.map(OsString::from).into();
        match base.strip_suffix("...").filter(|base| !base.is_empty()) {
            Some(base) => args.extend(["--merge-base".into(), base.into()]),
            None => args.push(base.into()),
        }
        args.push("--".into());
        let output = run(&self.dir, args)?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        let words = complaint(&output);
        Err(format!("{words}; a shallow clone has few revisions: `git fetch --unshallow` gets the others"))
    }

    /// The content of a file at `base`, as a checkout would have it; none if git has none, or cannot say: then the
    /// baseline is not compared with it, and the diff, which comes from the same git, has failed before.
    #[must_use]
    pub fn content(&self, base: &str, path: &str) -> Option<Vec<u8>> {
        let revision = match base.split_once("..") {
            None => base.to_owned(),
            // Between two revisions, and from where a branch left.
            Some((base, end)) if !end.starts_with('.') => base.to_owned(),
            Some((base, end)) => self.merge_base(base, end.trim_start_matches('.'))?,
        };
        let output = run(
            &self.root,
            ["cat-file", "--filters"]
                .map(OsString::from)
                .into_iter()
                .chain([format!("{revision}:{path}").into()])
                .collect(),
        )
        .ok()?;
        output.status.success().then_some(output.stdout)
    }

    fn merge_base(&self, base: &str, end: &str) -> Option<String> {
        let end = if end.is_empty() { "HEAD" } else { end };
        let output = run(&self.root, ["merge-base", base, end].map(OsString::from).into()).ok()?;
        let text = String::from_utf8(output.stdout).ok()?;
        output.status.success().then(|| text.trim().to_owned())
    }

    /// Files that git does not know and does not ignore: new ones that nobody has added yet.
    ///
    /// # Errors
    ///
    /// What git says.
    pub fn untracked(&self) -> Result<Vec<FileChange>, String> {
        let args = ["ls-files", "--others", "--exclude-standard", "--full-name", "-z"].map(OsString::from);
        let output = run(&self.root, args.into())?;
        if !output.status.success() {
            return Err(complaint(&output));
        }
        let names = output.stdout.split(|byte| *byte == 0).filter(|name| !name.is_empty());
        Ok(names.map(|name| new_file(String::from_utf8_lossy(name).into_owned())).collect())
    }
}

fn new_file(path: String) -> FileChange {
    FileChange { old_path: None, new_path: Some(path), edits: Edits::all_new(u32::MAX - 1) }
}

fn run(dir: &Path, args: Vec<OsString>) -> Result<Output, String> {
    let mut git = Command::new("git");
    // Names as they are, as far as git can write them so; and nothing is written to the repository.
    git.arg("-C").arg(dir).args(["--no-optional-locks", "-c", "core.quotepath=off"]).args(args);
    git.output().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => "there is no program `git`: install it, or give a diff with --diff-file".into(),
        _ => format!("git cannot be run: {error}"),
    })
}

/// The first line of what git says is wrong.
fn complaint(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stderr);
    let line = text.lines().find(|line| !line.trim().is_empty()).unwrap_or("it failed without a word");
    format!("git: {}", line.trim_start_matches("fatal: ").trim_start_matches("error: "))
}

#[cfg(unix)]
fn path(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    std::ffi::OsStr::from_bytes(bytes).into()
}

#[cfg(not(unix))]
fn path(bytes: &[u8]) -> PathBuf {
    String::from_utf8_lossy(bytes).into_owned().into()
}
