//! Function records in bulk: the hot loop of every report and merge.
//!
//! This is one of the two places with ULEB128 code of their own; tests hold
//! it against the `leb128` crate.

use super::cursor::Cursor;
use super::error::{DecodeError, DecodeErrorKind};
use crate::vocab::Flavor;
use std::vec::Vec;

/// The counters of one function, as a file has them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record {
    /// Number of the package in the meta file, from zero.
    pub package: u32,
    /// Number of the function in its package, from zero.
    pub function: u32,
    /// Where its counters start among those of all records.
    start: usize,
    /// Number of its counters.
    len: usize,
}

/// The records of one segment, in memory that is used again for the next.
#[derive(Clone, Debug, Default)]
pub struct Records {
    records: Vec<Record>,
    values: Vec<u32>,
}

impl Records {
    /// The records with their counters, in the order of the file.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (Record, &[u32])> {
        self.records.iter().map(|record| {
            let values = self.values.get(record.start..record.start + record.len);
            (*record, values.unwrap_or_default())
        })
    }

    /// Number of counters in all records.
    #[must_use]
    pub const fn counter_count(&self) -> usize {
        self.values.len()
    }

    pub(super) fn decode(
        &mut self,
        numbers: Numbers,
        mut cursor: Cursor<'_>,
        record_count: u64,
    ) -> Result<(), DecodeError> {
        self.records.clear();
        self.values.clear();
        let record_count = cursor.check_count(record_count, 3)?;
        self.records.reserve_exact(record_count);
        self.values.reserve_exact(cursor.left().len() / numbers.min_len());
        for _ in 0..record_count {
            self.decode_record(numbers, &mut cursor)?;
        }
        match cursor.left().len() {
            0 => Ok(()),
            count => Err(cursor.error(DecodeErrorKind::TrailingBytes { count: count as u64 })),
        }
    }

    fn decode_record(&mut self, numbers: Numbers, cursor: &mut Cursor<'_>) -> Result<(), DecodeError> {
        let [len, package, function] = numbers.head(cursor)?;
        let len = cursor.check_count(u64::from(len), numbers.min_len() as u64)?;
        let start = self.values.len();
        match numbers {
            Numbers::Uleb128 => self.extend_uleb(cursor, len)?,
            Numbers::Little => self.extend_raw(cursor, len, u32::from_le_bytes)?,
            Numbers::Big => self.extend_raw(cursor, len, u32::from_be_bytes)?,
        }
        self.records.push(Record { package, function, start, len });
        Ok(())
    }

    fn extend_raw(&mut self, cursor: &mut Cursor<'_>, len: usize, read: fn([u8; 4]) -> u32) -> Result<(), DecodeError> {
        let bytes = cursor.bytes(4 * len as u64)?;
        self.values.extend(bytes.as_chunks::<4>().0.iter().map(|bytes| read(*bytes)));
        Ok(())
    }

    /// Eight numbers at once as long as none of them needs a second byte.
    fn extend_uleb(&mut self, cursor: &mut Cursor<'_>, len: usize) -> Result<(), DecodeError> {
        const HIGH_BITS: u64 = u64::from_ne_bytes([0x80; 8]);
        let end = self.values.len() + len;
        let mut left = cursor.left();
        while self.values.len() < end {
            if end - self.values.len() >= 8
                && let Some((eight, rest)) = left.split_first_chunk::<8>()
                && u64::from_ne_bytes(*eight) & HIGH_BITS == 0
            {
                self.values.extend_from_slice(&eight.map(u32::from));
                left = rest;
            } else {
                let (value, rest) = uleb32(left).map_err(|kind| cursor.error(kind))?;
                self.values.push(value);
                left = rest;
            }
        }
        cursor.bytes((cursor.left().len() - left.len()) as u64)?;
        Ok(())
    }
}

/// One number and what stands behind it. Redundant zero bytes on top are
/// allowed, up to the ten bytes of a 64-bit number.
fn uleb32(bytes: &[u8]) -> Result<(u32, &[u8]), DecodeErrorKind> {
    let mut value = 0u64;
    let mut left = bytes;
    for shift in (0u32..64).step_by(7) {
        let [byte, rest @ ..] = left else { break };
        left = rest;
        let bits = u64::from(byte & 0x7f);
        let shifted = bits << shift;
        if shifted >> shift != bits {
            break;
        }
        value |= shifted;
        if byte & 0x80 == 0 {
            let value = u32::try_from(value).map_err(|_| DecodeErrorKind::NumberTooLarge { bits: 32 })?;
            return Ok((value, left));
        }
    }
    if !left.is_empty() || bytes.len() >= crate::uleb::MAX_LEN {
        return Err(DecodeErrorKind::NumberTooLarge { bits: 32 });
    }
    Err(DecodeErrorKind::UnexpectedEnd { needed: bytes.len() as u64 + 1, left: bytes.len() as u64 })
}

/// How a file stores its numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Numbers {
    Uleb128,
    Little,
    Big,
}

impl Numbers {
    pub(super) const fn new(flavor: Flavor, big_endian: bool) -> Self {
        match (flavor, big_endian) {
            (Flavor::Uleb128, _) => Self::Uleb128,
            (Flavor::Raw, false) => Self::Little,
            (Flavor::Raw, true) => Self::Big,
        }
    }

    /// Bytes that a number takes at least.
    const fn min_len(self) -> usize {
        match self {
            Self::Uleb128 => 1,
            Self::Little | Self::Big => 4,
        }
    }

    /// Number of counters, package and function.
    fn head(self, cursor: &mut Cursor<'_>) -> Result<[u32; 3], DecodeError> {
        let mut head = [0; 3];
        for number in &mut head {
            *number = match self {
                Self::Uleb128 => cursor.uleb32()?,
                Self::Little => cursor.u32()?,
                Self::Big => cursor.array().map(u32::from_be_bytes)?,
            };
        }
        Ok(head)
    }

    /// Bytes that `record_count` records at the start of `bytes` take; none if
    /// there are not as many.
    pub(super) fn skip(self, bytes: &[u8], record_count: u64) -> Option<usize> {
        let mut cursor = Cursor::new(bytes, 0);
        cursor.check_count(record_count, 3).ok()?;
        for _ in 0..record_count {
            let [len, ..] = self.head(&mut cursor).ok()?;
            match self {
                Self::Little | Self::Big => {
                    cursor.bytes(4 * u64::from(len)).ok()?;
                }
                Self::Uleb128 => {
                    let left = cursor.left();
                    let mut ends = left.iter().enumerate().filter(|(_, byte)| **byte & 0x80 == 0);
                    let taken = match (len as usize).checked_sub(1) {
                        None => 0,
                        Some(before) => ends.nth(before)?.0 + 1,
                    };
                    cursor.bytes(taken as u64).ok()?;
                }
            }
        }
        Some(bytes.len() - cursor.left().len())
    }
}
