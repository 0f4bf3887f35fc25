//! A file system on which no file may grow beyond its k-th byte, for every k until all fit.

use crate::points::below;
use livecov_rt::{Baseline, Error};
use std::fs;
use std::path::{Path, PathBuf};

/// No file here is longer.
const MAX_LEN: u64 = 100_000;

/// Files of this process end at `len` bytes from now on: a write beyond gives an error.
fn limit(len: u64) {
    let limit = libc::rlimit { rlim_cur: len, rlim_max: libc::RLIM_INFINITY };
    // SAFETY: the limit is a valid one, read during the call.
    let status = unsafe { libc::setrlimit(libc::RLIMIT_FSIZE, &raw const limit) };
    assert_eq!(status, 0, "setrlimit");
}

fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).expect("a directory");
    let mut names: Vec<_> =
        entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("a name")).collect();
    names.sort();
    names
}

/// Calls `call` with files that may have 0, 1, 2 bytes and so on, until it works. What it leaves behind must be whole.
fn until_it_fits(name: &str, directory: &Path, call: impl Fn(&Path) -> Result<(), Error>) {
    for len in 0..MAX_LEN {
        limit(len);
        let outcome = call(directory);
        limit(libc::RLIM_INFINITY);
        let left = names(directory);
        match outcome {
            Ok(()) => {
                println!("{name}: {len} refused, then ok");
                return;
            }
            Err(Error::Directory { .. }) => {
                let is_whole = |name: &String| name.starts_with("covmeta.") && is_whole(&directory.join(name));
                assert!(left.len() <= 1 && left.iter().all(is_whole), "{name} at {len} left {left:?}");
            }
            Err(error) => panic!("{name} at {len}: {error}"),
        }
    }
    panic!("{name}: not even {MAX_LEN} bytes are enough");
}

/// Whether the meta file is as long as it says.
fn is_whole(path: &Path) -> bool {
    const LENGTH_OFFSET: usize = 8;
    let bytes = fs::read(path).expect("a file");
    let said = bytes.get(LENGTH_OFFSET..).and_then(|rest| rest.first_chunk());
    said.is_some_and(|said| u64::from_le_bytes(*said) == bytes.len() as u64)
}

pub fn emit_to_full_disk(directory: &Path) {
    cov!(emit_to_full_disk, 0);
    // SAFETY: the signal is ignored, so that the write that would raise it fails instead.
    unsafe { libc::signal(libc::SIGXFSZ, libc::SIG_IGN) };
    let baseline = Baseline::new().expect("a baseline");
    in_full_disk();
    until_it_fits("write_meta_dir", &below(directory, "meta"), |path| livecov_rt::write_meta_dir(path));
    until_it_fits("write_counters_dir", &with_meta(directory, "snapshot"), |path| livecov_rt::write_counters_dir(path));
    until_it_fits("baseline", &with_meta(directory, "baseline"), |path| baseline.write_counters_dir(path));
    // A take that fails leaves the counters as they were.
    until_it_fits("take_counters_dir", &with_meta(directory, "taken"), |path| livecov_rt::take_counters_dir(path));
    livecov_rt::write_counters_dir(below(directory, "rest")).expect("a snapshot");
}

fn in_full_disk() {
    cov!(in_full_disk, 0);
}

/// A directory that has the meta file already, so that counter files are what does not fit.
fn with_meta(directory: &Path, name: &str) -> PathBuf {
    let path = below(directory, name);
    livecov_rt::write_meta_dir(&path).expect("a meta file");
    path
}

/// The last emission has no room.
pub fn exit_with_full_disk(_: &Path) {
    cov!(exit_with_full_disk, 0);
    // SAFETY: as above.
    unsafe { libc::signal(libc::SIGXFSZ, libc::SIG_IGN) };
    limit(100);
}
