//! Whether a directory has the right meta file of an image, and under which
//! name it gets one.
//!
//! Every process of a program needs the same meta file, so it is written once
//! and found by all others. What is found may be wrong: cut short or damaged
//! by a full disk, or something else altogether. And it may be out of reach:
//! another user's file that this process can neither read nor replace. So what
//! is found is compared with what would be written.
//!
//! * Equal: nothing is written.
//! * Different: it is replaced. Where that is refused (a directory with the
//!   sticky bit, such as `/tmp`), an alternative is written.
//! * Another user's, unreadable: whether it is right cannot be told, and it is
//!   that user's to read. An alternative is written.
//!
//! An alternative is called `covmeta.HASH.USER.N`: the number of the user whose
//! it is, and a number from one. Readers take it as they take `covmeta.HASH`.
//! The name depends on the user and not on the process, so that thousands of
//! processes of one user find the one that the first of them wrote.
//!
//! A meta file may have a megabyte, and a server may dump every second. So a
//! fingerprint of the file's status is kept of each file that was found right.
//! It has the time of change, which no program can set. A file that changed a
//! moment ago is compared again next time: it may change once more within the
//! resolution of that time.

use crate::directory::Directory;
use crate::image::Image;
use crate::scratch::with_buffer;
use crate::status::Status;
use crate::sys::{Clock, Errno, Fd, nanos, user_id};
use crate::text::Text;
use core::ffi::CStr;
use core::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use livecov_format::encode::EncodeError;
use livecov_format::encode::meta::{MetaHeader, encode_meta_file, meta_file_len};
use livecov_format::hash::{Hash, hex};
use livecov_format::layout::META_PREFIX;
use livecov_format::sink::Sink;
use md5::{Digest, Md5};

/// How many alternatives of one user there can be: the first may be taken by
/// another user, who guessed its name.
const MAX_ALTERNATIVES: usize = 4;
/// A file that has not changed for that long is remembered.
const SETTLED_NANOS: i128 = 2_000_000_000;
/// How many files are remembered: an image in a directory is one.
const REMEMBERED: usize = 64;

/// `covmeta.HASH.USER.N` and its end.
type Name = Text<96>;

/// The meta file that an image writes.
#[derive(Clone, Copy)]
pub(crate) struct MetaFile<'i> {
    image: &'i Image<'i>,
    header: MetaHeader,
}

/// Why a file could not be written under a name.
pub(crate) enum Refusal {
    /// It could not be written at all.
    Write(Errno),
    /// It was written, and could not be given that name.
    Name(Errno),
}

/// What is there under a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Found {
    /// What this image would write.
    Right,
    Missing,
    /// Something else.
    Wrong,
    /// Another user's file, which cannot be read.
    Unknown,
}

impl<'i> MetaFile<'i> {
    pub(crate) fn new(image: &'i Image<'i>, hash: &Hash) -> Self {
        Self { image, header: MetaHeader { hash: *hash, mode: image.mode(), granularity: image.granularity() } }
    }

    /// Hands the whole file to `sink`.
    pub(crate) fn encode<S: Sink>(&self, sink: &mut S) -> Result<(), EncodeError<S::Error>> {
        encode_meta_file(sink, &self.header, self.image.packages().map(|package| package.meta))
    }

    /// Makes sure that the file is in `directory`. `write` writes it there,
    /// under the name that it is given, in the place of what may have that.
    pub(crate) fn ensure(
        &self,
        directory: &Directory,
        write: &mut dyn FnMut(&CStr) -> Result<(), Refusal>,
    ) -> Result<(), Errno> {
        let main = self.look(directory, &self.name(0));
        if main == Found::Right {
            return Ok(());
        }
        let mut alternatives = [Found::Unknown; MAX_ALTERNATIVES];
        if main != Found::Missing {
            for (number, found) in (1..).zip(&mut alternatives) {
                *found = self.look(directory, &self.name(number));
                if *found == Found::Right {
                    return Ok(());
                }
            }
        }
        let mut result = Err(Errno::EXISTS);
        for (number, found) in (0..).zip([main].into_iter().chain(alternatives)) {
            if found == Found::Unknown {
                continue;
            }
            match write(self.name(number).c_str()) {
                Ok(()) => return Ok(()),
                Err(Refusal::Write(errno)) => return Err(errno),
                Err(Refusal::Name(errno)) => result = Err(errno),
            }
        }
        result
    }

    /// The name itself for zero, else that of an alternative.
    fn name(&self, number: u64) -> Name {
        let mut name = Name::new();
        name.push(META_PREFIX.as_bytes()).push(b".").push(&hex(&self.header.hash));
        if number > 0 {
            name.push(b".").push_number(u64::from(user_id())).push(b".").push_number(number);
        }
        name
    }

    fn look(&self, directory: &Directory, name: &Name) -> Found {
        let status = match Status::of(directory.number(), name.c_str()) {
            Ok(status) => status,
            Err(Errno(libc::ENOENT)) => return Found::Missing,
            Err(_) => return Found::Wrong,
        };
        let len = meta_file_len(self.image.packages().map(|package| package.meta));
        if !status.is_regular || status.len != len {
            return Found::Wrong;
        }
        let fingerprint = self.fingerprint(&status);
        if is_remembered(fingerprint) {
            return Found::Right;
        }
        // A pipe that has just taken the file's place would be waited for.
        let flags = libc::O_RDONLY | libc::O_NONBLOCK | libc::O_NOCTTY;
        match Fd::open_at(directory.number(), name.c_str(), flags) {
            Ok(file) if self.is_in(&file) => {
                if i128::from(nanos(Clock::Real)) - status.changed > SETTLED_NANOS {
                    remember(fingerprint);
                }
                Found::Right
            }
            // It cannot be looked at now. Its length is right, and mostly it is.
            Err(Errno(libc::EMFILE | libc::ENFILE | libc::ENOMEM)) => Found::Right,
            Err(Errno(libc::EACCES | libc::EPERM)) if status.owner != user_id() => Found::Unknown,
            _ => Found::Wrong,
        }
    }

    /// Whether `file`, which has the right length, has the right contents.
    fn is_in(&self, file: &Fd) -> bool {
        with_buffer(|buffer| self.encode(&mut Comparison { file, buffer, start: 0, end: 0 }).is_ok())
    }

    /// A number for this file as `status` shows it.
    fn fingerprint(&self, status: &Status) -> u64 {
        let Status { is_regular: _, len, identity: (device, inode), modified, changed, owner } = status;
        let mut digest = Md5::new();
        digest.update(self.header.hash);
        for number in [*len, *device, *inode, u64::from(*owner)] {
            digest.update(number.to_le_bytes());
        }
        digest.update(modified.to_le_bytes());
        digest.update(changed.to_le_bytes());
        let digest: Hash = digest.finalize().into();
        // Zero is a free place.
        digest.first_chunk().map_or(1, |bytes| u64::from_le_bytes(*bytes) | 1)
    }
}

/// Fingerprints of files that were found right, the oldest overwritten first.
static SEEN: [AtomicU64; REMEMBERED] = [const { AtomicU64::new(0) }; REMEMBERED];
static NEXT: AtomicUsize = AtomicUsize::new(0);

fn is_remembered(fingerprint: u64) -> bool {
    SEEN.iter().any(|seen| seen.load(Ordering::Relaxed) == fingerprint)
}

fn remember(fingerprint: u64) {
    let place = NEXT.fetch_add(1, Ordering::Relaxed) % REMEMBERED;
    if let Some(place) = SEEN.get(place) {
        place.store(fingerprint, Ordering::Relaxed);
    }
}

/// Takes the bytes that stand in a file, one after the other, and no others.
struct Comparison<'c> {
    file: &'c Fd,
    buffer: &'c mut [u8],
    /// What was read and not yet compared.
    start: usize,
    end: usize,
}

/// The file has something else, or cannot be read.
struct Different;

impl Sink for Comparison<'_> {
    type Error = Different;

    fn write_all(&mut self, mut bytes: &[u8]) -> Result<(), Different> {
        while !bytes.is_empty() {
            if self.start == self.end {
                self.end = self.file.read(self.buffer).map_err(|_| Different)?.len();
                self.start = 0;
            }
            let there = self.buffer.get(self.start..self.end).unwrap_or_default();
            let len = there.len().min(bytes.len());
            let (now, later) = bytes.split_at_checked(len).ok_or(Different)?;
            if len == 0 || !there.starts_with(now) {
                return Err(Different);
            }
            self.start += len;
            bytes = later;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::images::own;
    use std::ffi::CString;
    use std::os::unix::ffi::OsStrExt;
    use std::string::String;
    use std::time::Duration;
    use std::{env, fs, process, thread};

    /// Bytes that this thread has read so far, and how many that took.
    fn read_so_far() -> (u64, u64) {
        let text = fs::read_to_string("/proc/thread-self/io").unwrap();
        let line = text.lines().find_map(|line| line.strip_prefix("rchar: "));
        (line.unwrap().parse().unwrap(), text.len() as u64)
    }

    /// Bytes that `run` reads.
    fn bytes_read(run: impl FnOnce()) -> u64 {
        let (before, len) = read_so_far();
        run();
        read_so_far().0 - before - len
    }

    #[test]
    fn a_file_that_was_found_right_is_not_read_again() {
        // The tests of `files.rs` make this program one with counters.
        let image = own().unwrap();
        let file = MetaFile::new(&image, &[7; 16]);
        let place = env::temp_dir().join(std::format!("livecov-meta-{}", process::id()));
        fs::create_dir(&place).unwrap();
        let directory = Directory::open(&CString::new(place.as_os_str().as_bytes()).unwrap()).unwrap();
        let mut written = 0;
        let mut ensure = || {
            file.ensure(&directory, &mut |name| {
                written += 1;
                let mut bytes = std::vec::Vec::new();
                assert!(file.encode(&mut bytes).is_ok());
                fs::write(place.join(name.to_str().unwrap()), bytes).map_err(|_| Refusal::Write(Errno::INVALID))
            })
            .unwrap();
        };
        let len = meta_file_len(image.packages().map(|package| package.meta));
        assert_eq!(bytes_read(&mut ensure), 0, "it is not there");
        assert_eq!(bytes_read(&mut ensure), len, "it has just changed");
        assert_eq!(bytes_read(&mut ensure), len);
        thread::sleep(Duration::from_millis(2_100));
        assert_eq!(bytes_read(&mut ensure), len);
        assert_eq!(bytes_read(&mut ensure), 0, "it is remembered");
        let path = place.join(String::from_utf8(file.name(0).bytes().into()).unwrap());
        let mut bytes = fs::read(&path).unwrap();
        bytes[50] ^= 1;
        fs::write(&path, &bytes).unwrap();
        assert!(bytes_read(&mut ensure) > 0, "it has changed");
        assert_eq!(written, 2);
        bytes[50] ^= 1;
        assert_eq!(fs::read(&path).unwrap(), bytes);
        fs::remove_dir_all(&place).unwrap();
    }
}
