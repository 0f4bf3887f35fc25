//! Source with its counts.
//!
//! ```text
//!   12 |    3   |     if ready && retry {
//!      |        |                 ^ never evaluated
//! ```

use super::paint::{Painter, Tone, harmless, width};
use crate::coverage::model::{BranchKind, File, Line, Project, Unit};
use crate::coverage::source::{Source, Sources};
use crate::coverage::thresholds::percent;
use livecov_format::model::UnitKind;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

/// Tab stops of the source shown.
const TAB: usize = 4;

/// Writes all files, or those that a diff changes.
///
/// # Errors
///
/// Those of `out`.
pub fn write(project: &Project, sources: &Sources, painter: Painter, out: &mut dyn Write) -> io::Result<()> {
    let changed: Option<BTreeSet<&str>> =
        project.diff.as_ref().map(|diff| diff.files.iter().map(|file| file.path.as_str()).collect());
    let is_shown = |file: &&File| changed.as_ref().is_none_or(|changed| changed.contains(file.path.as_str()));
    for (number, file) in project.files.iter().filter(is_shown).enumerate() {
        if number > 0 {
            writeln!(out)?;
        }
        let share = match file.totals.lines.total {
            0 => "no line counts".into(),
            _ => format!("{} of lines", percent(file.totals.lines)),
        };
        let heading = format!("{} ({share})", harmless(&file.path));
        writeln!(out, "{}", painter.paint(Tone::Strong, &heading))?;
        match sources.of(project, file) {
            Some(source) => write_source(file, &source, painter, out)?,
            None => write_counts(file, painter, out)?,
        }
    }
    Ok(())
}

fn write_source(file: &File, source: &Source, painter: Painter, out: &mut dyn Write) -> io::Result<()> {
    if source.is_stale(file) {
        let path = harmless(&source.path.to_string_lossy());
        let words = format!("{path} was changed since it was compiled: counts may stand at the wrong lines");
        writeln!(out, "{}", painter.paint(Tone::Poor, &words))?;
    }
    let marks = marks(file);
    let mut lines = file.lines.iter().peekable();
    for (number, text) in (1u32..).zip(source.lines()) {
        let line = lines.next_if(|line| line.number == number);
        let text_shown = format!("{} {}", gutter(number, line, painter), code(&text, line, painter));
        writeln!(out, "{}", text_shown.trim_end())?;
        for mark in marks.get(&number).into_iter().flatten() {
            let indent = column(&text, mark.col);
            let words = painter.paint(Tone::Fair, &format!("^ {}", mark.words));
            writeln!(out, "{:5} | {:10} | {:indent$}{words}", "", "", "")?;
        }
    }
    Ok(())
}

/// Without the source, there are still the counts.
fn write_counts(file: &File, painter: Painter, out: &mut dyn Write) -> io::Result<()> {
    let words = "the source was not found: name its directory with --source-root, or rename paths with --remap";
    writeln!(out, "{}", painter.paint(Tone::Poor, words))?;
    for line in &file.lines {
        writeln!(out, "{}", gutter(line.number, Some(line), painter).trim_end())?;
    }
    Ok(())
}

/// Number and count. Signs say what colours do: `!` did not run, `~` ran in part.
fn gutter(number: u32, line: Option<&Line>, painter: Painter) -> String {
    let count = match line {
        None => format!("{:10}", ""),
        Some(line) => painter.paint(tone(line), &format!("{:>8} {}", short(line.count), sign(line))),
    };
    format!("{number:5} | {count} |")
}

const fn sign(line: &Line) -> char {
    match (line.count, line.is_partial) {
        (0, _) => '!',
        (_, true) => '~',
        _ => ' ',
    }
}

const fn tone(line: &Line) -> Tone {
    match (line.count, line.is_partial) {
        (0, _) => Tone::Poor,
        (_, true) => Tone::Fair,
        _ => Tone::Good,
    }
}

/// A count of at most seven characters.
fn short(count: u32) -> String {
    match count {
        0..10_000_000 => count.to_string(),
        10_000_000..1_000_000_000 => format!("{}M", count / 1_000_000),
        u32::MAX => ">=4.29G".into(),
        _ => format!("{}.{:02}G", count / 1_000_000_000, count / 10_000_000 % 100),
    }
}

fn code(text: &str, line: Option<&Line>, painter: Painter) -> String {
    let text = expand(text);
    match line.filter(|line| line.count == 0) {
        Some(line) => painter.paint(tone(line), &text),
        None => text,
    }
}

fn expand(text: &str) -> String {
    let mut expanded = String::new();
    for (number, part) in text.split('\t').enumerate() {
        if number > 0 {
            let stop = TAB - width(&expanded) % TAB;
            expanded.push_str(&" ".repeat(stop));
        }
        expanded.push_str(&harmless(part));
    }
    expanded
}

/// The column on the terminal of a column in bytes.
fn column(text: &str, col: u32) -> usize {
    let bytes = (col as usize).saturating_sub(1).min(text.len());
    let front = String::from_utf8_lossy(text.as_bytes().get(..bytes).unwrap_or_default());
    width(&expand(&front))
}

/// Something within a line that did not happen.
struct Mark {
    col: u32,
    words: &'static str,
}

/// What did not happen on lines that ran, by line.
fn marks(file: &File) -> BTreeMap<u32, Vec<Mark>> {
    let mut marks: BTreeMap<u32, Vec<Mark>> = BTreeMap::new();
    for unit in file.units.iter().filter(|unit| unit.count == 0) {
        marks.entry(unit.span.start_line).or_default().push(Mark { col: unit.span.start_col, words: missed(unit) });
    }
    for point in &file.branch_points {
        let implicit = point.branches.iter().find(|branch| branch.kind == BranchKind::Implicit && branch.count == 0);
        let first = point.branches.first().and_then(|branch| file.units.get(branch.unit? as usize));
        if let (Some(_), Some(unit)) = (implicit, first) {
            let words = if unit.kind == Some(UnitKind::LetElse) { "never matched" } else { "always taken" };
            marks.entry(unit.span.start_line).or_default().push(Mark { col: unit.span.start_col, words });
        }
    }
    let partial: Vec<u32> = file.lines.iter().filter(|line| line.is_partial).map(|line| line.number).collect();
    marks.retain(|line, _| partial.binary_search(line).is_ok());
    for marks in marks.values_mut() {
        marks.sort_by_key(|mark| mark.col);
    }
    marks
}

fn missed(unit: &Unit) -> &'static str {
    match unit.kind {
        Some(UnitKind::Condition) => "never evaluated",
        Some(UnitKind::Then | UnitKind::Else | UnitKind::Arm | UnitKind::LetElse) => "never taken",
        Some(UnitKind::Loop) => "never entered",
        Some(UnitKind::Closure) => "never called",
        Some(UnitKind::Continuation) => "never reached",
        _ => "never ran",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_short() {
        for (count, text) in [
            (0, "0"),
            (9_999_999, "9999999"),
            (10_000_000, "10M"),
            (999_999_999, "999M"),
            (1_234_567_890, "1.23G"),
            (u32::MAX, ">=4.29G"),
        ] {
            assert_eq!(short(count), text);
        }
    }

    #[test]
    fn columns_are_those_of_the_terminal() {
        assert_eq!(expand("\ta\tb"), "    a   b");
        assert_eq!(column("\ta\tb", 4), 8);
        assert_eq!(column("\"ü日\" && x", 12), 9);
        assert_eq!(column("short", 99), 5);
    }
}
