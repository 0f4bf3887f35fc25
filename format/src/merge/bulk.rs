//! Records straight from files into counters: the hot loop of the tools.
//!
//! A record is short: seven counters on average in a large program, nearly all
//! below 128. So its head is taken from one word, and its counters are added
//! eight at a time to lanes of 16 bits, with zeros in the place of those behind
//! the last. Before a lane can overflow, all are emptied into 32 bits.

use super::counters::{Counters, add, unite};
use super::table::{FunctionTable, UnknownFunction};
use crate::decode::records::{CONTINUED, short_number, uleb32};
use crate::decode::{DecodeError, DecodeErrorKind, FunctionIndex, RecordVisitor, Segment};
use crate::vocab::CounterMode;
use std::vec::Vec;

/// Adds up the segments of many processes, each read once.
///
/// The same sums as [`Counters::add_records`], in a fraction of the time.
#[derive(Clone, Debug)]
pub struct Tally {
    counters: Counters,
    /// What single-byte counters come to since the last emptying, as bytes, so
    /// that several can be added to at once: their sums in 16 bits each, or in
    /// `set` mode their logical or in one byte each.
    lanes: Vec<u8>,
    /// Segments since then.
    segment_count: u16,
    /// What the loop over records must know of each function.
    slots: Vec<Slot>,
    /// The numbers of each package's first function and of the one behind its
    /// last.
    packages: Vec<[u32; 2]>,
}

/// What the loop over records must know of a function, in one place.
#[derive(Clone, Copy, Debug)]
struct Slot {
    /// The place of its first counter.
    start: u32,
    /// Number of its counters, if that is below 128: others take another way.
    len: u16,
    /// The last segment since the last emptying that had it; zero for none.
    last_segment: u16,
}

/// Functions with as many counters or more are not added in the fast loop: the
/// number would not fit one byte.
const LONG: usize = 0x80;

/// Single-byte counters are below 128, and a segment adds to a lane once.
const MAX_SEGMENTS: u16 = u16::MAX / 0x7f;

/// Lanes behind the last one, always zero, so that eight at a time can be
/// worked on.
const PADDING: usize = 8;

impl Tally {
    /// Sums that are all zero.
    #[must_use]
    pub fn new(table: &FunctionTable, mode: CounterMode) -> Self {
        let slot = |number| {
            let units = table.units(number);
            let narrow = |place| u32::try_from(place).unwrap_or(u32::MAX);
            let len = u16::try_from(units.len().min(LONG)).unwrap_or(u16::MAX);
            Slot { start: narrow(units.start), len, last_segment: 0 }
        };
        let package = |package| {
            let functions = table.functions(package);
            [functions.start, functions.end].map(|number| u32::try_from(number).unwrap_or(u32::MAX))
        };
        Self {
            counters: Counters::new(table, mode),
            lanes: std::vec![0; lane_len(mode.unites()) * (table.unit_count() + PADDING)],
            segment_count: 0,
            slots: (0..table.function_count()).map(slot).collect(),
            packages: (0..table.package_count()).map(package).collect(),
        }
    }

    /// Counts the records of a segment in, and notes those of functions that
    /// the program does not have.
    ///
    /// # Errors
    ///
    /// The first rule of the format that the segment breaks. The sums may hold
    /// a part of it then, and are of no use any more.
    pub fn add_segment(
        &mut self,
        table: &FunctionTable,
        segment: &Segment<'_>,
        unknown: &mut Vec<UnknownFunction>,
    ) -> Result<(), DecodeError> {
        if self.segment_count >= MAX_SEGMENTS {
            self.empty();
        }
        self.segment_count += 1;
        if self.counters.unites {
            segment.visit(&mut Adder::<true> { tally: self, table, unknown })
        } else {
            segment.visit(&mut Adder::<false> { tally: self, table, unknown })
        }
    }

    /// Moves what the lanes hold to the counters.
    fn empty(&mut self) {
        let values = self.counters.values.iter_mut();
        if self.counters.unites {
            for (value, lane) in values.zip(&mut self.lanes) {
                *value |= u32::from(std::mem::take(lane) != 0);
            }
        } else {
            for (value, lane) in values.zip(self.lanes.chunks_exact_mut(2)) {
                let lane = lane.first_chunk_mut().map_or([0; 2], std::mem::take);
                *value = value.saturating_add(u32::from(u16::from_le_bytes(lane)));
            }
        }
        for (present, slot) in self.counters.present.iter_mut().zip(&mut self.slots) {
            *present |= std::mem::take(&mut slot.last_segment) != 0;
        }
        self.segment_count = 0;
    }

    /// The sums.
    #[must_use]
    pub fn finish(mut self) -> Counters {
        self.empty();
        self.counters
    }
}

/// Bytes of a lane.
const fn lane_len(unites: bool) -> usize {
    if unites { 1 } else { 2 }
}

/// Takes records and adds them; `UNITES` in `set` mode.
struct Adder<'a, const UNITES: bool> {
    tally: &'a mut Tally,
    table: &'a FunctionTable,
    unknown: &'a mut Vec<UnknownFunction>,
}

impl<const UNITES: bool> RecordVisitor for Adder<'_, UNITES> {
    fn run(&mut self, bytes: &[u8], count: u64) -> (u64, usize) {
        let Tally { counters, lanes, segment_count, slots, packages } = &mut *self.tally;
        let mut hot = Hot::<UNITES> { lanes, values: &mut counters.values, slots, segment: *segment_count };
        let (mut done, mut at) = (0, 0);
        // No package has a number that does not fit 14 bits.
        let (mut package, mut first, mut behind) = (u64::MAX, 0, 0);
        while done < count {
            let Some(head) = Head::parse(bytes, at) else { break };
            if head.package != package {
                package = head.package;
                let functions = usize::try_from(package).ok().and_then(|package| packages.get(package));
                [first, behind] = functions.copied().unwrap_or_default().map(u64::from);
            }
            let number = first + head.function;
            if number >= behind {
                break;
            }
            let Some(len) = hot.add(number, head.len, bytes, at + head.head_len) else { break };
            at += head.head_len + len;
            done += 1;
        }
        (done, at)
    }

    fn record(&mut self, function: FunctionIndex, counters: &[u32]) -> Result<(), DecodeErrorKind> {
        let Some((number, units)) = self.table.place(function, counters.len())? else {
            self.unknown.push(self.table.unknown(function, counters.len()));
            return Ok(());
        };
        let Counters { values, present, .. } = &mut self.tally.counters;
        if let (Some(values), Some(present)) = (values.get_mut(units), present.get_mut(number)) {
            *present = true;
            let combine = if UNITES { unite } else { add };
            combine(values, counters);
        }
        Ok(())
    }
}

/// The start of a record of the usual kind.
struct Head {
    /// Number of counters, below 128.
    len: u16,
    package: u64,
    function: u64,
    head_len: usize,
}

impl Head {
    /// The head at `at`. None unless the number of counters takes one byte and
    /// the others at most two.
    #[inline(always)]
    fn parse(bytes: &[u8], at: usize) -> Option<Self> {
        let word = u64::from_le_bytes(*bytes.get(at..)?.first_chunk()?);
        let (package, package_more, is_long_package) = short_number(word >> 8);
        let (function, function_more, is_long_function) = short_number(word >> (16 + 8 * package_more));
        let is_usual = word & 0x80 | is_long_package | is_long_function == 0;
        let len = u16::try_from(word & 0x7f).ok()?;
        let head_len = 3 + usize::try_from(package_more + function_more).ok()?;
        is_usual.then_some(Self { len, package, function, head_len })
    }
}

/// What the loop over records writes to.
struct Hot<'a, const UNITES: bool> {
    lanes: &'a mut [u8],
    values: &'a mut [u32],
    slots: &'a mut [Slot],
    segment: u16,
}

impl<const UNITES: bool> Hot<'_, UNITES> {
    /// Adds `len` counters that start at `at`, and gives the bytes they take.
    /// None, and perhaps some added, if they do not fit the function or are no
    /// numbers; none as well if the segment had the function before.
    #[inline(always)]
    fn add(&mut self, function: u64, len: u16, bytes: &[u8], at: usize) -> Option<usize> {
        let slot = self.slots.get_mut(usize::try_from(function).ok()?)?;
        // Uniting twice does no harm, so then it is enough to know that it was.
        if slot.len != len || !UNITES && slot.last_segment == self.segment {
            return None;
        }
        slot.last_segment = if UNITES { 1 } else { self.segment };
        let (start, len) = (slot.start as usize, usize::from(len));
        let counters = bytes.get(at..)?;
        if let Some(word) = counters.first_chunk().filter(|_| (1..=8).contains(&len)) {
            // The shift is by less than 64 bits, as there is at least one.
            let word = u64::from_le_bytes(*word) & (u64::MAX >> (64 - 8 * len));
            if word & CONTINUED == 0 {
                self.add_eight(start, word)?;
                return Some(len);
            }
        }
        self.add_any(start, len, counters)
    }

    /// The same for counters of any kind: up to eight small ones at a time, or
    /// those before a larger one, and then that.
    #[inline(never)]
    fn add_any(&mut self, start: usize, len: usize, bytes: &[u8]) -> Option<usize> {
        let (mut at, mut place) = (0, start);
        let end = start + len;
        while place < end {
            let left = bytes.get(at..)?;
            let Some(word) = left.first_chunk() else {
                at += self.add_one(place, left)?;
                place += 1;
                continue;
            };
            let count = (end - place).min(8);
            let word = first_bytes(u64::from_le_bytes(*word), count);
            let small_count = ((word & CONTINUED).trailing_zeros() / 8) as usize;
            self.add_eight(place, first_bytes(word, small_count))?;
            if small_count >= count {
                at += count;
                place += count;
            } else {
                at += small_count + self.add_one(place + small_count, left.get(small_count..)?)?;
                place += small_count + 1;
            }
        }
        Some(at)
    }

    /// Adds one counter of any size, and gives its bytes.
    #[inline(always)]
    fn add_one(&mut self, place: usize, bytes: &[u8]) -> Option<usize> {
        let value = self.values.get_mut(place)?;
        let (more, len) = match bytes {
            [low @ 0..=0x7f, ..] => (u32::from(*low), 1),
            [low, high @ 0..=0x7f, ..] => (u32::from(low & 0x7f) | u32::from(*high) << 7, 2),
            _ => uleb32(bytes).ok()?,
        };
        *value = if UNITES { *value | u32::from(more != 0) } else { value.saturating_add(more) };
        Some(len)
    }

    /// Adds eight bytes to the lanes from `place` on.
    #[inline(always)]
    fn add_eight(&mut self, place: usize, word: u64) -> Option<()> {
        let lanes = self.lanes.get_mut(lane_len(UNITES) * place..)?;
        if UNITES {
            let eight = lanes.first_chunk_mut()?;
            *eight = (u64::from_le_bytes(*eight) | word).to_le_bytes();
        } else {
            let lanes: &mut [u8; 2 * PADDING] = lanes.first_chunk_mut()?;
            let (low, high) = lanes.split_first_chunk_mut()?;
            let high = high.first_chunk_mut()?;
            *low = (u64::from_le_bytes(*low) + spread(word & 0xffff_ffff)).to_le_bytes();
            *high = (u64::from_le_bytes(*high) + spread(word >> 32)).to_le_bytes();
        }
        Some(())
    }
}

/// The first `len` bytes of eight.
const fn first_bytes(word: u64, len: usize) -> u64 {
    if len >= 8 { word } else { word & ((1 << (8 * len)) - 1) }
}

/// Four bytes, each in the low half of 16 bits.
#[inline(always)]
const fn spread(bytes: u64) -> u64 {
    let pairs = (bytes | bytes << 16) & 0x0000_ffff_0000_ffff;
    (pairs | pairs << 8) & 0x00ff_00ff_00ff_00ff
}
