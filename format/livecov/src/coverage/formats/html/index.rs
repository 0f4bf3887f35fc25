//! What the page knows from its start: all names and sums.
//!
//! ```text
//! head       JSON: tool, mode, granularity, notes, runs, sums, and the words behind codes
//! packages   n, paths, names, paths of modules
//! files      n, paths, flags, number of packages, packages, sums, partial lines, highest count,
//!            number of functions
//! functions  n, names, package*, flags, line*, lines more, count, sums
//! omissions  number of paths, paths, number of details, details, n, path*, 4 x span, reason, detail
//! chunks     n, number of files
//! ```
//!
//! The notation is that of [`super::body`]. Sums are columns: the number of all, then that of what did not run, for lines,
//! units, functions, branches and statements; those of functions (the program's) are of lines, units and branches.

use super::body::KINDS;
use super::columns::Block;
use crate::coverage::model::{Function, Omission, Project, Ratio, Totals};
use crate::coverage::omissions::{reason_name, reason_text};
use crate::provenance::Provenance;
use livecov_format::model::OmissionReason;
use serde::Serialize;
use std::collections::BTreeMap;

/// Version of the data: the page is in the same file, so that this is for others that read it.
pub const VERSION: u32 = 2;

/// Bit in a file's flags: its source is there.
pub const HAS_SOURCE: u64 = 1;
/// Bit in a file's flags: its source is not what was compiled.
pub const IS_STALE: u64 = 2;
/// Bit in a function's flags: it is a function literal.
const IS_LITERAL: u64 = 1;

/// The reasons of omissions in the order of their codes.
const REASONS: [OmissionReason; 9] = [
    OmissionReason::Unknown(0),
    OmissionReason::Attribute,
    OmissionReason::Comment,
    OmissionReason::Test,
    OmissionReason::Configured,
    OmissionReason::Unparsed,
    OmissionReason::Rejected,
    OmissionReason::Macro,
    OmissionReason::Constant,
];

#[derive(Serialize)]
struct Head<'p> {
    format: &'static str,
    version: u32,
    tool: String,
    mode: Option<&'static str>,
    granularity: Option<&'static str>,
    provenance: &'p Provenance,
    /// How many runs are told apart; the element `contexts` has them.
    context_count: usize,
    totals: Totals,
    notes: &'p [String],
    kinds: &'static [&'static str],
    reasons: Vec<[&'static str; 2]>,
}

/// The index; `flags` are those of the files, `chunks` the numbers of files in each chunk.
///
/// # Errors
///
/// Those of the head, of which there are none.
pub fn encode(project: &Project, flags: &[u64], chunks: &[usize]) -> serde_json::Result<Block> {
    let mut block = Block::default();
    block.text(&serde_json::to_string(&head(project))?);
    encode_packages(&mut block, project);
    encode_files(&mut block, project, flags);
    encode_functions(&mut block, project);
    encode_omissions(&mut block, &project.omissions);
    block.size(chunks.len());
    block.column(chunks.iter().map(|files| *files as u64));
    Ok(block)
}

fn head(project: &Project) -> Head<'_> {
    Head {
        format: "livecov-page",
        version: VERSION,
        tool: format!("livecov {}", env!("CARGO_PKG_VERSION")),
        mode: project.mode.map(|mode| mode.name()),
        granularity: project.granularity.map(|granularity| granularity.name()),
        provenance: &project.provenance,
        context_count: project.contexts.names.len(),
        totals: project.totals,
        notes: &project.notes,
        kinds: &KINDS,
        reasons: REASONS.iter().map(|reason| [reason_name(*reason), reason_text(*reason)]).collect(),
    }
}

fn encode_packages(block: &mut Block, project: &Project) {
    let packages = &project.packages;
    block.size(packages.len());
    block.texts(packages.iter().map(|package| package.path.as_str()));
    block.texts(packages.iter().map(|package| package.name.as_str()));
    block.texts(packages.iter().map(|package| package.module_path.as_str()));
}

fn encode_files(block: &mut Block, project: &Project, flags: &[u64]) {
    let files = &project.files;
    block.size(files.len());
    block.texts(files.iter().map(|file| file.path.as_str()));
    block.column(flags.iter().copied());
    block.column(files.iter().map(|file| file.packages.len() as u64));
    block.column(files.iter().flat_map(|file| file.packages.iter().copied()));
    let of: [fn(&Totals) -> Ratio; 5] =
        [|sums| sums.lines, |sums| sums.units, |sums| sums.functions, |sums| sums.branches, |sums| sums.statements];
    for ratio in of {
        encode_sums(block, files.iter().map(|file| ratio(&file.totals)));
    }
    block.column(files.iter().map(|file| file.lines.iter().filter(|line| line.is_partial).count() as u64));
    block.column(files.iter().map(|file| file.lines.iter().map(|line| line.count).max().unwrap_or(0)));
    block.column(files.iter().map(|file| file.functions.len() as u64));
}

/// Adds the columns of sums: of all, and of what did not run.
pub(super) fn encode_sums(block: &mut Block, ratios: impl Iterator<Item = Ratio> + Clone) {
    block.column(ratios.clone().map(|ratio| ratio.total));
    block.column(ratios.map(Ratio::missed));
}

fn encode_functions(block: &mut Block, project: &Project) {
    let functions = || project.files.iter().flat_map(|file| &file.functions);
    let more = |function: &Function| function.span.end_line.saturating_sub(function.span.start_line);
    block.size(functions().count());
    block.texts(functions().map(|function| function.name.as_str()));
    block.deltas(functions().map(|function| function.package));
    block.column(functions().map(|function| if function.is_literal { IS_LITERAL } else { 0 }));
    block.deltas(functions().map(|function| function.span.start_line));
    block.column(functions().map(more));
    block.column(functions().map(|function| function.count));
    let of: [fn(&Totals) -> Ratio; 3] = [|sums| sums.lines, |sums| sums.units, |sums| sums.branches];
    for ratio in of {
        encode_sums(block, functions().map(|function| ratio(&function.totals)));
    }
}

fn encode_omissions(block: &mut Block, omissions: &[Omission]) {
    let paths = numbered(omissions.iter().map(|omission| omission.path.as_str()));
    let details = numbered(omissions.iter().map(|omission| omission.detail.as_str()));
    for names in [&paths, &details] {
        block.size(names.len());
        block.texts(names.keys().copied());
    }
    let place = |names: &BTreeMap<&str, u32>, name: &str| names.get(name).copied().unwrap_or_default();
    block.size(omissions.len());
    block.deltas(omissions.iter().map(|omission| place(&paths, &omission.path)));
    block.column(omissions.iter().map(|omission| omission.span.start_line));
    block.column(omissions.iter().map(|omission| omission.span.start_col));
    block.column(omissions.iter().map(|omission| omission.span.end_line));
    block.column(omissions.iter().map(|omission| omission.span.end_col));
    block.column(omissions.iter().map(|omission| reason_code(omission.reason)));
    block.column(omissions.iter().map(|omission| place(&details, &omission.detail)));
}

/// The different names with their places in the order of the alphabet.
fn numbered<'n>(names: impl Iterator<Item = &'n str>) -> BTreeMap<&'n str, u32> {
    let mut numbered: BTreeMap<&str, u32> = names.map(|name| (name, 0)).collect();
    (0..).zip(numbered.values_mut()).for_each(|(number, place)| *place = number);
    numbered
}

/// The place in [`REASONS`]; that of the unknown for what is not there.
fn reason_code(reason: OmissionReason) -> u64 {
    REASONS.iter().position(|known| *known == reason).unwrap_or_default() as u64
}
