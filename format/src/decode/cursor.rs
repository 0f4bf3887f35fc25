//! A place in a file, moving forward.

use super::error::{DecodeError, DecodeErrorKind};
use std::vec::Vec;

/// What is left of a file, and where that starts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cursor<'a> {
    left: &'a [u8],
    /// Offset in the file of the end of `left`.
    end: u64,
}

/// The whole words of `N` bytes in `bytes`, where `N` is not 0.
pub(crate) fn chunks<const N: usize>(bytes: &[u8]) -> impl ExactSizeIterator<Item = [u8; N]> + '_ {
    bytes.chunks_exact(N).map(|chunk| chunk.first_chunk().copied().unwrap_or([0; N]))
}

impl<'a> Cursor<'a> {
    /// A cursor at the start of `bytes`, which stand at `offset` of the file.
    pub(crate) const fn new(bytes: &'a [u8], offset: u64) -> Self {
        Self { left: bytes, end: offset.saturating_add(bytes.len() as u64) }
    }

    pub(crate) const fn offset(&self) -> u64 {
        self.end.saturating_sub(self.left.len() as u64)
    }

    pub(crate) const fn left(&self) -> &'a [u8] {
        self.left
    }

    #[cold]
    pub(crate) const fn error(&self, kind: DecodeErrorKind) -> DecodeError {
        DecodeError::new(self.offset(), kind)
    }

    #[cold]
    fn too_short(&self, needed: u64) -> DecodeError {
        self.error(DecodeErrorKind::UnexpectedEnd { needed, left: self.left.len() as u64 })
    }

    pub(crate) fn bytes(&mut self, len: u64) -> Result<&'a [u8], DecodeError> {
        let taken = usize::try_from(len).ok().and_then(|len| self.left.split_at_checked(len));
        let (bytes, left) = taken.ok_or_else(|| self.too_short(len))?;
        self.left = left;
        Ok(bytes)
    }

    /// Moves over bytes that are known to be there.
    pub(crate) fn skip(&mut self, len: usize) {
        self.left = self.left.get(len..).unwrap_or_default();
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        let (bytes, left) = self.left.split_first_chunk().ok_or_else(|| self.too_short(N as u64))?;
        self.left = left;
        Ok(*bytes)
    }

    pub(crate) fn u32(&mut self) -> Result<u32, DecodeError> {
        self.array().map(u32::from_le_bytes)
    }

    pub(crate) fn u64(&mut self) -> Result<u64, DecodeError> {
        self.array().map(u64::from_le_bytes)
    }

    pub(crate) fn uleb(&mut self) -> Result<u64, DecodeError> {
        // Most numbers fit one byte.
        if let [byte @ 0..=0x7f, left @ ..] = self.left {
            self.left = left;
            return Ok(u64::from(*byte));
        }
        let start = *self;
        leb128::read::unsigned(&mut self.left).map_err(|error| match error {
            leb128::read::Error::IoError(_) => start.too_short(start.left.len() as u64 + 1),
            leb128::read::Error::Overflow => start.error(DecodeErrorKind::NumberTooLarge { bits: 64 }),
        })
    }

    pub(crate) fn uleb32(&mut self) -> Result<u32, DecodeError> {
        let start = *self;
        u32::try_from(self.uleb()?).map_err(|_| start.error(DecodeErrorKind::NumberTooLarge { bits: 32 }))
    }

    /// A number of items to follow, each of at least `item_len` bytes.
    pub(crate) fn count(&mut self, item_len: u64) -> Result<usize, DecodeError> {
        let count = self.uleb()?;
        self.check_count(count, item_len)
    }

    pub(crate) fn check_count(&self, count: u64, item_len: u64) -> Result<usize, DecodeError> {
        let needed = count.saturating_mul(item_len);
        if needed > self.left.len() as u64 {
            return Err(self.too_short(needed));
        }
        usize::try_from(count).map_err(|_| self.too_short(needed))
    }

    pub(crate) fn string(&mut self) -> Result<&'a [u8], DecodeError> {
        let len = self.uleb()?;
        self.bytes(len)
    }

    /// A string table: a count, then each string behind its length.
    pub(crate) fn string_table(&mut self) -> Result<Vec<&'a [u8]>, DecodeError> {
        let count = self.count(1)?;
        let mut strings = Vec::with_capacity(count);
        for _ in 0..count {
            strings.push(self.string()?);
        }
        Ok(strings)
    }

    /// Fails unless a field that stood at `offset` holds what follows from others.
    pub(crate) fn expect(offset: u64, what: &'static str, found: u64, expected: u64) -> Result<(), DecodeError> {
        if found == expected {
            return Ok(());
        }
        Err(DecodeError::new(offset, DecodeErrorKind::Mismatch { what, found, expected }))
    }
}

/// The string that `index` names.
pub(crate) fn string_at<'a>(strings: &[&'a [u8]], index: u64, offset: u64) -> Result<&'a [u8], DecodeError> {
    let found = usize::try_from(index).ok().and_then(|index| strings.get(index));
    found
        .copied()
        .ok_or_else(|| DecodeError::new(offset, DecodeErrorKind::StringIndex { index, count: strings.len() as u64 }))
}
