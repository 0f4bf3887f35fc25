//! The text of a source file, and where in it things stand.

use crate::exclusions::Region;
use livecov_format::model::Span;
use proc_macro2::TokenStream;
use std::ops::Range;
use syn::spanned::Spanned;

/// A source file as text. Offsets count bytes from its start.
#[derive(Debug)]
pub(crate) struct Text {
    text: String,
    /// What the parser does not see: a byte order mark, a `#!` line.
    prefix: usize,
    line_starts: Vec<usize>,
    /// Number of lines before the one on which the prefix ends.
    first_line: usize,
    is_ascii: bool,
    /// What comments exclude: lines, apart and in order.
    off: Vec<Range<usize>>,
    /// Where comments say that branches are none.
    without_branches: Vec<Range<usize>>,
}

impl Text {
    pub(crate) fn new(text: String) -> Self {
        let prefix = prefix_len(&text);
        let starts = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
        let line_starts: Vec<usize> = std::iter::once(0).chain(starts).collect();
        let (off, without_branches) = (Vec::new(), Vec::new());
        let first_line = line_starts.partition_point(|start| *start <= prefix).saturating_sub(1);
        let is_ascii = text.is_ascii();
        Self { text, prefix, line_starts, first_line, is_ascii, off, without_branches }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// What the parser is to see. Line and offset of its spans count from here.
    pub(crate) fn code(&self) -> &str {
        self.text.get(self.prefix..).unwrap_or_default()
    }

    /// Where the first attribute of a crate may stand: behind a `#!` line.
    pub(crate) fn root_start(&self) -> usize {
        let rest = self.code();
        if self.prefix > 3 && rest.starts_with('\n') { self.prefix + 1 } else { self.prefix }
    }

    /// The bytes that a span of the parser's stands for.
    pub(crate) fn range(&self, span: proc_macro2::Span) -> Range<usize> {
        self.offset(span.start())..self.offset(span.end())
    }

    /// The parser's columns count characters. Its own conversion to bytes is
    /// slow.
    fn offset(&self, place: proc_macro2::LineColumn) -> usize {
        let start = match place.line {
            0 | 1 => self.prefix,
            line => self.line_starts.get(self.first_line + line - 1).copied().unwrap_or(self.text.len()),
        };
        if self.is_ascii {
            return start + place.column;
        }
        let rest = self.text.get(start..).unwrap_or_default();
        start + rest.char_indices().nth(place.column).map_or(rest.len(), |(at, _)| at)
    }

    /// The bytes of a piece of syntax, from its first token to its last.
    pub(crate) fn range_of(&self, syntax: &impl Spanned) -> Range<usize> {
        self.range(syntax.span())
    }

    /// Line and column of an offset, both from one, the column in bytes.
    pub(crate) fn position(&self, offset: usize) -> (u32, u32) {
        let line = self.line_starts.partition_point(|start| *start <= offset);
        let start = self.line_starts.get(line.wrapping_sub(1)).copied().unwrap_or_default();
        (narrow(line), narrow(offset - start + 1))
    }

    pub(crate) fn span(&self, range: &Range<usize>) -> Span {
        let (start_line, start_col) = self.position(range.start);
        let (end_line, end_col) = self.position(range.end);
        Span { start_line, start_col, end_line, end_col }
    }

    /// Takes note of what comments exclude; in order.
    pub(crate) fn exclude(&mut self, regions: &[Region]) {
        for region in regions {
            let range = region.range.clone();
            if region.is_of_branches {
                self.without_branches.push(range);
                continue;
            }
            match self.off.last_mut() {
                Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
                _ => self.off.push(range),
            }
        }
    }

    /// Whether comments exclude all of this.
    pub(crate) fn is_off(&self, range: &Range<usize>) -> bool {
        let before = self.off.partition_point(|off| off.start <= range.start);
        self.off.get(before.wrapping_sub(1)).is_some_and(|off| range.end <= off.end)
    }

    /// Whether a comment says that there is no branch here.
    pub(crate) fn is_without_branches(&self, offset: usize) -> bool {
        self.without_branches.iter().any(|range| range.contains(&offset))
    }

    /// Whether comments exclude anything.
    pub(crate) const fn has_off_regions(&self) -> bool {
        !self.off.is_empty()
    }

    /// Whether nothing but blanks stand before this on its line.
    pub(crate) fn starts_line(&self, offset: usize) -> bool {
        let line = self.line_starts.partition_point(|start| *start <= offset);
        let start = self.line_starts.get(line.wrapping_sub(1)).copied().unwrap_or_default();
        self.text.get(start..offset).is_some_and(|before| before.trim().is_empty())
    }

    /// Where the line after the one of `offset` starts.
    pub(crate) fn next_line(&self, offset: usize) -> usize {
        let line = self.line_starts.partition_point(|start| *start <= offset);
        self.line_starts.get(line).copied().unwrap_or(self.text.len())
    }

    /// The lines, as runs `[first, behind)`, that have a token which says more
    /// than that something ends. Comments, attributes and what lies in
    /// `skipped` are none.
    pub(crate) fn code_lines(&self, tokens: TokenStream, mut skipped: Vec<Range<usize>>) -> Vec<[u32; 2]> {
        skipped.sort_by_key(|range| range.start);
        let mut lines = Vec::new();
        self.collect_lines(tokens, &skipped, &mut lines);
        lines.sort_unstable();
        let mut runs: Vec<[u32; 2]> = Vec::new();
        for [first, behind] in lines {
            match runs.last_mut() {
                Some(run) if first <= run[1] => run[1] = run[1].max(behind),
                _ => runs.push([first, behind]),
            }
        }
        runs
    }

    fn collect_lines(&self, tokens: TokenStream, skipped: &[Range<usize>], lines: &mut Vec<[u32; 2]>) {
        use proc_macro2::{Delimiter, TokenTree};
        let mut is_attribute = false;
        for token in tokens {
            let was_attribute = std::mem::take(&mut is_attribute);
            match token {
                // A documentation comment reads as an attribute, too.
                TokenTree::Group(group) if was_attribute && group.delimiter() == Delimiter::Bracket => {}
                TokenTree::Group(group) => {
                    let open = self.range(group.span_open());
                    if !is_in(skipped, open.start) {
                        if group.delimiter() != Delimiter::Brace {
                            self.add_lines(&open, lines);
                        }
                        self.collect_lines(group.stream(), skipped, lines);
                    }
                }
                TokenTree::Punct(mark) if mark.as_char() == '#' => is_attribute = true,
                TokenTree::Punct(mark) if was_attribute && mark.as_char() == '!' => is_attribute = true,
                TokenTree::Punct(mark) if matches!(mark.as_char(), ',' | ';') => {}
                other => {
                    let range = self.range(other.span());
                    if !is_in(skipped, range.start) {
                        self.add_lines(&range, lines);
                    }
                }
            }
        }
    }

    /// Whether a token starts in a range.
    pub(crate) fn has_token(&self, tokens: &TokenStream, range: &Range<usize>) -> bool {
        tokens.clone().into_iter().any(|token| {
            let is_here = range.contains(&self.range(token.span()).start);
            is_here || matches!(&token, proc_macro2::TokenTree::Group(group) if self.has_token(&group.stream(), range))
        })
    }

    fn add_lines(&self, range: &Range<usize>, lines: &mut Vec<[u32; 2]>) {
        if self.is_off(range) {
            return;
        }
        let last = range.end.saturating_sub(1).max(range.start);
        lines.push([self.position(range.start).0, self.position(last).0 + 1]);
    }

    pub(crate) fn is_comment(&self, offset: usize) -> bool {
        let rest = self.text.as_bytes().get(offset..).unwrap_or_default();
        rest.starts_with(b"//") || rest.starts_with(b"/*")
    }
}

/// Whether an offset lies in one of `ranges`, which are sorted by their start
/// and either apart or inside of each other.
fn is_in(ranges: &[Range<usize>], offset: usize) -> bool {
    let before = ranges.partition_point(|range| range.start <= offset);
    ranges.get(..before).unwrap_or_default().iter().rev().take(8).any(|range| range.contains(&offset))
}

fn narrow(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// A byte order mark, and a first line that is for the system's shell.
fn prefix_len(text: &str) -> usize {
    let mark = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let rest = text.get(mark..).unwrap_or_default();
    // `#![...]` is an attribute, whatever blanks stand in it.
    let is_shell = rest.strip_prefix("#!").is_some_and(|rest| !rest.trim_start().starts_with('['));
    if is_shell { mark + rest.find('\n').unwrap_or(rest.len()) } else { mark }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<[u32; 2]> {
        let text = Text::new(text.to_owned());
        text.code_lines(text.code().parse().unwrap(), Vec::new())
    }

    #[test]
    fn lines_with_code_are_told_from_others() {
        let text =
            "//! a\n/// b\nfn f() {\n    // c\n\n    g(\n        1,\n    );\n    \"\n\n\";\n}\n/* d */ fn h() {}\n";
        assert_eq!(lines(text), [[3, 4], [6, 8], [9, 12], [13, 14]]);
        assert_eq!(lines("#![a]\n#[b(\n1)]\nfn f() {}\n"), [[4, 5]]);
        assert_eq!(lines("fn f()\n{\n    g(\n    {\n        1\n    });\n}\n"), [[1, 2], [3, 4], [5, 6]]);
        assert_eq!(lines("\u{feff}#!/bin/x\n\nfn é() {}\r\n"), [[3, 4]]);
    }

    #[test]
    fn columns_count_bytes() {
        let text = Text::new("é = x\r\ny".to_owned());
        assert_eq!(text.position(0), (1, 1));
        assert_eq!(text.position(5), (1, 6));
        assert_eq!(text.position(8), (2, 1));
    }
}
