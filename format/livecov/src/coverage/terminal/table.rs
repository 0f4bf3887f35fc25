//! The table, made to fit the terminal.

use super::paint::{Painter, Tone, harmless, shorten, width};
use super::rows::Row;
use crate::coverage::model::{Ratio, Totals};
use crate::coverage::thresholds::percent;
use std::io::{self, Write};

/// Names keep so many columns before a column of numbers has to go; those of functions more, as they are much the same at
/// either end.
const NAME_WIDTH: usize = 20;
const FUNCTION_WIDTH: usize = 40;

/// Blanks between columns.
const GAP: usize = 2;

/// What a column shows of a row.
type Measure = fn(&Totals) -> Ratio;

/// A column of numbers.
#[derive(Clone, Copy, Debug)]
struct Column {
    heading: &'static str,
    ratio: Measure,
    /// Whether the numbers are shown beside the share.
    has_counts: bool,
    counts_width: usize,
}

/// A share such as `100.0%`.
const PERCENT_WIDTH: usize = 6;

/// Share from which on it is good, and fair, in tenths of a percent.
const GOOD: u64 = 800;
const FAIR: u64 = 500;

/// Writes rows with their sum under it, in at most `limit` columns as far as that can be.
///
/// # Errors
///
/// Those of `out`.
pub fn write(
    out: &mut dyn Write,
    heading: &str,
    rows: &[Row],
    totals: &Totals,
    limit: Option<usize>,
    painter: Painter,
) -> io::Result<()> {
    let total = Row { name: "Total".into(), short: None, totals: *totals };
    let all = || rows.iter().chain([&total]);
    let mut names: Vec<String> = all().map(|row| harmless(&row.name)).collect();
    let mut longest = longest_of(&names, heading);
    let mut columns = fitting_columns(rows, totals, longest.min(NAME_WIDTH), limit);
    let room = |columns: &[Column]| limit.map_or(usize::MAX, |limit| limit.saturating_sub(full_width(columns)).max(1));
    if room(&columns) < longest && rows.iter().any(|row| row.short.is_some()) {
        names = all().map(|row| harmless(row.short.as_deref().unwrap_or(&row.name))).collect();
        longest = longest_of(&names, heading);
        columns = fitting_columns(rows, totals, longest.min(FUNCTION_WIDTH), limit);
    }
    let name_width = longest.min(room(&columns));
    let mut line = pad(&shorten(heading, name_width), name_width);
    for column in &columns {
        line.push_str(&format!("{:>1$}", column.heading, GAP + column.width()));
    }
    writeln!(out, "{}", painter.paint(Tone::Strong, line.trim_end()))?;
    for (row, name) in rows.iter().chain([&total]).zip(&names) {
        let mut line = pad(&shorten(name, name_width), name_width);
        for column in &columns {
            line.push_str(&column.cell((column.ratio)(&row.totals), painter));
        }
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}

pub(super) fn pad(text: &str, columns: usize) -> String {
    let blanks = columns.saturating_sub(width(text));
    format!("{text}{:blanks$}", "")
}

/// How wide names are that are not cut.
fn longest_of(names: &[String], heading: &str) -> usize {
    names.iter().map(|name| width(name)).chain([width(heading)]).max().unwrap_or(0)
}

/// As many columns as leave so much room for names: first the numbers go, then the last columns.
fn fitting_columns(rows: &[Row], totals: &Totals, name_width: usize, limit: Option<usize>) -> Vec<Column> {
    let room = limit.map_or(usize::MAX, |limit| limit.saturating_sub(name_width));
    let choices = [(4, 4), (4, 1), (4, 0), (3, 0), (2, 0), (1, 1), (1, 0)];
    let choices = choices.map(|(count, with_counts)| columns(rows, totals, count, with_counts));
    let [.., last] = &choices;
    choices.iter().find(|columns| full_width(columns) <= room).unwrap_or(last).clone()
}

/// The first `count` columns, `with_counts` of which have their numbers.
fn columns(rows: &[Row], totals: &Totals, count: usize, with_counts: usize) -> Vec<Column> {
    let ratios: [(&str, Measure); 4] = [
        ("Lines", |totals| totals.lines),
        ("Units", |totals| totals.units),
        ("Functions", |totals| totals.functions),
        ("Branches", |totals| totals.branches),
    ];
    let column = |(number, (heading, ratio)): (usize, (&'static str, Measure))| {
        let all = rows.iter().map(|row| &row.totals).chain([totals]);
        let counts_width = all.map(|totals| counts(ratio(totals)).len()).max().unwrap_or(0);
        Column { heading, ratio, has_counts: number < with_counts, counts_width }
    };
    ratios.into_iter().enumerate().take(count).map(column).collect()
}

fn full_width(columns: &[Column]) -> usize {
    columns.iter().map(|column| GAP + column.width()).sum()
}

fn counts(ratio: Ratio) -> String {
    if ratio.total == 0 { "-".into() } else { format!("{}/{}", ratio.covered, ratio.total) }
}

/// The colour of a share. What has nothing to count is not bad.
pub(super) fn tone(ratio: Ratio) -> Tone {
    match ratio.permille() {
        None => Tone::Faint,
        Some(GOOD..) => Tone::Good,
        Some(FAIR..) => Tone::Fair,
        Some(_) => Tone::Poor,
    }
}

impl Column {
    const fn width(&self) -> usize {
        let numbers = if self.has_counts { self.counts_width + 1 + PERCENT_WIDTH } else { PERCENT_WIDTH };
        if numbers > self.heading.len() { numbers } else { self.heading.len() }
    }

    fn cell(&self, ratio: Ratio, painter: Painter) -> String {
        let share = painter.paint(tone(ratio), &format!("{:>PERCENT_WIDTH$}", percent(ratio)));
        let front = GAP + self.width() - PERCENT_WIDTH;
        if !self.has_counts || ratio.total == 0 {
            return format!("{:front$}{share}", "");
        }
        format!("{:>1$} {share}", counts(ratio), front - 1)
    }
}
