//! Counters in memory: seen as slices of atomics, read as what is to be
//! emitted, and moved at the start of a window.

use crate::window::View;
use core::ops::Range;
use core::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use livecov_format::encode::EncodeError;
use livecov_format::encode::counters::SegmentEncoder;
use livecov_format::sink::Sink;

/// Counters are looked at in blocks of this many.
pub(crate) const BLOCK: usize = 8;

/// Where the values to be emitted come from.
pub(crate) trait Source {
    /// Number of counters.
    fn len(&self) -> usize;

    /// The value of counter `index`, as files hold it: 32 bits, saturated.
    fn value(&self, index: usize) -> u32;

    /// Whether all of the block of counters from `index` on are zero. May say
    /// no wrongly; may say anything of blocks that reach over the end.
    fn is_zero_block(&self, index: usize) -> bool;

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
        let len = self.len();
        while index < len {
            if index + BLOCK <= len && self.is_zero_block(index) {
                index += BLOCK;
                continue;
            }
            if self.value(index) != 0 {
                return Some(index);
            }
            index += 1;
        }
        None
    }
}

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

/// Whether eight bytes are zero, in one read.
#[cfg(all(target_arch = "x86_64", not(miri)))]
fn is_zero_bytes(slab: &[AtomicU8], index: usize) -> bool {
    let Some(block) = slab.get(index..index + BLOCK) else { return false };
    let value: u64;
    // SAFETY: the eight bytes are those of the slice. Reading them at once,
    // while others write single ones, has no meaning in Rust's memory model;
    // for the processor it is a load like any other, hence the assembly.
    unsafe {
        core::arch::asm!(
            "mov {value}, qword ptr [{block}]",
            value = lateout(reg) value,
            block = in(reg) block.as_ptr(),
            options(readonly, nostack, preserves_flags),
        );
    }
    value == 0
}

#[cfg(any(not(target_arch = "x86_64"), miri))]
fn is_zero_bytes(slab: &[AtomicU8], index: usize) -> bool {
    (index..index + BLOCK).all(|index| byte(slab, index) == 0)
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

    fn encode<S: Sink>(
        &self,
        (package, function): (u32, u32),
        range: Range<usize>,
        segment: &mut SegmentEncoder<'_, S, &mut [u8]>,
    ) -> Result<(), EncodeError<S::Error>> {
        let hits = self.slab.get(range.clone()).unwrap_or_default();
        let hit = |hit: &AtomicU8| hit.load(Ordering::Relaxed) != 0;
        match self.held.and_then(|held| held.get(range)) {
            None => segment.function_of_bytes(package, function, hits.iter().map(|it| u8::from(hit(it)))),
            Some(held) => {
                let both = hits.iter().zip(held).map(|(it, held)| u8::from(hit(it) || hit(held)));
                segment.function_of_bytes(package, function, both)
            }
        }
    }

    fn is_zero_block(&self, index: usize) -> bool {
        is_zero_bytes(self.slab, index) && self.held.is_none_or(|held| is_zero_bytes(held, index))
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

    fn is_zero_block(&self, index: usize) -> bool {
        let zero = |index| word(self.now, index) <= self.before.map_or(0, |before| word(before, index));
        (index..index + BLOCK).all(zero)
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
        let live = LiveBytes { slab: self.slab, held: None };
        let mut from = 0;
        while let Some(index) = live.next_live(from) {
            if let (Some(counter), Some(held)) = (self.slab.get(index), held.get(index))
                && counter.swap(0, Ordering::Relaxed) != 0
            {
                held.store(1, Ordering::Relaxed);
            }
            from = index + 1;
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
        for (counter, next) in self.slab.iter().zip(next) {
            // A counter at zero has always been there, and so has its base.
            let count = counter.load(Ordering::Relaxed);
            if count != 0 && next.load(Ordering::Relaxed) != count {
                next.store(count, Ordering::Relaxed);
            }
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
