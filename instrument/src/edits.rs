//! What is to be inserted into a text, and where.

use std::fmt::Write;
use std::ops::Range;

/// Marks, as names of macros, for what stands in for a probe: among statements,
/// in braces, and in braces and parentheses that came with it.
pub(crate) const IN_UNIT: &str = "__livecov_unit";
pub(crate) const IN_BLOCK: &str = "__livecov_block";
pub(crate) const IN_PARENS: &str = "__livecov_parens";

/// What is inserted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    /// The probe of a unit.
    Probe(ProbeAt),
    /// A brace, then the probe: the start of an expression that gets a block.
    Open(ProbeAt),
    /// The end of such a block of a function.
    Close(usize),
    /// As [`Piece::Open`], with a parenthesis: a statement that starts with a
    /// block would end with it.
    OpenInParens(ProbeAt),
    /// The end of that.
    CloseInParens(usize),
    /// The start of a pair of which the first part is a probe.
    OpenPair(ProbeAt),
    /// The end of that: its second part.
    ClosePair(usize),
    /// The start of what is called, in a block with a probe.
    OpenCalled(ProbeAt),
    /// The end of that.
    CloseCalled(usize),
    /// An arm that is never taken, and whose guard is a probe.
    Guard(ProbeAt),
    /// A statement of a function that is no probe.
    Call(usize, &'static str),
    /// Anything else.
    Verbatim(String),
}

impl Piece {
    /// The function that it belongs to; none if it is not in any.
    const fn function(&self) -> Option<usize> {
        match self {
            Self::Close(function)
            | Self::CloseInParens(function)
            | Self::ClosePair(function)
            | Self::CloseCalled(function)
            | Self::Call(function, _) => Some(*function),
            Self::Verbatim(_) => None,
            _ => match self.probe() {
                Some(at) => Some(at.function),
                None => None,
            },
        }
    }

    /// The probe in it.
    const fn probe(&self) -> Option<ProbeAt> {
        match self {
            Self::Probe(at)
            | Self::Open(at)
            | Self::OpenInParens(at)
            | Self::OpenPair(at)
            | Self::OpenCalled(at)
            | Self::Guard(at) => Some(*at),
            _ => None,
        }
    }

    const fn is_end(&self) -> bool {
        matches!(self, Self::Close(_) | Self::CloseInParens(_) | Self::ClosePair(_) | Self::CloseCalled(_))
    }
}

/// Which counter a probe bumps, and where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ProbeAt {
    /// Number of the function in its crate.
    pub(crate) function: usize,
    /// Number of the unit in the function.
    pub(crate) unit: usize,
    pub(crate) place: Place,
}

/// What code may do where a probe stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// Whether it may also run in the compiler.
    pub(crate) is_const: bool,
    /// Whether it is in a macro that other crates may use.
    pub(crate) is_macro: bool,
}

impl Place {
    pub(crate) const RUNTIME: Self = Self { is_const: false, is_macro: false };
}

/// Insertions into one text, each by the offset before which it goes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Edits {
    pieces: Vec<(usize, Piece)>,
}

impl Edits {
    pub(crate) fn insert(&mut self, offset: usize, piece: Piece) {
        self.pieces.push((offset, piece));
    }

    pub(crate) fn append(&mut self, other: Self) {
        self.pieces.extend(other.pieces);
    }

    /// Takes out what belongs to a function.
    pub(crate) fn remove(&mut self, function: usize) {
        self.pieces.retain(|(_, piece)| piece.function() != Some(function));
    }

    pub(crate) const fn len(&self) -> usize {
        self.pieces.len()
    }

    pub(crate) fn truncate(&mut self, len: usize) {
        self.pieces.truncate(len);
    }

    /// Those inserted behind the first `len`.
    pub(crate) fn since(&self, len: usize) -> Self {
        Self { pieces: self.pieces.get(len..).unwrap_or_default().to_vec() }
    }

    /// A part of the text with what is inserted there, for a look at its form.
    pub(crate) fn applied_within(mut self, text: &str, range: &Range<usize>) -> String {
        self.pieces.iter_mut().for_each(|(offset, _)| *offset = offset.saturating_sub(range.start));
        self.apply(text.get(range.clone()).unwrap_or_default(), &|_| Some("p!();".to_owned()))
    }

    /// The same with a mark for each probe.
    pub(crate) fn marked_within(mut self, text: &str, range: &Range<usize>) -> String {
        self.sort();
        for (_, piece) in &mut self.pieces {
            let mark = match piece {
                Piece::Probe(_) => format!("{IN_UNIT}!();"),
                Piece::Open(_) => format!("{{{IN_BLOCK}!();"),
                Piece::OpenInParens(_) => format!("{{{IN_PARENS}!();("),
                Piece::Close(_) => "}".to_owned(),
                Piece::CloseInParens(_) => ")}".to_owned(),
                // These stand in definitions only.
                Piece::OpenPair(_)
                | Piece::ClosePair(_)
                | Piece::OpenCalled(_)
                | Piece::CloseCalled(_)
                | Piece::Guard(_) => {
                    continue;
                }
                Piece::Call(..) | Piece::Verbatim(_) => continue,
            };
            *piece = Piece::Verbatim(mark);
        }
        self.applied_within(text, range)
    }

    pub(crate) fn has_const_probes(&self) -> bool {
        self.places().any(|place| place.is_const)
    }

    pub(crate) fn has_macro_probes(&self) -> bool {
        self.places().any(|place| place.is_macro)
    }

    fn places(&self) -> impl Iterator<Item = Place> {
        self.pieces.iter().filter_map(|(_, piece)| piece.probe()).map(|at| at.place)
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// What ends at an offset ends before anything starts there. Otherwise
    /// the order is that of insertion: the outer starts first and ends last.
    fn sort(&mut self) {
        self.pieces.sort_by_key(|(offset, piece)| (*offset, !piece.is_end()));
    }

    /// The text with everything inserted; `probe` writes a probe.
    pub(crate) fn apply(mut self, text: &str, probe: &dyn Fn(ProbeAt) -> Option<String>) -> String {
        self.sort();
        let mut out = String::with_capacity(text.len() + 64 * self.pieces.len());
        let mut from = 0;
        for (offset, piece) in &self.pieces {
            out.push_str(text.get(from..*offset).unwrap_or_default());
            from = *offset;
            match piece {
                Piece::Probe(at) => out.push_str(&probe(*at).unwrap_or_default()),
                Piece::Open(at) => drop(write!(out, "{{{}", probe(*at).unwrap_or_default())),
                Piece::Close(_) => out.push('}'),
                Piece::OpenInParens(at) => drop(write!(out, "{{{}(", probe(*at).unwrap_or_default())),
                Piece::CloseInParens(_) => out.push_str(")}"),
                Piece::OpenPair(at) => drop(write!(out, "({{{}}},", probe(*at).unwrap_or_default())),
                Piece::ClosePair(_) => out.push_str(").1"),
                Piece::OpenCalled(at) => drop(write!(out, "({{{}", probe(*at).unwrap_or_default())),
                Piece::CloseCalled(_) => out.push_str("})"),
                Piece::Guard(at) => drop(write!(out, "_ if{{{}false}}=>loop{{}},", probe(*at).unwrap_or_default())),
                Piece::Call(_, call) => out.push_str(call),
                Piece::Verbatim(piece) => out.push_str(piece),
            }
        }
        out.push_str(text.get(from..).unwrap_or_default());
        out
    }
}
