//! Reading many counters at once, while others write them.
//!
//! In Rust's memory model a wide read of memory that is written a byte at a
//! time has no meaning. For the processor it has: each byte is one that was
//! there. So on x86-64 these reads are in assembly; elsewhere counters are
//! read one by one.

use core::sync::atomic::{AtomicU8, AtomicU64, Ordering};

/// Bytes looked at together.
#[cfg(all(target_arch = "x86_64", not(miri)))]
const LINE: usize = 64;

/// The number of counters from `from` on that are zero, up to the first that
/// is not.
pub(crate) fn zero_bytes(slab: &[AtomicU8], from: usize) -> usize {
    let rest = slab.get(from..).unwrap_or_default();
    let mut index = zero_lines(rest.as_ptr().cast(), rest.len());
    while let Some(eight) = rest.get(index..).and_then(<[AtomicU8]>::first_chunk) {
        let bytes = load_bytes(eight);
        if bytes != 0 {
            // The lowest byte is the first.
            return index + bytes.trailing_zeros() as usize / 8;
        }
        index += eight.len();
    }
    let tail = rest.get(index..).unwrap_or_default();
    index + tail.iter().take_while(|counter| counter.load(Ordering::Relaxed) == 0).count()
}

/// As [`zero_bytes`], for wide counters.
pub(crate) fn zero_words(slab: &[AtomicU64], from: usize) -> usize {
    let rest = slab.get(from..).unwrap_or_default();
    let index = zero_lines(rest.as_ptr().cast(), size_of_val(rest)) / 8;
    let tail = rest.get(index..).unwrap_or_default();
    index + tail.iter().take_while(|counter| counter.load(Ordering::Relaxed) == 0).count()
}

/// The number of counters from `from` on that are the same in both slabs, up
/// to the first that differs.
pub(crate) fn equal_words(one: &[AtomicU64], other: &[AtomicU64], from: usize) -> usize {
    let one = one.get(from..).unwrap_or_default();
    let other = other.get(from..).unwrap_or_default();
    let len = one.len().min(other.len());
    let index = equal_lines(one.as_ptr().cast(), other.as_ptr().cast(), 8 * len) / 8;
    let pairs = one.iter().zip(other).skip(index);
    index + pairs.take_while(|(one, other)| one.load(Ordering::Relaxed) == other.load(Ordering::Relaxed)).count()
}

/// Bytes of whole lines that are zero.
#[cfg(all(target_arch = "x86_64", not(miri)))]
fn zero_lines(start: *const u8, len: usize) -> usize {
    let lines = len / LINE;
    if lines == 0 {
        return 0;
    }
    let end: *const u8;
    // SAFETY: reads whole lines below `start + len`, which is a slice's
    // memory, and stops at the first that is not zero.
    unsafe {
        core::arch::asm!(
            "pxor {zero}, {zero}",
            "2:",
            "movdqu {a}, [{place}]",
            "movdqu {b}, [{place} + 16]",
            "movdqu {c}, [{place} + 32]",
            "movdqu {d}, [{place} + 48]",
            "por {a}, {b}",
            "por {c}, {d}",
            "por {a}, {c}",
            "pcmpeqb {a}, {zero}",
            "pmovmskb {mask:e}, {a}",
            "cmp {mask:e}, 0xffff",
            "jne 3f",
            "add {place}, 64",
            "dec {lines}",
            "jnz 2b",
            "3:",
            place = inout(reg) start => end,
            lines = inout(reg) lines => _,
            mask = out(reg) _,
            zero = out(xmm_reg) _,
            a = out(xmm_reg) _,
            b = out(xmm_reg) _,
            c = out(xmm_reg) _,
            d = out(xmm_reg) _,
            options(readonly, nostack),
        );
    }
    end.addr() - start.addr()
}

#[cfg(any(not(target_arch = "x86_64"), miri))]
const fn zero_lines(_start: *const u8, _len: usize) -> usize {
    0
}

/// Bytes of whole lines that are the same.
#[cfg(all(target_arch = "x86_64", not(miri)))]
fn equal_lines(one: *const u8, other: *const u8, len: usize) -> usize {
    let lines = len / LINE;
    if lines == 0 {
        return 0;
    }
    let end: *const u8;
    // SAFETY: reads whole lines below `one + len` and `other + len`, which are
    // slices' memory, and stops at the first that differs.
    unsafe {
        core::arch::asm!(
            "2:",
            "movdqu {a}, [{one}]",
            "movdqu {b}, [{other}]",
            "pcmpeqb {a}, {b}",
            "movdqu {c}, [{one} + 16]",
            "movdqu {b}, [{other} + 16]",
            "pcmpeqb {c}, {b}",
            "pand {a}, {c}",
            "movdqu {c}, [{one} + 32]",
            "movdqu {b}, [{other} + 32]",
            "pcmpeqb {c}, {b}",
            "pand {a}, {c}",
            "movdqu {c}, [{one} + 48]",
            "movdqu {b}, [{other} + 48]",
            "pcmpeqb {c}, {b}",
            "pand {a}, {c}",
            "pmovmskb {mask:e}, {a}",
            "cmp {mask:e}, 0xffff",
            "jne 3f",
            "add {one}, 64",
            "add {other}, 64",
            "dec {lines}",
            "jnz 2b",
            "3:",
            one = inout(reg) one => end,
            other = inout(reg) other => _,
            lines = inout(reg) lines => _,
            mask = out(reg) _,
            a = out(xmm_reg) _,
            b = out(xmm_reg) _,
            c = out(xmm_reg) _,
            options(readonly, nostack),
        );
    }
    end.addr() - one.addr()
}

#[cfg(any(not(target_arch = "x86_64"), miri))]
const fn equal_lines(_one: *const u8, _other: *const u8, _len: usize) -> usize {
    0
}

/// Eight counters, the first in the lowest byte.
#[cfg(all(target_arch = "x86_64", not(miri)))]
pub(crate) fn load_bytes(counters: &[AtomicU8; 8]) -> u64 {
    let value: u64;
    // SAFETY: the eight bytes are those of the reference.
    unsafe {
        core::arch::asm!(
            "mov {value}, qword ptr [{place}]",
            value = lateout(reg) value,
            place = in(reg) counters.as_ptr(),
            options(readonly, nostack, preserves_flags),
        );
    }
    value
}

#[cfg(any(not(target_arch = "x86_64"), miri))]
pub(crate) fn load_bytes(counters: &[AtomicU8; 8]) -> u64 {
    u64::from_le_bytes(core::array::from_fn(|n| counters.get(n).map_or(0, |counter| counter.load(Ordering::Relaxed))))
}

/// Sets eight counters to zero and gives what they were. Each by itself is
/// swapped exactly.
#[cfg(all(target_arch = "x86_64", not(miri)))]
pub(crate) fn take_bytes(counters: &[AtomicU8; 8]) -> u64 {
    let mut value = 0u64;
    // SAFETY: the eight bytes are those of the reference, and shared memory
    // that may be written. The processor swaps all at once, and a store to
    // one of them comes before that or after it.
    unsafe {
        core::arch::asm!(
            "xchg {value}, qword ptr [{place}]",
            value = inout(reg) value,
            place = in(reg) counters.as_ptr(),
            options(nostack, preserves_flags),
        );
    }
    value
}

#[cfg(any(not(target_arch = "x86_64"), miri))]
pub(crate) fn take_bytes(counters: &[AtomicU8; 8]) -> u64 {
    u64::from_le_bytes(core::array::from_fn(|n| {
        counters.get(n).map_or(0, |counter| counter.swap(0, Ordering::Relaxed))
    }))
}

/// One in each byte that is not zero.
pub(crate) const fn as_hits(bytes: u64) -> u64 {
    const LOW: u64 = 0x7f7f_7f7f_7f7f_7f7f;
    (((bytes & LOW) + LOW) | bytes) >> 7 & 0x0101_0101_0101_0101
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hits() {
        assert_eq!(as_hits(0x8000_ff01_0002_7f80), 0x0100_0101_0001_0101);
        assert_eq!(as_hits(0), 0);
        assert_eq!(as_hits(u64::MAX), 0x0101_0101_0101_0101);
    }

    #[test]
    fn scans_stop_at_what_they_look_for() {
        let slab: [AtomicU8; 300] = [const { AtomicU8::new(0) }; 300];
        let words: [AtomicU64; 300] = [const { AtomicU64::new(7) }; 300];
        let others: [AtomicU64; 300] = [const { AtomicU64::new(7) }; 300];
        for live in 0..300 {
            slab[live].store(0x80, Ordering::Relaxed);
            others[live].store(1 << 40, Ordering::Relaxed);
            for from in 0..300 {
                let ahead = live.checked_sub(from);
                for skipped in [zero_bytes(&slab, from), equal_words(&words, &others, from)] {
                    assert!(
                        ahead.is_none_or(|ahead| skipped <= ahead && skipped + 64 > ahead),
                        "{from} {live} {skipped}"
                    );
                    assert!(from + skipped <= 300);
                }
            }
            slab[live].store(0, Ordering::Relaxed);
            others[live].store(7, Ordering::Relaxed);
        }
        words[299].store(0, Ordering::Relaxed);
        assert_eq!(zero_words(&words, 0), 0);
        assert_eq!(zero_words(&words, 300), 0);
        assert_eq!(zero_bytes(&slab, 400), 0);
    }

    #[test]
    fn eight_are_taken_at_once() {
        let counters = [1u8, 0, 255, 0, 0, 7, 0, 128].map(AtomicU8::new);
        assert_eq!(load_bytes(&counters), 0x8000_0700_00ff_0001);
        assert_eq!(take_bytes(&counters), 0x8000_0700_00ff_0001);
        assert_eq!(load_bytes(&counters), 0);
    }
}
