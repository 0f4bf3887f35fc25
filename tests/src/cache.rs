//! What is costly to make is made once and kept, by content.
//!
//! Test binaries, and with some runners single tests, are processes of their own, so that a lock in memory is not
//! enough: each entry has a lock file, and appears under its name by rename.

use crate::paths::data_dir;
use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

/// A key for `material`, to be part of a file name.
pub fn key(material: &impl Hash) -> String {
    let mut hasher = DefaultHasher::new();
    material.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

/// The directory `NAME-KEY` of the test data, filled by `make` unless it is there. Nobody may change what is in it.
pub fn directory(name: &str, material: &impl Hash, make: impl FnOnce(&Path)) -> PathBuf {
    let full_name = format!("{name}-{}", key(material));
    let entry = data_dir().join(&full_name);
    if entry.is_dir() {
        return entry;
    }
    let lock_path = data_dir().join(format!("{full_name}.lock"));
    let lock = File::create(&lock_path).unwrap_or_else(|e| panic!("create {}: {e}", lock_path.display()));
    lock.lock().unwrap_or_else(|e| panic!("lock {}: {e}", lock_path.display()));
    if !entry.is_dir() {
        let unfinished = data_dir().join(format!("{full_name}.unfinished"));
        // A killed run may have left one.
        let _ = fs::remove_dir_all(&unfinished);
        fs::create_dir_all(&unfinished).unwrap_or_else(|e| panic!("create {}: {e}", unfinished.display()));
        make(&unfinished);
        fs::rename(&unfinished, &entry).unwrap_or_else(|e| panic!("rename to {}: {e}", entry.display()));
    }
    entry
}

/// Names and contents of all files below `dir`, in order of path, as material for a key.
pub fn contents(dir: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    collect(dir, dir, &mut found);
    found.sort();
    found
}

fn collect(root: &Path, dir: &Path, found: &mut Vec<(PathBuf, Vec<u8>)>) {
    let entries = fs::read_dir(dir).unwrap_or_else(|e| panic!("read {}: {e}", dir.display()));
    for entry in entries {
        let path = entry.expect("a directory entry").path();
        if path.is_dir() {
            collect(root, &path, found);
        } else {
            let bytes = fs::read(&path).unwrap_or_else(|e| panic!("read {}: {e}", path.display()));
            let name = path.strip_prefix(root).unwrap_or(&path).to_owned();
            found.push((name, bytes));
        }
    }
}
