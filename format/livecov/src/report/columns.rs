//! Columns held together by tabs, as Go's `text/tabwriter` makes them for
//! `covdata func`: eight columns a tab, one at least between cells.

use std::io::{self, Write};

/// Width of a tab stop.
const TAB: usize = 8;

/// Lines of three cells, to be aligned.
#[derive(Debug, Default)]
pub struct Columns {
    bytes: Vec<u8>,
    lines: Vec<Line>,
    widths: [usize; 2],
}

/// Where the three cells of a line end in the bytes of all lines, and how wide
/// the first two are.
#[derive(Debug)]
struct Line {
    ends: [usize; 3],
    widths: [usize; 2],
}

impl Columns {
    /// Adds a line.
    pub fn push(&mut self, cells: [&[u8]; 3]) {
        let ends = cells.map(|cell| {
            self.bytes.extend_from_slice(cell);
            self.bytes.len()
        });
        let [first, second, _] = cells.map(width);
        let [widest_first, widest_second] = self.widths;
        self.widths = [widest_first.max(first), widest_second.max(second)];
        self.lines.push(Line { ends, widths: [first, second] });
    }

    /// Writes all lines.
    ///
    /// # Errors
    ///
    /// Those of `out`.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let columns = self.widths.map(|width| (width + 1).next_multiple_of(TAB));
        let mut start = 0;
        for line in &self.lines {
            let [first, second, third] = line.ends;
            for (end, width, column) in [(first, line.widths[0], columns[0]), (second, line.widths[1], columns[1])] {
                out.write_all(self.bytes.get(start..end).unwrap_or_default())?;
                for _ in 0..(column - width).div_ceil(TAB) {
                    out.write_all(b"\t")?;
                }
                start = end;
            }
            out.write_all(self.bytes.get(start..third).unwrap_or_default())?;
            out.write_all(b"\n")?;
            start = third;
        }
        Ok(())
    }
}

/// Number of characters; a byte that belongs to none counts as one.
fn width(cell: &[u8]) -> usize {
    if cell.is_ascii() {
        return cell.len();
    }
    cell.utf8_chunks().map(|chunk| chunk.valid().chars().count() + chunk.invalid().len()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_end_at_tab_stops() {
        let mut columns = Columns::default();
        columns.push([b"1234567", b"a", b"x"]);
        columns.push([b"12345678", "é".as_bytes(), b"y"]);
        let mut out = Vec::new();
        columns.write(&mut out).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "1234567\t\ta\tx\n12345678\té\ty\n");
    }
}
