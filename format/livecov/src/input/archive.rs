//! Coverage data in tar archives, plain or compressed with gzip: what `kubectl cp` and the like give.
//!
//! An archive is read once, from start to end, so that it may come through a pipe. What has a name of coverage data is kept
//! in memory; nothing is written to the disk.

use livecov_format::pods::FileName;
use rustc_hash::FxHashMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Component, Path, PathBuf};

/// Files that lie in archives, by paths that start with that of the archive.
#[derive(Debug, Default)]
pub struct Archive {
    files: FxHashMap<PathBuf, Vec<u8>>,
    len: u64,
}

/// Bytes of all files together. A few compressed bytes may claim any number.
const LEN_LIMIT: u64 = 4 << 30;

/// What came of reading an archive.
#[derive(Debug, Default)]
pub struct Contents {
    /// The files of coverage data, in the order of the archive.
    pub files: Vec<PathBuf>,
    /// Names of coverage data that are no files.
    pub others: Vec<PathBuf>,
    /// What ended the reading too early.
    pub error: Option<io::Error>,
}

/// What a file is, told by its first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A tar archive.
    Tar,
    /// Something that was compressed with gzip, which can only be an archive here.
    Gzip,
    /// Something that another program has to decompress first.
    Compressed(&'static str),
    /// Something else.
    Other,
}

impl Kind {
    /// Tells by the first bytes.
    #[must_use]
    pub fn of(start: &[u8]) -> Self {
        match start {
            [0x1f, 0x8b, ..] => Self::Gzip,
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Self::Compressed("zstd"),
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Self::Compressed("xz"),
            [b'B', b'Z', b'h', ..] => Self::Compressed("bzip2"),
            _ if start.get(257..262) == Some(b"ustar") || has_checksum(start) => Self::Tar,
            // What has no end but this, is an empty archive.
            [0, ..] if start.len() == 512 && start.iter().all(|byte| *byte == 0) => Self::Tar,
            _ => Self::Other,
        }
    }

    /// Tells by the first bytes of a file.
    ///
    /// # Errors
    ///
    /// Those of the system.
    pub fn of_file(path: &Path) -> io::Result<Self> {
        let mut start = Vec::new();
        File::open(path)?.take(512).read_to_end(&mut start)?;
        Ok(Self::of(&start))
    }
}

impl Archive {
    /// The bytes of a file; none if it does not lie in an archive.
    #[must_use]
    pub fn get(&self, path: &Path) -> Option<&[u8]> {
        // Most commands have no archives: then no path need be hashed.
        if self.files.is_empty() { None } else { self.files.get(path).map(Vec::as_slice) }
    }

    /// Reads an archive that is called `name`.
    pub fn read(&mut self, name: &Path, source: impl Read) -> Contents {
        let mut source = BufReader::with_capacity(1 << 16, source);
        let mut contents = Contents::default();
        let done = match source.fill_buf().map(Kind::of) {
            Err(error) => Err(error),
            Ok(Kind::Gzip) => self.read_tar(name, flate2::bufread::MultiGzDecoder::new(source), &mut contents),
            Ok(Kind::Compressed(program)) => {
                Err(io::Error::other(format!("it is compressed with {program}: decompress it first")))
            }
            Ok(Kind::Tar | Kind::Other) => self.read_tar(name, source, &mut contents),
        };
        contents.error = done.err();
        contents
    }

    fn read_tar(&mut self, name: &Path, source: impl Read, contents: &mut Contents) -> io::Result<()> {
        let mut source = Tail { source, has_ended: false };
        self.read_entries(name, &mut source, contents)?;
        // A pipe would break otherwise, and the checksum behind compressed data has to be right.
        let was_cut = source.has_ended;
        io::copy(&mut source, &mut io::sink())?;
        if was_cut { Err(io::Error::other("it is cut: its end is missing")) } else { Ok(()) }
    }

    fn read_entries(&mut self, name: &Path, source: impl Read, contents: &mut Contents) -> io::Result<()> {
        let mut archive = tar::Archive::new(source);
        for entry in archive.entries()? {
            let mut entry = entry?;
            let path = below(name, &entry.path()?);
            let is_data = path.file_name().and_then(|name| name.to_str()).is_some_and(is_data_name);
            let kind = entry.header().entry_type();
            if !is_data || kind.is_dir() {
                continue;
            }
            let bytes = if kind.is_file() || kind.is_contiguous() || kind.is_gnu_sparse() {
                let mut bytes = Vec::new();
                let room = LEN_LIMIT.saturating_sub(self.len);
                entry.by_ref().take(room + 1).read_to_end(&mut bytes)?;
                if bytes.len() as u64 > room {
                    return Err(io::Error::other("it has more than 4 GiB of coverage data: unpack it to a directory"));
                }
                Some(bytes)
            } else {
                // A file of two names is there once; a link to elsewhere leads nowhere.
                let target = entry.link_name()?.filter(|_| kind.is_hard_link());
                target.and_then(|target| self.files.get(&below(name, &target)).cloned())
            };
            match bytes {
                Some(bytes) => {
                    self.len += bytes.len() as u64;
                    // The last of one name counts, as it does for who unpacks the archive.
                    if self.files.insert(path.clone(), bytes).is_none() {
                        contents.files.push(path);
                    }
                }
                None => contents.others.push(path),
            }
        }
        Ok(())
    }
}

/// Whether a block has the checksum of tar's headers, of which the oldest have nothing else to be known by.
fn has_checksum(block: &[u8]) -> bool {
    const FIELD: std::ops::Range<usize> = 148..156;
    let Some(digits) = block.get(FIELD).filter(|_| block.len() >= 512).and_then(|field| str::from_utf8(field).ok())
    else {
        return false;
    };
    let stated = u32::from_str_radix(digits.trim_matches([' ', '\0']), 8);
    let value = |(place, byte): (usize, &u8)| u32::from(if FIELD.contains(&place) { b' ' } else { *byte });
    stated == Ok(block.iter().take(512).enumerate().map(value).sum())
}

/// Notices whether an archive is read up to the end of its source: it should end before, with a block of zeros.
struct Tail<R> {
    source: R,
    has_ended: bool,
}

impl<R: Read> Read for Tail<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.source.read(buffer)?;
        self.has_ended |= count == 0 && !buffer.is_empty();
        Ok(count)
    }
}

fn is_data_name(name: &str) -> bool {
    FileName::parse(name).is_some()
}

/// The path of an entry below the archive, whatever it claims.
fn below(archive: &Path, entry: &Path) -> PathBuf {
    let parts = entry.components().filter(|part| matches!(part, Component::Normal(_)));
    parts.fold(archive.to_owned(), |path, part| path.join(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_told_by_their_first_bytes() {
        let mut tar = vec![b'a'; 512];
        tar[257..262].copy_from_slice(b"ustar");
        assert_eq!(Kind::of(&tar), Kind::Tar);
        assert_eq!(Kind::of(&[0; 512]), Kind::Tar);
        assert_eq!(Kind::of(&[0x1f, 0x8b, 8]), Kind::Gzip);
        assert_eq!(Kind::of(&[0x28, 0xb5, 0x2f, 0xfd]), Kind::Compressed("zstd"));
        for other in [&b"\0cwm"[..], b"", b"text"] {
            assert_eq!(Kind::of(other), Kind::Other);
        }
    }

    #[test]
    fn entries_stay_below_their_archive() {
        for entry in ["../../etc/covmeta.a", "/etc/covmeta.a", "./etc//covmeta.a"] {
            assert_eq!(below(Path::new("a.tar"), Path::new(entry)), Path::new("a.tar/etc/covmeta.a"), "{entry}");
        }
    }
}
