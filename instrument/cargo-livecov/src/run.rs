//! The data of one run, from its start to its end.

use crate::data;
use crate::error::Error;
use crate::files;
use crate::housekeeping::InUse;
use crate::store::Store;
use livecov::leftovers::LEFTOVER_AGE;
use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A run of programs that leave data.
#[derive(Debug)]
pub(crate) struct Run {
    data: PathBuf,
    /// Whether its data are added to those of earlier runs.
    keeps: bool,
    place: Place,
}

#[derive(Debug)]
enum Place {
    /// A directory of its own.
    Own { store: Store, folder: PathBuf, _in_use: Vec<InUse> },
    /// One that the user named, with what it had before.
    Named { before: BTreeSet<PathBuf>, lock: Option<File> },
}

impl Run {
    /// Makes the directory for the data.
    pub(crate) fn start(store: &Store, named: Option<&Path>, keeps: bool) -> Result<Self, Error> {
        let Some(named) = named else {
            let (folder, data, in_use) = store.start()?;
            return Ok(Self { data, keeps, place: Place::Own { store: store.clone(), folder, _in_use: in_use } });
        };
        files::create_folder(named)?;
        let lock = lock_named(named, keeps)?;
        let before = data::files(named)?.into_iter().collect();
        Ok(Self { data: named.to_owned(), keeps, place: Place::Named { before, lock } })
    }

    /// Where programs write.
    pub(crate) fn data(&self) -> &Path {
        &self.data
    }

    /// Whether a program has left counters.
    pub(crate) fn has_data(&self) -> bool {
        self.own_files().iter().any(|path| data::is_counters(path))
    }

    /// What was not there before.
    pub(crate) fn own_files(&self) -> Vec<PathBuf> {
        let all = data::files(&self.data).unwrap_or_default();
        match &self.place {
            Place::Own { .. } => all,
            Place::Named { before, .. } => all.into_iter().filter(|path| !before.contains(path)).collect(),
        }
    }

    /// Puts the data in the place of those of earlier runs, or adds them to
    /// those. In between, `tidy` may change what is in their directory; what
    /// writers left that are gone is as old as it says.
    pub(crate) fn finish(&self, tidy: &dyn Fn(&Path, Duration)) -> Result<(), Error> {
        match &self.place {
            Place::Own { store, folder, .. } => {
                let _lock = store.lock();
                if self.keeps
                    && let Some(latest) = store.latest_unlocked()
                {
                    self.add(&latest.data)?;
                }
                tidy(&self.data, Duration::ZERO);
                store.set_last(folder)
            }
            Place::Named { before, lock } => {
                if !self.keeps {
                    self.remove_old(before)?;
                }
                // Who else adds to the same directory reads what would be changed.
                let is_alone = !self.keeps
                    || lock.as_ref().is_some_and(|lock| flock(lock, FlockOperation::NonBlockingLockExclusive).is_ok());
                if is_alone {
                    tidy(&self.data, if self.keeps { LEFTOVER_AGE } else { Duration::ZERO });
                }
                if let Some(lock) = lock.as_ref().filter(|_| self.keeps) {
                    // Without it, others may change what is reported.
                    let _ = flock(lock, FlockOperation::LockShared);
                }
                Ok(())
            }
        }
    }

    fn add(&self, from: &Path) -> Result<(), Error> {
        for path in data::files(from)? {
            let to = self.data.join(path.file_name().unwrap_or_default());
            // Files never change: two names for one are as good as two files.
            if !to.exists() && fs::hard_link(&path, &to).is_err() {
                fs::copy(&path, &to).map_err(|error| Error::io("copy", &path, error))?;
            }
        }
        Ok(())
    }

    /// Removes counters of earlier runs, and the meta files that no counters
    /// of this one belong to.
    fn remove_old(&self, before: &BTreeSet<PathBuf>) -> Result<(), Error> {
        let own: BTreeSet<String> = self.own_files().iter().filter_map(|path| data::tag(path)).collect();
        for path in before {
            if data::is_counters(path) || data::tag(path).is_none_or(|tag| !own.contains(&tag)) {
                data::remove_file(path)?;
            }
        }
        Ok(())
    }

    /// Leaves everything as it was before, as nothing has run; whether there
    /// are data of an earlier run.
    pub(crate) fn abandon(self) -> bool {
        match &self.place {
            Place::Own { store, folder, .. } => {
                // The next run does it, at worst.
                let _ = files::remove_folder(folder);
                store.latest().is_some_and(|latest| data::is_there(&latest.data))
            }
            Place::Named { before, .. } => !before.is_empty(),
        }
    }
}

/// Locks a directory that the user named: a run that is to empty it has it for
/// itself. Where directories cannot be locked, the user has to take care.
fn lock_named(folder: &Path, is_shared: bool) -> Result<Option<File>, Error> {
    let file = File::open(folder).map_err(|error| Error::io("read", folder, error))?;
    let how = if is_shared { FlockOperation::NonBlockingLockShared } else { FlockOperation::NonBlockingLockExclusive };
    match flock(&file, how) {
        Ok(()) => Ok(Some(file)),
        Err(Errno::WOULDBLOCK) => Err(Error::Busy(folder.to_owned())),
        Err(_) => Ok(None),
    }
}
