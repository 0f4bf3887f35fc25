//! Files and folders, with errors that say which.

use crate::error::Error;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Writes a file, and the folders above it, as a whole or not at all.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    create_folder(path.parent().unwrap_or(Path::new("")))?;
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.tmp", std::process::id()));
    let temporary = path.with_file_name(name);
    fs::write(&temporary, bytes).map_err(|error| Error::io("write", &temporary, error))?;
    fs::rename(&temporary, path).map_err(|error| Error::io("write", path, error))
}

pub(crate) fn create_folder(path: &Path) -> Result<(), Error> {
    fs::create_dir_all(path).map_err(|error| Error::io("create", path, error))
}

/// Removes a folder with all that is in it, if it is there.
pub(crate) fn remove_folder(path: &Path) -> Result<(), Error> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Error::io("remove", path, error)),
        _ => Ok(()),
    }
}

pub(crate) fn link(original: &Path, link: &Path) -> Result<(), Error> {
    #[cfg(unix)]
    let done = std::os::unix::fs::symlink(original, link);
    #[cfg(windows)]
    let done = if original.is_dir() {
        std::os::windows::fs::symlink_dir(original, link)
    } else {
        std::os::windows::fs::symlink_file(original, link)
    };
    done.map_err(|error| Error::io("link", link, error))
}

/// What is in a folder.
pub(crate) fn entries(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let entries = fs::read_dir(folder).map_err(|error| Error::io("read", folder, error))?;
    let paths: io::Result<Vec<_>> = entries.map(|entry| entry.map(|entry| entry.path())).collect();
    let mut paths = paths.map_err(|error| Error::io("read", folder, error))?;
    paths.sort();
    Ok(paths)
}

/// A short name for a longer text.
pub(crate) fn digest(text: &str) -> String {
    let mut hasher = livecov_format::hash::Hasher::new(livecov_format::hash::Algorithm::Md5);
    hasher.update(text.as_bytes());
    let hex = livecov_format::hash::hex(&hasher.finish());
    hex.iter().take(12).map(|digit| char::from(*digit)).collect()
}
