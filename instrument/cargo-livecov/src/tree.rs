//! Coverage data in directories below each other.
//!
//! `LIVECOV_DIR=DATA/%p` gives each process a directory of its own, and tests may send the data of what they start wherever
//! they like below the directory of their run. `livecov report` reads all of that, and so it has to be found here, too.

use crate::data::is_data;
use crate::error::Error;
use crate::files;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// What becomes of links to directories.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Links {
    /// They are followed, as by who reads.
    Follow,
    /// They lead to what is not ours to change.
    Leave,
}

/// What a directory and those below it have.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    /// The files with data.
    pub(crate) files: Vec<PathBuf>,
    /// All directories, each before those below it.
    pub(crate) folders: Vec<PathBuf>,
    /// Directories that cannot be read.
    pub(crate) unreadable: Vec<Error>,
}

impl Tree {
    /// Walks a directory. A build directory of cargo below it is left out: it has data of other runs.
    ///
    /// # Errors
    ///
    /// The directory itself cannot be read.
    pub(crate) fn walk(folder: &Path, links: Links) -> Result<Self, Error> {
        let mut tree = Self::default();
        let mut walked = BTreeSet::new();
        let mut below = tree.add(folder, links)?;
        walked.extend(fs::canonicalize(folder));
        while let Some(folder) = below.pop() {
            // Of a link that leads back, or one that leads nowhere, there is no more to say.
            let is_new = fs::canonicalize(&folder).is_ok_and(|path| walked.insert(path));
            if !is_new || folder.join("CACHEDIR.TAG").exists() {
                continue;
            }
            match tree.add(&folder, links) {
                Ok(more) => below.extend(more),
                Err(error) => tree.unreadable.push(error),
            }
        }
        Ok(tree)
    }

    /// Takes in the files of a directory; the directories in it.
    fn add(&mut self, folder: &Path, links: Links) -> Result<Vec<PathBuf>, Error> {
        let entries = files::entries(folder)?;
        self.folders.push(folder.to_owned());
        let (folders, files): (Vec<_>, Vec<_>) = entries.into_iter().partition(|path| path.is_dir());
        self.files.extend(files.into_iter().filter(|path| is_data(path)));
        Ok(folders.into_iter().filter(|path| links == Links::Follow || !path.is_symlink()).collect())
    }
}
