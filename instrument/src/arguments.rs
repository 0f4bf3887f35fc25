//! What calls of macros in the place of expressions and statements were given.
//!
//! Such a call waits until all macros of the crate are known. Then it is
//! expanded: what it was given, and what of the result runs, is cut where it
//! stands. [`Look`] says what that is, and looks once more with the probes in
//! place: all else must be as before.

use crate::cutter::{Cutter, Frame};
use crate::expansion::{Call, Given, Position};
use crate::look::{Part, is_template};
use crate::macros::is_known;
use crate::syntax::macro_name;
use livecov_format::model::{OmissionReason, UnitKind};
use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};
use std::collections::HashMap;
use std::ops::Range;
use syn::parse::Parser;
use syn::{Block, Expr, Macro, Stmt};

/// A call that is looked into when all macros are known.
pub(crate) struct Waiting {
    pub(crate) call: Call,
    /// The function and the unit around it.
    pub(crate) frame: Frame,
    pub(crate) is_statement: bool,
}

impl Cutter<'_> {
    /// Remembers a call whose arguments may have units.
    pub(crate) fn wait_for_macro(&mut self, call: &Macro, is_statement: bool) {
        let name = macro_name(&call.path);
        let may_have_units = may_have_units(&call.tokens) || self.rules.leaving.is_choosing(&name);
        let Some(frame) = self.frame.filter(|_| !self.in_macro && may_have_units) else { return };
        let span = call.delimiter.span();
        let (open, close) = (span.open(), span.close());
        // An expansion can have calls of the definition's in it.
        let is_in_text = self
            .finding
            .given
            .as_ref()
            .is_none_or(|given| given.anchor.join(open).is_some() && given.anchor.join(close).is_some());
        let range = self.text.range(open).start..self.text.range(close).end;
        if !is_in_text || range.is_empty() || is_template(&name) {
            return;
        }
        let given = Given { range, anchor: open };
        let call = Call { given, depth: 0, ..self.call_of(call, Position::Items) };
        self.finding.waiting.push(Waiting { call, frame, is_statement });
    }

    /// Cuts parts of what a call was given. With `leads`, statements of which
    /// the definition says when they run start with a unit.
    pub(crate) fn parts(&mut self, frame: Frame, parts: &[Part], leads: bool) {
        let mut decisions = HashMap::new();
        for part in parts {
            self.frame = Some(Frame { leaves: false, ..frame });
            match part {
                Part::Expr(expr) => self.given_expr(expr),
                Part::Chosen(expr) => {
                    let kind = self.run_kind(self.text.range_of(expr).start);
                    self.arm(expr, kind, 0);
                }
                Part::Block(block) => self.branch(block, UnitKind::Block, 0),
                Part::Statements(statements) if leads => self.led(statements),
                Part::Statements(statements) => self.statements(statements),
                Part::Arm(body, number) => {
                    let decision = *decisions.entry(*number).or_insert_with(|| self.macro_decision());
                    self.arm(body, UnitKind::Arm, decision);
                }
            }
        }
        self.frame = None;
    }

    fn given_expr(&mut self, expr: &Expr) {
        match expr {
            Expr::Block(inner) if inner.label.is_none() => self.branch(&inner.block, UnitKind::Block, 0),
            Expr::Unsafe(inner) => self.branch(&inner.block, UnitKind::Block, 0),
            _ => syn::visit::Visit::visit_expr(self, expr),
        }
    }

    /// What of a call's arguments reads as statements in braces and has no
    /// units: nobody knows whether it runs, so its lines are not counted.
    pub(crate) fn left_alone(&mut self, call: &Call, cut: &[Range<usize>]) {
        // Those of a well-known macro are not cut if their text is shown, and run.
        if is_known(&call.name) {
            return;
        }
        let mut braces = Vec::new();
        self.code_braces(&call.tokens, cut, &mut braces);
        if let (Some(first), Some(last)) = (braces.first(), braces.last()) {
            let range = first.start..last.end;
            self.omit(&range, OmissionReason::Macro, &format!("arguments of {}!", call.name));
        }
        self.skipped.append(&mut braces);
    }

    fn code_braces(&self, tokens: &TokenStream, cut: &[Range<usize>], found: &mut Vec<Range<usize>>) {
        for token in tokens.clone() {
            let TokenTree::Group(group) = token else { continue };
            let range = self.text.range(group.span_open()).end..self.text.range(group.span_close()).start;
            if cut.iter().any(|cut| cut.start <= range.start && range.end <= cut.end) {
                continue;
            }
            let is_apart = cut.iter().all(|cut| cut.end <= range.start || range.end <= cut.start);
            if group.delimiter() == Delimiter::Brace && is_apart && is_code(group.stream()) {
                found.push(range);
            } else {
                self.code_braces(&group.stream(), cut, found);
            }
        }
    }
}

/// Whether tokens have a block, a closure, a right operand of `&&`, `||`, or
/// statements.
pub(crate) fn may_have_units(tokens: &TokenStream) -> bool {
    let mut and = false;
    tokens.clone().into_iter().any(|token| {
        let was_and = std::mem::take(&mut and);
        match token {
            TokenTree::Group(group) => {
                let is_block = group.delimiter() == Delimiter::Brace && !group.stream().is_empty();
                is_block || may_have_units(&group.stream())
            }
            TokenTree::Punct(mark) => {
                and = mark.as_char() == '&' && mark.spacing() == Spacing::Joint;
                matches!(mark.as_char(), '|' | ';') || was_and && mark.as_char() == '&'
            }
            _ => false,
        }
    })
}

/// Whether the content of braces reads as statements, not as an entry of a
/// table or a value for a template.
pub(crate) fn is_code(tokens: TokenStream) -> bool {
    let Ok(statements) = Block::parse_within.parse2(tokens) else { return false };
    statements.iter().any(|statement| match statement {
        Stmt::Local(_) | Stmt::Expr(_, Some(_)) => true,
        Stmt::Macro(call) => call.semi_token.is_some(),
        Stmt::Expr(expr, None) => {
            matches!(expr, Expr::If(_) | Expr::Match(_) | Expr::ForLoop(_) | Expr::While(_) | Expr::Loop(_))
        }
        Stmt::Item(_) => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_without_code_do_not_wait() {
        for (tokens, expected) in [
            ("1, x, f(y)", false),
            ("a & b, &&c", true),
            ("a & &b", false),
            ("f(a || b)", true),
            ("|x| x", true),
            ("if x { 1 } else { 2 }", true),
            ("x => {}", false),
            ("f(); g();", true),
        ] {
            assert_eq!(may_have_units(&tokens.parse().unwrap()), expected, "{tokens}");
        }
    }

    #[test]
    fn statements_are_told_from_tables() {
        for (tokens, expected) in [
            ("f();", true),
            ("let x = 1; x", true),
            ("match x { _ => 1 }", true),
            ("x", false),
            ("\"a\": 1, \"b\": 2", false),
            ("a: 1, ..b", false),
            ("", false),
        ] {
            assert_eq!(is_code(tokens.parse().unwrap()), expected, "{tokens}");
        }
    }
}
