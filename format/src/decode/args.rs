//! The arguments of a counter segment.

use super::cursor::{Cursor, string_at};
use super::error::{DecodeError, DecodeErrorKind};
use crate::hash::{Hash, parse_hex};
use crate::layout::{
    ARG_CHECKSUM, ARG_EPOCH, ARG_INSTANCE, ARG_ORIGIN, ARG_PARTS, ARG_PREFIX, ARG_SEQ, CHECKSUM_PREFIX,
};
use crate::snapshot::SnapshotKey;
use std::string::String;
use std::vec::Vec;

/// Keys with their values, in the order of the file; unknown keys are kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Args<'a> {
    pairs: Vec<(&'a [u8], &'a [u8])>,
    argument_count: usize,
    snapshot: Option<SnapshotKey>,
    part_count: Option<u64>,
}

impl<'a> Args<'a> {
    /// Decodes the arguments in `bytes`, whose strings stand in `strings`.
    pub(super) fn parse(strings: Cursor<'a>, mut bytes: Cursor<'a>) -> Result<Self, DecodeError> {
        let start = bytes.offset();
        let mut table = strings;
        let strings = table.string_table()?;
        if !table.left().is_empty() {
            return Err(table.error(DecodeErrorKind::TrailingBytes { count: table.left().len() as u64 }));
        }
        let count = bytes.count(2)?;
        let mut pairs = Vec::with_capacity(count);
        for _ in 0..count {
            let offset = bytes.offset();
            let key = string_at(&strings, bytes.uleb()?, offset)?;
            let offset = bytes.offset();
            pairs.push((key, string_at(&strings, bytes.uleb()?, offset)?));
        }
        // Zeros up to a multiple of four, and no more.
        if bytes.left().len() > 3 || bytes.left().iter().any(|byte| *byte != 0) {
            return Err(bytes.error(DecodeErrorKind::TrailingBytes { count: bytes.left().len() as u64 }));
        }
        let mut args = Self { pairs, argument_count: 0, snapshot: None, part_count: None };
        args.check().map_err(|kind| DecodeError::new(start, kind))?;
        Ok(args)
    }

    fn check(&mut self) -> Result<(), DecodeErrorKind> {
        let mut keys: Vec<&[u8]> = self.pairs.iter().map(|(key, _)| *key).collect();
        keys.sort_unstable();
        if let Some((twice, _)) = keys.iter().zip(keys.iter().skip(1)).find(|(key, next)| key == next) {
            return Err(DecodeErrorKind::DuplicateArgument(text(twice)));
        }
        if let Some(count) = self.number("argc")? {
            let count = usize::try_from(count).ok().filter(|count| *count <= self.pairs.len());
            self.argument_count = count.ok_or_else(|| self.malformed("argc"))?;
        }
        self.snapshot = self.read_snapshot()?;
        self.part_count = self.number(ARG_PARTS)?;
        self.checksum()?;
        if self.pairs.iter().any(|(key, _)| key.starts_with(ARG_PREFIX.as_bytes())) && self.get(ARG_CHECKSUM).is_none()
        {
            return Err(DecodeErrorKind::NoChecksum);
        }
        Ok(())
    }

    fn read_snapshot(&self) -> Result<Option<SnapshotKey>, DecodeErrorKind> {
        let Some(instance) = self.hash(ARG_INSTANCE)? else { return Ok(None) };
        Ok(Some(SnapshotKey {
            instance,
            epoch: self.number(ARG_EPOCH)?.unwrap_or(0),
            seq: self.number(ARG_SEQ)?.unwrap_or(0),
            origin: self.hash(ARG_ORIGIN)?,
        }))
    }

    fn hash(&self, key: &str) -> Result<Option<Hash>, DecodeErrorKind> {
        self.parsed(key, parse_hex)
    }

    fn number(&self, key: &str) -> Result<Option<u64>, DecodeErrorKind> {
        self.parsed(key, |digits| {
            // `u64` would take a leading plus.
            let is_number = digits.iter().all(u8::is_ascii_digit);
            core::str::from_utf8(digits).ok().filter(|_| is_number)?.parse().ok()
        })
    }

    fn parsed<T>(&self, key: &str, parse: impl Fn(&[u8]) -> Option<T>) -> Result<Option<T>, DecodeErrorKind> {
        let Some(value) = self.get(key) else { return Ok(None) };
        parse(value).map(Some).ok_or_else(|| self.malformed(key))
    }

    #[cold]
    fn malformed(&self, key: &str) -> DecodeErrorKind {
        DecodeErrorKind::MalformedArgument { key: key.into(), value: text(self.get(key).unwrap_or_default()) }
    }

    /// The value of `key`.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&'a [u8]> {
        self.pairs.iter().find(|(found, _)| *found == key.as_bytes()).map(|(_, value)| *value)
    }

    /// All arguments, in the order of the file.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&'a [u8], &'a [u8])> + Clone + '_ {
        self.pairs.iter().copied()
    }

    /// The program's arguments, its name first; those that the file lacks are
    /// empty, as Go has it. Empty if the file says nothing of them.
    #[must_use]
    pub fn program(&self) -> Vec<&'a [u8]> {
        let mut program = std::vec![<&[u8]>::default(); self.argument_count];
        for (key, value) in &self.pairs {
            let number =
                key.strip_prefix(b"argv").and_then(|digits| core::str::from_utf8(digits).ok()?.parse::<usize>().ok());
            if let Some(slot) = number.and_then(|number| program.get_mut(number)) {
                *slot = value;
            }
        }
        program
    }

    /// Operating system, by its Go name.
    #[must_use]
    pub fn goos(&self) -> &'a [u8] {
        self.get("GOOS").unwrap_or_default()
    }

    /// Architecture, by its Go name.
    #[must_use]
    pub fn goarch(&self) -> &'a [u8] {
        self.get("GOARCH").unwrap_or_default()
    }

    /// Which moment of which process the counters are from, if the file says.
    #[must_use]
    pub const fn snapshot(&self) -> Option<SnapshotKey> {
        self.snapshot
    }

    /// The number of segments that this one is the sum of, if it is one.
    #[must_use]
    pub const fn part_count(&self) -> Option<u64> {
        self.part_count
    }

    /// The digits of the checksum and the number they write; none if the file
    /// has no checksum, or one of an algorithm that this version does not know.
    pub(super) fn checksum(&self) -> Result<Option<(&'a [u8], u32)>, DecodeErrorKind> {
        let Some(value) = self.get(ARG_CHECKSUM) else { return Ok(None) };
        let Some(digits) = value.strip_prefix(CHECKSUM_PREFIX.as_bytes()) else { return Ok(None) };
        let digits: &[u8; 8] = digits.try_into().map_err(|_| self.malformed(ARG_CHECKSUM))?;
        let is_hex = digits.iter().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'));
        let number = core::str::from_utf8(digits).ok().filter(|_| is_hex);
        let number = number.and_then(|digits| u32::from_str_radix(digits, 16).ok());
        Ok(Some((digits, number.ok_or_else(|| self.malformed(ARG_CHECKSUM))?)))
    }
}

#[cold]
fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes.get(..64).unwrap_or(bytes)).into_owned()
}
