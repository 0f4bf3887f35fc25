//! Counters in memory: seen as slices of atomics, read as what is to be
//! emitted, and moved at the start of a window.

use crate::scan::{as_hits, equal_words, load_bytes, take_bytes, zero_bytes, zero_words};
use crate::window::View;
use core::ops::Range;
use core::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use livecov_format::encode::EncodeError;
use livecov_format::encode::counters::SegmentEncoder;
use livecov_format::sink::Sink;

/// Where the values to be emitted come from.
pub(crate) trait Source {
    /// Number of counters.
    fn len(&self) -> usize;

    /// The value of counter `index`, as files hold it: 32 bits, saturated.
    fn value(&self, index: usize) -> u32;

    /// How many counters from `index` on are zero; there may be more.
    fn zeros(&self, index: usize) -> usize;

    /// Writes the counters in `range`, those of a function, to `segment`.
    ///
    /// # Errors
    ///
    /// Those of the sink.
    fn encode<S: Sink>(
        &self,
        (package, function): (u32, u32),
        range: Range<usize>,
        segment: &mut SegmentEncoder<'_, S, &mut [u8]>,
    ) -> Result<(), EncodeError<S::Error>> {
        segment.function(package, function, range.map(|index| self.value(index)))
    }

    /// The first counter from `index` on that is not zero.
    fn next_live(&self, mut index: usize) -> Option<usize> {
        loop {
            index += self.zeros(index);
            if index >= self.len() {
                return None;
            }
            // A scan may stop at one that is zero, or has become so.
            if self.value(index) != 0 {
                return Some(index);
            }
            index += 1;
        }
    }
}

/// Wide counters are fixed this many at a time.
const FIXED: usize = 64;

/// Two slabs are scanned in turns of this many bytes.
const TURN: usize = 512;

/// The counters of a package in `set` mode.
#[derive(Clone, Copy)]
pub(crate) struct Bytes<'a> {
    pub(crate) slab: &'a [AtomicU8],
    /// What windows have moved out of the slab and not delivered yet: for each
    /// parity of the epoch a slab.
    pub(crate) held: [&'a [AtomicU8]; 2],
}

/// The counters of a package in `count` or `atomic` mode.
#[derive(Clone, Copy)]
pub(crate) struct Words<'a> {
    pub(crate) slab: &'a [AtomicU64],
    /// What the counters were when the epoch began: for each parity of the
    /// epoch a slab.
    pub(crate) base: [&'a [AtomicU64]; 2],
}

fn byte(slab: &[AtomicU8], index: usize) -> u8 {
    slab.get(index).map_or(0, |counter| counter.load(Ordering::Relaxed))
}

fn word(slab: &[AtomicU64], index: usize) -> u64 {
    slab.get(index).map_or(0, |counter| counter.load(Ordering::Relaxed))
}

/// Eight counters from `index` on, if there are as many.
fn eight(slab: &[AtomicU8], index: usize) -> Option<&[AtomicU8; 8]> {
    slab.get(index..)?.first_chunk()
}

/// `set` mode, live: hits in the slab, and those held back.
pub(crate) struct LiveBytes<'a> {
    slab: &'a [AtomicU8],
    held: Option<&'a [AtomicU8]>,
}

impl Source for LiveBytes<'_> {
    fn len(&self) -> usize {
        self.slab.len()
    }

    fn value(&self, index: usize) -> u32 {
        let held = self.held.map_or(0, |held| byte(held, index));
        u32::from(byte(self.slab, index) | held != 0)
    }

    fn zeros(&self, index: usize) -> usize {
        let Some(held) = self.held else { return zero_bytes(self.slab, index) };
        let mut from = index;
        // The two slabs take turns: where one is empty and the other is not,
        // each call would otherwise scan the first one to its end.
        for end in (index..self.slab.len()).step_by(TURN).map(|start| start + TURN) {
            let stretch = self.slab.get(..end).unwrap_or(self.slab);
            let end = from + zero_bytes(stretch, from);
            from += zero_bytes(held.get(..end).unwrap_or(held), from);
            if from < stretch.len() {
                break;
            }
        }
        from - index
    }

    fn encode<S: Sink>(
        &self,
        (package, function): (u32, u32),
        range: Range<usize>,
        segment: &mut SegmentEncoder<'_, S, &mut [u8]>,
    ) -> Result<(), EncodeError<S::Error>> {
        let start = range.start;
        if segment.function_of_bytes(package, function, range.len(), |out| self.copy(start, out))? {
            return Ok(());
        }
        segment.function(package, function, range.map(|index| self.value(index)))
    }
}

impl LiveBytes<'_> {
    /// Copies hits from counter `index` on, as zeros and ones.
    fn copy(&self, mut index: usize, out: &mut [u8]) {
        let mut words = out.chunks_exact_mut(8);
        for word in words.by_ref() {
            let hits = eight(self.slab, index).map_or(0, load_bytes);
            let held = self.held.and_then(|held| eight(held, index)).map_or(0, load_bytes);
            word.copy_from_slice(&as_hits(hits | held).to_le_bytes());
            index += word.len();
        }
        for (slot, index) in words.into_remainder().iter_mut().zip(index..) {
            *slot = u8::from(self.value(index) != 0);
        }
    }
}

/// 64-bit counters as the distance from a base, or between two of the slabs.
pub(crate) struct Difference<'a> {
    now: &'a [AtomicU64],
    before: Option<&'a [AtomicU64]>,
}

impl Source for Difference<'_> {
    fn len(&self) -> usize {
        self.now.len()
    }

    fn value(&self, index: usize) -> u32 {
        let before = self.before.map_or(0, |before| word(before, index));
        u32::try_from(word(self.now, index).saturating_sub(before)).unwrap_or(u32::MAX)
    }

    fn zeros(&self, index: usize) -> usize {
        match self.before {
            None => zero_words(self.now, index),
            Some(before) => equal_words(self.now, before, index),
        }
    }
}

impl<'a> Bytes<'a> {
    /// What to emit by `view`. Without `shadowed` no window was ever taken.
    pub(crate) fn source(&self, view: View, shadowed: bool) -> LiveBytes<'a> {
        let [even, odd] = self.held;
        let held = if view.base_slab() == 0 { even } else { odd };
        if view.is_frozen {
            LiveBytes { slab: held, held: None }
        } else {
            LiveBytes { slab: self.slab, held: shadowed.then_some(held) }
        }
    }

    /// Moves all hits to where the epoch of `view` holds them, each in one
    /// exact step, and makes room for the next epoch.
    pub(crate) fn freeze(&self, view: View) {
        let [even, odd] = self.held;
        let (held, next) = if view.base_slab() == 0 { (even, odd) } else { (odd, even) };
        clear_bytes(next);
        let mut index = 0;
        // Eight are swapped at once, aligned as the slab is: a swap across two
        // lines of the cache is slow, and forbidden on some systems.
        while let (Some(counters), Some(held)) = (eight(self.slab, index), eight(held, index)) {
            // Swapping costs more than looking.
            if load_bytes(counters) != 0 {
                let hits = as_hits(take_bytes(counters)).to_le_bytes();
                for (held, _) in held.iter().zip(hits).filter(|(_, hit)| *hit != 0) {
                    held.store(1, Ordering::Relaxed);
                }
            }
            index += counters.len();
            index += zero_bytes(self.slab, index) / 8 * 8;
        }
        for (counter, held) in self.slab.iter().zip(held).skip(index) {
            if counter.swap(0, Ordering::Relaxed) != 0 {
                held.store(1, Ordering::Relaxed);
            }
        }
    }

    /// Sets all to zero, for a process that has one thread.
    pub(crate) fn clear(&self) {
        let [even, odd] = self.held;
        for slab in [self.slab, even, odd] {
            clear_bytes(slab);
        }
    }
}

impl<'a> Words<'a> {
    /// What to emit by `view`. Without `shadowed` no window was ever taken.
    pub(crate) fn source(&self, view: View, shadowed: bool) -> Difference<'a> {
        let [even, odd] = self.base;
        let (base, next) = if view.base_slab() == 0 { (even, odd) } else { (odd, even) };
        let now = if view.is_frozen { next } else { self.slab };
        Difference { now, before: shadowed.then_some(base) }
    }

    /// Fixes where the epoch of `view` ends. The counters themselves are
    /// never stored to: others may be incrementing them without a lock.
    pub(crate) fn freeze(&self, view: View) {
        let [even, odd] = self.base;
        let next = if view.base_slab() == 0 { odd } else { even };
        let mut from = 0;
        while from < self.slab.len() {
            // A counter at zero has always been there, and so has its base.
            from += zero_words(self.slab, from);
            for (counter, next) in self.slab.iter().zip(next).skip(from).take(FIXED) {
                let count = counter.load(Ordering::Relaxed);
                if count != 0 && next.load(Ordering::Relaxed) != count {
                    next.store(count, Ordering::Relaxed);
                }
            }
            from += FIXED;
        }
    }

    /// Sets all to zero, for a process that has one thread.
    pub(crate) fn clear(&self) {
        let [even, odd] = self.base;
        for counter in [self.slab, even, odd].into_iter().flatten() {
            // Pages that were never written to stay shared.
            if counter.load(Ordering::Relaxed) != 0 {
                counter.store(0, Ordering::Relaxed);
            }
        }
    }
}

fn clear_bytes(slab: &[AtomicU8]) {
    let live = LiveBytes { slab, held: None };
    let mut from = 0;
    while let Some(index) = live.next_live(from) {
        if let Some(counter) = slab.get(index) {
            counter.store(0, Ordering::Relaxed);
        }
        from = index + 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::window::Window;

    fn live(slab: &[AtomicU8]) -> usize {
        slab.iter().filter(|counter| counter.load(Ordering::Relaxed) != 0).count()
    }

    #[test]
    fn all_hits_are_held_whatever_the_length() {
        for len in (0..140).chain([512, 1023]) {
            for step in [1, 2, 7, 64, 65] {
                let slabs: [std::vec::Vec<AtomicU8>; 3] =
                    core::array::from_fn(|_| (0..len).map(|_| AtomicU8::new(0)).collect());
                let [slab, even, odd] = &slabs;
                let bytes = Bytes { slab, held: [even, odd] };
                slab.iter().step_by(step).for_each(|counter| counter.store(3, Ordering::Relaxed));
                // Left over from two windows ago.
                odd.iter().for_each(|counter| counter.store(1, Ordering::Relaxed));
                let hits = live(slab);
                let window = Window::new(core::sync::atomic::AtomicU64::new(0));
                let take = window.begin(1).unwrap();
                bytes.freeze(take.view());
                assert_eq!((live(slab), live(even), live(odd)), (0, hits, 0), "{len} {step}");
                let source = bytes.source(take.view(), true);
                assert_eq!((0..len).filter(|index| source.value(*index) == 1).count(), hits);
            }
        }
    }

    #[test]
    fn the_next_live_counter_is_found_in_either_slab() {
        for len in [0, 1, 63, TURN - 1, TURN, TURN + 1, 5 * TURN + 9] {
            for (step, held_step) in
                [(1, 1), (7, 640), (2000, 3), (640, 2000), (9999, TURN), (TURN, 9999), (9999, 9999)]
            {
                let [slab, held]: [std::vec::Vec<AtomicU8>; 2] =
                    [step, held_step].map(|step| (1..=len).map(|at| AtomicU8::new(u8::from(at % step == 0))).collect());
                let live = LiveBytes { slab: &slab, held: Some(&held) };
                let found: std::vec::Vec<usize> =
                    core::iter::successors(live.next_live(0), |at| live.next_live(at + 1)).collect();
                let naive: std::vec::Vec<usize> = (0..len).filter(|at| live.value(*at) != 0).collect();
                assert_eq!(found, naive, "{len} {step} {held_step}");
            }
        }
    }

    #[test]
    fn wide_counters_are_fixed_whatever_the_length() {
        for len in (0..140).chain([512, 1023]) {
            for step in [1, 2, 7, 64, 65] {
                let slabs: [std::vec::Vec<AtomicU64>; 3] =
                    core::array::from_fn(|_| (0..len).map(|_| AtomicU64::new(0)).collect());
                let [slab, even, odd] = &slabs;
                let words = Words { slab, base: [even, odd] };
                slab.iter().step_by(step).for_each(|counter| counter.store(1 << 33, Ordering::Relaxed));
                let window = Window::new(core::sync::atomic::AtomicU64::new(0));
                let take = window.begin(1).unwrap();
                words.freeze(take.view());
                slab.iter().for_each(|counter| counter.store(u64::MAX, Ordering::Relaxed));
                let source = words.source(take.view(), true);
                let saturated = (0..len).filter(|index| source.value(*index) == u32::MAX).count();
                assert_eq!(saturated, len.div_ceil(step), "{len} {step}");
                assert_eq!(source.next_live(0), (len > 0).then_some(0));
            }
        }
    }
}
