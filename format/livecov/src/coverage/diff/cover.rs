//! How much of the changed lines ran.

use super::places::Placed;
use crate::coverage::model::{File, Line, Project, Ratio};
use crate::coverage::source::Sources;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Coverage of the lines that a diff changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct DiffCoverage {
    /// What the diff goes back to: a revision, or the file that the diff was read from.
    pub base: String,
    /// The sum over all files.
    pub totals: ChangedTotals,
    /// The files that have changed lines, in the order of the report.
    pub files: Vec<ChangedFile>,
    /// Changed files that the data do not have, or that filters take away.
    pub unmeasured: Vec<String>,
    /// Lines by package, for thresholds.
    #[serde(skip)]
    pub packages: BTreeMap<u32, Ratio>,
}

/// What is counted of changed lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ChangedTotals {
    /// Lines that count.
    pub lines: Ratio,
    /// Branches on such lines.
    pub branches: Ratio,
}

/// A file with changed lines.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ChangedFile {
    /// Its path in the report.
    pub path: String,
    /// The path before, if it was renamed, as the diff has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old_path: Option<String>,
    /// Whether the source was changed since it was compiled, so that lines of the diff and of the data may differ.
    pub is_stale: bool,
    /// The sums.
    pub totals: ChangedTotals,
    /// The changed lines that count, as `[first, last]`; lines that do not count join their neighbours.
    pub changed: Vec<[u32; 2]>,
    /// Those of them that did not run.
    pub missed: Vec<[u32; 2]>,
}

/// Counts the changed lines of a project.
#[must_use]
pub fn cover(project: &Project, sources: &Sources, base: &str, placed: &Placed) -> DiffCoverage {
    let unmeasured = unmeasured(project, &placed.unknown);
    let mut coverage = DiffCoverage { base: base.to_owned(), unmeasured, ..DiffCoverage::default() };
    for (number, change) in &placed.changes {
        let Some(file) = project.files.get(*number) else { continue };
        let is_new = |line: u32| change.edits.is_new(line);
        if change.edits.added_count() == 0 {
            continue;
        }
        let changed = changed_file(file, is_new);
        coverage.totals.lines.add(changed.totals.lines);
        coverage.totals.branches.add(changed.totals.branches);
        for line in file.lines.iter().filter(|line| is_new(line.number)) {
            if let Some(package) = package_of(file, line) {
                coverage.packages.entry(package).or_default().count(line.count > 0);
            }
        }
        let is_stale = sources.of(project, file).is_some_and(|source| source.is_stale(file));
        let old_path = change.old_path.clone().filter(|old| change.new_path.as_ref() != Some(old));
        coverage.files.push(ChangedFile { is_stale, old_path, ..changed });
    }
    coverage
}

/// The changed files that could have been measured: their names end as those of measured files do.
fn unmeasured(project: &Project, unknown: &[String]) -> Vec<String> {
    let end = |path: &str| Some(path.rsplit('/').next()?.rsplit_once('.')?.1.to_owned());
    let ends: BTreeSet<Option<String>> = project.files.iter().map(|file| end(&file.path)).collect();
    unknown.iter().filter(|path| ends.contains(&end(path))).cloned().collect()
}

fn changed_file(file: &File, is_new: impl Fn(u32) -> bool) -> ChangedFile {
    let mut totals = ChangedTotals::default();
    file.lines.iter().filter(|line| is_new(line.number)).for_each(|line| totals.lines.count(line.count > 0));
    let branches = file.branch_points.iter().flat_map(|point| &point.branches);
    branches.filter(|branch| is_new(branch.line)).for_each(|branch| totals.branches.count(branch.count > 0));
    ChangedFile {
        path: file.path.clone(),
        totals,
        changed: runs(&file.lines, |line| is_new(line.number)),
        missed: runs(&file.lines, |line| is_new(line.number) && line.count == 0),
        ..ChangedFile::default()
    }
}

fn package_of(file: &File, line: &Line) -> Option<u32> {
    let unit = file.units.get(line.unit as usize)?;
    file.functions.get(unit.function as usize).map(|function| function.package)
}

/// Lines that are chosen, as `[first, last]`; lines that do not count join their neighbours.
#[must_use]
pub fn runs(lines: &[Line], mut is_chosen: impl FnMut(&Line) -> bool) -> Vec<[u32; 2]> {
    let mut runs: Vec<[u32; 2]> = Vec::new();
    let mut is_open = false;
    for line in lines {
        let chosen = is_chosen(line);
        match runs.last_mut().filter(|_| is_open && chosen) {
            Some(run) => run[1] = line.number,
            None if chosen => runs.push([line.number; 2]),
            None => {}
        }
        is_open = chosen;
    }
    runs
}
