//! The formats that machines read, and text for people, one module each.

pub mod cobertura;
pub mod codecov;
pub mod coveralls;
pub mod html;
pub mod json;
pub mod lcov;
pub mod llvm;
pub mod markdown;
pub mod markdown_changes;
pub mod sonarqube;
pub mod text;
pub mod xml;

use super::model::{PlacedBranch, Project, Ratio};
use super::source::Sources;
use super::terminal::rows::Row;
use crate::session::Session;
use std::io::{self, Write};
use std::time::{SystemTime, UNIX_EPOCH};

/// A format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// lcov's tracefile.
    Lcov,
    /// JSON of our own.
    Json,
    /// Cobertura XML.
    Cobertura,
    /// Codecov's JSON.
    Codecov,
    /// Coveralls' JSON.
    Coveralls,
    /// A page.
    Html,
    /// SonarQube's generic XML.
    Sonarqube,
    /// Markdown.
    Markdown,
    /// Go's text profile.
    Text,
    /// What `llvm-cov export` writes.
    LlvmJson,
}

/// What a format is made of.
#[derive(Clone, Copy, Debug)]
pub struct Material<'p> {
    /// The project.
    pub project: &'p Project,
    /// Where its source files are.
    pub sources: &'p Sources,
    /// The rows of the table, for formats that have one.
    pub rows: &'p [Row],
    /// What the rows stand for.
    pub heading: &'p str,
}

impl Format {
    /// Writes a report.
    ///
    /// # Errors
    ///
    /// Those of `out`.
    pub fn write(self, material: Material<'_>, out: &mut dyn Write) -> io::Result<()> {
        let Material { project, sources, rows, heading } = material;
        match self {
            Self::Lcov => lcov::write(project, out),
            Self::Json => json::write(project, out),
            Self::Cobertura => cobertura::write(project, now(), out),
            Self::Codecov => codecov::write(project, out),
            Self::Coveralls => coveralls::write(project, sources, out),
            Self::Html => html::write(project, sources, out),
            Self::Sonarqube => sonarqube::write(project, out),
            Self::Markdown => markdown::write(project, rows, heading, out),
            Self::Text => text::write(project, out),
            Self::LlvmJson => llvm::write(project, out),
        }
    }
}

/// The variable that builds set which are to come out the same: seconds since 1970.
const EPOCH: &str = "SOURCE_DATE_EPOCH";

/// Says so if a format has a time and the variable that is to set it has none.
pub fn check_epoch(session: &mut Session<'_>, wanted: impl IntoIterator<Item = Format>) {
    let is_set = std::env::var_os(EPOCH).is_some_and(|value| !value.is_empty());
    if is_set && fixed_epoch().is_none() && wanted.into_iter().any(|format| format == Format::Cobertura) {
        session.warn(&format!("{EPOCH} is no number of seconds: the report has the time of now"));
    }
}

fn fixed_epoch() -> Option<u64> {
    std::env::var(EPOCH).ok()?.trim().parse().ok()
}

/// Seconds since 1970; those of the variable, if it has any.
fn now() -> u64 {
    fixed_epoch().unwrap_or_else(|| SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |passed| passed.as_secs()))
}

/// The branches on a line, of all that are sorted by line.
fn on_line(branches: &[PlacedBranch], line: u32) -> &[PlacedBranch] {
    let start = branches.partition_point(|branch| branch.line < line);
    let rest = branches.get(start..).unwrap_or_default();
    rest.get(..rest.partition_point(|branch| branch.line == line)).unwrap_or_default()
}

/// How many of them were taken.
fn ratio(branches: &[PlacedBranch]) -> Ratio {
    let mut ratio = Ratio::default();
    branches.iter().for_each(|branch| ratio.count(branch.count > 0));
    ratio
}
