//! What the page knows of a diff and of older data. Reports that have neither do not have this element.
//!
//! ```text
//! head      JSON: what the diff goes back to and the files without data; directories of older data and files that are gone
//! changed   n, file*, paths before, sums of lines and branches, changed ranges, ranges of those that did not run
//! compared  n, file*, number of further files, their paths; of both kinds of files: paths before, then the numbers of lines
//!           that are new and ran, new and did not run, lost, gained; ranges of the last three; functions lost, then gained:
//!           n, file*, lines, names
//! ```
//!
//! The notation is that of [`super::body`]. Ranges are columns: their number for each file, then `first*` and `lines more` of
//! all. Files are places in the index, those of functions among the compared ones; the further ones are those that only the older
//! data have. Files without any difference are left out, and so is a path before that is the same.

use super::columns::Block;
use super::index::encode_sums;
use crate::coverage::baseline::compare::{ComparedFile, Comparison, NamedFunction, Tally};
use crate::coverage::diff::cover::{ChangedFile, DiffCoverage};
use crate::coverage::model::Project;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Serialize)]
struct Head<'p> {
    diff: Option<DiffHead<'p>>,
    comparison: Option<ComparisonHead<'p>>,
}

#[derive(Serialize)]
struct DiffHead<'p> {
    base: &'p str,
    unmeasured: &'p [String],
}

#[derive(Serialize)]
struct ComparisonHead<'p> {
    baseline: &'p [String],
    removed: &'p [String],
}

/// Places of files in the index, by their paths.
type Places<'p> = BTreeMap<&'p str, u32>;

/// The changes; none if the report is held against nothing.
///
/// # Errors
///
/// Those of the head, of which there are none.
pub fn encode(project: &Project) -> serde_json::Result<Option<Block>> {
    if project.diff.is_none() && project.comparison.is_none() {
        return Ok(None);
    }
    let mut block = Block::default();
    block.text(&serde_json::to_string(&head(project))?);
    let places: Places<'_> = project.files.iter().map(|file| file.path.as_str()).zip(0..).collect();
    encode_changed(&mut block, project.diff.as_ref(), &places);
    encode_compared(&mut block, project.comparison.as_ref(), &places);
    Ok(Some(block))
}

fn head(project: &Project) -> Head<'_> {
    Head {
        diff: project.diff.as_ref().map(|diff| DiffHead { base: &diff.base, unmeasured: &diff.unmeasured }),
        comparison: project
            .comparison
            .as_ref()
            .map(|comparison| ComparisonHead { baseline: &comparison.baseline, removed: &comparison.removed }),
    }
}

fn encode_changed(block: &mut Block, diff: Option<&DiffCoverage>, places: &Places<'_>) {
    let all = diff.map_or(&[][..], |diff| &diff.files);
    let files: Vec<(u32, &ChangedFile)> =
        all.iter().filter_map(|file| Some((*places.get(file.path.as_str())?, file))).collect();
    let files_alone = || files.iter().map(|(_, file)| *file);
    block.size(files.len());
    block.deltas(files.iter().map(|(place, _)| *place));
    block.texts(files_alone().map(|file| file.old_path.as_deref().unwrap_or_default()));
    encode_sums(block, files_alone().map(|file| file.totals.lines));
    encode_sums(block, files_alone().map(|file| file.totals.branches));
    encode_ranges(block, files_alone().map(|file| file.changed.as_slice()));
    encode_ranges(block, files_alone().map(|file| file.missed.as_slice()));
}

fn encode_compared(block: &mut Block, comparison: Option<&Comparison>, places: &Places<'_>) {
    let all = comparison.map_or(&[][..], |comparison| &comparison.files);
    let functions = comparison.map_or([&[][..]; 2], |both| [&both.lost_functions, &both.gained_functions]);
    let with_functions: BTreeSet<&str> = functions.iter().copied().flatten().map(|one| one.path.as_str()).collect();
    let differing = all.iter().filter(|file| file.totals.differs() || with_functions.contains(file.path.as_str()));
    let (here, gone): (Vec<&ComparedFile>, Vec<&ComparedFile>) =
        differing.partition(|file| places.contains_key(file.path.as_str()));
    block.size(here.len());
    block.deltas(here.iter().filter_map(|file| places.get(file.path.as_str()).copied()));
    block.size(gone.len());
    block.texts(gone.iter().map(|file| file.path.as_str()));
    let files = || here.iter().chain(&gone).copied();
    block.texts(files().map(|file| file.old_path.as_deref().unwrap_or_default()));
    let numbers: [fn(&Tally) -> u64; 4] =
        [|tally| tally.new_covered, |tally| tally.new_uncovered, |tally| tally.lost, |tally| tally.gained];
    for number in numbers {
        block.column(files().map(|file| number(&file.totals)));
    }
    encode_ranges(block, files().map(|file| file.new_uncovered.as_slice()));
    encode_ranges(block, files().map(|file| file.lost.as_slice()));
    encode_ranges(block, files().map(|file| file.gained.as_slice()));
    let rows: Places<'_> = files().map(|file| file.path.as_str()).zip(0..).collect();
    functions.into_iter().for_each(|functions| encode_functions(block, functions, &rows));
}

fn encode_functions(block: &mut Block, functions: &[NamedFunction], rows: &Places<'_>) {
    let row = |function: &NamedFunction| rows.get(function.path.as_str()).copied().unwrap_or_default();
    block.size(functions.len());
    block.deltas(functions.iter().map(row));
    block.column(functions.iter().map(|function| function.line));
    block.texts(functions.iter().map(|function| function.name.as_str()));
}

fn encode_ranges<'r>(block: &mut Block, ranges: impl Iterator<Item = &'r [[u32; 2]]> + Clone) {
    block.column(ranges.clone().map(|ranges| ranges.len() as u64));
    block.deltas(ranges.clone().flatten().map(|[first, _]| *first));
    block.column(ranges.flatten().map(|[first, last]| last.saturating_sub(*first)));
}
