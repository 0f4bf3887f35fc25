//! Where the configuration file is.

use super::build::{self, Build};
use super::file::{Config, parse, parse_manifest};
use crate::error::Error;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The name of a file that has nothing else.
pub const NAME: &str = "livecov.toml";

/// The name of Cargo's file, which may have a table.
const MANIFEST: &str = "Cargo.toml";

/// A configuration that was read.
#[derive(Clone, Debug)]
pub struct Found {
    /// The file.
    pub path: PathBuf,
    /// What it says.
    pub config: Config,
}

/// Reads a file that the user names.
///
/// # Errors
///
/// A file that cannot be read, or is wrong.
pub fn read(path: &Path) -> Result<Found, Error> {
    let text = fs::read_to_string(path).map_err(|source| Error::file("reading", path, source))?;
    let parsed = if is_manifest(path) { parse_manifest(&text) } else { parse(&text).map(Some) };
    match parsed {
        Ok(Some(config)) => Ok(Found { path: path.to_owned(), config }),
        Ok(None) => Err(Error::Unsuitable(format!(
            "{}: there is no table [workspace.metadata.livecov] or [package.metadata.livecov]",
            path.display()
        ))),
        Err(words) => Err(Error::Unsuitable(format!("{}: {words}", path.display()))),
    }
}

/// Reads the table for `cargo livecov` of a file that was found.
///
/// # Errors
///
/// A file that cannot be read, or whose table is wrong.
pub fn read_build(path: &Path) -> Result<Build, Error> {
    let text = fs::read_to_string(path).map_err(|source| Error::file("reading", path, source))?;
    let parsed = if is_manifest(path) { build::parse_manifest(&text) } else { build::parse(&text) };
    parsed.map_err(|words| Error::Unsuitable(format!("{}: {words}", path.display())))
}

fn is_manifest(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name == MANIFEST)
}

/// Looks from a directory upwards, as far as its repository goes, else its workspace or package.
///
/// # Errors
///
/// A file that cannot be read, or is wrong; two in one directory.
pub fn find(dir: &Path) -> Result<Option<Found>, Error> {
    for dir in dir.ancestors().take(depth(dir) + 1) {
        let own = file_at(dir.join(NAME))?;
        let manifest = dir.join(MANIFEST);
        let cargo_s = match file_at(manifest.clone())? {
            Some(text) => {
                parse_manifest(&text).map_err(|words| Error::Unsuitable(format!("{}: {words}", manifest.display())))?
            }
            None => None,
        };
        match (own, cargo_s) {
            (Some(_), Some(_)) => {
                let path = dir.join(NAME);
                return Err(Error::Unsuitable(format!(
                    "both {} and a table of {MANIFEST} beside it configure livecov: keep one",
                    path.display()
                )));
            }
            (Some(_), None) => return read(&dir.join(NAME)).map(Some),
            (None, Some(config)) => return Ok(Some(Found { path: manifest, config })),
            (None, None) => {}
        }
    }
    Ok(None)
}

/// The text of a file; none if there is none.
fn file_at(path: PathBuf) -> Result<Option<String>, Error> {
    match fs::read_to_string(&path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::IsADirectory) => Ok(None),
        Err(source) => Err(Error::file("reading", &path, source)),
    }
}

/// How many directories above `dir` belong to its project.
fn depth(dir: &Path) -> usize {
    let first = |is_root: &dyn Fn(&Path) -> bool| dir.ancestors().position(is_root);
    let is_workspace = |dir: &Path| {
        let text = fs::read_to_string(dir.join(MANIFEST)).unwrap_or_default();
        text.lines().any(|line| line.trim_start().starts_with("[workspace"))
    };
    let repository = first(&|dir| dir.join(".git").exists());
    let workspace = || first(&is_workspace);
    let package = || first(&|dir| dir.join(MANIFEST).exists());
    repository.or_else(workspace).or_else(package).unwrap_or(0)
}
