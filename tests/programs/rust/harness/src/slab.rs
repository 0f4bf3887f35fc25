//! Counters that were written to by someone else.

use crate::calls::report;
use std::path::Path;

/// Fills all counters with ones, as a wild pointer might.
pub fn stray_write(directory: &Path) {
    cov!(stray_write, 0);
    #[cfg(any(counters = "bytes", counters = "words"))]
    {
        let slab = &raw const crate::__coverage::SLAB;
        // SAFETY: the bytes are those of the static, whose atomics allow writing through a shared reference, and any
        // bytes are a value of theirs. There is one thread.
        unsafe { slab.cast::<u8>().cast_mut().write_bytes(0xff, size_of_val(&*slab)) };
    }
    report("write_counters_dir", livecov_rt::write_counters_dir(directory));
}

/// A counter that has counted more than files can hold.
pub fn saturation(directory: &Path) {
    near_the_end();
    #[cfg(counters = "words")]
    {
        use std::sync::atomic::Ordering;
        const MORE_THAN_FITS: u64 = (1 << 32) + 5;
        let count = crate::__coverage::SLAB.0.iter().filter(|counter| counter.load(Ordering::Relaxed) != 0);
        count.for_each(|counter| counter.store(MORE_THAN_FITS, Ordering::Relaxed));
    }
    near_the_end();
    report("write_counters_dir", livecov_rt::write_counters_dir(directory));
}

fn near_the_end() {
    cov!(near_the_end, 0);
}
