//! Short texts without an allocator.

use core::ffi::CStr;

/// A text of at most `N` bytes; what does not fit is dropped.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Text<const N: usize> {
    bytes: [u8; N],
    len: usize,
}

impl<const N: usize> Text<N> {
    pub(crate) const fn new() -> Self {
        Self { bytes: [0; N], len: 0 }
    }

    pub(crate) fn push(&mut self, text: &[u8]) -> &mut Self {
        for byte in text {
            if let Some(slot) = self.bytes.get_mut(self.len) {
                *slot = *byte;
                self.len += 1;
            }
        }
        self
    }

    pub(crate) fn push_number(&mut self, mut number: u64) -> &mut Self {
        let mut digits = [b'0'; 20];
        let mut start = digits.len();
        for slot in digits.iter_mut().rev() {
            *slot = b'0' + (number % 10).to_le_bytes()[0];
            number /= 10;
            start -= 1;
            if number == 0 {
                break;
            }
        }
        self.push(digits.get(start..).unwrap_or_default())
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }

    /// The text as a C string; empty if there is no room for its end.
    pub(crate) fn c_str(&self) -> &CStr {
        // The array was zero, so a zero follows, unless it is full.
        self.bytes.get(..=self.len).and_then(|text| CStr::from_bytes_with_nul(text).ok()).unwrap_or_default()
    }
}

/// The number that the digits at the start of `text` write.
pub(crate) fn parse_number(text: &[u8]) -> u64 {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit());
    digits.fold(0, |number: u64, digit| number.wrapping_mul(10).wrapping_add(u64::from(digit - b'0')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_ends() {
        let mut text = Text::<24>::new();
        text.push_number(0).push(b" ").push_number(u64::MAX);
        assert_eq!(text.bytes(), b"0 18446744073709551615");
        assert_eq!(text.c_str().to_bytes(), text.bytes());
        text.push(b"abcdef");
        assert_eq!(text.bytes(), b"0 18446744073709551615ab");
        assert!(text.c_str().is_empty());
        assert_eq!(parse_number(b"1234 5"), 1234);
    }
}
