//! Holds a report against a diff and against other data.

use super::baseline::compare::{Comparison, compare};
use super::diff::cover::cover;
use super::diff::git::Tree;
use super::diff::parse::{FileChange, parse};
use super::diff::places::{Placed, Root, place};
use super::model::Project;
use super::source::{Sources, md5};
use crate::error::Error;
use crate::input::list;
use crate::session::Session;
use clap::{Args, ValueEnum};
use livecov_format::hash::Hash;
use std::ffi::OsString;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// What a report is held against.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Changes")]
pub struct ChangeOpts {
    /// Show the coverage of lines that changed since a revision of git, also those not committed; `main...` stands for
    /// where the branch left main
    #[arg(long, value_name = "BASE", conflicts_with = "diff_file")]
    pub diff: Option<String>,
    /// The same for a unified diff in a file, or on standard input (`-`)
    #[arg(long, value_name = "FILE")]
    pub diff_file: Option<PathBuf>,
    /// Compare with the data of these directories, separated by commas; may be repeated
    #[arg(long, value_name = "DIRS")]
    pub baseline: Vec<OsString>,
    /// Which lines and functions of a comparison to list, separated by commas; if not given, those that are new and did
    /// not run, and those that are lost
    #[arg(long, value_enum, value_name = "KINDS", value_delimiter = ',')]
    pub list: Vec<Listed>,
}

/// Lines that a comparison lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Listed {
    /// New or changed, and did not run.
    New,
    /// Ran in the baseline, and does not now.
    Lost,
    /// Did not run in the baseline, and does now.
    Gained,
    /// Nothing.
    None,
}

impl ChangeOpts {
    /// Whether the report is held against anything.
    #[must_use]
    pub fn is_wanted(&self) -> bool {
        self.has_diff() || !self.baseline.is_empty()
    }

    /// Whether there is a diff.
    #[must_use]
    pub const fn has_diff(&self) -> bool {
        self.diff.is_some() || self.diff_file.is_some()
    }

    /// Whether lines of a kind are listed.
    #[must_use]
    pub fn lists(&self, kind: Listed) -> bool {
        match self.list.as_slice() {
            [] => matches!(kind, Listed::New | Listed::Lost),
            named => named.contains(&kind),
        }
    }

    /// The directories of older data.
    #[must_use]
    pub fn baseline_dirs(&self, session: &mut Session<'_>) -> Vec<PathBuf> {
        list::paths(session, self.baseline.iter().map(OsString::as_os_str))
    }
}

/// A diff that has been read.
#[derive(Debug)]
pub struct Diff {
    base: String,
    /// Where it comes from, if that is known.
    tree: Option<Tree>,
    root: Root,
    changes: Vec<FileChange>,
}

impl Diff {
    /// Reads the diff that the options name.
    ///
    /// # Errors
    ///
    /// A diff that cannot be had or read.
    pub fn read(opts: &ChangeOpts, source_root: Option<&Path>) -> Result<Option<Self>, Error> {
        let dir = source_root.unwrap_or_else(|| Path::new("."));
        let diff = match (&opts.diff, &opts.diff_file) {
            (Some(base), _) => {
                Self::of_git(base, dir).map_err(|words| Error::Unsuitable(format!("--diff {base}: {words}")))?
            }
            (None, Some(file)) => {
                let name = file.display().to_string();
                let text = read(file).map_err(|source| Error::file("reading", file, source))?;
                let changes =
                    parse(&text).map_err(|words| Error::Unsuitable(format!("--diff-file {name}: {words}")))?;
                Self { base: name, tree: None, root: Root::around(dir), changes }
            }
            (None, None) => return Ok(None),
        };
        Ok(Some(diff))
    }

    fn of_git(base: &str, dir: &Path) -> Result<Self, String> {
        let tree = Tree::of(dir)?;
        let text = tree.diff(base)?;
        let mut changes = parse(&text).map_err(|words| format!("the diff that git makes cannot be read: {words}"))?;
        // Between two revisions, the working tree does not matter.
        let is_between = base.contains("..") && !base.ends_with("...");
        if !is_between {
            changes.extend(tree.untracked()?);
        }
        Ok(Self { base: base.to_owned(), root: Root::of_tree(&tree.root), tree: Some(tree), changes })
    }
}

fn read(file: &Path) -> io::Result<Vec<u8>> {
    if file.as_os_str() != "-" {
        return std::fs::read(file);
    }
    let mut text = Vec::new();
    io::stdin().lock().read_to_end(&mut text)?;
    Ok(text)
}

/// Adds what a diff and older data say to the project.
///
/// # Errors
///
/// Under `--strict`, changes that could be of several files; a baseline without data.
pub fn attach(
    session: &mut Session<'_>,
    project: &mut Project,
    diff: Option<Diff>,
    baseline: Option<(Vec<PathBuf>, Project)>,
    sources: &Sources,
) -> Result<(), Error> {
    let mut placed = Placed::default();
    let mut origin = None;
    if let Some(Diff { base, tree, root, changes }) = diff {
        placed = place(project, sources, &root, changes);
        for words in &placed.ambiguous {
            session.leave_out(&format!("leaving out changed lines: {words}"))?;
        }
        let coverage = cover(project, sources, &base, &placed);
        for file in coverage.files.iter().filter(|file| file.is_stale) {
            let path = &file.path;
            session.warn(&format!(
                "{path} was changed since it was compiled: its changed lines may be others than those that ran"
            ));
        }
        project.diff = Some(coverage);
        origin = tree.map(|tree| (tree, base));
    }
    if let Some((dirs, old)) = baseline {
        let is_base = |path: &str, content: Hash| {
            let (tree, base) = origin.as_ref()?;
            Some(md5(&tree.content(base, path)?) == content)
        };
        let comparison = compare(project, &old, &placed, sources, &is_base);
        for path in &comparison.of_other_bases {
            session.warn(&format!(
                "the baseline has another content of {path} than the diff goes back to: its lines are matched by functions"
            ));
        }
        project.comparison = Some(Comparison { baseline: names(&dirs), ..comparison });
    }
    project.notes = session.warnings().to_vec();
    project.provenance.left_out_count = session.left_out_count();
    Ok(())
}

/// Makes sure that there is something to compare with.
///
/// # Errors
///
/// A baseline that counts nothing.
pub fn check_baseline(dirs: &[PathBuf], old: &Project) -> Result<(), Error> {
    if !old.files.is_empty() {
        return Ok(());
    }
    let names = names(dirs).join(",");
    Err(Error::Unsuitable(format!("--baseline {names}: there are no data of any source file to compare with")))
}

fn names(dirs: &[PathBuf]) -> Vec<String> {
    dirs.iter().map(|dir| dir.display().to_string()).collect()
}
