//! The meta file's encoder: a header, two tables, and the package blobs as
//! they were encoded at build time.

use super::EncodeError;
use crate::hash::Hash;
use crate::layout::{META_HEADER_LEN, META_MAGIC, META_STRING_TABLE, META_VERSION, PACKAGE_HEADER_LEN};
use crate::sink::Sink;
use crate::vocab::{CounterMode, Granularity};

/// What a meta file's header says of its packages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MetaHeader {
    /// The file's hash, see [`meta_hash`](crate::hash::meta_hash).
    pub hash: Hash,
    /// What the counters count.
    pub mode: CounterMode,
    /// What has a counter.
    pub granularity: Granularity,
}

/// The exact length in bytes of the meta file that [`encode_meta_file`] writes.
pub fn meta_file_len<'a>(packages: impl Iterator<Item = &'a [u8]>) -> u64 {
    let tables = (META_HEADER_LEN + META_STRING_TABLE.len()) as u64;
    packages.fold(tables, |len, blob| len + 16 + blob.len() as u64)
}

/// Writes the meta file of `packages`, each a whole package blob.
///
/// # Errors
///
/// Those of the sink.
pub fn encode_meta_file<'a, S: Sink>(
    sink: &mut S,
    header: &MetaHeader,
    packages: impl Iterator<Item = &'a [u8]> + Clone,
) -> Result<(), EncodeError<S::Error>> {
    let count = packages.clone().count() as u64;
    let strings_offset = META_HEADER_LEN as u64 + 16 * count;
    sink.write_all(&META_MAGIC)?;
    sink.write_all(&META_VERSION.to_le_bytes())?;
    sink.write_all(&meta_file_len(packages.clone()).to_le_bytes())?;
    sink.write_all(&count.to_le_bytes())?;
    sink.write_all(&header.hash)?;
    sink.write_all(&u32::try_from(strings_offset).unwrap_or(u32::MAX).to_le_bytes())?;
    sink.write_all(&2u32.to_le_bytes())?;
    sink.write_all(&[header.mode.code(), header.granularity.code(), 0, 0, 0, 0, 0, 0])?;
    let mut offset = strings_offset + META_STRING_TABLE.len() as u64;
    for blob in packages.clone() {
        sink.write_all(&offset.to_le_bytes())?;
        offset += blob.len() as u64;
    }
    for blob in packages.clone() {
        sink.write_all(&(blob.len() as u64).to_le_bytes())?;
    }
    sink.write_all(&META_STRING_TABLE)?;
    for blob in packages {
        sink.write_all(blob)?;
    }
    Ok(())
}

/// The package hash that stands in the header of a package blob; none if
/// `blob` is too short to have one.
#[must_use]
pub fn package_hash(blob: &[u8]) -> Option<Hash> {
    blob.get(..PACKAGE_HEADER_LEN)?.get(16..)?.first_chunk().copied()
}
