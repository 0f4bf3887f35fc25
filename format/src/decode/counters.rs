//! The counter file's decoder.

use super::args::Args;
use super::cursor::{Cursor, chunks};
use super::error::{DecodeError, DecodeErrorKind};
use super::records::{Numbers, RecordVisitor, Records};
use crate::hash::Hash;
use crate::layout::{
    CHECKSUM_DIGITS, COUNTER_HEADER_LEN, COUNTER_MAGIC, COUNTER_VERSION, FOOTER_LEN, SEGMENT_HEADER_LEN, limits,
};
use crate::vocab::Flavor;
use std::vec::Vec;

/// A counter file, its frame checked; [`Segment::decode`] checks the records.
#[derive(Clone, Debug)]
pub struct CounterFile<'a> {
    /// The hash of the meta file that the counters belong to.
    pub meta_hash: Hash,
    /// How numbers are stored.
    pub flavor: Flavor,
    /// Byte order of raw numbers.
    pub big_endian: bool,
    /// The segments; Go's tools look at the first only.
    pub segments: Vec<Segment<'a>>,
}

/// One segment of a counter file.
#[derive(Clone, Debug)]
pub struct Segment<'a> {
    /// What the program said of itself.
    pub args: Args<'a>,
    /// Number of function records.
    pub record_count: u64,
    file_header: &'a [u8],
    /// The segment without its footer.
    bytes: &'a [u8],
    /// Length of what stands before the records.
    preamble_len: usize,
    offset: u64,
    numbers: Numbers,
}

impl<'a> CounterFile<'a> {
    /// Decodes the header, the footers and the arguments of a whole file.
    ///
    /// # Errors
    ///
    /// The first rule of the format that the bytes break.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, DecodeError> {
        let mut cursor = Cursor::new(bytes, 0);
        let mut file = Self::parse_header(&mut cursor, bytes.len() as u64)?;
        let segment_count = last_footer(cursor)?;
        let file_header = bytes.get(..COUNTER_HEADER_LEN).unwrap_or_default();
        let numbers = Numbers::new(file.flavor, file.big_endian);
        let mut announced = 0;
        for number in 1..=segment_count {
            let is_last = number == segment_count;
            let segment = Segment::parse(cursor, file_header, numbers, announced, number, is_last)?;
            announced = segment.announced_count();
            let past = segment.bytes.len() + FOOTER_LEN;
            cursor.bytes(past as u64)?;
            file.segments.push(segment);
        }
        file.check_parts()?;
        Ok(file)
    }

    /// A sum stands in front of as many segments as it says: else some were cut
    /// off.
    fn check_parts(&self) -> Result<(), DecodeError> {
        for (number, segment) in self.segments.iter().enumerate() {
            let Some(found) = segment.args.part_count() else { continue };
            let expected = if number == 0 { self.segments.len() as u64 - 1 } else { 0 };
            Cursor::expect(segment.offset, "the number of parts", found, expected)?;
        }
        Ok(())
    }

    fn parse_header(cursor: &mut Cursor<'a>, file_len: u64) -> Result<Self, DecodeError> {
        let found = cursor.array()?;
        if found != COUNTER_MAGIC {
            return Err(DecodeError::new(0, DecodeErrorKind::NotCounters { found }));
        }
        let version = cursor.u32()?;
        if version > COUNTER_VERSION {
            return Err(DecodeError::new(4, DecodeErrorKind::Version { found: version, newest: COUNTER_VERSION }));
        }
        let limit = limits::COUNTER_FILE_LEN;
        if file_len > limit {
            return Err(DecodeError::new(
                0,
                DecodeErrorKind::Limit { what: "length of the file", found: file_len, limit },
            ));
        }
        let meta_hash = cursor.array()?;
        let [flavor, big_endian, ..] = cursor.array::<8>()?;
        let unknown = DecodeErrorKind::UnknownCode { what: "counter flavor", code: flavor };
        let flavor = Flavor::from_code(flavor).ok_or(DecodeError::new(24, unknown))?;
        Ok(Self { meta_hash, flavor, big_endian: big_endian != 0, segments: Vec::new() })
    }

    /// The segments that count: those behind a total where there is one, else
    /// all.
    #[must_use]
    pub fn contributions(&self) -> &[Segment<'a>] {
        match self.segments.as_slice() {
            [total, parts @ ..] if total.args.part_count().is_some() && !parts.is_empty() => parts,
            all => all,
        }
    }
}

/// The number of segments, which the last footer holds.
fn last_footer(cursor: Cursor<'_>) -> Result<u32, DecodeError> {
    let left = cursor.left();
    let needed = (SEGMENT_HEADER_LEN + FOOTER_LEN) as u64;
    let too_short = DecodeErrorKind::UnexpectedEnd { needed, left: left.len() as u64 };
    if (left.len() as u64) < needed {
        return Err(cursor.error(too_short));
    }
    let start = left.len() - FOOTER_LEN;
    let offset = cursor.offset() + start as u64;
    let segment_count = footer(left.get(start..).unwrap_or_default());
    match segment_count {
        None => Err(DecodeError::new(offset, DecodeErrorKind::NoLastFooter)),
        Some(0) => Err(DecodeError::new(offset, DecodeErrorKind::NoSegment)),
        Some(count) if count > limits::SEGMENT_COUNT => {
            let limit = u64::from(limits::SEGMENT_COUNT);
            let kind = DecodeErrorKind::Limit { what: "number of segments", found: u64::from(count), limit };
            Err(DecodeError::new(offset, kind))
        }
        Some(count) => Ok(count),
    }
}

/// The number of segments that a footer at the start of `bytes` holds.
fn footer(bytes: &[u8]) -> Option<u32> {
    let bytes: &[u8; FOOTER_LEN] = bytes.first_chunk()?;
    let mut words = chunks(bytes);
    let [magic, zero, count, also_zero] = [(); 4].map(|()| words.next().unwrap_or_default());
    (magic == COUNTER_MAGIC && zero == [0; 4] && also_zero == [0; 4]).then(|| u32::from_le_bytes(count))
}

impl<'a> Segment<'a> {
    fn parse(
        start: Cursor<'a>,
        file_header: &'a [u8],
        numbers: Numbers,
        announced_before: u64,
        number: u32,
        is_last: bool,
    ) -> Result<Self, DecodeError> {
        let mut cursor = start;
        let announced = cursor.u64()?;
        let (strings_len, args_len) = (cursor.u32()?, cursor.u32()?);
        let offset = cursor.offset();
        let strings = Cursor::new(cursor.bytes(u64::from(strings_len))?, offset);
        let offset = cursor.offset();
        let args = Args::parse(strings, Cursor::new(cursor.bytes(u64::from(args_len))?, offset))?;
        let preamble_len = start.left().len() - cursor.left().len();
        let mut segment = Self {
            args,
            record_count: announced,
            file_header,
            bytes: start.left(),
            preamble_len,
            offset: start.offset(),
            numbers,
        };
        let records_len = if is_last {
            cursor.left().len().checked_sub(FOOTER_LEN)
        } else {
            // Go's writer announces the records of all segments so far.
            let fresh = announced.checked_sub(announced_before).filter(|fresh| *fresh != announced);
            let counts = [Some(announced), fresh].into_iter().flatten();
            counts.filter_map(|count| Some((count, segment.numbers.skip(cursor.left(), count)?))).find_map(
                |(count, len)| {
                    segment.record_count = count;
                    (footer(cursor.left().get(len..)?) == Some(number)).then_some(len)
                },
            )
        };
        let records_len = records_len.ok_or_else(|| cursor.error(DecodeErrorKind::NoFooter { segment: number }))?;
        segment.bytes = start.left().get(..preamble_len + records_len).unwrap_or_default();
        if is_last && announced_before > 0 && !segment.holds(announced) {
            segment.record_count = announced.saturating_sub(announced_before);
        }
        Ok(segment)
    }

    fn holds(&self, record_count: u64) -> bool {
        self.numbers.skip(self.records(), record_count) == Some(self.records().len())
    }

    /// The number of records that the header states, which may be a sum.
    fn announced_count(&self) -> u64 {
        self.bytes.first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes))
    }

    fn records(&self) -> &'a [u8] {
        self.bytes.get(self.preamble_len..).unwrap_or_default()
    }

    /// The whole segment without its footer, as it stands in the file.
    #[must_use]
    pub const fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// Whether its bytes are a segment in any file with the same header, also
    /// for Go, which wants the records at a multiple of four bytes.
    #[must_use]
    pub fn is_movable(&self) -> bool {
        self.numbers == Numbers::Uleb128 && self.preamble_len % 4 == 0
    }

    /// Whether its numbers are ULEB128, as in the files that are written.
    #[must_use]
    pub fn is_uleb(&self) -> bool {
        self.numbers == Numbers::Uleb128
    }

    /// Decodes the records into `records`, over what it held.
    ///
    /// # Errors
    ///
    /// The first rule of the format that the bytes break, a checksum that does
    /// not match before all others.
    pub fn decode(&self, records: &mut Records) -> Result<(), DecodeError> {
        let len = self.records().len() / self.numbers.min_len();
        let record_count = usize::try_from(self.record_count).unwrap_or(usize::MAX);
        records.restart(record_count.min(len / 3), len);
        self.visit(records)
    }

    /// Gives the records to `visitor`, one by one.
    ///
    /// # Errors
    ///
    /// As [`decode`](Self::decode), and those of `visitor`; it may have seen
    /// some of the records by then.
    pub fn visit(&self, visitor: &mut impl RecordVisitor) -> Result<(), DecodeError> {
        self.verify_checksum()?;
        let offset = self.offset + self.preamble_len as u64;
        let cursor = Cursor::new(self.records(), offset);
        match self.numbers {
            // Spelled out for the compiler to make a loop of its own of it.
            Numbers::Uleb128 => Numbers::Uleb128.visit(cursor, self.record_count, visitor),
            raw => raw.visit(cursor, self.record_count, visitor),
        }
    }

    /// Checks the segment against its checksum, if it has one: computed as the
    /// encoder did, with zeros for the number of records and the digits of the
    /// checksum, and the number at the end.
    ///
    /// # Errors
    ///
    /// [`DecodeErrorKind::Checksum`].
    pub fn verify_checksum(&self) -> Result<(), DecodeError> {
        let checksum = self.args.checksum().map_err(|kind| DecodeError::new(self.offset, kind))?;
        let Some((digits, stored)) = checksum else { return Ok(()) };
        let digits_start = self.position_of(digits);
        let mut hasher = crc32fast::Hasher::new();
        hasher.update(self.file_header);
        hasher.update(&[0; 8]);
        hasher.update(self.bytes.get(8..digits_start).unwrap_or_default());
        hasher.update(&[b'0'; CHECKSUM_DIGITS]);
        hasher.update(self.bytes.get(digits_start + CHECKSUM_DIGITS..).unwrap_or_default());
        hasher.update(&self.announced_count().to_le_bytes());
        let computed = hasher.finalize();
        if computed == stored {
            return Ok(());
        }
        Err(DecodeError::new(self.offset + digits_start as u64, DecodeErrorKind::Checksum { stored, computed }))
    }

    /// Where `digits`, a part of this segment's bytes, starts in them.
    fn position_of(&self, digits: &[u8]) -> usize {
        (digits.as_ptr().addr()).saturating_sub(self.bytes.as_ptr().addr())
    }
}
