//! How often each line ran.
//!
//! Units nest: at any place, the innermost one decides. A line's count is the largest of that of the unit at its first
//! code and those of the units that start on it. Where its first code is, is not known, but this much is: what follows a
//! `?` or a `return`, a match arm, and a function inside another, is the first code of its line if no unit starts or ends on
//! the line before it. Of `} else {` the brace is not looked at: it is the end of another way.

use super::model::{Line, Unit};
use livecov_format::model::{Span, UnitKind};

/// A line and a column.
type Position = (u32, u32);

/// A unit that gives lines their colour.
#[derive(Clone, Copy, Debug)]
struct Stretch {
    /// Where it starts to decide.
    from: Position,
    /// Where it starts.
    start_line: u32,
    end: Position,
    unit: u32,
    count: u32,
    kind: Option<UnitKind>,
}

impl Stretch {
    /// Whether all that a line has of it is the brace in front of `else`.
    fn ends_before_else(&self, starting: &[Self]) -> bool {
        let is_else = |other: &Self| other.kind == Some(UnitKind::Else) && self.end <= other.from;
        self.kind == Some(UnitKind::Then)
            && starting.first().is_some_and(|next| next.from.0 == self.end.0 && is_else(next))
    }
}

/// The lines of a file that count, at most `limit`.
///
/// With `code_lines`, runs `[first, behind)`, these are the lines in them that a unit touches, else all that one
/// touches.
#[must_use]
pub fn count_lines(units: &[Unit], code_lines: Option<&[[u32; 2]]>, limit: usize) -> Vec<Line> {
    let stretches = stretches(units);
    let mut sweep = Sweep { stretches: &stretches, next: 0, open: Vec::new() };
    let mut runs = code_lines.map(|runs| runs.iter().copied().peekable());
    let mut lines = Vec::new();
    let mut number = 1;
    while lines.len() < limit {
        // Only where a unit is, and only in runs if there are any: a unit may claim billions of lines.
        let Some(touched) = sweep.next_touched(number) else { break };
        number = touched;
        if let Some(runs) = &mut runs {
            while runs.next_if(|[_, behind]| *behind <= number).is_some() {}
            let Some([first, _]) = runs.peek() else { break };
            if *first > number {
                number = *first;
                continue;
            }
        }
        lines.extend(sweep.line(number));
        let Some(following) = number.checked_add(1) else { break };
        number = following;
    }
    lines
}

fn stretches(units: &[Unit]) -> Vec<Stretch> {
    let coloring = || (0u32..).zip(units).filter(|(_, unit)| colors(unit));
    let mut edges: Vec<Position> = Vec::new();
    if units.iter().any(|unit| leads(unit.kind)) {
        let of = |span: &Span| [(span.start_line, span.start_col), (span.end_line, span.end_col)];
        edges.extend(coloring().flat_map(|(_, unit)| of(&unit.span)));
        edges.sort_unstable();
    }
    let mut stretches: Vec<Stretch> = coloring().map(|(number, unit)| stretch(number, unit, &edges)).collect();
    stretches.sort_unstable_by_key(|stretch| (stretch.from, std::cmp::Reverse(stretch.end), stretch.unit));
    stretches
}

/// Whether a unit decides what colour lines have.
fn colors(unit: &Unit) -> bool {
    let span = &unit.span;
    !unit.is_intra_line && span.start_line > 0 && (span.start_line, span.start_col) < (span.end_line, span.end_col)
}

/// Whether what stands before such a unit on its line, if anything, is a part of it: the pattern of an arm, or blanks.
fn leads(kind: Option<UnitKind>) -> bool {
    matches!(kind, Some(UnitKind::Body | UnitKind::Continuation | UnitKind::Arm))
}

/// The unit as a stretch; `edges` are the places where units start and end, sorted.
fn stretch(number: u32, unit: &Unit, edges: &[Position]) -> Stretch {
    let start = (unit.span.start_line, unit.span.start_col);
    let line_start = (start.0, 1);
    let is_edge_before = || {
        let before = edges.get(..edges.partition_point(|edge| *edge < start)).and_then(<[_]>::last);
        before.is_some_and(|edge| *edge >= line_start)
    };
    let is_first = leads(unit.kind) && !is_edge_before();
    Stretch {
        from: if is_first { line_start } else { start },
        start_line: start.0,
        end: (unit.span.end_line, unit.span.end_col),
        unit: number,
        count: unit.count,
        kind: unit.kind,
    }
}

/// Goes through stretches and lines side by side.
struct Sweep<'s> {
    stretches: &'s [Stretch],
    next: usize,
    /// Stretches that have started, the innermost last; some have ended.
    open: Vec<Stretch>,
}

impl Sweep<'_> {
    /// The first line from `number` on that a unit touches.
    fn next_touched(&mut self, number: u32) -> Option<u32> {
        while let Some(stretch) = self.stretches.get(self.next).filter(|stretch| stretch.from.0 < number) {
            self.open.push(*stretch);
            self.next += 1;
        }
        if self.innermost((number, 1)).is_some() {
            return Some(number);
        }
        self.stretches.get(self.next).map(|stretch| stretch.from.0)
    }

    fn innermost(&mut self, position: Position) -> Option<Stretch> {
        while self.open.pop_if(|stretch| stretch.end <= position).is_some() {}
        self.open.last().copied()
    }

    /// The line, which is not before the last one.
    fn line(&mut self, number: u32) -> Option<Line> {
        let mut starting = Vec::new();
        let mut first = self.innermost((number, 1));
        while let Some(stretch) = self.stretches.get(self.next).filter(|stretch| stretch.from.0 <= number) {
            self.open.push(*stretch);
            self.next += 1;
            if stretch.from == (number, 1) {
                first = Some(*stretch);
            }
            starting.push(*stretch);
        }
        let best = first
            .filter(|first| first.start_line == number || !first.ends_before_else(&starting))
            .into_iter()
            .chain(starting.iter().copied())
            .reduce(|best, stretch| if stretch.count > best.count { stretch } else { best })?;
        let is_missed = |stretch: &Stretch| stretch.start_line == number && stretch.count == 0;
        let is_partial = best.count > 0 && starting.iter().any(is_missed);
        Some(Line { number, count: best.count, unit: best.unit, is_partial })
    }
}
