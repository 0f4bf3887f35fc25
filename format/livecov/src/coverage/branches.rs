//! Where the program takes one of several ways, and which it took.
//!
//! Units of one decision are the branches of one point. An `if` without `else`, and a `let ... else`, have a second way
//! on which nothing runs: its count is that of the code around it without that of the branch, which `set` mode cannot
//! tell. The right operand of `&&` or `||` is a point with one branch: that it was evaluated.

use super::model::{Branch, BranchKind, BranchPoint, File, Unit};
use livecov_format::model::UnitKind;
use std::collections::BTreeMap;

/// The branching points of a file whose functions and units are there.
#[must_use]
pub fn find_branches(file: &File, counts_are_exact: bool) -> Vec<BranchPoint> {
    let mut points = Vec::new();
    for (number, function) in (0u32..).zip(&file.functions) {
        let mut decisions: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for (place, unit) in (0u32..).zip(&file.units).take(function.units.end).skip(function.units.start) {
            match unit.kind {
                Some(UnitKind::Condition) => points.push(condition(file, number, place, unit)),
                Some(_) if unit.decision != 0 => decisions.entry(unit.decision).or_default().push(place),
                Some(kind) if has_other_way(kind) && unit.owner.is_some() => {
                    points.extend(decision(file, number, &[place], counts_are_exact));
                }
                _ => {}
            }
        }
        points.extend(decisions.values().filter_map(|units| decision(file, number, units, counts_are_exact)));
    }
    points
}

fn unit(file: &File, place: u32) -> Option<&Unit> {
    file.units.get(place as usize)
}

/// Whether a branch of this kind has another way on which nothing runs.
const fn has_other_way(kind: UnitKind) -> bool {
    matches!(kind, UnitKind::Then | UnitKind::LetElse)
}

fn condition(file: &File, function: u32, place: u32, condition: &Unit) -> BranchPoint {
    let line = condition.span.start_line;
    let kind = BranchKind::Unit(UnitKind::Condition);
    let branch = Branch { kind, line, count: condition.count, unit: Some(place) };
    let owner = condition.owner.and_then(|owner| unit(file, owner));
    let is_reached = condition.count > 0 || owner.is_none_or(|owner| owner.count > 0);
    BranchPoint { line, function, branches: vec![branch], is_reached }
}

/// The point of a decision; none if it has one way only.
fn decision(file: &File, function: u32, places: &[u32], counts_are_exact: bool) -> Option<BranchPoint> {
    let units = || places.iter().filter_map(|place| Some((*place, unit(file, *place)?)));
    let line = units().map(|(_, unit)| unit.span.start_line).min()?;
    let (_, first) = units().next()?;
    let owner = first.owner.and_then(|owner| unit(file, owner));
    let branch = |(place, unit): (u32, &Unit)| {
        let kind = unit.kind.unwrap_or_default();
        // Arms stand on lines of their own; the other ways are chosen where the point is.
        let line = if kind == UnitKind::Arm { unit.span.start_line } else { line };
        Branch { kind: BranchKind::Unit(kind), line, count: unit.count, unit: Some(place) }
    };
    let mut branches: Vec<Branch> = units().map(branch).collect();
    if let [only] = branches.as_slice() {
        if !first.kind.is_some_and(has_other_way) {
            return None;
        }
        let other = owner.filter(|_| counts_are_exact).and_then(|owner| other_count(owner.count, only.count));
        branches.extend(other.map(|count| Branch { kind: BranchKind::Implicit, line, count, unit: None }));
    }
    let is_reached = branches.iter().any(|branch| branch.count > 0) || owner.is_none_or(|owner| owner.count > 0);
    Some(BranchPoint { line, function, branches, is_reached })
}

/// How often a branch was not taken; counts at their limit do not tell.
const fn other_count(owner: u32, branch: u32) -> Option<u32> {
    if owner == u32::MAX && branch == u32::MAX { None } else { Some(owner.saturating_sub(branch)) }
}
