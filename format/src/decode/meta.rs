//! The meta file's decoder.

use super::cursor::{Cursor, chunks};
use super::error::{DecodeError, DecodeErrorKind};
use super::package::Package;
use crate::hash::{Algorithm, Hash, Hasher, meta_hash};
use crate::layout::{META_HEADER_LEN, META_MAGIC, META_STRING_TABLE, META_VERSION, limits};
use crate::vocab::{CounterMode, Granularity};
use std::vec::Vec;

/// A meta file whose every number and hash has been checked.
#[derive(Clone, Debug)]
pub struct MetaFile<'a> {
    /// The hash in the header, which counter files repeat.
    pub hash: Hash,
    /// What the counters count.
    pub mode: CounterMode,
    /// What has a counter.
    pub granularity: Granularity,
    /// The packages, in the order that counter files number them.
    pub packages: Vec<Package<'a>>,
}

/// The fields of the header that the rest of the file is held against.
struct Header {
    hash: Hash,
    mode: CounterMode,
    granularity: Granularity,
    package_count: usize,
}

impl<'a> MetaFile<'a> {
    /// Decodes a whole file.
    ///
    /// # Errors
    ///
    /// The first rule of the format that the bytes break: the layout must be
    /// the one that Go's writers make, without gaps, and both the package
    /// hashes and the file's hash must come out of the content.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, DecodeError> {
        let mut cursor = Cursor::new(bytes, 0);
        let header = Header::parse(&mut cursor, bytes.len() as u64)?;
        let tables = header.tables(&mut cursor)?;
        let mut packages = Vec::with_capacity(header.package_count);
        let mut algorithm = Algorithm::Fnv128;
        let mut unit_count = 0u64;
        for (number, [offset, len]) in tables.enumerate() {
            let field = META_HEADER_LEN as u64 + 8 * number as u64;
            Cursor::expect(field, "a package's offset", offset, cursor.offset())?;
            let start = cursor.offset();
            let package = Package::parse(cursor.bytes(len)?, start, algorithm)?;
            algorithm = package.algorithm;
            unit_count = unit_count.saturating_add(package.units.len() as u64);
            packages.push(package);
        }
        if unit_count > limits::UNIT_COUNT {
            let limit = limits::UNIT_COUNT;
            return Err(DecodeError::new(
                0,
                DecodeErrorKind::Limit { what: "number of units", found: unit_count, limit },
            ));
        }
        if !cursor.left().is_empty() {
            return Err(cursor.error(DecodeErrorKind::TrailingBytes { count: cursor.left().len() as u64 }));
        }
        let file = Self { hash: header.hash, mode: header.mode, granularity: header.granularity, packages };
        file.verify()
    }

    /// The hash that a file with these packages should have depends on who
    /// wrote it; each of the known writers is tried, those of programs first.
    fn verify(self) -> Result<Self, DecodeError> {
        let algorithms = [Algorithm::Fnv128, Algorithm::Md5];
        let is_known = algorithms.into_iter().any(|algorithm| self.runtime_hash(algorithm) == self.hash)
            || self.is_static()
            || algorithms.into_iter().any(|algorithm| self.merge_hash(algorithm) == self.hash);
        if is_known {
            return Ok(self);
        }
        Err(DecodeError::new(24, DecodeErrorKind::MetaHash))
    }

    fn runtime_hash(&self, algorithm: Algorithm) -> Hash {
        meta_hash(algorithm, self.packages.iter().map(|package| &package.hash), self.mode, self.granularity)
    }

    /// What Go's `covdata merge -pkg` and `-pcombine` write.
    fn merge_hash(&self, algorithm: Algorithm) -> Hash {
        let mut all = Hasher::new(algorithm);
        for package in &self.packages {
            let mut one = Hasher::new(algorithm);
            one.update(package.blob);
            all.update(&one.finish());
        }
        all.finish()
    }

    /// What Go's `cover` writes for a package without tests.
    fn is_static(&self) -> bool {
        matches!(self.packages.as_slice(), [package] if package.hash == self.hash)
    }

    /// Number of functions in all packages.
    #[must_use]
    pub fn function_count(&self) -> usize {
        self.packages.iter().map(|package| package.functions.len()).sum()
    }

    /// Number of units in all packages.
    #[must_use]
    pub fn unit_count(&self) -> usize {
        self.packages.iter().map(|package| package.units.len()).sum()
    }
}

impl Header {
    fn parse(cursor: &mut Cursor<'_>, file_len: u64) -> Result<Self, DecodeError> {
        let found = cursor.array()?;
        if found != META_MAGIC {
            return Err(DecodeError::new(0, DecodeErrorKind::NotMeta { found }));
        }
        let version = cursor.u32()?;
        if version > META_VERSION {
            return Err(DecodeError::new(4, DecodeErrorKind::Version { found: version, newest: META_VERSION }));
        }
        if file_len > limits::META_FILE_LEN {
            let limit = limits::META_FILE_LEN;
            return Err(DecodeError::new(
                0,
                DecodeErrorKind::Limit { what: "length of the file", found: file_len, limit },
            ));
        }
        Cursor::expect(8, "the file's length", cursor.u64()?, file_len)?;
        let packages = cursor.u64()?;
        let hash = cursor.array()?;
        let strings_offset = (META_HEADER_LEN as u64).saturating_add(packages.saturating_mul(16));
        Cursor::expect(40, "the string table's offset", u64::from(cursor.u32()?), strings_offset)?;
        let strings_len = cursor.u32()?;
        let [mode, granularity, ..] = cursor.array::<8>()?;
        let package_count = cursor.check_count(packages, 16)?;
        let unknown = |offset, what, code| DecodeError::new(offset, DecodeErrorKind::UnknownCode { what, code });
        let header = Self {
            hash,
            mode: CounterMode::from_code(mode).ok_or_else(|| unknown(48, "counter mode", mode))?,
            granularity: Granularity::from_code(granularity)
                .ok_or_else(|| unknown(49, "counter granularity", granularity))?,
            package_count,
        };
        let expected = META_STRING_TABLE.len() as u64;
        Cursor::expect(44, "the string table's length", u64::from(strings_len), expected)?;
        Ok(header)
    }

    /// Offset and length of each package. The string table behind them is
    /// passed over: nothing refers to it.
    fn tables<'a>(&self, cursor: &mut Cursor<'a>) -> Result<impl Iterator<Item = [u64; 2]> + 'a, DecodeError> {
        let table_len = self.package_count as u64 * 8;
        let (offsets, lens) = (cursor.bytes(table_len)?, cursor.bytes(table_len)?);
        cursor.bytes(META_STRING_TABLE.len() as u64)?;
        let words = |table: &'a [u8]| chunks(table).map(u64::from_le_bytes);
        Ok(words(offsets).zip(words(lens)).map(|(offset, len)| [offset, len]))
    }
}
