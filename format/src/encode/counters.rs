//! The counter file's encoder.
//!
//! Two numbers stand in front of what they are about: the number of function
//! records, and the checksum. [`SegmentEncoder::finish`] gives them as a
//! [`SegmentPatch`], to be written to their places in a file that can seek.
//! For a stream, encode twice: once into a [`NullSink`](crate::sink::NullSink)
//! to get the [`Promise`], then with it.

use super::EncodeError;
use super::args::{Arg, Spelled};
use crate::hash::{Hash, hex_digit};
use crate::layout::{
    ARG_CHECKSUM, CHECKSUM_DIGITS, CHECKSUM_PREFIX, COUNTER_HEADER_LEN, COUNTER_MAGIC, COUNTER_VERSION,
    SEGMENT_HEADER_LEN,
};
use crate::sink::Sink;
use crate::uleb;
use crate::vocab::Flavor;

/// What a counter file's header says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CounterHeader {
    /// The hash of the meta file that the counters belong to.
    pub meta_hash: Hash,
    /// How numbers are stored.
    pub flavor: Flavor,
    /// Byte order of raw numbers; Go never sets it.
    pub big_endian: bool,
}

impl CounterHeader {
    /// The header of a file with ULEB128 numbers, which is what Go writes.
    #[must_use]
    pub const fn new(meta_hash: Hash) -> Self {
        Self { meta_hash, flavor: Flavor::Uleb128, big_endian: false }
    }

    fn encode(&self) -> [u8; COUNTER_HEADER_LEN] {
        let mut bytes = [0; COUNTER_HEADER_LEN];
        let parts: [&[u8]; 5] = [
            &COUNTER_MAGIC,
            &COUNTER_VERSION.to_le_bytes(),
            &self.meta_hash,
            &[self.flavor.code()],
            &[u8::from(self.big_endian)],
        ];
        for (slot, byte) in bytes.iter_mut().zip(parts.into_iter().flatten()) {
            *slot = *byte;
        }
        bytes
    }
}

/// What a segment's header says of the records behind it, known beforehand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Promise {
    /// Number of function records.
    pub record_count: u64,
    /// CRC-32 of the segment, see the [crate documentation](crate#checksum).
    pub checksum: u32,
}

/// The numbers to be written over the zeros that a segment started with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SegmentPatch {
    record_count_offset: u64,
    checksum_offset: u64,
    promise: Promise,
}

impl SegmentPatch {
    /// The offsets in the file and the bytes that belong there.
    #[must_use]
    pub fn writes(&self) -> [(u64, [u8; 8]); 2] {
        [
            (self.record_count_offset, self.promise.record_count.to_le_bytes()),
            (self.checksum_offset, checksum_digits(self.promise.checksum)),
        ]
    }

    /// Applies the patch to a file held in memory.
    pub fn apply(&self, file: &mut [u8]) {
        for (offset, bytes) in self.writes() {
            let slot = usize::try_from(offset).ok().and_then(|start| file.get_mut(start..)?.first_chunk_mut());
            if let Some(slot) = slot {
                *slot = bytes;
            }
        }
    }

    /// The same numbers, for encoding the same segment into a stream.
    #[must_use]
    pub const fn promise(&self) -> Promise {
        self.promise
    }
}

fn checksum_digits(checksum: u32) -> [u8; CHECKSUM_DIGITS] {
    let mut digits = [0; CHECKSUM_DIGITS];
    let nibbles = checksum.to_be_bytes().into_iter().flat_map(|byte| [byte >> 4, byte & 15]);
    for (digit, nibble) in digits.iter_mut().zip(nibbles) {
        *digit = hex_digit(nibble);
    }
    digits
}

/// Writes one counter file.
#[derive(Debug)]
pub struct CounterFileEncoder<S, B> {
    out: Buffered<S, B>,
    header: CounterHeader,
    header_checksum: crc32fast::Hasher,
    segment_count: u32,
}

impl<S: Sink, B: AsRef<[u8]> + AsMut<[u8]>> CounterFileEncoder<S, B> {
    /// Starts a file. `buffer` collects small writes: memory of the caller's,
    /// such as `&mut [u8]`, of any length; a few KiB are fast.
    ///
    /// # Errors
    ///
    /// Those of the sink.
    pub fn new(sink: S, buffer: B, header: CounterHeader) -> Result<Self, EncodeError<S::Error>> {
        let mut out = Buffered::new(sink, buffer);
        out.put(&header.encode())?;
        let header_checksum = out.checksum_here();
        Ok(Self { out, header, header_checksum, segment_count: 0 })
    }

    /// Starts a segment with `args`, to which the checksum is added. Give a
    /// `promise` if the sink cannot be patched afterwards.
    ///
    /// Go reads the first segment only.
    ///
    /// # Errors
    ///
    /// Those of the sink, and [`EncodeError::ArgsTooLong`].
    pub fn segment<'a>(
        &mut self,
        args: impl Iterator<Item = Arg<'a>> + Clone,
        promise: Option<Promise>,
    ) -> Result<SegmentEncoder<'_, S, B>, EncodeError<S::Error>> {
        self.out.restart_checksum(self.header_checksum.clone());
        let layout = Preamble::measure(self.out.offset(), args.clone()).ok_or(EncodeError::ArgsTooLong)?;
        let record_count_offset = self.out.offset();
        self.out.put_promised([0; 8], promise.map(|p| p.record_count.to_le_bytes()))?;
        self.out.put(&layout.strings_len.to_le_bytes())?;
        self.out.put(&layout.args_len.to_le_bytes())?;
        self.put_strings(layout.arg_count, args)?;
        let checksum_offset = self.out.offset();
        let zeros = [b'0'; CHECKSUM_DIGITS];
        self.out.put_promised(zeros, promise.map(|p| checksum_digits(p.checksum)))?;
        self.put_pairs(&layout)?;
        Ok(SegmentEncoder { file: self, record_count_offset, checksum_offset, promise, record_count: 0 })
    }

    /// Copies a segment without its footer, checksum and all, from a file with
    /// the same header.
    ///
    /// # Errors
    ///
    /// Those of the sink.
    pub fn copy_segment(&mut self, segment: &[u8]) -> Result<(), EncodeError<S::Error>> {
        self.out.put(segment)?;
        self.put_footer()
    }

    /// Number of segments so far.
    #[must_use]
    pub const fn segment_count(&self) -> u32 {
        self.segment_count
    }

    fn put_footer(&mut self) -> Result<(), EncodeError<S::Error>> {
        self.segment_count = self.segment_count.saturating_add(1);
        self.out.put(&COUNTER_MAGIC)?;
        self.out.put(&[0; 4])?;
        self.out.put(&self.segment_count.to_le_bytes())?;
        self.out.put(&[0; 4])
    }

    /// The string table: the empty string, then each argument's key and value;
    /// the value of the last, which is the checksum, is left to the caller.
    fn put_strings<'a>(
        &mut self,
        arg_count: u64,
        args: impl Iterator<Item = Arg<'a>>,
    ) -> Result<(), EncodeError<S::Error>> {
        self.out.put_uleb(1 + 2 * arg_count)?;
        self.out.put(&[0])?;
        for arg in args {
            self.put_string(Spelled::new(arg.key).bytes())?;
            self.put_string(arg.value)?;
        }
        self.put_string(ARG_CHECKSUM.as_bytes())?;
        self.out.put_uleb((CHECKSUM_PREFIX.len() + CHECKSUM_DIGITS) as u64)?;
        self.out.put(CHECKSUM_PREFIX.as_bytes())
    }

    fn put_string(&mut self, string: &[u8]) -> Result<(), EncodeError<S::Error>> {
        self.out.put_uleb(string.len() as u64)?;
        self.out.put(string)
    }

    /// The argument table: string 1 is the first key, string 2 its value, and
    /// so on; then zeros up to a multiple of four bytes of the file.
    fn put_pairs(&mut self, layout: &Preamble) -> Result<(), EncodeError<S::Error>> {
        self.out.put_uleb(layout.arg_count)?;
        for string in 1..=2 * layout.arg_count {
            self.out.put_uleb(string)?;
        }
        self.out.put([0; 3].get(..layout.padding).unwrap_or_default())
    }

    /// Hands what is buffered to the sink and gives the sink back.
    ///
    /// # Errors
    ///
    /// Those of the sink, and [`EncodeError::NoSegment`].
    pub fn finish(mut self) -> Result<S, EncodeError<S::Error>> {
        if self.segment_count == 0 {
            return Err(EncodeError::NoSegment);
        }
        self.out.flush()?;
        Ok(self.out.sink)
    }
}

/// Lengths of what stands between a segment's header and its records.
struct Preamble {
    /// Arguments with the checksum.
    arg_count: u64,
    strings_len: u32,
    args_len: u32,
    /// Zero bytes at the end of the arguments.
    padding: usize,
}

impl Preamble {
    /// Go's writer pads from the start of the segment, its reader from the
    /// start of the file; the multiple chosen here suits both.
    fn measure<'a>(start: u64, args: impl Iterator<Item = Arg<'a>>) -> Option<Self> {
        let checksum_len = (CHECKSUM_PREFIX.len() + CHECKSUM_DIGITS) as u64;
        let (mut arg_count, mut strings) = (1, string_len(ARG_CHECKSUM.len() as u64) + string_len(checksum_len));
        for arg in args {
            arg_count += 1;
            strings += string_len(Spelled::new(arg.key).bytes().len() as u64);
            strings += string_len(arg.value.len() as u64);
        }
        let strings = strings + uleb::len(1 + 2 * arg_count) as u64 + 1;
        let pairs: u64 = (1..=2 * arg_count).map(|string| uleb::len(string) as u64).sum();
        let args = pairs + uleb::len(arg_count) as u64;
        let end = start + SEGMENT_HEADER_LEN as u64 + strings + args;
        let padding = end.next_multiple_of(4) - end;
        Some(Self {
            arg_count,
            strings_len: u32::try_from(strings).ok()?,
            args_len: u32::try_from(args + padding).ok()?,
            padding: usize::try_from(padding).ok()?,
        })
    }
}

fn string_len(len: u64) -> u64 {
    uleb::len(len) as u64 + len
}

/// Writes the function records of one segment.
#[derive(Debug)]
#[must_use = "a segment without `finish` has no footer"]
pub struct SegmentEncoder<'e, S, B> {
    file: &'e mut CounterFileEncoder<S, B>,
    record_count_offset: u64,
    checksum_offset: u64,
    promise: Option<Promise>,
    record_count: u64,
}

impl<S: Sink, B: AsRef<[u8]> + AsMut<[u8]>> SegmentEncoder<'_, S, B> {
    /// Writes the counters of function number `function` of package number
    /// `package`, both counted from zero in the meta file. `counters` must
    /// give as many as it says.
    ///
    /// # Errors
    ///
    /// Those of the sink.
    pub fn function(
        &mut self,
        package: u32,
        function: u32,
        counters: impl ExactSizeIterator<Item = u32>,
    ) -> Result<(), EncodeError<S::Error>> {
        self.record_count += 1;
        let count = u32::try_from(counters.len()).unwrap_or(u32::MAX);
        let CounterHeader { flavor, big_endian, .. } = self.file.header;
        let out = &mut self.file.out;
        let numbers = [count, package, function].into_iter().chain(counters);
        match (flavor, big_endian) {
            (Flavor::Uleb128, _) => numbers.into_iter().try_for_each(|number| out.put_uleb32(number)),
            (Flavor::Raw, false) => numbers.into_iter().try_for_each(|number| out.put(&number.to_le_bytes())),
            (Flavor::Raw, true) => numbers.into_iter().try_for_each(|number| out.put(&number.to_be_bytes())),
        }
    }

    /// As [`function`](Self::function) for `count` counters below 128, such as
    /// those of `set` mode, which take a byte each: `fill` puts them in. Gives
    /// false, and has written nothing, if the buffer is too short for that or
    /// numbers are not ULEB128.
    ///
    /// # Errors
    ///
    /// Those of the sink.
    #[must_use = "nothing is written if it says so"]
    pub fn function_of_bytes(
        &mut self,
        package: u32,
        function: u32,
        count: usize,
        fill: impl FnOnce(&mut [u8]),
    ) -> Result<bool, EncodeError<S::Error>> {
        const HEAD_LEN: usize = 15;
        let out = &mut self.file.out;
        let is_uleb = self.file.header.flavor == Flavor::Uleb128;
        let Some(room) = out.room(HEAD_LEN.saturating_add(count))?.filter(|_| is_uleb) else { return Ok(false) };
        let mut len = 0;
        for number in [u32::try_from(count).unwrap_or(u32::MAX), package, function] {
            len += uleb::write(u64::from(number), room.get_mut(len..).unwrap_or_default());
        }
        fill(room.get_mut(len..len + count).unwrap_or_default());
        out.used += len + count;
        self.record_count += 1;
        Ok(true)
    }

    /// Ends the segment.
    ///
    /// # Errors
    ///
    /// Those of the sink, and [`EncodeError::PromiseBroken`].
    pub fn finish(self) -> Result<SegmentPatch, EncodeError<S::Error>> {
        let Self { file, record_count, promise, .. } = self;
        let mut checksum = file.out.checksum_here();
        checksum.update(&record_count.to_le_bytes());
        let kept = Promise { record_count, checksum: checksum.finalize() };
        if promise.is_some_and(|promise| promise != kept) {
            return Err(EncodeError::PromiseBroken);
        }
        file.put_footer()?;
        Ok(SegmentPatch {
            record_count_offset: self.record_count_offset,
            checksum_offset: self.checksum_offset,
            promise: kept,
        })
    }
}

/// A sink behind a buffer, with a running checksum of what goes through.
#[derive(Debug)]
struct Buffered<S, B> {
    sink: S,
    buffer: B,
    used: usize,
    /// Bytes of the buffer that the checksum holds already.
    summed: usize,
    /// Bytes that the sink has taken.
    flushed: u64,
    checksum: crc32fast::Hasher,
}

impl<S: Sink, B: AsRef<[u8]> + AsMut<[u8]>> Buffered<S, B> {
    fn new(sink: S, buffer: B) -> Self {
        Self { sink, buffer, used: 0, summed: 0, flushed: 0, checksum: crc32fast::Hasher::new() }
    }

    /// Bytes of the file so far.
    const fn offset(&self) -> u64 {
        self.flushed + self.used as u64
    }

    fn checksum_here(&mut self) -> crc32fast::Hasher {
        self.checksum.update(self.buffer.as_ref().get(self.summed..self.used).unwrap_or_default());
        self.summed = self.used;
        self.checksum.clone()
    }

    fn restart_checksum(&mut self, from: crc32fast::Hasher) {
        self.summed = self.used;
        self.checksum = from;
    }

    fn flush(&mut self) -> Result<(), EncodeError<S::Error>> {
        self.checksum_here();
        let full = self.buffer.as_ref().get(..self.used).unwrap_or_default();
        self.sink.write_all(full)?;
        self.flushed += full.len() as u64;
        self.used = 0;
        self.summed = 0;
        Ok(())
    }

    fn put(&mut self, bytes: &[u8]) -> Result<(), EncodeError<S::Error>> {
        if let Some(room) = self.buffer.as_mut().get_mut(self.used..self.used + bytes.len()) {
            room.copy_from_slice(bytes);
            self.used += bytes.len();
            return Ok(());
        }
        self.flush()?;
        if let Some(room) = self.buffer.as_mut().get_mut(..bytes.len()) {
            room.copy_from_slice(bytes);
            self.used = bytes.len();
            return Ok(());
        }
        self.checksum.update(bytes);
        self.put_unsummed(bytes)
    }

    /// `len` bytes of the buffer, to be filled in and counted; none if it is
    /// shorter than that.
    fn room(&mut self, len: usize) -> Result<Option<&mut [u8]>, EncodeError<S::Error>> {
        if self.used.saturating_add(len) > self.buffer.as_ref().len() {
            self.flush()?;
        }
        let start = self.used;
        Ok(self.buffer.as_mut().get_mut(start..start.saturating_add(len)))
    }

    fn put_unsummed(&mut self, bytes: &[u8]) -> Result<(), EncodeError<S::Error>> {
        self.sink.write_all(bytes)?;
        self.flushed += bytes.len() as u64;
        Ok(())
    }

    /// Writes `promised` where there is one, but sums up `placeholder`.
    fn put_promised(&mut self, placeholder: [u8; 8], promised: Option<[u8; 8]>) -> Result<(), EncodeError<S::Error>> {
        let Some(promised) = promised else {
            return self.put(&placeholder);
        };
        self.flush()?;
        self.checksum.update(&placeholder);
        self.put_unsummed(&promised)
    }

    fn put_uleb32(&mut self, value: u32) -> Result<(), EncodeError<S::Error>> {
        // Nearly all counters fit one byte.
        if let ([low @ 0..=0x7f, 0, 0, 0], Some(slot)) = (value.to_le_bytes(), self.buffer.as_mut().get_mut(self.used))
        {
            *slot = low;
            self.used += 1;
            return Ok(());
        }
        self.put_uleb(u64::from(value))
    }

    fn put_uleb(&mut self, value: u64) -> Result<(), EncodeError<S::Error>> {
        let mut bytes = [0; uleb::MAX_LEN];
        let len = uleb::write(value, &mut bytes);
        self.put(bytes.get(..len).unwrap_or_default())
    }
}
