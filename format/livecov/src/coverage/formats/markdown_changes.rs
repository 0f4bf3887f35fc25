//! Changed lines, and what became of lines since other data, for comments on pull requests.

use super::markdown::{RANGE_LIMIT, ROW_LIMIT, escape, ranges};
use crate::coverage::baseline::compare::{ComparedFile, Comparison, NamedFunction, Tally};
use crate::coverage::diff::cover::{ChangedTotals, DiffCoverage};
use crate::coverage::model::Ratio;
use crate::coverage::thresholds::percent;
use std::io::{self, Write};

/// Writes what a diff says.
///
/// # Errors
///
/// Those of `out`.
pub fn write_diff(diff: &DiffCoverage, out: &mut dyn Write) -> io::Result<()> {
    let share = match diff.totals.lines.total {
        0 => "none counts".to_owned(),
        _ => percent(diff.totals.lines),
    };
    writeln!(out, "### Changed lines since {}: {share}\n", escape(&diff.base))?;
    writeln!(out, "| File | Lines | Branches | Lines that did not run |\n|---|---:|---:|---|")?;
    for file in diff.files.iter().take(ROW_LIMIT) {
        let sign = if file.is_stale { " (changed since it was compiled)" } else { "" };
        let (path, cells, missed) = (escape(&file.path), diff_cells(&file.totals), shown(&file.missed));
        writeln!(out, "| {path}{sign} | {cells} | {missed} |")?;
    }
    if diff.files.len() > ROW_LIMIT {
        writeln!(out, "| and {} more | | | |", diff.files.len() - ROW_LIMIT)?;
    }
    writeln!(out, "| **Total** | {} | |", diff_cells(&diff.totals))?;
    write_names("Changed files without data", &diff.unmeasured, out)?;
    writeln!(out)
}

fn diff_cells(totals: &ChangedTotals) -> String {
    let cell = |ratio: Ratio| match ratio.total {
        0 => "-".to_owned(),
        total => format!("{} ({}/{total})", percent(ratio), ratio.covered),
    };
    format!("{} | {}", cell(totals.lines), cell(totals.branches))
}

/// Writes what became of lines.
///
/// # Errors
///
/// Those of `out`.
pub fn write_comparison(comparison: &Comparison, out: &mut dyn Write) -> io::Result<()> {
    let Tally { new_uncovered, lost, gained, .. } = comparison.totals;
    writeln!(out, "### Lines: {new_uncovered} new without a run, {lost} lost, {gained} gained\n")?;
    writeln!(out, "| File | New, not run | Lost | Gained | Unchanged | New, run |\n|---|---:|---:|---:|---:|---:|")?;
    let differing: Vec<&ComparedFile> = comparison.files.iter().filter(|file| file.totals.differs()).collect();
    for file in differing.iter().take(ROW_LIMIT) {
        writeln!(out, "| {} | {} |", escape(&file.path), tally_cells(&file.totals))?;
    }
    if differing.len() > ROW_LIMIT {
        writeln!(out, "| and {} more | | | | | |", differing.len() - ROW_LIMIT)?;
    }
    writeln!(out, "| **Total** | {} |", tally_cells(&comparison.totals))?;
    let lines = |get: fn(&ComparedFile) -> &[[u32; 2]]| -> Vec<String> {
        let files = differing.iter().filter(|file| !get(file).is_empty());
        files.map(|file| format!("{}: {}", escape(&file.path), shown(get(file)))).collect()
    };
    let functions = |functions: &[NamedFunction]| -> Vec<String> {
        let name = |f: &NamedFunction| format!("{}:{} {}", escape(&f.path), f.line, escape(&f.name));
        functions.iter().map(name).collect()
    };
    for (summary, items) in [
        ("New lines that did not run", lines(|file| &file.new_uncovered)),
        ("Lines that ran before and not now", lines(|file| &file.lost)),
        ("Functions that ran before and not now", functions(&comparison.lost_functions)),
        ("Lines that run now and did not before", lines(|file| &file.gained)),
        ("Functions that run now and did not before", functions(&comparison.gained_functions)),
    ] {
        write_list(summary, &items, out)?;
    }
    write_names("Files that are in the baseline alone", &comparison.removed, out)?;
    writeln!(out)
}

fn tally_cells(tally: &Tally) -> String {
    let Tally { new_uncovered, lost, gained, new_covered, .. } = tally;
    format!("{new_uncovered} | {lost} | {gained} | {} | {new_covered}", tally.unchanged())
}

fn shown(runs: &[[u32; 2]]) -> String {
    let more = if runs.len() > RANGE_LIMIT { ", …" } else { "" };
    ranges(runs.get(..RANGE_LIMIT).unwrap_or(runs)) + more
}

fn write_list(summary: &str, items: &[String], out: &mut dyn Write) -> io::Result<()> {
    if items.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n<details><summary>{summary}</summary>\n")?;
    for item in items.iter().take(ROW_LIMIT) {
        writeln!(out, "* {item}")?;
    }
    if items.len() > ROW_LIMIT {
        writeln!(out, "* and {} more", items.len() - ROW_LIMIT)?;
    }
    writeln!(out, "\n</details>")
}

fn write_names(words: &str, names: &[String], out: &mut dyn Write) -> io::Result<()> {
    let items: Vec<String> = names.iter().map(|name| escape(name)).collect();
    write_list(words, &items, out)
}
