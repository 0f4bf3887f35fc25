//! Changed lines, and what became of lines since other data.

use super::paint::{Painter, Tone, harmless, shorten, width};
use super::table::{pad, tone};
use crate::coverage::baseline::compare::{ComparedFile, Comparison, NamedFunction, Tally};
use crate::coverage::changes::{ChangeOpts, Listed};
use crate::coverage::diff::cover::{ChangedTotals, DiffCoverage};
use crate::coverage::model::{Project, Ratio};
use crate::coverage::thresholds::percent;
use std::io::{self, Write};

/// How many files without data are named.
const NAMED_COUNT: usize = 10;

/// Names keep so many columns before a column of numbers has to go.
const NAME_WIDTH: usize = 20;

/// A cell, and its colour.
type Cell = (String, Tone);

/// Writes the tables and lists that the options ask for.
///
/// # Errors
///
/// Those of `out`.
pub fn write(
    project: &Project,
    opts: &ChangeOpts,
    limit: Option<usize>,
    painter: Painter,
    out: &mut dyn Write,
) -> io::Result<()> {
    if let Some(diff) = &project.diff {
        write_diff(diff, limit, painter, out)?;
        writeln!(out)?;
    }
    if let Some(comparison) = &project.comparison {
        write_comparison(comparison, opts, limit, painter, out)?;
        writeln!(out)?;
    }
    let lines = project.totals.lines;
    writeln!(out, "All lines: {} ({} of {})", percent(lines), lines.covered, lines.total)
}

fn write_diff(diff: &DiffCoverage, limit: Option<usize>, painter: Painter, out: &mut dyn Write) -> io::Result<()> {
    let files = diff.files.iter().map(|file| (file.path.as_str(), &file.totals));
    let cells = |totals: &ChangedTotals| vec![share(totals.lines), share(totals.branches)];
    let mut rows: Vec<(String, Vec<Cell>)> = files.map(|(path, totals)| (harmless(path), cells(totals))).collect();
    rows.push(("Total".into(), cells(&diff.totals)));
    let heading = format!("Changed since {}", harmless(&diff.base));
    write_table(&[&heading, "Lines", "Branches"], &rows, limit, painter, out)?;
    let missed = diff.files.iter().map(|file| (file.path.as_str(), file.missed.as_slice()));
    write_lines("Changed lines that did not run:", missed, out)?;
    let stale: Vec<&str> = diff.files.iter().filter(|file| file.is_stale).map(|file| file.path.as_str()).collect();
    write_names("was changed since it was compiled", "were changed since they were compiled", &stale, out)?;
    let unmeasured: Vec<&str> = diff.unmeasured.iter().map(String::as_str).collect();
    write_names("changed, but has no data", "changed, but have no data", &unmeasured, out)
}

fn write_comparison(
    comparison: &Comparison,
    opts: &ChangeOpts,
    limit: Option<usize>,
    painter: Painter,
    out: &mut dyn Write,
) -> io::Result<()> {
    let differing: Vec<&ComparedFile> = comparison.files.iter().filter(|file| file.totals.differs()).collect();
    let mut rows: Vec<(String, Vec<Cell>)> =
        differing.iter().map(|file| (harmless(&file.path), tally_cells(&file.totals))).collect();
    rows.push(("Total".into(), tally_cells(&comparison.totals)));
    let heading = format!("Against {}", harmless(&comparison.baseline.join(",")));
    write_table(&[&heading, "New missed", "Lost", "Gained", "Unchanged", "New ran"], &rows, limit, painter, out)?;
    let same = comparison.files.len() - differing.len();
    if same > 0 {
        writeln!(out, "Files as before: {same}")?;
    }
    type Lines = fn(&ComparedFile) -> &[[u32; 2]];
    let kinds: [(Listed, &str, Lines); 3] = [
        (Listed::New, "Lines that are new and did not run:", |file| &file.new_uncovered),
        (Listed::Lost, "Lines that ran before and not now:", |file| &file.lost),
        (Listed::Gained, "Lines that run now and did not before:", |file| &file.gained),
    ];
    for (kind, heading, lines) in kinds.into_iter().filter(|(kind, ..)| opts.lists(*kind)) {
        write_lines(heading, differing.iter().map(|file| (file.path.as_str(), lines(file))), out)?;
        match kind {
            Listed::Lost => write_functions("before and not now", &comparison.lost_functions, out)?,
            Listed::Gained => write_functions("now and not before", &comparison.gained_functions, out)?,
            Listed::New | Listed::None => {}
        }
    }
    let removed: Vec<&str> = comparison.removed.iter().map(String::as_str).collect();
    write_names("is in the baseline alone", "are in the baseline alone", &removed, out)
}

fn tally_cells(tally: &Tally) -> Vec<Cell> {
    let cell = |number: u64, tone| (number.to_string(), if number == 0 { Tone::Faint } else { tone });
    vec![
        cell(tally.new_uncovered, Tone::Poor),
        cell(tally.lost, Tone::Poor),
        cell(tally.gained, Tone::Good),
        cell(tally.unchanged(), Tone::Faint),
        cell(tally.new_covered, Tone::Good),
    ]
}

fn share(ratio: Ratio) -> Cell {
    let text = match ratio.total {
        0 => "-".to_owned(),
        total => format!("{}/{total} {:>6}", ratio.covered, percent(ratio)),
    };
    (text, tone(ratio))
}

/// Writes a table: names to the left, cells to the right. Where it does not fit, names lose their middle, then the last
/// columns go.
fn write_table(
    headings: &[&str],
    rows: &[(String, Vec<Cell>)],
    limit: Option<usize>,
    painter: Painter,
    out: &mut dyn Write,
) -> io::Result<()> {
    let [heading, titles @ ..] = headings else { return Ok(()) };
    let longest = rows.iter().map(|(name, _)| width(name)).chain([width(heading)]).max().unwrap_or(0);
    let mut widths: Vec<usize> = titles.iter().map(|title| width(title) + 2).collect();
    for (_, cells) in rows {
        for (column, (text, _)) in widths.iter_mut().zip(cells) {
            *column = (*column).max(width(text) + 2);
        }
    }
    let room = limit.unwrap_or(usize::MAX);
    while widths.len() > 1 && widths.iter().sum::<usize>() + longest.min(NAME_WIDTH) > room {
        widths.pop();
    }
    let name_width = longest.min(room.saturating_sub(widths.iter().sum()).max(1));
    let name = |text: &str| pad(&shorten(text, name_width), name_width);
    let titles: String = titles.iter().zip(&widths).map(|(title, width)| format!("{title:>width$}")).collect();
    writeln!(out, "{}", painter.paint(Tone::Strong, &(name(heading) + &titles)))?;
    for (text, cells) in rows {
        let mut line = name(text);
        for ((text, tone), column) in cells.iter().zip(&widths) {
            let blanks = column.saturating_sub(width(text));
            line.push_str(&format!("{:blanks$}{}", "", painter.paint(*tone, text)));
        }
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}

/// Writes lines as `src/a.rs:40,52-58`, one file each.
fn write_lines<'p>(
    heading: &str,
    files: impl Iterator<Item = (&'p str, &'p [[u32; 2]])>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut files = files.filter(|(_, runs)| !runs.is_empty()).peekable();
    if files.peek().is_some() {
        writeln!(out, "\n{heading}")?;
    }
    for (path, runs) in files {
        let range =
            |[first, last]: &[u32; 2]| if first == last { first.to_string() } else { format!("{first}-{last}") };
        let ranges: Vec<String> = runs.iter().map(range).collect();
        writeln!(out, "{}:{}", harmless(path), ranges.join(","))?;
    }
    Ok(())
}

fn write_functions(when: &str, functions: &[NamedFunction], out: &mut dyn Write) -> io::Result<()> {
    if !functions.is_empty() {
        writeln!(out, "\nFunctions that ran {when}:")?;
    }
    for NamedFunction { path, line, name } in functions {
        writeln!(out, "{}:{line} {}", harmless(path), harmless(name))?;
    }
    Ok(())
}

/// Writes names of files, the first few, with what they have in common.
fn write_names(one: &str, many: &str, names: &[&str], out: &mut dyn Write) -> io::Result<()> {
    let words = match names {
        [] => return Ok(()),
        [_] => format!("1 file {one}"),
        _ => format!("{} files {many}", names.len()),
    };
    writeln!(out, "\n{words}:")?;
    for name in names.iter().take(NAMED_COUNT) {
        writeln!(out, "{}", harmless(name))?;
    }
    if names.len() > NAMED_COUNT {
        writeln!(out, "and {} more", names.len() - NAMED_COUNT)?;
    }
    Ok(())
}
