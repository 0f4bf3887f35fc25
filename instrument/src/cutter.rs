//! Cuts function bodies into units. The rules stand in `docs/UNITS.md`.

use crate::cfg::Cfg;
use crate::edits::{Edits, Piece, Place, ProbeAt};
use crate::finding::Finding;
use crate::functions::{Draft, Function};
use crate::leaving::Leaving;
use crate::modules::ModulePlace;
use crate::syntax::{attributes_of, needs_parens};
use crate::text::Text;
use livecov_format::model::{Omission, OmissionReason, UnitKind};
use std::ops::Range;
use syn::visit::Visit;
use syn::{Attribute, Block, Expr, Stmt};

/// What `main` does first.
const ARM_CRASHES: &str = "crate::__livecov::rt::__abi_v1::arm_crashes();";

/// What holds for the whole crate.
#[derive(Clone, Copy)]
pub(crate) struct Rules<'c> {
    pub(crate) cfg: &'c Cfg,
    /// The same without `test`, if test code is to be left out.
    pub(crate) without_tests: &'c Cfg,
    /// With what tools for coverage set.
    pub(crate) tools: &'c Cfg,
    /// Without what they set.
    pub(crate) without_tools: &'c Cfg,
    /// What the crate defines that may leave.
    pub(crate) leaving: &'c Leaving,
    pub(crate) const_fn: bool,
    pub(crate) edition: u16,
    /// The folder of the package's manifest.
    pub(crate) manifest_dir: Option<&'c std::path::Path>,
    /// Whether `main` also arms the signals of crashes.
    pub(crate) arms_signals: bool,
}

/// The function that is being cut.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame {
    pub(crate) function: usize,
    /// The unit that the code at hand belongs to.
    pub(crate) current: Option<usize>,
    /// Whether what came last may have left the block or skipped what follows.
    pub(crate) leaves: bool,
    /// How often something so far may have ended the program or have panicked.
    pub(crate) failures: u32,
    pub(crate) place: Place,
}

/// Works through one file.
pub(crate) struct Cutter<'c> {
    pub(crate) rules: Rules<'c>,
    pub(crate) text: &'c Text,
    /// The file's number and its name in the data.
    pub(crate) file: (usize, &'c str),
    pub(crate) functions: &'c mut Vec<Function>,
    pub(crate) edits: Edits,
    pub(crate) omissions: Vec<Omission>,
    /// Text inside of functions that does not run: what `cfg` takes away,
    /// declarations.
    pub(crate) skipped: Vec<Range<usize>>,
    /// Modules, types and functions around the code at hand.
    pub(crate) names: Vec<String>,
    /// Where a `mod` without a body would have its file.
    pub(crate) place: ModulePlace,
    pub(crate) finding: Finding,
    pub(crate) frame: Option<Frame>,
    pub(crate) in_macro: bool,
}

/// A unit that is about to start.
pub(crate) struct Head {
    pub(crate) kind: UnitKind,
    pub(crate) range: Range<usize>,
    pub(crate) decision: u32,
}

impl<'c> Cutter<'c> {
    pub(crate) fn new(
        rules: Rules<'c>,
        text: &'c Text,
        file: (usize, &'c str),
        functions: &'c mut Vec<Function>,
        names: Vec<String>,
        place: ModulePlace,
        finding: Finding,
    ) -> Self {
        let (edits, omissions, skipped) = (Edits::default(), Vec::new(), Vec::new());
        Self {
            rules,
            text,
            file,
            functions,
            edits,
            omissions,
            skipped,
            names,
            place,
            finding,
            frame: None,
            in_macro: false,
        }
    }

    pub(crate) fn keeps(&self, attributes: &[Attribute]) -> bool {
        attributes.is_empty() || self.rules.cfg.keeps(attributes)
    }

    /// Text that is not there, or says what is and does not run.
    pub(crate) fn skip(&mut self, syntax: &impl syn::spanned::Spanned) {
        self.skipped.push(self.text.range_of(syntax));
    }

    pub(crate) fn omit(&mut self, range: &Range<usize>, reason: OmissionReason, detail: &str) {
        let (path, detail) = (self.file.1.as_bytes().to_vec(), detail.as_bytes().to_vec());
        self.omissions.push(Omission { path, span: self.text.span(range), reason, detail });
    }

    /// Does `work` as if outside of any function: constants, types.
    pub(crate) fn outside<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> T {
        let frame = self.frame.take();
        let done = work(self);
        self.frame = frame;
        done
    }

    /// Cuts a function whose text starts at `start`.
    pub(crate) fn function(&mut self, name: String, range: Range<usize>, place: Place, body: impl FnOnce(&mut Self)) {
        let is_literal = name.is_empty();
        let name = if is_literal { self.names.join("::") } else { name };
        let function = self.functions.len();
        let declaration = range;
        let outline_start = declaration.start;
        let (file, units, decisions) = (self.file.0, Vec::new(), 0);
        let call = None;
        self.functions.push(Function { name, file, declaration, outline_start, call, is_literal, units, decisions });
        let place = Place { is_macro: self.in_macro, ..place };
        let outer = self.frame.replace(Frame { function, current: None, leaves: false, failures: 0, place });
        body(self);
        self.frame = outer;
    }

    /// A function's block, which is a unit of its own.
    pub(crate) fn body(&mut self, block: &Block, attributes: &[Attribute], start: usize) {
        let range = start..self.text.range_of(block).end;
        let function = self.frame.map_or(0, |frame| frame.function);
        if let (Some(first), Some(function)) = (attributes.first(), self.functions.get_mut(function)) {
            function.outline_start = self.text.range_of(first).start.min(start);
        }
        if self.rules.arms_signals && self.is_main() {
            let offset = self.first_place(block, attributes);
            self.edits.insert(offset, Piece::Call(function, ARM_CRASHES));
        }
        self.block(block, attributes, Head { kind: UnitKind::Body, range, decision: 0 });
    }

    fn is_main(&self) -> bool {
        self.file.0 == 0 && matches!(&self.names[..], [name] if name == "main")
    }

    pub(crate) fn new_decision(&mut self) -> u32 {
        let Some(function) = self.frame.and_then(|frame| self.functions.get_mut(frame.function)) else { return 0 };
        function.decisions += 1;
        function.decisions
    }

    /// Starts a unit, and gives the probe for it. None in places that are not
    /// counted.
    pub(crate) fn start(&mut self, head: &Head) -> Option<ProbeAt> {
        let frame = self.frame.as_mut()?;
        if self.text.is_off(&head.range) {
            return None;
        }
        let (mut kind, mut decision) = (head.kind, head.decision);
        if self.text.is_without_branches(head.range.start) {
            decision = 0;
            match kind {
                UnitKind::Condition => return None,
                UnitKind::Then | UnitKind::LetElse => kind = UnitKind::Block,
                _ => {}
            }
        }
        let function = self.functions.get_mut(frame.function)?;
        let unit = function.units.len();
        let is_intra_line = kind == UnitKind::Condition;
        let (range, owner) = (head.range.clone(), frame.current);
        function.units.push(Draft { range, statement_count: 0, kind, is_intra_line, owner, decision });
        frame.current = Some(unit);
        Some(ProbeAt { function: frame.function, unit, place: frame.place })
    }

    /// One more statement in the current unit, which reaches to `end` now.
    pub(crate) fn count(&mut self, end: usize) {
        let Some(Frame { function, current: Some(unit), .. }) = self.frame else { return };
        let Some(function) = self.functions.get_mut(function) else { return };
        let Some(unit) = function.units.get_mut(unit) else { return };
        unit.statement_count += 1;
        if unit.kind == UnitKind::Continuation {
            unit.range.end = unit.range.end.max(end);
        }
    }

    /// A block with a unit of its own; what follows it belongs to the unit
    /// that was current before.
    pub(crate) fn block(&mut self, block: &Block, attributes: &[Attribute], head: Head) {
        if !self.has_brace(block) || self.is_all_off(block) {
            return;
        }
        let current = self.frame.and_then(|frame| frame.current);
        if let Some(probe) = self.start(&head) {
            let offset = self.first_place(block, attributes);
            self.edits.insert(offset, Piece::Probe(probe));
        }
        self.set_leaves(false);
        self.statements(&block.stmts);
        self.restore(current);
    }

    /// Whether comments exclude all that a block does.
    fn is_all_off(&self, block: &Block) -> bool {
        self.text.has_off_regions()
            && !block.stmts.is_empty()
            && block.stmts.iter().all(|statement| self.text.is_off(&self.text.range_of(statement)))
    }

    /// A block's unit starts at its brace.
    pub(crate) fn branch(&mut self, block: &Block, kind: UnitKind, decision: u32) {
        let range = self.text.range_of(block);
        self.block(block, &[], Head { kind, range, decision });
    }

    pub(crate) fn restore(&mut self, current: Option<usize>) {
        if let Some(frame) = &mut self.frame {
            frame.current = current;
        }
    }

    pub(crate) fn set_leaves(&mut self, leaves: bool) -> bool {
        self.frame.as_mut().is_some_and(|frame| std::mem::replace(&mut frame.leaves, leaves))
    }

    /// Where the first probe of a block goes: behind its brace, or behind its
    /// inner attributes.
    fn first_place(&self, block: &Block, attributes: &[Attribute]) -> usize {
        let open = self.text.range(block.brace_token.span.open()).end;
        let is_inner = |attribute: &&Attribute| matches!(attribute.style, syn::AttrStyle::Inner(_));
        let Some(last) = attributes.iter().rfind(is_inner).map(|attribute| self.text.range_of(attribute)) else {
            return open;
        };
        if last.end <= open {
            return open;
        }
        // A documentation comment goes on to the end of its line.
        let is_line = self.text.is_comment(last.start)
            && self.text.as_str().get(last.start..).is_some_and(|rest| rest.starts_with("//"));
        if is_line { self.text.next_line(last.start) } else { last.end }
    }

    /// Whether a block is one, and not what stands in for a metavariable.
    pub(crate) fn has_brace(&self, block: &Block) -> bool {
        let open = self.text.range(block.brace_token.span.open()).start;
        self.text.as_str().get(open..).is_some_and(|rest| rest.starts_with('{'))
    }

    /// An expression that gets a block and a unit of its own.
    pub(crate) fn wrapped(&mut self, expr: &Expr, head: Head) {
        let current = self.frame.and_then(|frame| frame.current);
        let range = head.range.clone();
        let probe = self.start(&head);
        let in_parens = needs_parens(expr);
        if let Some(probe) = probe {
            self.edits.insert(range.start, if in_parens { Piece::OpenInParens(probe) } else { Piece::Open(probe) });
            if head.kind != UnitKind::Condition {
                self.count(range.end);
            }
        }
        let leaves = self.set_leaves(false);
        self.visit_expr(expr);
        if leaves {
            self.set_leaves(true);
        }
        if let Some(ProbeAt { function, .. }) = probe {
            let close = if in_parens { Piece::CloseInParens(function) } else { Piece::Close(function) };
            self.edits.insert(range.end, close);
        }
        self.restore(current);
    }

    /// An arm's or a closure's body: a block as it is, anything else in braces.
    pub(crate) fn arm(&mut self, body: &Expr, kind: UnitKind, decision: u32) {
        match body {
            Expr::Block(inner)
                if inner.label.is_none() && inner.attrs.iter().all(is_inner) && self.has_brace(&inner.block) =>
            {
                let range = self.text.range_of(inner);
                self.block(&inner.block, &inner.attrs, Head { kind, range, decision });
            }
            _ => self.wrapped(body, Head { kind, range: self.text.range_of(body), decision }),
        }
    }

    /// The statements of a block. Each goes to the current unit, until one may
    /// leave; the next starts a new one.
    pub(crate) fn statements(&mut self, statements: &[Stmt]) {
        let mut previous_end = None;
        for statement in statements {
            if !self.keeps(attributes_of_statement(statement)) {
                self.skip(statement);
                continue;
            }
            if self.is_marked_out(attributes_of_statement(statement), statement) {
                // What is on again after it is a unit of its own.
                self.set_leaves(true);
                previous_end = Some(self.text.range_of(statement).end);
                continue;
            }
            match statement {
                Stmt::Item(item) => {
                    if !has_code(item) {
                        self.skip(item);
                    }
                    self.item(item);
                }
                Stmt::Expr(Expr::Verbatim(_), _) => {}
                _ => previous_end = Some(self.statement(statement, previous_end)),
            }
        }
    }

    /// Cuts one statement, and gives where it ends. The probe of a unit that
    /// starts with it goes behind the one before: code at the start of a line
    /// keeps its column so.
    pub(crate) fn statement(&mut self, statement: &Stmt, previous_end: Option<usize>) -> usize {
        let range = self.text.range_of(statement);
        if self.text.is_off(&range) {
            // What is on again after it is a unit of its own.
            self.set_leaves(true);
            return range.end;
        }
        if self.set_leaves(false) {
            let head = Head { kind: UnitKind::Continuation, range: range.clone(), decision: 0 };
            if let Some(probe) = self.start(&head) {
                // In a macro what is before may be repeated.
                let offset = previous_end.filter(|_| !self.in_macro).unwrap_or(range.start);
                self.edits.insert(offset, Piece::Probe(probe));
            }
        }
        self.count(range.end);
        match statement {
            Stmt::Local(local) => self.local(local),
            Stmt::Macro(call) => self.macro_call(&call.mac, true),
            Stmt::Expr(expr, _) => self.visit_expr(expr),
            Stmt::Item(_) => {}
        }
        range.end
    }
}

/// Whether an item inside of a function can have code of its own.
const fn has_code(item: &syn::Item) -> bool {
    matches!(
        item,
        syn::Item::Fn(_) | syn::Item::Impl(_) | syn::Item::Mod(_) | syn::Item::Trait(_) | syn::Item::Macro(_)
    )
}

const fn is_inner(attribute: &Attribute) -> bool {
    matches!(attribute.style, syn::AttrStyle::Inner(_))
}

pub(crate) fn attributes_of_statement(statement: &Stmt) -> &[Attribute] {
    match statement {
        Stmt::Local(local) => &local.attrs,
        Stmt::Macro(call) => &call.attrs,
        Stmt::Expr(expr, _) => attributes_of(expr),
        // Items look at their own.
        Stmt::Item(_) => &[],
    }
}
