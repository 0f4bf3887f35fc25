//! Markdown for comments on pull requests.

use super::markdown_changes::{write_comparison, write_diff};
use crate::coverage::model::{Project, Ratio, Totals};
use crate::coverage::omissions;
use crate::coverage::terminal::paint::harmless;
use crate::coverage::terminal::rows::Row;
use crate::coverage::thresholds::percent;
use std::io::{self, Write};

/// Services cut longer comments off, or refuse them.
pub(super) const ROW_LIMIT: usize = 500;

/// Ranges of lines that a row shows.
pub(super) const RANGE_LIMIT: usize = 20;

/// Writes a report with a row for each of `rows`.
///
/// # Errors
///
/// Those of `out`.
pub fn write(project: &Project, rows: &[Row], heading: &str, out: &mut dyn Write) -> io::Result<()> {
    if let Some(diff) = &project.diff {
        write_diff(diff, out)?;
    }
    if let Some(comparison) = &project.comparison {
        write_comparison(comparison, out)?;
    }
    writeln!(out, "### Coverage: {} of lines\n", percent(project.totals.lines))?;
    writeln!(out, "| {heading} | Lines | Units | Functions | Branches |")?;
    writeln!(out, "|---|---:|---:|---:|---:|")?;
    for row in rows.iter().take(ROW_LIMIT) {
        writeln!(out, "| {} | {} |", escape(&row.name), cells(&row.totals))?;
    }
    if rows.len() > ROW_LIMIT {
        writeln!(out, "| and {} more | | | | |", rows.len() - ROW_LIMIT)?;
    }
    writeln!(out, "| **Total** | {} |", cells(&project.totals))?;
    write_missing(project, out)?;
    if let Some(summary) = omissions::summary(&project.omissions) {
        writeln!(out, "\n{summary}")?;
    }
    for note in &project.notes {
        writeln!(out, "\n> {}", escape(note))?;
    }
    Ok(())
}

fn cells(totals: &Totals) -> String {
    let cell = |ratio: Ratio| match ratio.total {
        0 => "-".to_owned(),
        total => format!("{} ({}/{total})", percent(ratio), ratio.covered),
    };
    [totals.lines, totals.units, totals.functions, totals.branches].map(cell).join(" | ")
}

fn write_missing(project: &Project, out: &mut dyn Write) -> io::Result<()> {
    let missing = project.files.iter().filter(|file| file.totals.lines.missed() > 0);
    let missing: Vec<_> = missing.take(ROW_LIMIT).collect();
    if missing.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n<details><summary>Lines that did not run</summary>\n")?;
    for file in missing {
        let runs = file.missed_lines();
        let shown = ranges(runs.get(..RANGE_LIMIT).unwrap_or(&runs));
        let more = if runs.len() > RANGE_LIMIT { ", …" } else { "" };
        writeln!(out, "* {}: {shown}{more}", escape(&file.path))?;
    }
    writeln!(out, "\n</details>")
}

/// Line ranges such as `40, 52-58`.
pub(super) fn ranges(runs: &[[u32; 2]]) -> String {
    let range = |[first, last]: &[u32; 2]| if first == last { first.to_string() } else { format!("{first}-{last}") };
    runs.iter().map(range).collect::<Vec<_>>().join(", ")
}

/// Text that stays what it is between Markdown's marks, inside and outside of tables.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in harmless(text).chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '@' => escaped.push_str("&#64;"),
            '#' => escaped.push_str("&#35;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' => {
                escaped.push('\\');
                escaped.push(c);
            }
            c => escaped.push(c),
        }
    }
    escaped
}
