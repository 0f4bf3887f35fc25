//! Descriptors kept for the moment in which the program has none left.
//!
//! A program at its limit of open files cannot dump: a dump opens two files. So
//! while signals are armed a few descriptors of the data's directory are kept,
//! which a dump that finds no other closes, and takes again afterwards.

use crate::directory::Directory;
use core::ffi::c_int;
use core::sync::atomic::{AtomicI32, AtomicU64, Ordering};

struct Spare {
    number: AtomicI32,
    identity: [AtomicU64; 2],
}

/// Directory, file, and one for the socket of notices or what the system needs.
static SPARES: [Spare; 3] =
    [const { Spare { number: AtomicI32::new(NONE), identity: [const { AtomicU64::new(0) }; 2] } }; 3];

const NONE: c_int = -1;
/// One that is being taken.
const BUSY: c_int = -2;

/// Takes descriptors in reserve: copies of that of `directory`, and where there
/// is none left, that one.
pub(crate) fn reserve(directory: Directory) {
    let is_full = SPARES.iter().all(|spare| spare.number.load(Ordering::Relaxed) != NONE);
    let Some((device, inode)) = directory.identity().ok().filter(|_| !is_full) else { return };
    let mut last = Some(directory);
    for spare in &SPARES {
        if spare.number.compare_exchange(NONE, BUSY, Ordering::Acquire, Ordering::Relaxed).is_err() {
            continue;
        }
        let copy = last.as_ref().and_then(|directory| directory.copied().ok()).or_else(|| last.take());
        for (slot, value) in spare.identity.iter().zip([device, inode]) {
            slot.store(value, Ordering::Relaxed);
        }
        spare.number.store(copy.map_or(NONE, Directory::into_number), Ordering::Release);
    }
}

/// Closes those in reserve. Returns whether there were any.
pub(crate) fn release() -> bool {
    let mut any = false;
    for spare in &SPARES {
        let number = spare.number.load(Ordering::Acquire);
        if number < 0 || spare.number.compare_exchange(number, NONE, Ordering::AcqRel, Ordering::Relaxed).is_err() {
            continue;
        }
        let [device, inode] = [0, 1].map(|at| spare.identity.get(at).map_or(0, |word| word.load(Ordering::Relaxed)));
        let directory = Directory::borrow_number(number);
        if directory.identity() == Ok((device, inode)) {
            drop(directory);
            any = true;
        } else {
            // The program has closed it, and may use the number.
            directory.into_number();
        }
    }
    any
}
