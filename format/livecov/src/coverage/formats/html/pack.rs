//! Bytes as text that may stand in a page.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::DeflateEncoder;
use sha2::{Digest, Sha256};
use std::io::{self, Write};

/// The digits of base 85: what is printable, but for what means something in HTML, in a text of a script, or may be
/// changed by those who send it.
pub const DIGITS: &[u8; 85] = b"#$%()*+,-./0123456789:;=?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_abcdefghijklmnopqrstuvwxyz{|}";

/// The bytes, compressed with DEFLATE (RFC 1951), in base 85, which is a sixteenth shorter than base 64.
#[must_use]
pub fn pack(bytes: &[u8]) -> String {
    // Nothing fails when memory is written to.
    encode(&deflate(bytes).unwrap_or_default())
}

/// Four bytes, the first the highest, are five digits; fewer at the end are one digit more than bytes.
fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(4) * 5);
    for group in bytes.chunks(4) {
        let mut padded = [0; 4];
        padded.iter_mut().zip(group).for_each(|(to, from)| *to = *from);
        let number = u32::from_be_bytes(padded);
        let digits = [85 * 85 * 85 * 85, 85 * 85 * 85, 85 * 85, 85, 1].map(|power| number / power % 85);
        text.extend(digits.iter().take(group.len() + 1).map(|digit| char::from(DIGITS[*digit as usize])));
    }
    text
}

fn deflate(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes)?;
    encoder.finish()
}

/// What a content policy knows a script or a style by.
#[must_use]
pub fn policy_hash(text: &str) -> String {
    format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text.as_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_one_digit_longer() {
        assert_eq!(encode(&[]), "");
        assert_eq!(encode(&[0]), "##");
        assert_eq!(encode(&[0, 0, 0, 86]), "###$$");
        assert_eq!(encode(&[255; 4]), "{=^1#");
        assert_eq!([1, 2, 3, 4, 5, 8].map(|length| encode(&vec![7; length]).len()), [2, 3, 4, 5, 7, 10]);
    }

    #[test]
    fn digits_mean_nothing_else() {
        let mut digits = DIGITS.to_vec();
        digits.dedup();
        assert!(digits.is_sorted() && digits.len() == 85);
        assert!(digits.iter().all(|digit| digit.is_ascii_graphic() && !b"<>&'\"\\`".contains(digit)));
    }
}
