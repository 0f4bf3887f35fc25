//! What builds leave behind is kept as long as it is used.
//!
//! A folder that can be made again has a file whose time says when it was used
//! last, and whose lock says that it is in use now. Nothing here is a reason
//! for a build to fail.

use crate::files;
use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// The file.
const STAMP: &str = "used";
/// For how long what nobody uses stays.
const KEPT: Duration = Duration::from_hours(24 * 30);
/// How old the time may be that is there: writing it for each crate is for nothing.
const FRESH: Duration = Duration::from_hours(1);

/// A folder in use, for as long as this lives.
#[derive(Debug)]
pub(crate) struct InUse(
    #[cfg_attr(not(test), expect(dead_code, reason = "holding it is all that there is to do"))] Option<File>,
);

impl InUse {
    /// Says so, and makes the folder if it is not there.
    pub(crate) fn mark(folder: &Path) -> Self {
        for _ in 0..8 {
            let Some(file) = stamped(folder) else { break };
            let is_locked = flock(&file, FlockOperation::LockShared).is_ok();
            // Whoever had the lock may have removed the folder.
            if !is_locked || is_same(&file, &folder.join(STAMP)) {
                return Self(Some(file));
            }
        }
        Self(None)
    }

    #[cfg(test)]
    const fn is_marked(&self) -> bool {
        self.0.is_some()
    }
}

fn stamped(folder: &Path) -> Option<File> {
    fs::create_dir_all(folder).ok()?;
    let file = File::options().create(true).truncate(false).write(true).open(folder.join(STAMP)).ok()?;
    // At worst it is as if nobody had used it.
    let _ = file.set_modified(SystemTime::now());
    Some(file)
}

fn is_same(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let (Ok(one), Ok(other)) = (file.metadata(), fs::metadata(path)) else { return false };
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

/// Says that a folder is used by a process that does not hold it.
pub(crate) fn touch(folder: &Path) {
    if folder.is_dir() && age(folder) > FRESH {
        stamped(folder);
    }
}

/// For how long nobody has used a folder. Versions before this one left no
/// stamp.
fn age(folder: &Path) -> Duration {
    let files = [folder.join(STAMP), folder.join("runtime.json"), folder.join("config.json"), folder.to_owned()];
    let time = files.iter().find_map(|file| fs::metadata(file).ok()?.modified().ok());
    time.and_then(|time| SystemTime::now().duration_since(time).ok()).unwrap_or_default()
}

/// Removes the runtimes in a folder that nobody has used for long.
pub(crate) fn sweep_runtimes(folder: &Path) {
    sweep(&runtimes(folder), KEPT);
}

/// Removes the builds in a folder that nobody has used for long.
pub(crate) fn sweep_builds(folder: &Path) {
    sweep(&builds(folder), KEPT);
}

/// Removes what nobody has used for so long; how many there were, and which
/// had to stay as they are in use.
pub(crate) fn sweep(folders: &[PathBuf], kept: Duration) -> (usize, Vec<PathBuf>) {
    let (mut count, mut held) = (0, Vec::new());
    for folder in folders.iter().filter(|folder| age(folder) >= kept) {
        match remove(folder) {
            true => count += 1,
            false => held.push(folder.clone()),
        }
    }
    (count, held)
}

fn remove(folder: &Path) -> bool {
    let file = File::options().create(true).truncate(false).write(true).open(folder.join(STAMP));
    let Ok(file) = file else { return false };
    flock(&file, FlockOperation::NonBlockingLockExclusive).is_ok() && files::remove_folder(folder).is_ok()
}

/// Whether somebody holds a folder now.
pub(crate) fn is_in_use(folder: &Path) -> bool {
    let Ok(file) = File::options().write(true).open(folder.join(STAMP)) else { return false };
    flock(&file, FlockOperation::NonBlockingLockExclusive) == Err(Errno::WOULDBLOCK)
}

/// The runtimes in a folder: what has the name of one.
pub(crate) fn runtimes(folder: &Path) -> Vec<PathBuf> {
    let is_key = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.len() == 12 && name.bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    let is_ours = |path: &PathBuf| is_key(path) && (path.join("lock").exists() || path.join("runtime.json").exists());
    files::entries(folder).unwrap_or_default().into_iter().filter(is_ours).collect()
}

/// The builds in a folder: what has a configuration.
pub(crate) fn builds(folder: &Path) -> Vec<PathBuf> {
    let entries = files::entries(folder).unwrap_or_default();
    entries.into_iter().filter(|path| path.join("config.json").exists()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn make(folder: &Path, name: &str, days: u64) -> PathBuf {
        let path = folder.join(name);
        fs::create_dir_all(&path).unwrap();
        let stamp = File::create(path.join(STAMP)).unwrap();
        stamp.set_modified(SystemTime::now() - Duration::from_hours(24 * days)).unwrap();
        fs::write(path.join("lock"), "").unwrap();
        path
    }

    #[test]
    fn what_nobody_uses_goes() {
        let place = tempfile::tempdir().unwrap();
        let [old, new, other] = [("0123456789ab", 31), ("0123456789ac", 29), ("somebody-else", 99)]
            .map(|(name, days)| make(place.path(), name, days));
        sweep_runtimes(place.path());
        assert_eq!([&old, &new, &other].map(|path| path.exists()), [false, true, true]);
        sweep_runtimes(&place.path().join("nowhere"));
    }

    #[test]
    fn what_is_in_use_stays() {
        let place = tempfile::tempdir().unwrap();
        let folder = make(place.path(), "0123456789ab", 31);
        let first = InUse::mark(&folder);
        let second = InUse::mark(&folder);
        assert!(first.is_marked() && second.is_marked() && age(&folder) < FRESH);
        assert_eq!(sweep(&runtimes(place.path()), Duration::ZERO), (0, vec![folder.clone()]));
        drop((first, second));
        assert_eq!(sweep(&runtimes(place.path()), Duration::ZERO), (1, Vec::new()));
        assert!(!folder.exists());
        assert!(InUse::mark(&folder).is_marked() && folder.exists());
        assert!(!InUse::mark(Path::new("/proc/nothing/here")).is_marked());
    }

    #[test]
    fn a_use_is_seen() {
        let place = tempfile::tempdir().unwrap();
        let folder = make(place.path(), "0123456789ab", 31);
        touch(&folder);
        assert!(age(&folder) < FRESH);
        touch(&place.path().join("nowhere"));
        assert!(!place.path().join("nowhere").exists());
        let build = make(place.path(), "set-1", 31);
        assert!(builds(place.path()).is_empty());
        fs::write(build.join("config.json"), "").unwrap();
        sweep_builds(place.path());
        assert!(!build.exists() && folder.exists());
    }
}
