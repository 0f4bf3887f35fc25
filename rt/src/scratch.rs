//! Memory to encode in: a few buffers that callers take and give back, so that
//! neither the stack nor an allocator is needed.

use crate::sys::process_id;
use core::cell::UnsafeCell;
use core::sync::atomic::{AtomicU32, Ordering};

/// Bytes of a buffer.
pub(crate) const BUFFER_LEN: usize = 32 << 10;
/// As many emissions can run at once at full speed.
const BUFFER_COUNT: usize = 4;
/// Bytes of the buffer on the stack for those beyond that number.
const SMALL_LEN: usize = 512;

struct Buffer {
    /// The process that uses it, or 0. A fork inherits buffers in use, whose
    /// users it does not.
    user: AtomicU32,
    bytes: UnsafeCell<[u8; BUFFER_LEN]>,
}

// SAFETY: `bytes` is used by the one who has put the process into `user`.
unsafe impl Sync for Buffer {}

static BUFFERS: [Buffer; BUFFER_COUNT] =
    [const { Buffer { user: AtomicU32::new(0), bytes: UnsafeCell::new([0; BUFFER_LEN]) } }; BUFFER_COUNT];

/// A buffer in use.
struct Claim(&'static Buffer);

impl Claim {
    fn take() -> Option<Self> {
        let process = process_id();
        BUFFERS.iter().find_map(|buffer| {
            let user = buffer.user.load(Ordering::Relaxed);
            let is_free = user != process
                && buffer.user.compare_exchange(user, process, Ordering::Acquire, Ordering::Relaxed).is_ok();
            // Made only if it is: one that is dropped gives the buffer back.
            is_free.then(|| Self(buffer))
        })
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        self.0.user.store(0, Ordering::Release);
    }
}

/// Calls `run` with memory for its time: [`BUFFER_LEN`] bytes, or a few
/// hundred if all such are taken.
pub(crate) fn with_buffer<T>(run: impl FnOnce(&mut [u8]) -> T) -> T {
    match Claim::take() {
        // SAFETY: the claim makes this the only use of the buffer in this
        // process, until it is dropped, which is after `run`.
        Some(claim) => run(unsafe { &mut *claim.0.bytes.get() }),
        None => with_small_buffer(run),
    }
}

// Apart, so that its bytes are not on everybody's stack.
#[inline(never)]
fn with_small_buffer<T>(run: impl FnOnce(&mut [u8]) -> T) -> T {
    run(&mut [0; SMALL_LEN])
}
