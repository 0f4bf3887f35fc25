//! A project's coverage, ready to be shown.

use super::baseline::compare::Comparison;
use super::contexts::Contexts;
use super::diff::cover::DiffCoverage;
use super::naming::owner;
use super::presence::Presence;
use crate::provenance::Provenance;
use livecov_format::hash::Hash;
use livecov_format::model::{OmissionReason, Span, UnitKind};
use livecov_format::vocab::{CounterMode, Granularity};
use serde::Serialize;
use std::collections::BTreeSet;
use std::ops::Range;

/// All that a report says.
///
/// Names and paths are text: bytes that are none were replaced.
#[derive(Debug, Default)]
pub struct Project {
    /// What the counts are; none if there are no data.
    pub mode: Option<CounterMode>,
    /// What has a counter.
    pub granularity: Option<Granularity>,
    /// The runs that the counts are from.
    pub provenance: Provenance,
    /// The packages by import path.
    pub packages: Vec<Package>,
    /// The source files by path.
    pub files: Vec<File>,
    /// What has no units, and why; by path and place, each once.
    pub omissions: Vec<Omission>,
    /// What anybody who reads the report has to know: inputs left out, counts that were cut.
    pub notes: Vec<String>,
    /// The earlier data that the counts were taken off from, as they were named.
    pub since: Vec<String>,
    /// The sums over all files.
    pub totals: Totals,
    /// Programs of the data whose code was not looked at, as the data call them.
    pub unknown_programs: Vec<String>,
    /// The runs that ran units, if the data tell several apart.
    pub contexts: Contexts,
    /// Coverage of changed lines, if the report has a diff.
    pub diff: Option<DiffCoverage>,
    /// What became of lines since other data, if the report has these.
    pub comparison: Option<Comparison>,
}

/// A package: one compiled crate target, or a Go package.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Package {
    /// Import path, such as `serde_json` or `ripgrep/bin/rg`.
    pub path: String,
    /// Name.
    pub name: String,
    /// Path of its module, such as `serde_json@1.0.1`; may be empty.
    pub module_path: String,
    /// Whether it is a crate from a registry or from git.
    pub is_dependency: bool,
    /// The sums over its functions; a function of several packages counts for the first.
    pub totals: Totals,
}

/// A source file.
#[derive(Clone, Debug, Default)]
pub struct File {
    /// Path, as the data have it and `--remap` changes it; `PACKAGE/PATH` if other packages have files of that path.
    pub path: String,
    /// Path before `--remap`.
    pub original_path: String,
    /// Path without the name of its package, if it has that because another package has a file of that path.
    pub plain_path: Option<String>,
    /// The contents of the other packages' files of that path.
    pub namesakes: Vec<Hash>,
    /// The packages that have functions in it, as places in [`Project::packages`], ascending.
    pub packages: Vec<u32>,
    /// MD5 of the content that was compiled; none if the data do not say.
    pub content_hash: Option<Hash>,
    /// The functions, by their first units.
    pub functions: Vec<Function>,
    /// The units, one function after the other.
    pub units: Vec<Unit>,
    /// The lines that count, ascending.
    pub lines: Vec<Line>,
    /// The branching points, by line.
    pub branch_points: Vec<BranchPoint>,
    /// The sums.
    pub totals: Totals,
}

/// A function with its units.
#[derive(Clone, Debug, Default)]
pub struct Function {
    /// Name, such as `net::Server::serve`.
    pub name: String,
    /// The package, as a place in [`Project::packages`]: the first, if several have it.
    pub package: u32,
    /// Whether it is a function literal outside of functions.
    pub is_literal: bool,
    /// Where the declaration stands; from the first unit's start to the last one's end if the data do not say.
    pub span: Span,
    /// Its units, as places in [`File::units`].
    pub units: Range<usize>,
    /// How often it was called, as far as can be told: the count of its first unit, or the highest if that is zero.
    pub count: u32,
    /// The sums; lines are those that one of its units decides.
    pub totals: Totals,
    /// Whether it is in the code of the programs.
    pub presence: Presence,
}

impl Function {
    /// Whether none of its units ran. One without units counts nowhere.
    #[must_use]
    pub const fn has_never_run(&self) -> bool {
        self.totals.functions.missed() > 0
    }
}

/// A run of source with its count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Unit {
    /// Where it stands.
    pub span: Span,
    /// Number of statements.
    pub statement_count: u32,
    /// How often it ran; 0 or 1 in `set` mode.
    pub count: u32,
    /// The function, as a place in [`File::functions`].
    pub function: u32,
    /// What kind of code it is; none if the data do not say.
    pub kind: Option<UnitKind>,
    /// Whether it is a part of a statement (see `UnitInfo::is_intra_line` of the format).
    pub is_intra_line: bool,
    /// The unit that decides whether this one runs, as a place in [`File::units`].
    pub owner: Option<u32>,
    /// Number of the decision among its function's, from one; zero for none.
    pub decision: u32,
    /// The runs that ran it, as a place in the sets of [`Project::contexts`].
    pub contexts: u32,
}

/// A line with its count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// Number, from one.
    pub number: u32,
    /// How often it ran.
    pub count: u32,
    /// The unit that decided, as a place in [`File::units`].
    pub unit: u32,
    /// Whether it ran, but something that starts on it did not.
    pub is_partial: bool,
}

/// A place where the program takes one of several ways.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BranchPoint {
    /// The line of its first branch.
    pub line: u32,
    /// The function, as a place in [`File::functions`].
    pub function: u32,
    /// The ways.
    pub branches: Vec<Branch>,
    /// Whether the code around it ran; if not, the branches could not be taken.
    pub is_reached: bool,
}

/// One way out of a [`BranchPoint`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Branch {
    /// What runs then.
    pub kind: BranchKind,
    /// The line that it is shown on: an arm's own, else that of the point.
    pub line: u32,
    /// How often it was taken.
    pub count: u32,
    /// The unit that runs, as a place in [`File::units`]; none if nothing does.
    pub unit: Option<u32>,
}

/// A [`Branch`] and where it belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlacedBranch {
    /// The line that it is shown on.
    pub line: u32,
    /// The branching point, as a place in [`File::branch_points`].
    pub point: usize,
    /// Number among the branches of the point, from zero.
    pub number: usize,
    /// How often it was taken.
    pub count: u32,
}

/// What runs when a [`Branch`] is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BranchKind {
    /// A unit.
    Unit(UnitKind),
    /// Nothing: the `else` that an `if` does not have, or the pattern of a `let ... else` that matched.
    Implicit,
}

impl BranchKind {
    /// A word for people and machines.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unit(kind) => kind_name(kind),
            Self::Implicit => "implicit",
        }
    }
}

/// A word for a kind of unit.
#[must_use]
pub const fn kind_name(kind: UnitKind) -> &'static str {
    match kind {
        UnitKind::Body => "body",
        UnitKind::Continuation => "continuation",
        UnitKind::Then => "then",
        UnitKind::Else => "else",
        UnitKind::Arm => "arm",
        UnitKind::Loop => "loop",
        UnitKind::Closure => "closure",
        UnitKind::Async => "async",
        UnitKind::LetElse => "let-else",
        UnitKind::Block => "block",
        UnitKind::Condition => "condition",
        UnitKind::Unknown(_) => "unknown",
    }
}

/// Source that was left without units.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Omission {
    /// The file's path.
    pub path: String,
    /// Where; all zero for the whole file.
    pub span: Span,
    /// Why.
    pub reason: OmissionReason,
    /// The reason in words; may be empty.
    pub detail: String,
}

/// How much of something ran.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Ratio {
    /// What ran.
    pub covered: u64,
    /// All.
    pub total: u64,
}

impl Ratio {
    /// Counts one more.
    pub fn count(&mut self, is_covered: bool) {
        self.total += 1;
        self.covered += u64::from(is_covered);
    }

    /// Counts more.
    pub const fn add(&mut self, other: Self) {
        self.covered += other.covered;
        self.total += other.total;
    }

    /// What did not run.
    #[must_use]
    pub const fn missed(self) -> u64 {
        self.total.saturating_sub(self.covered)
    }

    /// The covered share in tenths of a percent, rounded down: 1,000 means all. None of nothing.
    #[must_use]
    pub fn permille(self) -> Option<u64> {
        let permille = u128::from(self.covered) * 1000 / u128::from(self.total.max(1));
        (self.total > 0).then_some(u64::try_from(permille).unwrap_or(u64::MAX))
    }

    /// The covered share, from 0 to 1; 1 of nothing.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "shares are read by people")]
    pub fn rate(self) -> f64 {
        if self.total == 0 { 1.0 } else { self.covered as f64 / self.total as f64 }
    }
}

/// What a report counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Totals {
    /// Lines.
    pub lines: Ratio,
    /// Units that are not parts of statements.
    pub units: Ratio,
    /// Statements: Go's figure.
    pub statements: Ratio,
    /// Functions that have units.
    pub functions: Ratio,
    /// Branches.
    pub branches: Ratio,
}

impl Totals {
    /// Counts more.
    pub const fn add(&mut self, other: &Self) {
        self.lines.add(other.lines);
        self.units.add(other.units);
        self.statements.add(other.statements);
        self.functions.add(other.functions);
        self.branches.add(other.branches);
    }
}

impl File {
    /// The path without the name of its package.
    #[must_use]
    pub fn plain_path(&self) -> &str {
        self.plain_path.as_deref().unwrap_or(&self.path)
    }

    /// The function's units.
    #[must_use]
    pub fn units_of(&self, function: &Function) -> &[Unit] {
        self.units.get(function.units.clone()).unwrap_or_default()
    }

    /// All branches in the order of their lines.
    #[must_use]
    pub fn branches_by_line(&self) -> Vec<PlacedBranch> {
        let mut placed = Vec::new();
        for (point, branches) in self.branch_points.iter().enumerate() {
            let branches = branches.branches.iter().enumerate();
            placed.extend(branches.map(|(number, branch)| PlacedBranch {
                line: branch.line,
                point,
                number,
                count: branch.count,
            }));
        }
        placed.sort_unstable_by_key(|branch| (branch.line, branch.point, branch.number));
        placed
    }

    /// Lines that did not run, as `[first, last]`; lines that do not count join their neighbours.
    #[must_use]
    pub fn missed_lines(&self) -> Vec<[u32; 2]> {
        let mut runs: Vec<[u32; 2]> = Vec::new();
        let mut is_open = false;
        for line in &self.lines {
            match runs.last_mut().filter(|_| is_open && line.count == 0) {
                Some(run) => run[1] = line.number,
                None if line.count == 0 => runs.push([line.number; 2]),
                None => {}
            }
            is_open = line.count == 0;
        }
        runs
    }
}

impl Project {
    /// What is said under a table, and in the notes of other formats, of what the report is about.
    #[must_use]
    pub fn remarks(&self) -> Vec<String> {
        let mut remarks = Vec::new();
        if !self.since.is_empty() {
            remarks.push(format!("Counts are of what ran since {}", self.since.join(", ")));
        }
        let dependency_count = self.packages.iter().filter(|package| package.is_dependency).count();
        if dependency_count > 0 {
            let packages = self.packages.len();
            remarks.push(format!(
                "{dependency_count} of {packages} crates are from registries or git (--workspace-only leaves them out)"
            ));
        }
        remarks
    }

    /// The cargo packages, or Go's modules, that have functions in a file.
    #[must_use]
    pub fn owners_of(&self, file: &File) -> BTreeSet<&str> {
        let packages = file.packages.iter().filter_map(|number| self.packages.get(*number as usize));
        packages.map(|package| owner(&package.path, &package.module_path)).collect()
    }

    /// Adds the files' sums up for the packages and the project.
    pub(super) fn sum_up(&mut self) {
        self.totals = Totals::default();
        for package in &mut self.packages {
            package.totals = Totals::default();
        }
        for file in &self.files {
            self.totals.add(&file.totals);
            for function in &file.functions {
                if let Some(package) = self.packages.get_mut(function.package as usize) {
                    package.totals.add(&function.totals);
                }
            }
        }
    }
}
