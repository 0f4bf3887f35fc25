//! The protocol of windows: taking counters exactly, while probes run and
//! others read.
//!
//! Time is cut into epochs. Within one the emitted counters only grow; a take
//! ends it. One word per image holds the epoch, the phase, and the process
//! that is taking:
//!
//! * idle: readers use the live counters;
//! * freezing: the taker fixes every counter's value in the shadow slabs,
//!   memory only, with signals blocked, so this ends soon;
//! * frozen: the values of the ending epoch no longer change. The taker writes
//!   them out, which may take long and may fail. Readers use the frozen values
//!   too, so that no hit ends up in two epochs.
//!
//! A take that succeeds starts the next epoch; one that fails goes back to
//! idle in the same epoch, and nothing is lost. Readers check afterwards that
//! the word has not changed ([`Window::still`]) and else start over: a
//! sequence lock, whose data are the slabs.
//!
//! Where takes follow one another, a reader would start over for ever. So one
//! that had to makes itself known ([`Holds`]), and takes that have not begun
//! wait for it; not for ever either, so that nobody waits for nobody.
//!
//! A word that names another process was inherited through a fork; that
//! process's take does not go on in this one.

use crate::atomic::{AtomicU32, AtomicU64, Ordering, fence};

const PHASES: u64 = 3;
const IDLE: u64 = 0;
const FREEZING: u64 = 1;
const FROZEN: u64 = 2;
const EPOCH_STEP: u64 = 4;
const EPOCHS: u64 = (1 << 32) - EPOCH_STEP;

/// The word; see the module's description.
#[derive(Debug)]
#[repr(transparent)]
pub struct Window(AtomicU64);

/// What a reader goes by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct View {
    word: u64,
    /// The number of takes before.
    pub(crate) epoch: u64,
    /// Whether to use the frozen values.
    pub(crate) is_frozen: bool,
}

impl View {
    /// Which of the two shadow slabs the epoch started from; the other is
    /// where the next will start from.
    pub(crate) const fn base_slab(self) -> usize {
        if self.epoch & 1 == 0 { 0 } else { 1 }
    }

    /// The view with the live counters, whatever the phase.
    pub(crate) const fn live(self) -> Self {
        Self { is_frozen: false, ..self }
    }
}

/// A take that has begun; ends by [`commit`](Self::commit) or else undone.
#[derive(Debug)]
pub(crate) struct Take<'w> {
    window: &'w Window,
    idle: u64,
    process: u64,
}

impl Window {
    /// The protocol over `word`, which starts as zero: epoch zero, idle.
    pub(crate) const fn new(word: AtomicU64) -> Self {
        Self(word)
    }

    /// What to read by now; `None` while a take of this process is freezing.
    pub(crate) fn view(&self, process: u32) -> Option<View> {
        let word = self.0.load(Ordering::Acquire);
        let (phase, owner) = (word & PHASES, word >> 32);
        let ours = owner == u64::from(process);
        let epoch = (word & EPOCHS) / EPOCH_STEP;
        match phase {
            FREEZING if ours => None,
            _ => Some(View { word, epoch, is_frozen: phase == FROZEN && ours }),
        }
    }

    /// The live counters, in the middle of a freeze that does not end.
    pub(crate) fn any_view(&self) -> View {
        let word = self.0.load(Ordering::Acquire);
        View { word, epoch: (word & EPOCHS) / EPOCH_STEP, is_frozen: false }
    }

    /// Whether what was read by `view` holds.
    pub(crate) fn still(&self, view: View) -> bool {
        // With the one in `begin`: if the word is still as it was, then what was
        // read here is not newer than what a take reads that begins later.
        fence(Ordering::SeqCst);
        self.0.load(Ordering::Relaxed) == view.word
    }

    /// Starts a take: freezing. `None` while another one of this process is
    /// under way.
    pub(crate) fn begin(&self, process: u32) -> Option<Take<'_>> {
        let word = self.0.load(Ordering::Relaxed);
        let process = u64::from(process);
        if word & PHASES != IDLE && word >> 32 == process {
            return None;
        }
        let idle = word & EPOCHS;
        let freezing = process << 32 | idle | FREEZING;
        self.0.compare_exchange(word, freezing, Ordering::Acquire, Ordering::Relaxed).ok()?;
        // What the freeze stores must not be seen by a reader that still
        // finds the word as it was; and what such a reader has read, the
        // freeze must not miss.
        fence(Ordering::SeqCst);
        Some(Take { window: self, idle, process })
    }

    /// The take of `view` that was left frozen, unless it is over.
    #[allow(dead_code, reason = "for streams of the standard library")]
    pub(crate) fn resume(&self, view: View) -> Option<Take<'_>> {
        let is_frozen = view.word & PHASES == FROZEN && self.0.load(Ordering::Acquire) == view.word;
        // Made only if it is: one that is dropped ends the take.
        is_frozen.then(|| Take { window: self, idle: view.word & EPOCHS, process: view.word >> 32 })
    }

    /// Back to the start, for a process that a fork has just made.
    pub(crate) fn reset(&self) {
        self.0.store(0, Ordering::Release);
    }
}

impl Take<'_> {
    /// The view of the ending epoch, to be used once frozen.
    pub(crate) const fn view(&self) -> View {
        let word = self.process << 32 | self.idle | FROZEN;
        View { word, epoch: self.idle / EPOCH_STEP, is_frozen: true }
    }

    /// Leaves the counters frozen, to be [resumed](Window::resume).
    #[allow(dead_code, reason = "for streams of the standard library")]
    pub(crate) fn leave(self) -> View {
        let view = self.view();
        core::mem::forget(self);
        view
    }

    /// All values are fixed.
    pub(crate) fn freeze(&self) {
        self.window.0.store(self.view().word, Ordering::Release);
    }

    /// The epoch's values are safe elsewhere: the next epoch begins.
    pub(crate) fn commit(self) {
        let next = self.idle.wrapping_add(EPOCH_STEP) & EPOCHS;
        self.window.0.store(next, Ordering::Release);
        core::mem::forget(self);
    }
}

impl Drop for Take<'_> {
    fn drop(&mut self) {
        self.window.0.store(self.idle, Ordering::Release);
    }
}

/// Readers that takes wait for: the number of the process, which has at most 22
/// bits, above, and how many there are in the 10 bits below.
#[derive(Debug)]
#[repr(transparent)]
pub struct Holds(AtomicU32);

const HOLD_COUNT: u32 = (1 << 10) - 1;

/// A reader that has made itself known, until dropped.
#[derive(Debug)]
pub(crate) struct Hold<'h>(&'h Holds);

impl Holds {
    /// The word, which starts as zero: nobody.
    pub(crate) const fn new(word: AtomicU32) -> Self {
        Self(word)
    }

    /// Makes a reader known; `None` if there are too many already.
    pub(crate) fn hold(&self, process: u32) -> Option<Hold<'_>> {
        let one = process << 10 | 1;
        // A count of another process was inherited.
        let update = |word: u32| match word & HOLD_COUNT {
            _ if word >> 10 != one >> 10 => Some(one),
            HOLD_COUNT => None,
            _ => Some(word + 1),
        };
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, update).ok()?;
        // With the one in `are_there`: a take that does not see this reader
        // begins no later than the first that the reader meets.
        fence(Ordering::SeqCst);
        Some(Hold(self))
    }

    /// Whether readers of this process want takes to wait.
    pub(crate) fn are_there(&self, process: u32) -> bool {
        fence(Ordering::SeqCst);
        let word = self.0.load(Ordering::Relaxed);
        word >> 10 == process << 10 >> 10 && word & HOLD_COUNT != 0
    }

    /// Back to the start, for a process that a fork has just made.
    pub(crate) fn reset(&self) {
        self.0.store(0, Ordering::Relaxed);
    }
}

impl Drop for Hold<'_> {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::Relaxed);
    }
}
