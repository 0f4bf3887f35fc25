//! A word of the user's that goes into every snapshot.

use crate::error::Error;
use crate::text::Text;
use core::sync::atomic::{AtomicU8, AtomicU32, Ordering, fence};

/// The longest label, in bytes.
pub const MAX_LABEL_LEN: usize = 128;

pub(crate) type Label = Text<{ MAX_LABEL_LEN + 1 }>;

/// Odd while a label is being set. A reader that sees it change, or an odd
/// value, does without a label: it may be in a handler on the setting thread.
static VERSION: AtomicU32 = AtomicU32::new(0);
static LEN: AtomicU8 = AtomicU8::new(0);
static BYTES: [AtomicU8; MAX_LABEL_LEN] = [const { AtomicU8::new(0) }; MAX_LABEL_LEN];

/// Names what the process is doing, in all snapshots of this image's runtime
/// from now on (argument `livecov.label`). An empty label is none.
///
/// # Errors
///
/// [`Error::LabelTooLong`] beyond [`MAX_LABEL_LEN`] bytes; [`Error::Busy`] if
/// another thread is setting one at this moment.
pub fn set_label(label: &str) -> Result<(), Error> {
    let len = u8::try_from(label.len()).ok().filter(|len| usize::from(*len) <= MAX_LABEL_LEN);
    let Some(len) = len else { return Err(Error::LabelTooLong { len: label.len() }) };
    let version = VERSION.load(Ordering::Relaxed);
    let odd = version | 1;
    if odd == version || VERSION.compare_exchange(version, odd, Ordering::Acquire, Ordering::Relaxed).is_err() {
        return Err(Error::Busy);
    }
    fence(Ordering::Release);
    for (slot, byte) in BYTES.iter().zip(label.bytes()) {
        slot.store(byte, Ordering::Relaxed);
    }
    LEN.store(len, Ordering::Relaxed);
    VERSION.store(odd.wrapping_add(1), Ordering::Release);
    Ok(())
}

/// The label by now.
pub(crate) fn current() -> Label {
    let mut label = Label::new();
    let version = VERSION.load(Ordering::Acquire);
    for slot in BYTES.iter().take(usize::from(LEN.load(Ordering::Relaxed))) {
        label.push(&[slot.load(Ordering::Relaxed)]);
    }
    fence(Ordering::Acquire);
    let is_whole = version % 2 == 0 && VERSION.load(Ordering::Relaxed) == version;
    if is_whole { label } else { Label::new() }
}
