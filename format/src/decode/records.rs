//! Function records in bulk: the hot loop of every report and merge.
//!
//! This is one of the two places with ULEB128 code of their own; tests hold
//! it against the `leb128` crate.

use super::cursor::{Cursor, chunks};
use super::error::{DecodeError, DecodeErrorKind};
use crate::vocab::Flavor;
use std::vec::Vec;

/// Takes function records one by one, without a copy where that can be.
pub trait RecordVisitor {
    /// Takes records at the start of `bytes`, whose numbers are ULEB128, at
    /// most `count` of them, and gives how many and their bytes. The next one
    /// is decoded in the usual way then.
    fn run(&mut self, bytes: &[u8], count: u64) -> (u64, usize) {
        let _ = (bytes, count);
        (0, 0)
    }

    /// A record with these counters.
    ///
    /// # Errors
    ///
    /// Whatever makes the record, and so its file, useless.
    fn record(&mut self, function: FunctionIndex, counters: &[u32]) -> Result<(), DecodeErrorKind>;
}

/// The numbers by which a record names its function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FunctionIndex {
    /// Number of the package in the meta file, from zero.
    pub package: u32,
    /// Number of the function in its package, from zero.
    pub function: u32,
}

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
    pub fn counter_count(&self) -> usize {
        self.values.len()
    }

    /// Makes room for what `bytes` bytes can hold.
    pub(super) fn restart(&mut self, record_count: usize, number_count: usize) {
        self.records.clear();
        self.values.clear();
        self.records.reserve_exact(record_count);
        self.values.reserve_exact(number_count);
    }
}

impl RecordVisitor for Records {
    fn record(&mut self, function: FunctionIndex, counters: &[u32]) -> Result<(), DecodeErrorKind> {
        let start = self.values.len();
        self.values.extend_from_slice(counters);
        let FunctionIndex { package, function } = function;
        self.records.push(Record { package, function, start, len: counters.len() });
        Ok(())
    }
}

/// How a file stores its numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Numbers {
    Uleb128,
    Little,
    Big,
}

/// The top bit of each byte: whether a ULEB128 number goes on.
pub(crate) const CONTINUED: u64 = u64::from_ne_bytes([0x80; 8]);

impl Numbers {
    pub(super) const fn new(flavor: Flavor, big_endian: bool) -> Self {
        match (flavor, big_endian) {
            (Flavor::Uleb128, _) => Self::Uleb128,
            (Flavor::Raw, false) => Self::Little,
            (Flavor::Raw, true) => Self::Big,
        }
    }

    /// Bytes that a number takes at least.
    pub(super) const fn min_len(self) -> usize {
        match self {
            Self::Uleb128 => 1,
            Self::Little | Self::Big => 4,
        }
    }

    /// Gives the records in `cursor` to `visitor`. They must fill it.
    pub(super) fn visit(
        self,
        mut cursor: Cursor<'_>,
        record_count: u64,
        visitor: &mut impl RecordVisitor,
    ) -> Result<(), DecodeError> {
        let mut counters = Vec::new();
        cursor.check_count(record_count, 3 * self.min_len() as u64)?;
        let mut left = record_count;
        while left > 0 {
            if self == Self::Uleb128 {
                let (count, len) = visitor.run(cursor.left(), left);
                cursor.skip(len);
                left -= count;
                if left == 0 {
                    break;
                }
            }
            self.visit_one(&mut cursor, &mut counters, visitor)?;
            left -= 1;
        }
        match cursor.left().len() {
            0 => Ok(()),
            count => Err(cursor.error(DecodeErrorKind::TrailingBytes { count: count as u64 })),
        }
    }

    fn visit_one(
        self,
        cursor: &mut Cursor<'_>,
        counters: &mut Vec<u32>,
        visitor: &mut impl RecordVisitor,
    ) -> Result<(), DecodeError> {
        let start = *cursor;
        let (function, len) = self.head(cursor)?;
        self.decode(cursor, len, counters)?;
        visitor.record(function, counters).map_err(|kind| start.error(kind))
    }

    /// The function of a record and its number of counters.
    fn head(self, cursor: &mut Cursor<'_>) -> Result<(FunctionIndex, u32), DecodeError> {
        let small = if self == Self::Uleb128 { cursor.left() } else { &[] };
        if let [len @ 0..=0x7f, package @ 0..=0x7f, function @ 0..=0x7f, ..] = small {
            let head =
                (FunctionIndex { package: u32::from(*package), function: u32::from(*function) }, u32::from(*len));
            cursor.skip(3);
            return Ok(head);
        }
        let mut head = [0; 3];
        for number in &mut head {
            *number = match self {
                Self::Uleb128 => cursor.uleb32()?,
                Self::Little => cursor.u32()?,
                Self::Big => cursor.array().map(u32::from_be_bytes)?,
            };
        }
        let [len, package, function] = head;
        Ok((FunctionIndex { package, function }, len))
    }

    /// Decodes `len` counters into `counters`, over what it held.
    fn decode(self, cursor: &mut Cursor<'_>, len: u32, counters: &mut Vec<u32>) -> Result<(), DecodeError> {
        let len = cursor.check_count(u64::from(len), self.min_len() as u64)?;
        counters.clear();
        counters.reserve(len);
        let read: fn([u8; 4]) -> u32 = match self {
            Self::Uleb128 => return self.decode_uleb(cursor, len, counters),
            Self::Little => u32::from_le_bytes,
            Self::Big => u32::from_be_bytes,
        };
        let bytes = cursor.bytes(4 * len as u64)?;
        counters.extend(chunks(bytes).map(read));
        Ok(())
    }

    fn decode_uleb(self, cursor: &mut Cursor<'_>, len: usize, counters: &mut Vec<u32>) -> Result<(), DecodeError> {
        while counters.len() < len {
            match cursor.left().first_chunk() {
                // Large counters come in runs, and so do the small ones between.
                Some(eight) if len - counters.len() >= 8 && u64::from_ne_bytes(*eight) & CONTINUED == 0 => {
                    counters.extend_from_slice(&eight.map(u32::from));
                    cursor.skip(8);
                }
                _ => {
                    let (value, value_len) = uleb32(cursor.left()).map_err(|kind| cursor.error(kind))?;
                    counters.push(value);
                    cursor.skip(value_len);
                }
            }
        }
        Ok(())
    }

    /// Bytes that `record_count` records at the start of `bytes` take; none if
    /// there are not as many.
    pub(super) fn skip(self, bytes: &[u8], record_count: u64) -> Option<usize> {
        let mut cursor = Cursor::new(bytes, 0);
        cursor.check_count(record_count, 3 * self.min_len() as u64).ok()?;
        for _ in 0..record_count {
            let (_, len) = self.head(&mut cursor).ok()?;
            let taken = match self {
                Self::Little | Self::Big => 4 * u64::from(len),
                Self::Uleb128 => {
                    let mut ends = cursor.left().iter().enumerate().filter(|(_, byte)| **byte & 0x80 == 0);
                    match (len as usize).checked_sub(1) {
                        None => 0,
                        Some(before) => ends.nth(before)?.0 as u64 + 1,
                    }
                }
            };
            cursor.bytes(taken).ok()?;
        }
        Some(bytes.len() - cursor.left().len())
    }
}

/// A number of at most 14 bits at the start of a word, whether (0 or 1) it has
/// a second byte, and whether it is longer than that. Free of branches: how
/// long a number is cannot be foreseen.
#[inline(always)]
pub(crate) const fn short_number(word: u64) -> (u64, u64, u64) {
    let goes_on = word >> 7 & 1;
    let value = word & 0x7f | word >> 1 & 0x3f80 & goes_on.wrapping_neg();
    (value, goes_on, goes_on & word >> 15)
}

/// One number, and its bytes. Redundant zero bytes on top are allowed, up to
/// the ten bytes of a 64-bit number.
pub(crate) fn uleb32(bytes: &[u8]) -> Result<(u32, usize), DecodeErrorKind> {
    let too_large = || DecodeErrorKind::NumberTooLarge { bits: 32 };
    let mut value = 0u64;
    for (position, (byte, shift)) in bytes.iter().zip((0u32..64).step_by(7)).enumerate() {
        let bits = u64::from(byte & 0x7f);
        let shifted = bits << shift;
        if shifted >> shift != bits {
            return Err(too_large());
        }
        value |= shifted;
        if byte & 0x80 == 0 {
            return Ok((u32::try_from(value).map_err(|_| too_large())?, position + 1));
        }
    }
    if bytes.len() >= crate::uleb::MAX_LEN {
        return Err(too_large());
    }
    Err(DecodeErrorKind::UnexpectedEnd { needed: bytes.len() as u64 + 1, left: bytes.len() as u64 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_leb128() {
        for shift in 0..32 {
            for value in [1u32 << shift, (1 << shift) - 1, u32::MAX >> shift] {
                let mut bytes = Vec::new();
                leb128::write::unsigned(&mut bytes, u64::from(value)).unwrap();
                assert_eq!(uleb32(&bytes), Ok((value, bytes.len())));
                bytes.resize(8, 0);
                let word = u64::from_le_bytes(*bytes.first_chunk().unwrap());
                let (short, len, is_longer) = short_number(word);
                assert_eq!(is_longer == 0, value < 1 << 14);
                let expected = (u64::from(value), crate::uleb::len(u64::from(value)) as u64 - 1);
                assert!(is_longer != 0 || (short, len) == expected);
            }
        }
    }

    #[test]
    fn redundant_bytes_are_taken_and_large_values_are_not() {
        assert_eq!(uleb32(&[0x85, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0]), Ok((5, 10)));
        assert_eq!(uleb32(&[0x80; 10]), Err(DecodeErrorKind::NumberTooLarge { bits: 32 }));
        assert_eq!(uleb32(&[0x80; 9]), Err(DecodeErrorKind::UnexpectedEnd { needed: 10, left: 9 }));
        assert_eq!(uleb32(&[0xff, 0xff, 0xff, 0xff, 0x10]), Err(DecodeErrorKind::NumberTooLarge { bits: 32 }));
        assert_eq!(uleb32(&[0x85, 0x80, 0x80, 0x80, 0x10]), Err(DecodeErrorKind::NumberTooLarge { bits: 32 }));
    }
}
