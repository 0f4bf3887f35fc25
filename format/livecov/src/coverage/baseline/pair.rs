//! Lines of a file beside those of the same file in other data.

use crate::coverage::diff::parse::FileChange;
use crate::coverage::model::{File, Function, Line, Unit};
use livecov_format::model::Span;
use rustc_hash::FxHashMap;
use serde::Serialize;

/// How lines of two data sets were found to be the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Basis {
    /// By number: the file has the same content.
    Content,
    /// By the diff, which says where they moved to.
    Diff,
    /// By the functions that they are in, where these are the same in all but their place.
    Functions,
    /// There are none: only the newer data have the file.
    #[default]
    New,
    /// There are none: only the older data have the file, and its source is still there.
    Gone,
}

/// Whether each line of a file ran before; none for lines that the older data do not have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pairing {
    /// How it was found out.
    pub basis: Basis,
    /// An item for each of [`File::lines`].
    pub before: Vec<Option<bool>>,
}

/// Finds the old lines of a file.
#[must_use]
pub fn pair(new: &File, old: Option<&File>, change: Option<&FileChange>) -> Pairing {
    let Some(old) = old else {
        return Pairing { basis: Basis::New, before: vec![None; new.lines.len()] };
    };
    if is_same_content(new, old) {
        return by_number(Basis::Content, new, old, Some);
    }
    if let Some(change) = change {
        return by_number(Basis::Diff, new, old, |line| change.edits.old_line(line));
    }
    by_functions(new, old)
}

/// Whether both were compiled from the same text. Where the data do not say, units in the same places mean yes.
pub(super) fn is_same_content(new: &File, old: &File) -> bool {
    match (new.content_hash, old.content_hash) {
        (Some(new), Some(old)) => new == old,
        _ => new.units.iter().map(|unit| unit.span).eq(old.units.iter().map(|unit| unit.span)),
    }
}

fn by_number(basis: Basis, new: &File, old: &File, old_number: impl Fn(u32) -> Option<u32>) -> Pairing {
    let before = |line: &Line| ran(old, old_number(line.number)?);
    Pairing { basis, before: new.lines.iter().map(before).collect() }
}

/// Whether an old line ran; none if it does not count.
fn ran(old: &File, number: u32) -> Option<bool> {
    let place = old.lines.binary_search_by_key(&number, |line| line.number).ok()?;
    old.lines.get(place).map(|line| line.count > 0)
}

fn by_functions(new: &File, old: &File) -> Pairing {
    let pairs = function_pairs(new, old);
    let mut partners: FxHashMap<usize, &Function> = FxHashMap::default();
    for (number, function, partner) in pairs {
        if shape(new, function) == shape(old, partner) {
            partners.insert(number, partner);
        }
    }
    let before = |line: &Line| {
        let number = new.units.get(line.unit as usize)?.function as usize;
        let partner = partners.get(&number)?;
        let distance = line.number.checked_sub(new.functions.get(number)?.span.start_line)?;
        ran(old, partner.span.start_line.checked_add(distance)?)
    };
    Pairing { basis: Basis::Functions, before: new.lines.iter().map(before).collect() }
}

/// The functions of a file that both data have, with the number among the newer ones. Those of one name go by their
/// order.
pub(super) fn function_pairs<'f>(new: &'f File, old: &'f File) -> Vec<(usize, &'f Function, &'f Function)> {
    let mut olds: FxHashMap<(&str, bool, usize), &Function> = FxHashMap::default();
    let mut count = Counter::default();
    for function in &old.functions {
        olds.insert(count.next(function), function);
    }
    let mut count = Counter::default();
    let found = |(number, function)| Some((number, function, *olds.get(&count.next(function))?));
    new.functions.iter().enumerate().filter_map(found).collect()
}

/// Numbers functions of one name.
#[derive(Default)]
struct Counter<'f> {
    counts: FxHashMap<(&'f str, bool), usize>,
}

impl<'f> Counter<'f> {
    fn next(&mut self, function: &'f Function) -> (&'f str, bool, usize) {
        let key = (function.name.as_str(), function.is_literal);
        let count = self.counts.entry(key).or_default();
        *count += 1;
        (key.0, key.1, *count)
    }
}

/// The places of a function's units, from its start.
fn shape(file: &File, function: &Function) -> Vec<[u32; 4]> {
    let start = function.span.start_line;
    let place = |unit: &Unit| {
        let Span { start_line, start_col, end_line, end_col } = unit.span;
        [start_line.wrapping_sub(start), start_col, end_line.wrapping_sub(start), end_col]
    };
    file.units_of(function).iter().map(place).collect()
}
