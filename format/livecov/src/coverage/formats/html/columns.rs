//! Blocks of columns: what the page's data are made of.
//!
//! A block is a run of numbers (LEB128) and texts. Tables are written column by column, because numbers of one kind
//! compress better side by side, and a column that nobody asks for need not be looked at.

/// A block that is being written.
#[derive(Clone, Debug, Default)]
pub struct Block {
    bytes: Vec<u8>,
}

impl Block {
    /// Adds a number.
    pub fn number(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.bytes.push(low_bits(number) | 0x80);
            number >>= 7;
        }
        self.bytes.push(low_bits(number));
    }

    /// Adds a number of things.
    pub fn size(&mut self, size: usize) {
        self.number(size as u64);
    }

    /// Adds a column of numbers; what reads it knows how many there are.
    pub fn column(&mut self, numbers: impl IntoIterator<Item = impl Into<u64>>) {
        numbers.into_iter().for_each(|number| self.number(number.into()));
    }

    /// Adds a column of numbers that are mostly near the ones before them: what each adds, with its sign in the lowest bit.
    pub fn deltas(&mut self, numbers: impl IntoIterator<Item = u32>) {
        let mut before = 0;
        for number in numbers {
            self.number(zigzag(i64::from(number) - i64::from(before)));
            before = number;
        }
    }

    /// Adds a column of texts: their lengths in bytes, then the bytes.
    pub fn texts<'t>(&mut self, texts: impl Iterator<Item = &'t str> + Clone) {
        self.column(texts.clone().map(|text| text.len() as u64));
        texts.for_each(|text| self.bytes.extend_from_slice(text.as_bytes()));
    }

    /// Adds a text.
    pub fn text(&mut self, text: &str) {
        self.texts(std::iter::once(text));
    }

    /// Adds a block as it is.
    pub fn block(&mut self, block: &Self) {
        self.bytes.extend_from_slice(&block.bytes);
    }

    /// Number of bytes.
    #[must_use]
    pub const fn byte_count(&self) -> usize {
        self.bytes.len()
    }

    /// The bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

const fn low_bits(number: u64) -> u8 {
    (number & 0x7f) as u8
}

/// The number with its sign in the lowest bit.
#[must_use]
pub const fn zigzag(number: i64) -> u64 {
    ((number << 1) ^ (number >> 63)).cast_unsigned()
}

/// A reference that may be none: zero for none, else how far it is from where it stands, and one.
#[must_use]
pub fn reference(to: Option<u32>, from: u32) -> u64 {
    to.map_or(0, |to| zigzag(i64::from(to) - i64::from(from)) + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_if_they_are_small() {
        let mut block = Block::default();
        block.column([0u64, 127, 128, 300, u64::MAX]);
        let all = [0xff; 9];
        let expected = [&[0, 127, 0x80, 1, 0xac, 2][..], &all, &[1]].concat();
        assert_eq!(block.bytes(), expected);
    }

    #[test]
    fn deltas_go_both_ways() {
        let mut block = Block::default();
        block.deltas([5, 3, 3, 70]);
        assert_eq!(block.bytes(), [10, 3, 0, 0x86, 1]);
        assert_eq!([zigzag(i64::MIN), zigzag(-1), zigzag(1)], [u64::MAX, 1, 2]);
        assert_eq!([reference(None, 9), reference(Some(9), 9), reference(Some(8), 9)], [0, 1, 2]);
    }
}
