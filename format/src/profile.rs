//! Go's text profiles: what `textfmt` writes and `go tool cover` reads.
//!
//! A line `mode: M`, then a line for each unit:
//! `FILE:LINE.COL,LINE.COL STATEMENTS COUNT`.

use crate::model::Unit;
use crate::vocab::CounterMode;
use std::io;
use std::string::String;
use std::vec::Vec;

/// The line that a profile starts with.
///
/// # Errors
///
/// Those of `out`.
pub fn write_mode(out: &mut impl io::Write, mode: CounterMode) -> io::Result<()> {
    writeln!(out, "mode: {mode}")
}

/// The line of one unit.
///
/// # Errors
///
/// Those of `out`.
pub fn write_unit(out: &mut impl io::Write, file: &[u8], unit: &Unit, count: u32) -> io::Result<()> {
    let mut line = Line::default();
    out.write_all(file)?;
    line.push(b':', unit.start_line);
    line.push(b'.', unit.start_col);
    line.push(b',', unit.end_line);
    line.push(b'.', unit.end_col);
    line.push(b' ', unit.statement_count);
    line.push(b' ', count);
    line.end();
    out.write_all(line.bytes())
}

/// The longest that six numbers of 32 bits can become.
const LINE_LEN: usize = 6 * 11 + 1;

/// Digits in place of `core::fmt`: a profile of 100,000 lines is nothing but
/// numbers, and formatting them is most of the work.
struct Line {
    bytes: [u8; LINE_LEN],
    len: usize,
}

impl Default for Line {
    fn default() -> Self {
        Self { bytes: [0; LINE_LEN], len: 0 }
    }
}

impl Line {
    fn push(&mut self, separator: u8, mut number: u32) {
        let mut digits = [separator; 11];
        let mut start = digits.len();
        for slot in digits.iter_mut().rev() {
            *slot = b'0' + (number % 10).to_le_bytes()[0];
            number /= 10;
            start -= 1;
            if number == 0 {
                break;
            }
        }
        start = start.saturating_sub(1);
        if let Some(slot) = digits.get_mut(start) {
            *slot = separator;
        }
        self.extend(digits.get(start..).unwrap_or_default());
    }

    fn end(&mut self) {
        self.extend(b"\n");
    }

    fn extend(&mut self, bytes: &[u8]) {
        if let Some(room) = self.bytes.get_mut(self.len..self.len + bytes.len()) {
            room.copy_from_slice(bytes);
            self.len += bytes.len();
        }
    }

    fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }
}

/// A text profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// What its first line says; any text, as Go's tools take it.
    pub mode: String,
    /// The units, by file and position, each once.
    pub blocks: Vec<Block>,
}

/// A unit of a text profile.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Block {
    /// Source file.
    pub file: Vec<u8>,
    /// Start line, start column, end line, end column.
    pub position: [u64; 4],
    /// Number of statements.
    pub statement_count: u64,
    /// How often it ran.
    pub count: u64,
}

/// Why a text profile cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {kind}")]
pub struct ProfileError {
    /// Line number, from one.
    pub line: usize,
    /// The broken rule.
    pub kind: ProfileErrorKind,
}

/// The rules that a text profile can break.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProfileErrorKind {
    /// The first line is not `mode: ` and a mode.
    #[error("not a mode line")]
    Mode,
    /// A unit's line is not of its form; names the field.
    #[error("no {0} where it should be")]
    Field(&'static str),
    /// A unit that stood before with another number of statements.
    #[error("{found} statements, but {before} before")]
    Statements {
        /// In this line.
        found: u64,
        /// In the line before.
        before: u64,
    },
}

impl Profile {
    /// Parses a text profile. Units that occur twice add up, or unite in mode
    /// `set`, as `go tool cover` does it. The empty file is an empty profile.
    ///
    /// # Errors
    ///
    /// The first line that is not of its form.
    pub fn parse(text: &[u8]) -> Result<Self, ProfileError> {
        let text = text.strip_suffix(b"\n").unwrap_or(text);
        let mut profile = Self { mode: String::new(), blocks: Vec::new() };
        if text.is_empty() {
            return Ok(profile);
        }
        let mut blocks = Vec::new();
        for (number, line) in (1..).zip(text.split(|byte| *byte == b'\n')) {
            let line_len = line.iter().rposition(|byte| *byte != b'\r').map_or(0, |last| last + 1);
            let line = line.get(..line_len).unwrap_or_default();
            let fail = |kind| ProfileError { line: number, kind };
            if number == 1 {
                let mode = line.strip_prefix(b"mode: ").filter(|mode| !mode.is_empty());
                profile.mode = String::from_utf8_lossy(mode.ok_or_else(|| fail(ProfileErrorKind::Mode))?).into_owned();
            } else {
                blocks.push((number, Block::parse(line).map_err(fail)?));
            }
        }
        blocks.sort_by(|(line_a, a), (line_b, b)| a.key().cmp(&b.key()).then(line_a.cmp(line_b)));
        let unites = profile.mode == CounterMode::Set.name();
        for (line, block) in blocks {
            match profile.blocks.last_mut().filter(|last| last.key() == block.key()) {
                None => profile.blocks.push(block),
                Some(last) => last.absorb(&block, unites).map_err(|kind| ProfileError { line, kind })?,
            }
        }
        Ok(profile)
    }

    /// Writes the profile.
    ///
    /// # Errors
    ///
    /// Those of `out`.
    pub fn write(&self, out: &mut impl io::Write) -> io::Result<()> {
        if self.mode.is_empty() {
            return Ok(());
        }
        writeln!(out, "mode: {}", self.mode)?;
        for block in &self.blocks {
            let [start_line, start_col, end_line, end_col] = block.position;
            out.write_all(&block.file)?;
            writeln!(out, ":{start_line}.{start_col},{end_line}.{end_col} {} {}", block.statement_count, block.count)?;
        }
        Ok(())
    }
}

impl Block {
    fn key(&self) -> (&[u8], [u64; 4]) {
        (&self.file, self.position)
    }

    /// From the right: a file's name may hold anything.
    fn parse(line: &[u8]) -> Result<Self, ProfileErrorKind> {
        let mut left = line;
        let count = field(&mut left, b' ', "count")?;
        let statement_count = field(&mut left, b' ', "number of statements")?;
        let end_col = field(&mut left, b'.', "end column")?;
        let end_line = field(&mut left, b',', "end line")?;
        let start_col = field(&mut left, b'.', "start column")?;
        let start_line = field(&mut left, b':', "start line")?;
        if left.is_empty() {
            return Err(ProfileErrorKind::Field("file name"));
        }
        Ok(Self { file: left.into(), position: [start_line, start_col, end_line, end_col], statement_count, count })
    }

    fn absorb(&mut self, other: &Self, unites: bool) -> Result<(), ProfileErrorKind> {
        if self.statement_count != other.statement_count {
            let (found, before) = (other.statement_count, self.statement_count);
            return Err(ProfileErrorKind::Statements { found, before });
        }
        let sum = if unites { self.count | other.count } else { self.count.saturating_add(other.count) };
        // What a line may say at most.
        self.count = sum.min(i64::MAX.unsigned_abs());
        Ok(())
    }
}

fn field(left: &mut &[u8], separator: u8, what: &'static str) -> Result<u64, ProfileErrorKind> {
    let fail = ProfileErrorKind::Field(what);
    let place = left.iter().rposition(|byte| *byte == separator).ok_or(fail.clone())?;
    let (rest, digits) = left.split_at_checked(place).ok_or(fail.clone())?;
    let digits = digits.get(1..).filter(|digits| !digits.is_empty() && digits.iter().all(u8::is_ascii_digit));
    let number = digits.and_then(|digits| core::str::from_utf8(digits).ok()?.parse::<i64>().ok());
    *left = rest;
    number.and_then(|number| u64::try_from(number).ok()).ok_or(fail)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn units_are_written_as_go_writes_them() {
        let mut out = Vec::new();
        write_mode(&mut out, CounterMode::Count).unwrap();
        write_unit(&mut out, b"a b.go", &Unit::from_numbers([1, 20, 300, 0, 5]), u32::MAX).unwrap();
        assert_eq!(out, b"mode: count\na b.go:1.20,300.0 5 4294967295\n");
        let profile = Profile::parse(&out).unwrap();
        assert_eq!(profile.blocks[0].position, [1, 20, 300, 0]);
        let mut again = Vec::new();
        profile.write(&mut again).unwrap();
        assert_eq!(again, out);
    }

    #[test]
    fn repeated_units_combine() {
        let text = b"mode: count\nf:1.1,2.2 1 4\nf:1.1,2.2 1 5\n";
        assert_eq!(Profile::parse(text).unwrap().blocks[0].count, 9);
        let text = b"mode: set\nf:1.1,2.2 1 1\nf:1.1,2.2 1 1\n";
        assert_eq!(Profile::parse(text).unwrap().blocks[0].count, 1);
        let text = b"mode: set\nf:1.1,2.2 1 1\nf:1.1,2.2 2 1\n";
        let error = Profile::parse(text).unwrap_err();
        assert_eq!(error, ProfileError { line: 3, kind: ProfileErrorKind::Statements { found: 2, before: 1 } });
    }

    #[test]
    fn malformed_lines_are_named() {
        for (text, what) in [
            ("nonsense", "line 1: not a mode line"),
            ("mode: ", "line 1: not a mode line"),
            ("mode: set\nf:1.1,2.2 1", "line 2: no number of statements where it should be"),
            ("mode: set\nf:1.1,2.2 1 -1", "line 2: no count where it should be"),
            ("mode: set\n:1.1,2.2 1 1", "line 2: no file name where it should be"),
            ("mode: set\nmode: set", "line 2: no count where it should be"),
        ] {
            assert_eq!(Profile::parse(text.as_bytes()).unwrap_err().to_string(), what, "{text}");
        }
        assert_eq!(Profile::parse(b"").unwrap().blocks, []);
    }
}
