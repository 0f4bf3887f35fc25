//! Where the data of a run go, for programs that are told by no variable.
//!
//! A program may start another with an empty environment. Its runtime finds
//! the directory of the build by its own path, looks there for a file with the
//! process id of one of its ancestors, else for `last`, and trusts it only if
//! it is locked: so long the run lasts.
//!
//! ```text
//! OUT/runs/PID    line 1: the directory for data; line 2: the socket for notices
//! OUT/runs/last   the same, while there is exactly one run
//! OUT/runs/lock   held by whoever changes any of this
//! ```

use rustix::fs::{FlockOperation, flock};
use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

const LAST: &str = "last";
const LOCK: &str = "lock";

/// A run that programs can find, for as long as this lives.
#[derive(Debug)]
pub(crate) struct Announcement {
    folder: PathBuf,
    files: Vec<(PathBuf, File)>,
}

impl Announcement {
    /// Writes the files of the run of this process.
    pub(crate) fn new(out: &Path, data: &Path, socket: Option<&str>) -> io::Result<Self> {
        let process = std::process::id().to_string();
        Self::of(&out.join("runs"), &process, data, socket)
    }

    fn of(folder: &Path, process: &str, data: &Path, socket: Option<&str>) -> io::Result<Self> {
        let data = data.as_os_str().as_bytes();
        if data.contains(&b'\n') {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "there is a line break in the name of a directory",
            ));
        }
        let text = [data, b"\n", socket.unwrap_or_default().as_bytes(), b"\n"].concat();
        fs::create_dir_all(folder)?;
        let _lock = lock(folder)?;
        let others = remove_stale(folder)?;
        let mut announcement = Self { folder: folder.to_owned(), files: Vec::new() };
        announcement.write(process, &text)?;
        if others == 0 {
            announcement.write(LAST, &text)?;
        } else {
            remove(&folder.join(LAST))?;
        }
        Ok(announcement)
    }

    /// Nobody sees a file without its lock, or in part.
    fn write(&mut self, name: &str, text: &[u8]) -> io::Result<()> {
        let path = self.folder.join(name);
        let temporary = path.with_extension("tmp");
        let mut file = File::create(&temporary)?;
        flock(&file, FlockOperation::NonBlockingLockExclusive)?;
        file.write_all(text)?;
        fs::rename(&temporary, &path)?;
        self.files.push((path, file));
        Ok(())
    }
}

impl Drop for Announcement {
    fn drop(&mut self) {
        // Without its lock nobody trusts what may stay, and the next run removes it.
        let _lock = lock(&self.folder);
        for (path, file) in &self.files {
            let is_same = |found: &fs::Metadata| file.metadata().is_ok_and(|own| own.ino() == found.ino());
            if fs::metadata(path).is_ok_and(|found| is_same(&found)) {
                let _ = fs::remove_file(path);
            }
        }
    }
}

fn lock(folder: &Path) -> io::Result<File> {
    let file = File::options().create(true).truncate(false).write(true).open(folder.join(LOCK))?;
    flock(&file, FlockOperation::LockExclusive)?;
    Ok(file)
}

/// Removes what runs that were killed have left; how many are alive.
fn remove_stale(folder: &Path) -> io::Result<usize> {
    let mut alive = 0;
    for entry in fs::read_dir(folder)? {
        let (path, name) = entry.map(|entry| (entry.path(), entry.file_name()))?;
        if name == LOCK {
            continue;
        }
        // The file of another user that cannot be opened is not for us to judge.
        let Ok(file) = File::open(&path) else { continue };
        if flock(&file, FlockOperation::NonBlockingLockExclusive).is_ok() {
            remove(&path)?;
        } else if name != LAST {
            alive += 1;
        }
    }
    Ok(alive)
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text of a file that is locked, as the runtime reads it.
    fn read(folder: &Path, name: &str) -> Option<String> {
        let path = folder.join(name);
        let file = File::open(&path).ok()?;
        let is_locked = flock(&file, FlockOperation::NonBlockingLockShared).is_err();
        is_locked.then(|| fs::read_to_string(path).unwrap())
    }

    #[test]
    fn runs_are_found_as_long_as_they_last() {
        let place = tempfile::tempdir().unwrap();
        let folder = place.path().join("runs");
        let announce = |process: &str, data: &str| Announcement::of(&folder, process, Path::new(data), Some("@s"));
        let first = announce("1", "/data/one").unwrap();
        for name in ["1", LAST] {
            assert_eq!(read(&folder, name).unwrap(), "/data/one\n@s\n", "{name}");
        }
        // Of two, nobody knows which one is meant.
        let second = announce("2", "/data/two").unwrap();
        assert_eq!(read(&folder, "2").unwrap(), "/data/two\n@s\n");
        assert!(read(&folder, "1").is_some() && read(&folder, LAST).is_none());
        drop(first);
        assert!(read(&folder, "2").is_some() && !folder.join("1").exists() && !folder.join(LAST).exists());
        drop(second);
        let third = announce("3", "/data/three").unwrap();
        assert!(read(&folder, LAST).is_some());
        drop(third);
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
    }

    #[test]
    fn what_killed_runs_leave_goes() {
        let place = tempfile::tempdir().unwrap();
        let folder = place.path().join("runs");
        fs::create_dir_all(&folder).unwrap();
        for name in ["7", "8.tmp", LAST] {
            fs::write(folder.join(name), "/old\n\n").unwrap();
        }
        let own = Announcement::of(&folder, "9", Path::new("/new"), None).unwrap();
        assert_eq!(read(&folder, LAST).unwrap(), "/new\n\n");
        assert!(!folder.join("7").exists() && !folder.join("8.tmp").exists());
        drop(own);
        assert!(Announcement::of(&folder, "9", Path::new("/a\nb"), None).is_err());
    }
}
