//! `LIVECOV_DUMP_KEEP=N`: of the dumps of a process the last N stay.
//!
//! Dumps of one epoch are cumulative, so the last has all that those before it
//! have. Those of different epochs are not, so each epoch has its own N.

use crate::directory::Directory;
use crate::held::SignalsBlocked;
use crate::settings::dumps_kept;
use crate::sys::{pause, process_id};
use core::cell::UnsafeCell;
use core::sync::atomic::{AtomicU32, Ordering};
use livecov_format::hash::Hash;

/// At most this many dumps are kept, if not all.
pub(crate) const MAX_KEPT: usize = 64;
/// Images of which dumps are counted, each in each of its directories.
const MAX_IMAGES: usize = 16;
/// How often it is asked whether another thread is done with the table, each
/// time after a pause: a hundredth of a second.
const MAX_PAUSES: usize = 200;

/// Which image, and device and inode of the directory.
type Subject = (Hash, (u64, u64));

/// The last dumps of an image to a directory, in one epoch of one process.
#[derive(Clone, Copy)]
struct Ring {
    subject: Subject,
    process: u32,
    epoch: u64,
    /// The moments in their names; 0 where there is none.
    moments: [u64; MAX_KEPT],
    next: usize,
}

const EMPTY: Ring = Ring { subject: ([0; 16], (0, 0)), process: 0, epoch: 0, moments: [0; MAX_KEPT], next: 0 };

struct Table {
    /// The process that uses it, or 0. A fork inherits a table in use, whose
    /// user it does not.
    user: AtomicU32,
    rings: UnsafeCell<[Ring; MAX_IMAGES]>,
}

// SAFETY: `rings` is used by the one who has put the process into `user`.
unsafe impl Sync for Table {}

static TABLE: Table = Table { user: AtomicU32::new(0), rings: UnsafeCell::new([EMPTY; MAX_IMAGES]) };

/// Notes a dump that was just written to `directory`. Returns the moment of the one that is
/// too many.
pub(crate) fn dumped(hash: &Hash, directory: &Directory, epoch: u64, moment: u64) -> Option<u64> {
    let kept = dumps_kept().min(MAX_KEPT);
    if kept == 0 {
        return None;
    }
    let subject = (*hash, directory.identity().ok()?);
    // A handler would wait for this very thread.
    let _signals = SignalsBlocked::new();
    let process = process_id();
    let is_free = || {
        let user = TABLE.user.load(Ordering::Relaxed);
        user != process && TABLE.user.compare_exchange(user, process, Ordering::Acquire, Ordering::Relaxed).is_ok()
    };
    for _ in 0..MAX_PAUSES {
        if is_free() {
            // SAFETY: this thread has just put the process into `user`.
            let rings = unsafe { &mut *TABLE.rings.get() };
            let oldest = ring(rings, &subject, process, epoch, moment).and_then(|ring| ring.push(moment, kept));
            TABLE.user.store(0, Ordering::Release);
            return oldest;
        }
        pause();
    }
    None
}

/// The ring of an image, emptied if it is another epoch's or process's: files
/// of those stay. Where there is no room, that of another image gives way, of
/// which what is there stays.
fn ring<'r>(rings: &'r mut [Ring], subject: &Subject, process: u32, epoch: u64, moment: u64) -> Option<&'r mut Ring> {
    let known = rings.iter().position(|ring| ring.process != 0 && ring.subject == *subject);
    let free = || rings.iter().position(|ring| ring.process == 0);
    let any = || usize::try_from(moment).unwrap_or(0).checked_rem(rings.len());
    let at = known.or_else(free).or_else(any)?;
    let ring = rings.get_mut(at)?;
    if ring.process != process || ring.epoch != epoch || ring.subject != *subject {
        *ring = Ring { subject: *subject, process, epoch, ..EMPTY };
    }
    Some(ring)
}

impl Ring {
    /// Adds a moment. Returns the one that is too many.
    fn push(&mut self, moment: u64, kept: usize) -> Option<u64> {
        let at = self.next % kept;
        self.next = (at + 1) % kept;
        let slot = self.moments.get_mut(at)?;
        Some(core::mem::replace(slot, moment)).filter(|oldest| *oldest != 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_of_an_epoch_goes() {
        let mut rings = [EMPTY; 2];
        let mut push =
            |hash: u8, epoch, moment| ring(&mut rings, &([hash; 16], (1, 1)), 1, epoch, moment)?.push(moment, 2);
        assert_eq!([push(1, 0, 10), push(1, 0, 11), push(1, 0, 12)], [None, None, Some(10)]);
        assert_eq!([push(2, 0, 20), push(2, 0, 21)], [None, None]);
        assert_eq!(push(1, 0, 13), Some(11));
        assert_eq!([push(1, 1, 14), push(1, 1, 15), push(1, 1, 16)], [None, None, Some(14)]);
        assert_eq!([push(3, 0, 30), push(3, 0, 31), push(3, 0, 32)], [None, None, Some(30)], "another gives way");
    }
}
