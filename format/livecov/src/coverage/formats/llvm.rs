//! What `llvm-cov export` writes (version 2.0.1): units are its regions.

use crate::coverage::model::{BranchPoint, File, Function, Project, Ratio, Totals, Unit};
use serde::{Serialize, Serializer};
use std::cmp::Reverse;
use std::io::{self, Write};

#[derive(Serialize)]
struct Export<'p> {
    data: [Data<'p>; 1],
    #[serde(rename = "type")]
    kind: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct Data<'p> {
    files: Files<'p>,
    functions: Functions<'p>,
    totals: Summary,
}

struct Files<'p>(&'p [File]);

impl Serialize for Files<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(FileJson::new))
    }
}

struct Functions<'p>(&'p [File]);

impl Serialize for Functions<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let functions = self.0.iter().flat_map(|file| file.functions.iter().map(move |function| (file, function)));
        let counted = functions.filter(|(_, function)| !function.units.is_empty());
        serializer.collect_seq(counted.map(|(file, function)| FunctionJson::new(file, function)))
    }
}

#[derive(Serialize)]
struct FileJson<'p> {
    branches: Vec<[u32; 9]>,
    expansions: [(); 0],
    filename: &'p str,
    segments: Vec<Segment>,
    summary: Summary,
}

#[derive(Serialize)]
struct FunctionJson<'p> {
    branches: Vec<[u32; 9]>,
    count: u32,
    filenames: [&'p str; 1],
    name: &'p str,
    regions: Vec<[u32; 8]>,
}

/// Line, column, count, whether there is a count, whether a region starts, whether it is a gap.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct Segment(u32, u32, u32, bool, bool, bool);

#[derive(Serialize)]
struct Summary {
    branches: Share,
    functions: Share,
    instantiations: Share,
    lines: Share,
    regions: Share,
}

#[derive(Serialize)]
struct Share {
    count: u64,
    covered: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    notcovered: Option<u64>,
    percent: f64,
}

impl Share {
    fn new(ratio: Ratio) -> Self {
        let percent = if ratio.total == 0 { 0.0 } else { ratio.rate() * 100.0 };
        Self { count: ratio.total, covered: ratio.covered, notcovered: None, percent }
    }

    fn with_missed(ratio: Ratio) -> Self {
        Self { notcovered: Some(ratio.missed()), ..Self::new(ratio) }
    }
}

impl Summary {
    fn new(totals: &Totals) -> Self {
        Self {
            branches: Share::with_missed(totals.branches),
            functions: Share::new(totals.functions),
            instantiations: Share::new(totals.functions),
            lines: Share::new(totals.lines),
            regions: Share::with_missed(totals.units),
        }
    }
}

impl<'p> FileJson<'p> {
    fn new(file: &'p File) -> Self {
        Self {
            branches: file.branch_points.iter().flat_map(|point| branches(file, point)).collect(),
            expansions: [],
            filename: &file.path,
            segments: segments(&file.units),
            summary: Summary::new(&file.totals),
        }
    }
}

impl<'p> FunctionJson<'p> {
    fn new(file: &'p File, function: &'p Function) -> Self {
        let regions = file.units_of(function).iter().filter(|unit| !unit.is_intra_line).map(region);
        // Points are by line; those of a function are among the lines of the function.
        let first = file.branch_points.partition_point(|point| point.line < function.span.start_line);
        let points = file.branch_points.iter().skip(first);
        let points = points.take_while(|point| point.line <= function.span.end_line);
        let own = points.filter(|point| is_own(file, function, point));
        Self {
            branches: own.flat_map(|point| branches(file, point)).collect(),
            count: function.count,
            filenames: [&file.path],
            name: &function.name,
            regions: regions.collect(),
        }
    }
}

fn is_own(file: &File, function: &Function, point: &BranchPoint) -> bool {
    let owner = file.functions.get(point.function as usize);
    owner.is_some_and(|owner| owner.units == function.units)
}

/// The span with the count; numbers of files, and the kind of region, zero for code.
const fn region(unit: &Unit) -> [u32; 8] {
    let span = &unit.span;
    [span.start_line, span.start_col, span.end_line, span.end_col, unit.count, 0, 0, 0]
}

/// Kind of region that LLVM's branches are.
const BRANCH_REGION: u32 = 4;

/// LLVM's branches have two ways, so that a point of two is one of them; of others each way is one that is not taken
/// otherwise.
fn branches(file: &File, point: &BranchPoint) -> Vec<[u32; 9]> {
    let unit = |place: Option<u32>| file.units.get(place? as usize).map(|unit| unit.span);
    let entry = |place: Option<u32>, count: u32, other: u32| {
        let span = unit(place).unwrap_or_default();
        let [line, col] = [span.start_line, span.start_col];
        [line, col, span.end_line, span.end_col, count, other, 0, 0, BRANCH_REGION]
    };
    match point.branches.as_slice() {
        [a, b] => vec![entry(a.unit, a.count, b.count)],
        all => all.iter().map(|branch| entry(branch.unit, branch.count, 0)).collect(),
    }
}

/// Where the innermost unit changes.
fn segments(units: &[Unit]) -> Vec<Segment> {
    let start = |unit: &Unit| (unit.span.start_line, unit.span.start_col);
    let end = |unit: &Unit| (unit.span.end_line, unit.span.end_col);
    let mut regions: Vec<&Unit> = units.iter().filter(|unit| !unit.is_intra_line && start(unit) < end(unit)).collect();
    regions.sort_by_key(|unit| (start(unit), Reverse(end(unit))));
    let mut places: Vec<(u32, u32)> = regions.iter().flat_map(|unit| [start(unit), end(unit)]).collect();
    places.sort_unstable();
    places.dedup();
    let mut open: Vec<&Unit> = Vec::new();
    let mut following = regions.into_iter().peekable();
    let mut segments: Vec<Segment> = Vec::new();
    for place in places {
        let mut is_entry = false;
        while let Some(unit) = following.next_if(|unit| start(unit) <= place) {
            open.push(unit);
            is_entry = true;
        }
        while open.pop_if(|unit| end(unit) <= place).is_some() {}
        let innermost = open.last();
        let count = innermost.map_or(0, |unit| unit.count);
        segments.push(Segment(place.0, place.1, count, innermost.is_some(), is_entry, false));
    }
    segments
}

/// Writes an export.
///
/// # Errors
///
/// Those of `out`.
pub fn write(project: &Project, out: &mut dyn Write) -> io::Result<()> {
    let data = Data {
        files: Files(&project.files),
        functions: Functions(&project.files),
        totals: Summary::new(&project.totals),
    };
    let export = Export { data: [data], kind: "llvm.coverage.json.export", version: "2.0.1" };
    serde_json::to_writer(&mut *out, &export)?;
    writeln!(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use livecov_format::model::Span;

    #[test]
    fn segments_follow_the_innermost_unit() {
        let unit = |[start_line, start_col, end_line, end_col]: [u32; 4], count| Unit {
            span: Span { start_line, start_col, end_line, end_col },
            count,
            ..Unit::default()
        };
        let units = [unit([1, 1, 9, 2], 5), unit([2, 4, 3, 6], 2), unit([3, 6, 4, 1], 0)];
        let expected = [
            Segment(1, 1, 5, true, true, false),
            Segment(2, 4, 2, true, true, false),
            Segment(3, 6, 0, true, true, false),
            Segment(4, 1, 5, true, false, false),
            Segment(9, 2, 0, false, false, false),
        ];
        assert_eq!(segments(&units), expected);
    }
}
