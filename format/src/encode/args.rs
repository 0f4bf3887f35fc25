//! The arguments that a counter segment carries, as its encoder takes them.

/// The key of an argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key<'a> {
    /// A key as it stands, such as `GOOS`.
    Name(&'a [u8]),
    /// `argv` and a number, spelled without an allocator.
    Argv(u32),
}

/// One argument: a key and its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arg<'a> {
    /// The key; unique in its segment.
    pub key: Key<'a>,
    /// The value, any bytes.
    pub value: &'a [u8],
}

impl<'a> Arg<'a> {
    /// The argument `key` = `value`.
    #[must_use]
    pub const fn new(key: &'a str, value: &'a [u8]) -> Self {
        Self { key: Key::Name(key.as_bytes()), value }
    }
}

/// A key spelled out, at most `argv` and ten digits where it is a number.
pub(crate) struct Spelled<'a> {
    name: Option<&'a [u8]>,
    digits: [u8; 14],
    start: usize,
}

impl<'a> Spelled<'a> {
    pub(crate) fn new(key: Key<'a>) -> Self {
        let mut spelled = Self { name: None, digits: [0; 14], start: 14 };
        match key {
            Key::Name(name) => spelled.name = Some(name),
            Key::Argv(number) => spelled.spell(number),
        }
        spelled
    }

    fn spell(&mut self, mut number: u32) {
        loop {
            self.push_front(b'0' + (number % 10).to_le_bytes()[0]);
            number /= 10;
            if number == 0 {
                break;
            }
        }
        for letter in b"argv".iter().rev() {
            self.push_front(*letter);
        }
    }

    fn push_front(&mut self, byte: u8) {
        self.start = self.start.saturating_sub(1);
        if let Some(slot) = self.digits.get_mut(self.start) {
            *slot = byte;
        }
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        self.name.unwrap_or_else(|| self.digits.get(self.start..).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_spelled() {
        assert_eq!(Spelled::new(Key::Argv(0)).bytes(), b"argv0");
        assert_eq!(Spelled::new(Key::Argv(u32::MAX)).bytes(), b"argv4294967295");
        assert_eq!(Spelled::new(Key::Name(b"GOOS")).bytes(), b"GOOS");
    }
}
