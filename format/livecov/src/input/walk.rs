//! Finds the files of the inputs: directories, single files, and archives.

use super::archive::{Archive, Contents, Kind};
use super::{clean, leads_to_file};
use crate::error::{Error, reason};
use crate::session::Session;
use livecov_format::layout::META_PREFIX;
use livecov_format::pods::{FileName, FoundFile};
use std::collections::BTreeSet;
use std::fs::{self, DirEntry};
use std::io;
use std::path::{Path, PathBuf};

/// The input that stands for standard input, and what its files are called after.
const STANDARD_INPUT: [&str; 2] = ["-", "(standard input)"];

/// What to do about directories in directories.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subdirectories {
    /// They are read.
    Read,
    /// As Go's tool does; a warning says that there are data.
    Warn,
}

/// What is found, input by input.
#[derive(Debug)]
pub(super) struct Finder {
    pub(super) files: Vec<FoundFile>,
    pub(super) archive: Archive,
    subdirectories: Subdirectories,
    /// Directories that have been walked, to be safe from links that lead back.
    walked: BTreeSet<PathBuf>,
    has_standard_input: bool,
}

impl Finder {
    pub(super) fn new(subdirectories: Subdirectories) -> Self {
        Self {
            files: Vec::new(),
            archive: Archive::default(),
            subdirectories,
            walked: BTreeSet::new(),
            has_standard_input: false,
        }
    }

    /// Looks at one input.
    pub(super) fn find(&mut self, session: &mut Session<'_>, number: usize, input: &Path) -> Result<(), Error> {
        let [dash, name] = STANDARD_INPUT;
        if input == Path::new(dash) {
            if std::mem::replace(&mut self.has_standard_input, true) {
                return Err(Error::Usage("standard input (`-`) can be read once".into()));
            }
            let contents = self.archive.read(Path::new(name), io::stdin().lock());
            return self.add_archive(session, number, Path::new(name), contents);
        }
        if fs::metadata(input).is_ok_and(|found| found.is_file()) {
            return self.find_file(session, number, input);
        }
        self.walked.clear();
        // What has no such name cannot be read either.
        self.walked.extend(fs::canonicalize(input));
        let unreadable = |source| Error::Inputs { path: input.to_owned(), source };
        let entries = fs::read_dir(input).and_then(sorted).map_err(unreadable)?;
        let below = self.add_entries(session, number, &clean(input), entries)?;
        match self.subdirectories {
            Subdirectories::Read => below.into_iter().try_for_each(|dir| self.walk(session, number, dir)),
            Subdirectories::Warn => {
                if let Some(dir) = below.iter().find(|dir| has_data(dir)) {
                    session.warn(&format!(
                        "the data in {} are not read: add --recursive to read directories below {}",
                        dir.display(),
                        input.display()
                    ));
                }
                Ok(())
            }
        }
    }

    /// Walks a directory below an input. What cannot be read costs itself only.
    fn walk(&mut self, session: &mut Session<'_>, number: usize, dir: PathBuf) -> Result<(), Error> {
        let mut left = vec![dir];
        while let Some(dir) = left.pop() {
            let canonical = fs::canonicalize(&dir);
            if canonical.as_ref().is_ok_and(|path| !self.walked.insert(path.clone())) {
                continue;
            }
            match canonical.and_then(|_| fs::read_dir(&dir)).and_then(sorted) {
                Ok(entries) => left.extend(self.add_entries(session, number, &dir, entries)?),
                Err(error) => {
                    session.leave_out(&format!("leaving out directory {}: {}", dir.display(), reason(&error)))?;
                }
            }
        }
        Ok(())
    }

    /// Takes the files of a directory in, and returns the directories below it.
    fn add_entries(
        &mut self,
        session: &mut Session<'_>,
        number: usize,
        dir: &Path,
        entries: Vec<DirEntry>,
    ) -> Result<Vec<PathBuf>, Error> {
        let mut below = Vec::new();
        for entry in entries {
            let path = dir.join(entry.file_name());
            let unreadable = |source| Error::Inputs { path: dir.to_owned(), source };
            let kind = entry.file_type().map_err(unreadable)?;
            if kind.is_file() || kind.is_symlink() && leads_to_file(&path) {
                self.files.push(FoundFile { path, dir: number });
            } else if kind.is_dir() || kind.is_symlink() && path.is_dir() {
                below.push(path);
            } else if !kind.is_symlink() && is_data(&path) {
                session.leave_out(&format!("leaving out {}: not a regular file", path.display()))?;
            }
        }
        Ok(below)
    }

    /// An input that is a file: an archive, a meta file, or a counter file, with the meta files beside it.
    fn find_file(&mut self, session: &mut Session<'_>, number: usize, input: &Path) -> Result<(), Error> {
        let path = clean(input);
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        match FileName::parse(&name) {
            Some(FileName::Meta { .. }) => self.files.push(FoundFile { path, dir: number }),
            Some(FileName::Counters { tag, .. }) => {
                self.add_meta_files(number, &path, tag);
                self.files.push(FoundFile { path, dir: number });
            }
            None => {
                let failed = |source| Error::Inputs { path: input.to_owned(), source };
                if Kind::of_file(input).map_err(failed)? == Kind::Other {
                    // In the words of Go's tool.
                    let refused = fs::read_dir(input).err();
                    return Err(failed(refused.unwrap_or_else(|| io::ErrorKind::NotADirectory.into())));
                }
                let file = fs::File::open(input).map_err(failed)?;
                let contents = self.archive.read(&path, file);
                self.add_archive(session, number, &path, contents)?;
            }
        }
        Ok(())
    }

    fn add_meta_files(&mut self, number: usize, counters: &Path, tag: &str) {
        let dir = counters.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
        // A directory that cannot be listed may still be read from.
        let mut names = vec![format!("{META_PREFIX}.{tag}").into()];
        // Without its meta file, a counter file is named.
        for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
            let name = entry.file_name();
            let of_tag =
                |name: &str| matches!(FileName::parse(name), Some(FileName::Meta { tag: found }) if found == tag);
            if name.to_str().is_some_and(of_tag) && !names.contains(&name) {
                names.push(name);
            }
        }
        for name in names {
            let path = counters.with_file_name(name);
            let file = FoundFile { path, dir: number };
            // It is there already if another counter file of this input brought it.
            if file.path.is_file() && !self.files.contains(&file) {
                self.files.push(file);
            }
        }
    }

    fn add_archive(
        &mut self,
        session: &mut Session<'_>,
        number: usize,
        name: &Path,
        contents: Contents,
    ) -> Result<(), Error> {
        let Contents { files, others, error } = contents;
        if let Some(error) = error {
            let (name, reason) = (name.display(), reason(&error));
            if files.is_empty() {
                return Err(Error::Unsuitable(format!("reading archive {name}: {reason}")));
            }
            session.leave_out(&format!("leaving out the rest of archive {name}: {reason}"))?;
        }
        for other in others {
            session.leave_out(&format!("leaving out {}: not a regular file", other.display()))?;
        }
        self.files.extend(files.into_iter().map(|path| FoundFile { path, dir: number }));
        Ok(())
    }
}

/// The entries in the order of their names, so that the same data give the same report.
fn sorted(entries: fs::ReadDir) -> io::Result<Vec<DirEntry>> {
    let mut entries = entries.collect::<io::Result<Vec<DirEntry>>>()?;
    entries.sort_by_key(DirEntry::file_name);
    Ok(entries)
}

/// Whether coverage data lie right in a directory, for a hint: what cannot be read is not looked at by the command.
fn has_data(dir: &Path) -> bool {
    let mut entries = fs::read_dir(dir).into_iter().flatten().flatten();
    entries.any(|entry| is_data(Path::new(&entry.file_name())) && entry.path().is_file())
}

/// Whether a path has the name of coverage data.
fn is_data(path: &Path) -> bool {
    path.file_name().is_some_and(|name| FileName::parse(&name.to_string_lossy()).is_some())
}
