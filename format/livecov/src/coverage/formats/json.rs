//! JSON of our own; `docs/report.schema.json` is its schema.

use crate::coverage::baseline::compare::Comparison;
use crate::coverage::contexts::Contexts;
use crate::coverage::diff::cover::DiffCoverage;
use crate::coverage::model::{BranchPoint, File, Function, Line, Omission, Package, Project, Totals, Unit, kind_name};
use crate::coverage::omissions::reason_name;
use crate::coverage::presence::Presence;
use crate::provenance::Provenance;
use livecov_format::hash::hex;
use livecov_format::model::Span;
use serde::{Serialize, Serializer};
use std::io::{self, Write};

/// Version of the format: it grows with a change that readers could stumble over; fields may be added without.
pub const VERSION: u32 = 1;

#[derive(Serialize)]
struct ReportJson<'p> {
    format: &'static str,
    version: u32,
    tool: String,
    mode: Option<&'static str>,
    granularity: Option<&'static str>,
    provenance: &'p Provenance,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    since: &'p [String],
    totals: Totals,
    packages: Vec<PackageJson<'p>>,
    files: Files<'p>,
    omissions: Vec<OmissionJson<'p>>,
    notes: &'p [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    contexts: Option<ContextsJson<'p>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    diff: Option<&'p DiffCoverage>,
    #[serde(skip_serializing_if = "Option::is_none")]
    comparison: Option<&'p Comparison>,
}

/// Files are the bulk: one is in memory at a time.
struct Files<'p>(&'p [File]);

impl Serialize for Files<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(file))
    }
}

#[derive(Serialize)]
struct ContextsJson<'p> {
    names: &'p [String],
    sets: &'p [Vec<u32>],
}

#[derive(Serialize)]
struct PackageJson<'p> {
    path: &'p str,
    name: &'p str,
    module_path: &'p str,
    #[serde(skip_serializing_if = "is_false")]
    is_dependency: bool,
    totals: Totals,
}

#[derive(Serialize)]
struct FileJson<'p> {
    path: &'p str,
    #[serde(skip_serializing_if = "Option::is_none")]
    plain_path: Option<&'p str>,
    packages: &'p [u32],
    content_md5: Option<String>,
    totals: Totals,
    functions: Vec<FunctionJson<'p>>,
    units: Vec<UnitJson>,
    lines: Vec<LineJson>,
    branch_points: Vec<BranchPointJson>,
}

#[derive(Serialize)]
struct FunctionJson<'p> {
    name: &'p str,
    package: u32,
    is_literal: bool,
    span: [u32; 4],
    first_unit: usize,
    unit_count: usize,
    count: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    in_program: Option<bool>,
    totals: Totals,
}

#[derive(Serialize)]
struct UnitJson {
    span: [u32; 4],
    statements: u32,
    count: u32,
    function: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    #[serde(skip_serializing_if = "is_false")]
    is_intra_line: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<u32>,
    #[serde(skip_serializing_if = "is_zero")]
    contexts: u32,
}

#[derive(Serialize)]
struct LineJson {
    line: u32,
    count: u32,
    #[serde(skip_serializing_if = "is_false")]
    is_partial: bool,
}

#[derive(Serialize)]
struct BranchPointJson {
    line: u32,
    function: u32,
    is_reached: bool,
    branches: Vec<BranchJson>,
}

#[derive(Serialize)]
struct BranchJson {
    kind: &'static str,
    line: u32,
    count: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<u32>,
}

#[derive(Serialize)]
struct OmissionJson<'p> {
    path: &'p str,
    span: Option<[u32; 4]>,
    reason: &'static str,
    detail: &'p str,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde wants a reference")]
const fn is_false(value: &bool) -> bool {
    !*value
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde wants a reference")]
const fn is_zero(value: &u32) -> bool {
    *value == 0
}

/// Writes a report.
///
/// # Errors
///
/// Those of `out`.
pub fn write(project: &Project, out: &mut dyn Write) -> io::Result<()> {
    let report = ReportJson {
        format: "livecov-report",
        version: VERSION,
        tool: format!("livecov {}", env!("CARGO_PKG_VERSION")),
        mode: project.mode.map(|mode| mode.name()),
        granularity: project.granularity.map(|granularity| granularity.name()),
        provenance: &project.provenance,
        since: &project.since,
        totals: project.totals,
        packages: project.packages.iter().map(package).collect(),
        files: Files(&project.files),
        omissions: project.omissions.iter().map(omission).collect(),
        notes: &project.notes,
        contexts: contexts(&project.contexts),
        diff: project.diff.as_ref(),
        comparison: project.comparison.as_ref(),
    };
    serde_json::to_writer(&mut *out, &report)?;
    writeln!(out)
}

fn contexts(contexts: &Contexts) -> Option<ContextsJson<'_>> {
    let Contexts { names, sets } = contexts;
    (!names.is_empty()).then_some(ContextsJson { names, sets })
}

fn package(package: &Package) -> PackageJson<'_> {
    let Package { path, name, module_path, is_dependency, totals } = package;
    PackageJson { path, name, module_path, is_dependency: *is_dependency, totals: *totals }
}

fn file(file: &File) -> FileJson<'_> {
    FileJson {
        path: &file.path,
        plain_path: file.plain_path.as_deref(),
        packages: &file.packages,
        content_md5: file.content_hash.map(|hash| String::from_utf8_lossy(&hex(&hash)).into_owned()),
        totals: file.totals,
        functions: file.functions.iter().map(function).collect(),
        units: file.units.iter().map(unit).collect(),
        lines: file.lines.iter().map(line).collect(),
        branch_points: file.branch_points.iter().map(branch_point).collect(),
    }
}

fn function(function: &Function) -> FunctionJson<'_> {
    FunctionJson {
        name: &function.name,
        package: function.package,
        is_literal: function.is_literal,
        span: numbers(&function.span),
        first_unit: function.units.start,
        unit_count: function.units.len(),
        count: function.count,
        in_program: match function.presence {
            Presence::Absent => Some(false),
            Presence::Unknown => None,
            Presence::Present => Some(true),
        },
        totals: function.totals,
    }
}

fn unit(unit: &Unit) -> UnitJson {
    UnitJson {
        span: numbers(&unit.span),
        statements: unit.statement_count,
        count: unit.count,
        function: unit.function,
        kind: unit.kind.map(kind_name),
        is_intra_line: unit.is_intra_line,
        owner: unit.owner,
        contexts: unit.contexts,
    }
}

const fn line(line: &Line) -> LineJson {
    LineJson { line: line.number, count: line.count, is_partial: line.is_partial }
}

fn branch_point(point: &BranchPoint) -> BranchPointJson {
    let branches = point.branches.iter().map(|branch| BranchJson {
        kind: branch.kind.name(),
        line: branch.line,
        count: branch.count,
        unit: branch.unit,
    });
    BranchPointJson {
        line: point.line,
        function: point.function,
        is_reached: point.is_reached,
        branches: branches.collect(),
    }
}

fn omission(omission: &Omission) -> OmissionJson<'_> {
    OmissionJson {
        path: &omission.path,
        span: (omission.span != Span::default()).then(|| numbers(&omission.span)),
        reason: reason_name(omission.reason),
        detail: &omission.detail,
    }
}

const fn numbers(span: &Span) -> [u32; 4] {
    [span.start_line, span.start_col, span.end_line, span.end_col]
}
