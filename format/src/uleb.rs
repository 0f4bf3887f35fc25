//! Unsigned LEB128 without an allocator, for the encoder that runs in signal
//! handlers. Elsewhere the `leb128` crate does this work, and tests hold the
//! two together.

/// The longest encoding of a 64-bit value, in bytes.
pub const MAX_LEN: usize = 10;

/// Writes `value` to the front of `out` and gives the number of bytes.
///
/// Bytes that do not fit are dropped, so that no caller can be made to panic;
/// a buffer of [`MAX_LEN`] bytes always fits.
pub fn write(mut value: u64, out: &mut [u8]) -> usize {
    let mut len = 0;
    for slot in out {
        len += 1;
        let low = value.to_le_bytes()[0] & 0x7f;
        value >>= 7;
        if value == 0 {
            *slot = low;
            break;
        }
        *slot = low | 0x80;
    }
    len
}

/// The number of bytes that [`write()`] uses for `value`.
#[must_use]
pub const fn len(value: u64) -> usize {
    let bits = 64 - (value | 1).leading_zeros();
    bits.div_ceil(7) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(feature = "std")]
    fn agrees_with_leb128() {
        for shift in 0..64 {
            for value in [1u64 << shift, (1 << shift) - 1, u64::MAX >> shift] {
                let mut ours = [0; MAX_LEN];
                let written = write(value, &mut ours);
                let mut theirs = std::vec::Vec::new();
                leb128::write::unsigned(&mut theirs, value).unwrap();
                assert_eq!(&ours[..written], theirs, "{value}");
                assert_eq!(len(value), written, "{value}");
            }
        }
    }

    #[test]
    fn a_short_buffer_is_filled_and_no_more() {
        let mut out = [0; 2];
        assert_eq!(write(u64::MAX, &mut out), 2);
        assert_eq!(write(5, &mut []), 0);
    }
}
