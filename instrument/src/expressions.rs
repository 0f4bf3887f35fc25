//! Cuts expressions: branches, loops, closures, calls of macros.

use crate::cutter::{Cutter, Head};
use crate::definitions::CODE_STAND_IN;
use crate::edits::{Piece, Place};
use crate::leaving::leaves_by_tokens;
use crate::syntax::{attributes_of, has_let, macro_name};
use livecov_format::model::UnitKind;
use syn::visit::{self, Visit};
use syn::{Attribute, Block, Expr, Stmt};

impl Cutter<'_> {
    pub(crate) fn local(&mut self, local: &syn::Local) {
        let Some(init) = &local.init else { return };
        self.visit_expr(&init.expr);
        if let Some((_, diverge)) = &init.diverge {
            let decision = self.new_decision();
            self.arm(diverge, UnitKind::LetElse, decision);
            self.set_leaves(true);
        }
    }

    /// What runs later, or never: leaving it does not leave what is around it.
    pub(crate) fn deferred(&mut self, work: impl FnOnce(&mut Self)) {
        let leaves = self.set_leaves(false);
        work(self);
        self.set_leaves(leaves);
    }

    /// What may panic, or end the program.
    fn may_fail(&mut self) {
        if let Some(frame) = &mut self.frame {
            frame.leaves = true;
            frame.failures += 1;
        }
    }

    fn failures(&self) -> u32 {
        self.frame.map_or(0, |frame| frame.failures)
    }

    pub(crate) fn if_else(&mut self, branch: &syn::ExprIf) {
        self.visit_expr(&branch.cond);
        let decision = self.new_decision();
        self.branch(&branch.then_branch, UnitKind::Then, decision);
        if let Some((_, other)) = &branch.else_branch {
            self.arm(other, UnitKind::Else, decision);
        }
        self.set_leaves(true);
    }

    fn choice(&mut self, choice: &syn::ExprMatch) {
        self.visit_expr(&choice.expr);
        let decision = self.new_decision();
        for arm in &choice.arms {
            if !self.keeps(&arm.attrs) {
                self.skip(arm);
                continue;
            }
            if self.is_marked_out(&arm.attrs, arm) {
                continue;
            }
            if let Some((_, guard)) = &arm.guard {
                self.visit_expr(guard);
            }
            self.arm(&arm.body, UnitKind::Arm, decision);
        }
        self.set_leaves(true);
    }

    fn binary(&mut self, binary: &syn::ExprBinary) {
        self.visit_expr(&binary.left);
        let is_lazy = matches!(binary.op, syn::BinOp::And(_) | syn::BinOp::Or(_));
        // `let` chains cannot be taken apart.
        if !is_lazy || has_let(&binary.left) || has_let(&binary.right) {
            return self.visit_expr(&binary.right);
        }
        let range = self.text.range_of(&*binary.right);
        self.wrapped(&binary.right, Head { kind: UnitKind::Condition, range, decision: 0 });
    }

    fn closure(&mut self, closure: &syn::ExprClosure) {
        if closure.constness.is_some() {
            return;
        }
        if self.frame.is_none() {
            let range = self.text.range_of(closure);
            return self
                .function(String::new(), range, Place::RUNTIME, |this| this.arm(&closure.body, UnitKind::Body, 0));
        }
        let outer = self.frame;
        if let Some(frame) = &mut self.frame {
            // The compiler cannot call it in a constant.
            frame.place.is_const = false;
        }
        let failures = self.failures();
        self.deferred(|this| this.arm(&closure.body, UnitKind::Closure, 0));
        let has_failed = self.failures() > failures;
        self.frame = outer;
        if has_failed {
            // It may be called at once: what it ends does not come back.
            self.may_fail();
        }
    }

    fn looped(&mut self, body: &Block) {
        self.branch(body, UnitKind::Loop, 0);
        self.set_leaves(true);
    }

    pub(crate) fn macro_call(&mut self, call: &syn::Macro, is_statement: bool) {
        if call.path.is_ident("include") {
            self.included_expression(call);
        }
        let is_known = self.known_macro(call, is_statement);
        if !is_known && leaves_by_tokens(call.tokens.clone()) {
            self.set_leaves(true);
        }
        if self.rules.leaving.has_macro(&macro_name(&call.path), self.rules.cfg) {
            self.may_fail();
        }
        if !is_known {
            self.wait_for_macro(call, is_statement);
        }
    }

    /// The kind of a unit for code that stands among the arguments of a macro.
    /// A line that it starts is its own from the first column on, which is so
    /// of continuations only.
    pub(crate) fn run_kind(&self, start: usize) -> UnitKind {
        if self.text.starts_line(start) { UnitKind::Continuation } else { UnitKind::Block }
    }

    /// Statements that start with a unit, as a block of theirs would.
    pub(crate) fn led(&mut self, statements: &[Stmt]) {
        let (Some(first), Some(last)) = (statements.first(), statements.last()) else { return };
        let range = self.text.range_of(first).start..self.text.range_of(last).end;
        let start = range.start;
        let current = self.frame.and_then(|frame| frame.current);
        if let Some(probe) = self.start(&Head { kind: self.run_kind(start), range, decision: 0 }) {
            self.edits.insert(start, Piece::Probe(probe));
        }
        self.statements(statements);
        self.restore(current);
    }

    /// Statements in the arguments of a macro, after which nothing is known.
    pub(crate) fn macro_statements(&mut self, statements: &[Stmt]) {
        self.statements(statements);
        self.set_leaves(true);
    }

    /// A handler in the arguments of a macro: a branch.
    pub(crate) fn macro_arm(&mut self, body: &Expr, decision: u32) {
        self.arm(body, UnitKind::Arm, decision);
        self.set_leaves(true);
    }

    /// The value of a static of a macro's, computed when it is first used.
    pub(crate) fn lazy_value(&mut self, value: &Expr) {
        self.arm(value, UnitKind::Body, 0);
    }

    pub(crate) fn macro_decision(&mut self) -> u32 {
        self.new_decision()
    }

    fn nested(&mut self, expr: &Expr) {
        match expr {
            Expr::If(inner) => self.if_else(inner),
            Expr::Match(inner) => self.choice(inner),
            Expr::Binary(inner) => self.binary(inner),
            Expr::Closure(inner) => self.closure(inner),
            Expr::Macro(inner) => self.macro_call(&inner.mac, false),
            Expr::While(inner) => {
                self.visit_expr(&inner.cond);
                self.looped(&inner.body);
            }
            Expr::ForLoop(inner) => {
                self.visit_expr(&inner.expr);
                self.looped(&inner.body);
            }
            Expr::Loop(inner) => self.looped(&inner.body),
            Expr::Block(inner) if inner.label.is_some() => {
                self.branch(&inner.block, UnitKind::Block, 0);
                self.set_leaves(true);
            }
            Expr::Block(inner) if !self.has_brace(&inner.block) => drop(self.set_leaves(true)),
            Expr::Block(inner) => self.statements(&inner.block.stmts),
            // What a macro is given may leave.
            Expr::Path(path) if self.in_macro && is_code_stand_in(&path.path) => drop(self.set_leaves(true)),
            Expr::Unsafe(inner) => self.statements(&inner.block.stmts),
            Expr::Async(inner) => self.deferred(|this| this.branch(&inner.block, UnitKind::Async, 0)),
            Expr::Const(inner) => self.outside(|this| this.statements(&inner.block.stmts)),
            Expr::Repeat(inner) => self.visit_expr(&inner.expr),
            Expr::Call(_) | Expr::MethodCall(_) => {
                visit::visit_expr(self, expr);
                if self.rules.leaving.has_call(expr) {
                    self.may_fail();
                }
            }
            Expr::Try(_) | Expr::Return(_) | Expr::Break(_) | Expr::Continue(_) | Expr::Await(_) | Expr::Yield(_) => {
                visit::visit_expr(self, expr);
                self.set_leaves(true);
            }
            _ => visit::visit_expr(self, expr),
        }
    }
}

fn is_code_stand_in(path: &syn::Path) -> bool {
    path.get_ident().is_some_and(|name| name.to_string().starts_with(CODE_STAND_IN))
}

impl<'ast> Visit<'ast> for Cutter<'_> {
    fn visit_expr(&mut self, expr: &'ast Expr) {
        if !self.keeps(attributes_of(expr)) {
            self.skip(expr);
        } else if !(self.is_marked_out(attributes_of(expr), expr)
            || self.text.has_off_regions() && self.text.is_off(&self.text.range_of(expr)))
        {
            self.nested(expr);
        }
    }

    fn visit_field_value(&mut self, field: &'ast syn::FieldValue) {
        if self.keeps(&field.attrs) {
            self.visit_expr(&field.expr);
        } else {
            self.skip(field);
        }
    }

    fn visit_item(&mut self, item: &'ast syn::Item) {
        self.item(item);
    }

    // No code that runs.
    fn visit_attribute(&mut self, _: &'ast Attribute) {}
    fn visit_pat(&mut self, _: &'ast syn::Pat) {}
    fn visit_path(&mut self, _: &'ast syn::Path) {}
    fn visit_type(&mut self, _: &'ast syn::Type) {}
    fn visit_angle_bracketed_generic_arguments(&mut self, _: &'ast syn::AngleBracketedGenericArguments) {}
}
