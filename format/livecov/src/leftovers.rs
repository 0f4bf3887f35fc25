//! Temporary files that dead processes left behind.
//!
//! Runtimes and merges write under a name `tmp.*.PID.NUMBER` and rename the file when it is complete. A process that is
//! killed meanwhile leaves it. Nobody reads such files, but they take room. Whether somebody still writes to one can only be
//! told for processes of this host and of this PID namespace, so a file has to be old as well.

use livecov_format::layout::{COUNTER_PREFIX, META_PREFIX, TEMPORARY_PREFIX};
use std::fs::{self, Metadata};
use std::io;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A temporary file that nobody has written to for so long is left by a dead process, unless a living one has it open:
/// to write one takes milliseconds, also on another host that shares the directory.
pub const LEFTOVER_AGE: Duration = Duration::from_mins(10);

/// What became of the temporary files of dead processes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Leftovers {
    /// How many were removed.
    pub removed_count: usize,
    /// How many could not be removed.
    pub refused_count: usize,
}

impl Leftovers {
    /// Counts those of another directory.
    pub const fn add(&mut self, other: Self) {
        self.removed_count += other.removed_count;
        self.refused_count += other.refused_count;
    }

    /// A sentence for the user; none if there were no such files.
    #[must_use]
    pub fn message(self) -> Option<String> {
        let Self { removed_count, refused_count } = self;
        let files =
            |count: usize| if count == 1 { "1 temporary file".into() } else { format!("{count} temporary files") };
        match (removed_count, refused_count) {
            (0, 0) => None,
            (removed, 0) => Some(format!("removed {} of dead processes", files(removed))),
            (0, refused) => Some(format!("{} of dead processes could not be removed", files(refused))),
            (removed, refused) => {
                Some(format!("removed {} of dead processes; {refused} more could not be removed", files(removed)))
            }
        }
    }
}

/// Removes the temporary files in `dir`, not in directories below, that dead processes left: those that have not changed
/// for `min_age`, and whose process, which their name states, is not alive here or does not have them open.
///
/// Callers who know that all writers are dead and were of this host may pass an age of zero; others
/// [`LEFTOVER_AGE`]. Where the system does not tell which processes live (there is no `/proc`), nothing is removed.
///
/// # Errors
///
/// Those of reading the directory.
pub fn remove_leftovers(dir: &Path, min_age: Duration) -> io::Result<Leftovers> {
    let mut leftovers = Leftovers::default();
    if !Path::new("/proc/self/fd").is_dir() {
        return Ok(leftovers);
    }
    let now = SystemTime::now();
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let name = entry.file_name();
        let Some((pid, number)) = name.to_str().and_then(parse_temporary) else { continue };
        // Of the entry itself: a link is none of ours, and one that is gone was another tool's to remove.
        let Ok(metadata) = entry.metadata() else { continue };
        if !metadata.is_file() || !is_old(&metadata, number, now, min_age) || may_be_in_use(pid, &metadata) {
            continue;
        }
        match fs::remove_file(entry.path()) {
            Ok(()) => leftovers.removed_count += 1,
            // Another tool was faster.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(_) => leftovers.refused_count += 1,
        }
    }
    Ok(leftovers)
}

/// The process of a temporary file's name, and the number behind it: a time in nanoseconds, where a runtime wrote it.
fn parse_temporary(name: &str) -> Option<(u32, u64)> {
    let rest = name.strip_prefix(TEMPORARY_PREFIX)?;
    let is_data = [META_PREFIX, COUNTER_PREFIX]
        .iter()
        .any(|prefix| rest.strip_prefix(prefix).is_some_and(|rest| rest.starts_with('.')));
    let (rest, number) = rest.rsplit_once('.').filter(|_| is_data)?;
    let (rest, pid) = rest.rsplit_once('.')?;
    let pid = pid.parse().ok().filter(|pid| *pid > 0)?;
    rest.contains('.').then_some((pid, number.parse().ok()?))
}

/// The least number that is a time of this century, and no count.
const FIRST_TIME: u64 = 946_684_800_000_000_000;

/// Clocks of other hosts may differ: both the file and its name have to be old, and what is of the future is not.
fn is_old(metadata: &Metadata, number: u64, now: SystemTime, min_age: Duration) -> bool {
    let is_old = |time: SystemTime| now.duration_since(time).is_ok_and(|age| age >= min_age);
    let named = if number < FIRST_TIME { UNIX_EPOCH } else { UNIX_EPOCH + Duration::from_nanos(number) };
    metadata.modified().is_ok_and(is_old) && is_old(named)
}

/// Whether the process lives and has the file open, as far as can be told: a process of another container may have that
/// number here.
#[cfg(unix)]
fn may_be_in_use(pid: u32, metadata: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    let descriptors = match fs::read_dir(format!("/proc/{pid}/fd")) {
        Ok(descriptors) => descriptors,
        Err(error) => return error.kind() != io::ErrorKind::NotFound,
    };
    let is_the_file = |other: Metadata| (other.dev(), other.ino()) == (metadata.dev(), metadata.ino());
    descriptors.flatten().any(|descriptor| fs::metadata(descriptor.path()).is_ok_and(is_the_file))
}

#[cfg(not(unix))]
fn may_be_in_use(_: u32, _: &Metadata) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_that_runtimes_and_merges_write() {
        for (name, parsed) in [
            ("tmp.covcounters.ab.12.34", Some((12, 34))),
            ("tmp.covmeta.ab.12.34", Some((12, 34))),
            ("tmp.covcounters.ab.0.99.12.0", Some((12, 0))),
            ("tmp.covmeta.ab123", None),
            ("tmp.covmeta.12.34", None),
            ("tmp.covmeta.ab.0.34", None),
            ("tmp.covmetab.ab.12.34", None),
            ("tmp.report.12.34", None),
            ("covmeta.ab.12.34", None),
        ] {
            assert_eq!(parse_temporary(name), parsed, "{name}");
        }
    }

    #[test]
    fn sentences() {
        let message = |removed_count, refused_count| Leftovers { removed_count, refused_count }.message();
        assert_eq!(message(0, 0), None);
        assert_eq!(message(1, 0).unwrap(), "removed 1 temporary file of dead processes");
        assert_eq!(message(0, 2).unwrap(), "2 temporary files of dead processes could not be removed");
        assert_eq!(message(3, 1).unwrap(), "removed 3 temporary files of dead processes; 1 more could not be removed");
    }
}
