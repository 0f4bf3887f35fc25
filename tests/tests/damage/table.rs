//! Tables of `docs/DAMAGE.md`.

use crate::kinds::ROWS;
use livecov_tests::paths;
use std::fmt::Write;

/// Counts of outcomes, by file and kind of damage.
pub(crate) struct Table<const N: usize> {
    name: &'static str,
    columns: [&'static str; N],
    rows: Vec<(String, [usize; N])>,
}

impl<const N: usize> Table<N> {
    /// A table that stands between the marks of `name`.
    pub(crate) const fn new(name: &'static str, columns: [&'static str; N]) -> Self {
        Self { name, columns, rows: Vec::new() }
    }

    /// Adds what became of a file: pairs of row and column.
    pub(crate) fn add(&mut self, file: &str, len: usize, outcomes: impl IntoIterator<Item = (usize, usize)>) {
        let mut counts = [[0; N]; ROWS.len()];
        for (row, column) in outcomes {
            counts[row][column] += 1;
        }
        for (row, counts) in ROWS.iter().zip(counts) {
            self.rows.push((format!("{file} ({len} bytes), {row}"), counts));
        }
    }

    fn text(&self) -> String {
        let mut text = format!("| damage | total | {} |\n|---|---:|{}\n", self.columns.join(" | "), "---:|".repeat(N));
        for (name, counts) in &self.rows {
            let total: usize = counts.iter().sum();
            let counts = counts.map(|count| count.to_string()).join(" | ");
            writeln!(text, "| {name} | {total} | {counts} |").expect("memory takes all bytes");
        }
        text
    }

    /// Prints the table and holds it against the document.
    #[track_caller]
    pub(crate) fn check(&self) {
        let table = self.text();
        println!("{table}");
        let path = paths::repo_root().join("docs/DAMAGE.md");
        let document = std::fs::read_to_string(&path).expect("the document is there");
        let (start, end) = (format!("<!-- {} -->\n", self.name), format!("<!-- end of {} -->\n", self.name));
        let (before, rest) = document.split_once(&start).expect("the start of the table is marked");
        let (committed, after) = rest.split_once(&end).expect("the end of the table is marked");
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            let document = [before, &start, &table, &end, after].concat();
            std::fs::write(&path, document).expect("the document can be written");
            return;
        }
        assert_eq!(table, committed, "docs/DAMAGE.md counts otherwise: run again with UPDATE_EXPECT=1");
    }
}
