//! Files and folders, with errors that say which.

use crate::error::Error;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

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

/// Removes whatever has that name.
pub(crate) fn remove(path: &Path) -> Result<(), Error> {
    if path.is_dir() && !path.is_symlink() {
        return remove_folder(path);
    }
    fs::remove_file(path).map_err(|error| Error::io("remove", path, error))
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

/// The path without `.` and `..`, as it reads.
pub(crate) fn straight(path: &Path) -> PathBuf {
    let mut straight = PathBuf::new();
    for part in path.components() {
        let can_go_up = matches!(straight.components().next_back(), Some(Component::Normal(_)));
        match part {
            Component::CurDir => {}
            Component::ParentDir if can_go_up => {
                straight.pop();
            }
            _ => straight.push(part),
        }
    }
    straight
}

/// The way from a folder to a file, by `..` where it has to be.
pub(crate) fn relative(path: &Path, folder: &Path) -> PathBuf {
    let shared = path.components().zip(folder.components()).take_while(|(a, b)| a == b).count();
    let up = folder.components().skip(shared).map(|_| Component::ParentDir);
    up.chain(path.components().skip(shared)).collect()
}

/// A short name for a longer text.
pub(crate) fn digest(text: &str) -> String {
    let mut hasher = livecov_format::hash::Hasher::new(livecov_format::hash::Algorithm::Md5);
    hasher.update(text.as_bytes());
    let hex = livecov_format::hash::hex(&hasher.finish());
    hex.iter().take(12).map(|digit| char::from(*digit)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_made_straight_and_relative() {
        assert_eq!(straight(Path::new("/w/./a/../../b/c.rs")), Path::new("/b/c.rs"));
        assert_eq!(straight(Path::new("../a/b/../c")), Path::new("../a/c"));
        assert_eq!(relative(Path::new("/w/a/b.rs"), Path::new("/w")), Path::new("a/b.rs"));
        assert_eq!(relative(Path::new("/w/a/b.rs"), Path::new("/w/c/d")), Path::new("../../a/b.rs"));
    }
}
