//! The two hash algorithms of coverage data, and what is hashed.
//!
//! Go hashed with MD5 until 1.23 and with FNV-1a 128 since. Files written by
//! this crate use MD5. Readers treat hashes as names, so both kinds mix.

use crate::vocab::{CounterMode, Granularity};
use md5::{Digest, Md5};

/// A hash of either algorithm, as files store it.
pub type Hash = [u8; 16];

/// Which algorithm made a hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// MD5 (RFC 1321): Go up to 1.23, and this crate.
    Md5,
    /// FNV-1a with 128 bits, big-endian: Go since 1.24.
    Fnv128,
}

/// FNV-1a with 128 bits.
#[derive(Clone, Debug)]
pub struct Fnv128 {
    state: u128,
}

impl Fnv128 {
    const BASIS: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    const PRIME: u128 = (1 << 88) + 0x13b;
    const PRIME_3: u128 = Self::PRIME.wrapping_mul(Self::PRIME).wrapping_mul(Self::PRIME);
    const PRIME_4: u128 = Self::PRIME_3.wrapping_mul(Self::PRIME);

    /// The state before the first byte.
    #[must_use]
    pub const fn new() -> Self {
        Self { state: Self::BASIS }
    }

    /// Takes in `bytes`.
    pub fn update(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.step(*byte, Self::PRIME);
        }
    }

    /// Takes in `value` as four bytes, the low one first.
    ///
    /// A zero byte only multiplies, so those on top fold into one factor:
    /// most numbers in meta data are below 256, and this is their hot loop.
    pub fn update_u32(&mut self, value: u32) {
        let [b0, b1, b2, b3] = value.to_le_bytes();
        if value < 1 << 8 {
            self.step(b0, Self::PRIME_4);
        } else if value < 1 << 16 {
            self.step(b0, Self::PRIME);
            self.step(b1, Self::PRIME_3);
        } else {
            self.update(&[b0, b1, b2, b3]);
        }
    }

    fn step(&mut self, byte: u8, factor: u128) {
        self.state = (self.state ^ u128::from(byte)).wrapping_mul(factor);
    }

    /// The digest, high byte first.
    #[must_use]
    pub const fn finish(&self) -> Hash {
        self.state.to_be_bytes()
    }
}

impl Default for Fnv128 {
    fn default() -> Self {
        Self::new()
    }
}

/// A hasher of either algorithm.
#[derive(Clone)]
pub enum Hasher {
    /// See [`Algorithm::Md5`].
    Md5(Md5),
    /// See [`Algorithm::Fnv128`].
    Fnv128(Fnv128),
}

impl Hasher {
    /// A hasher before its first byte.
    #[must_use]
    pub fn new(algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::Md5 => Self::Md5(Md5::new()),
            Algorithm::Fnv128 => Self::Fnv128(Fnv128::new()),
        }
    }

    /// Takes in `bytes`.
    pub fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Md5(md5) => md5.update(bytes),
            Self::Fnv128(fnv) => fnv.update(bytes),
        }
    }

    /// Takes in each value as four bytes, the low one first.
    pub fn update_u32s<const N: usize>(&mut self, values: [u32; N]) {
        match self {
            // At once: every call has its price.
            Self::Md5(md5) => md5.update(values.map(u32::to_le_bytes).as_flattened()),
            Self::Fnv128(fnv) => {
                for value in values {
                    fnv.update_u32(value);
                }
            }
        }
    }

    /// The digest.
    #[must_use]
    pub fn finish(self) -> Hash {
        match self {
            Self::Md5(md5) => md5.finalize().into(),
            Self::Fnv128(fnv) => fnv.finish(),
        }
    }
}

impl core::fmt::Debug for Hasher {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::Md5(_) => "Hasher::Md5",
            Self::Fnv128(_) => "Hasher::Fnv128",
        })
    }
}

/// The hash of a meta file, which is its name's tag too: over the package
/// hashes in the file's order, then the names of mode and granularity.
#[must_use]
pub fn meta_hash<'a>(
    algorithm: Algorithm,
    package_hashes: impl IntoIterator<Item = &'a Hash>,
    mode: CounterMode,
    granularity: Granularity,
) -> Hash {
    let mut hasher = Hasher::new(algorithm);
    for hash in package_hashes {
        hasher.update(hash);
    }
    hasher.update(mode.name().as_bytes());
    hasher.update(granularity.name().as_bytes());
    hasher.finish()
}

/// A hash as 32 lower-case hex digits.
#[must_use]
pub fn hex(hash: &Hash) -> [u8; 32] {
    let mut digits = [0; 32];
    for (pair, byte) in digits.chunks_exact_mut(2).zip(hash) {
        if let [high, low] = pair {
            *high = hex_digit(byte >> 4);
            *low = hex_digit(byte & 15);
        }
    }
    digits
}

/// The hash that 32 hex digits of either case write.
#[must_use]
pub fn parse_hex(digits: &[u8]) -> Option<Hash> {
    if digits.len() != 32 {
        return None;
    }
    let mut hash = [0; 16];
    for (byte, pair) in hash.iter_mut().zip(digits.chunks_exact(2)) {
        let [high, low] = pair else { return None };
        *byte = hex_value(*high)? << 4 | hex_value(*low)?;
    }
    Some(hash)
}

pub(crate) const fn hex_digit(nibble: u8) -> u8 {
    match nibble {
        0..=9 => b'0' + nibble,
        _ => b'a' + (nibble & 15) - 10,
    }
}

pub(crate) const fn hex_value(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fnv_matches_published_values() {
        // Values of the FNV reference suite, which Go's tests hold too.
        let mut fnv = Fnv128::new();
        assert_eq!(hex(&fnv.finish()), *b"6c62272e07bb014262b821756295c58d");
        fnv.update(b"a");
        assert_eq!(hex(&fnv.finish()), *b"d228cb696f1a8caf78912b704e4a8964");
    }

    #[test]
    fn folded_zero_bytes_change_nothing() {
        for value in [0, 1, 255, 256, 65_535, 65_536, 0x0102_0304, u32::MAX] {
            let (mut plain, mut folded) = (Fnv128::new(), Fnv128::new());
            plain.update(b"x");
            folded.update(b"x");
            plain.update(&value.to_le_bytes());
            folded.update_u32(value);
            assert_eq!(plain.finish(), folded.finish(), "{value}");
        }
    }

    #[test]
    fn hex_round_trips() {
        let hash = [0, 1, 0x9a, 0xbc, 0xde, 0xff, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16];
        assert_eq!(parse_hex(&hex(&hash)), Some(hash));
        assert_eq!(parse_hex(b"0g"), None);
        assert_eq!(parse_hex(&[b'g'; 32]), None);
    }
}
