//! What the page knows of one source file once it is opened.
//!
//! ```text
//! units          n, start line*, start column, lines more, end column, statements, count, kind, flags, owner+
//! functions      n, number of units
//! lines          n, number*, unit*, count-, flags
//! branch points  n, line*, function*, flags, number of branches
//! branches       n, kind, line*, unit+, count-
//! source         one if it is there, then its text
//! contexts       only where the index says that there are any: a set for each unit
//! ```
//!
//! `n` is the number of rows; all else are columns. `*` stands for differences to the row before, `+` for a reference:
//! that of an owner goes from the unit itself, that of a branch's unit from zero. `-` is the difference to the count of the
//! unit, which is most often none.

use super::columns::{Block, reference, zigzag};
use crate::coverage::model::{BranchKind, File, Unit};
use livecov_format::model::UnitKind;

/// Bit in a unit's flags: it is a part of a statement.
const IS_INTRA_LINE: u64 = 1;
/// Bit in a line's flags: something on it did not run.
const IS_PARTIAL: u64 = 1;
/// Bit in a branch point's flags: the code around it ran.
const IS_REACHED: u64 = 1;

/// The words for kinds of branches and units, in the order of their codes; the first stands for none.
pub const KINDS: [&str; 14] = [
    "",
    "body",
    "continuation",
    "then",
    "else",
    "arm",
    "loop",
    "closure",
    "async",
    "let-else",
    "block",
    "condition",
    "implicit",
    "unknown",
];

/// The file's units, lines and branches, and its source if there is one.
#[must_use]
pub fn encode(file: &File, source: Option<&str>, has_contexts: bool) -> Block {
    let mut block = Block::default();
    encode_units(&mut block, &file.units);
    block.size(file.functions.len());
    block.column(file.functions.iter().map(|function| function.units.len() as u64));
    encode_lines(&mut block, file);
    encode_branches(&mut block, file);
    block.number(u64::from(source.is_some()));
    source.into_iter().for_each(|text| block.text(text));
    if has_contexts {
        block.column(file.units.iter().map(|unit| unit.contexts));
    }
    block
}

fn encode_units(block: &mut Block, units: &[Unit]) {
    let more = |unit: &Unit| unit.span.end_line.saturating_sub(unit.span.start_line);
    block.size(units.len());
    block.deltas(units.iter().map(|unit| unit.span.start_line));
    block.column(units.iter().map(|unit| unit.span.start_col));
    block.column(units.iter().map(more));
    block.column(units.iter().map(|unit| unit.span.end_col));
    block.column(units.iter().map(|unit| unit.statement_count));
    block.column(units.iter().map(|unit| unit.count));
    block.column(units.iter().map(|unit| unit.kind.map_or(0, |kind| code(BranchKind::Unit(kind)))));
    block.column(units.iter().map(|unit| if unit.is_intra_line { IS_INTRA_LINE } else { 0 }));
    block.column((0u32..).zip(units).map(|(place, unit)| reference(unit.owner, place)));
}

fn encode_lines(block: &mut Block, file: &File) {
    let lines = &file.lines;
    block.size(lines.len());
    block.deltas(lines.iter().map(|line| line.number));
    block.deltas(lines.iter().map(|line| line.unit));
    block.column(lines.iter().map(|line| difference(line.count, file, Some(line.unit))));
    block.column(lines.iter().map(|line| if line.is_partial { IS_PARTIAL } else { 0 }));
}

fn encode_branches(block: &mut Block, file: &File) {
    let points = &file.branch_points;
    block.size(points.len());
    block.deltas(points.iter().map(|point| point.line));
    block.deltas(points.iter().map(|point| point.function));
    block.column(points.iter().map(|point| if point.is_reached { IS_REACHED } else { 0 }));
    block.column(points.iter().map(|point| point.branches.len() as u64));
    let branches = || points.iter().flat_map(|point| &point.branches);
    block.size(branches().count());
    block.column(branches().map(|branch| code(branch.kind)));
    block.deltas(branches().map(|branch| branch.line));
    block.column(branches().map(|branch| reference(branch.unit, 0)));
    block.column(branches().map(|branch| difference(branch.count, file, branch.unit)));
}

/// What a count has more than that of a unit.
fn difference(count: u32, file: &File, unit: Option<u32>) -> u64 {
    let unit = unit.and_then(|place| file.units.get(place as usize));
    zigzag(i64::from(count) - i64::from(unit.map_or(0, |unit| unit.count)))
}

const fn code(kind: BranchKind) -> u64 {
    match kind {
        BranchKind::Unit(UnitKind::Body) => 1,
        BranchKind::Unit(UnitKind::Continuation) => 2,
        BranchKind::Unit(UnitKind::Then) => 3,
        BranchKind::Unit(UnitKind::Else) => 4,
        BranchKind::Unit(UnitKind::Arm) => 5,
        BranchKind::Unit(UnitKind::Loop) => 6,
        BranchKind::Unit(UnitKind::Closure) => 7,
        BranchKind::Unit(UnitKind::Async) => 8,
        BranchKind::Unit(UnitKind::LetElse) => 9,
        BranchKind::Unit(UnitKind::Block) => 10,
        BranchKind::Unit(UnitKind::Condition) => 11,
        BranchKind::Implicit => 12,
        BranchKind::Unit(UnitKind::Unknown(_)) => 13,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_places_of_the_words() {
        use UnitKind::{Arm, Async, Block, Body, Closure, Condition, Continuation, Else, LetElse, Loop, Then, Unknown};
        let kinds = [Body, Continuation, Then, Else, Arm, Loop, Closure, Async, LetElse, Block, Condition, Unknown(99)];
        for kind in kinds.map(BranchKind::Unit).into_iter().chain([BranchKind::Implicit]) {
            assert_eq!(KINDS.get(usize::try_from(code(kind)).unwrap()), Some(&kind.name()));
        }
    }
}
