//! Functions and their units, as they are found.

use livecov_format::model::{FunctionInfo, Span, Unit, UnitInfo, UnitKind};
use std::ops::Range;

/// A function, with positions in its file.
#[derive(Clone, Debug)]
pub(crate) struct Function {
    pub(crate) name: String,
    /// Number of the file among those of the crate.
    pub(crate) file: usize,
    pub(crate) declaration: Range<usize>,
    /// Where its attributes start: what they make of it is an error there.
    pub(crate) outline_start: usize,
    /// The arguments of another crate's macro that it stands in.
    pub(crate) call: Option<Range<usize>>,
    pub(crate) is_literal: bool,
    pub(crate) units: Vec<Draft>,
    /// Number of decisions so far.
    pub(crate) decisions: u32,
}

/// A unit, with positions as offsets.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    pub(crate) range: Range<usize>,
    pub(crate) statement_count: u32,
    pub(crate) kind: UnitKind,
    pub(crate) is_intra_line: bool,
    pub(crate) owner: Option<usize>,
    pub(crate) decision: u32,
}

impl Draft {
    pub(crate) fn unit(&self, span: Span) -> Unit {
        let Span { start_line, start_col, end_line, end_col } = span;
        Unit { start_line, start_col, end_line, end_col, statement_count: self.statement_count }
    }

    pub(crate) fn info(&self) -> UnitInfo {
        let owner = self.owner.and_then(|owner| u32::try_from(owner).ok());
        UnitInfo { kind: self.kind, is_intra_line: self.is_intra_line, owner, decision: self.decision }
    }
}

impl Function {
    /// The function as one unit, for a counter of its own.
    pub(crate) fn whole(&self) -> Draft {
        let statements = self.units.iter().map(|unit| unit.statement_count).sum();
        let range = self.declaration.clone();
        Draft {
            range,
            statement_count: statements,
            kind: UnitKind::Body,
            is_intra_line: false,
            owner: None,
            decision: 0,
        }
    }

    pub(crate) fn info(&self, declaration: Span, units: &[Draft]) -> FunctionInfo {
        FunctionInfo { declaration, units: units.iter().map(Draft::info).collect() }
    }
}
