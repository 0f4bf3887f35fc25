//! The probe that says that the body of a macro ran.
//!
//! A body may stand where the parser wants statements, an expression, a
//! pattern or a type, and nobody knows where. So it depends on its form where
//! the probe goes:
//!
//! * `{{ let y = $x; y }}`: into the block.
//! * More than one statement, or a `let`: in front of them, as they can stand
//!   among statements only.
//! * A single expression that is neither a place nor could be a pattern: into
//!   a block with it, `{PROBE f($x)}`. A place would be copied there.
//!
//! Up to edition 2021, temporaries of such an expression live as long as
//! without the block. From 2024 on they end with it, and a pointer into one,
//! as in `CString::new($x).unwrap().as_ptr()`, would dangle. There the probe
//! of a `match` is the guard of an arm that is never taken, that of a call
//! stands with what is called, `({PROBE f})($x)`, and other expressions become
//! the second part of a pair, `({PROBE},$x.f()).1`.
//! Expressions that themselves make their temporaries live longer, such as
//! `&f($x)`, get none there and are listed.

use crate::cutter::{Cutter, Head};
use crate::edits::{Piece, ProbeAt};
use crate::syntax::{macro_name, needs_parens};
use livecov_format::model::{OmissionReason, UnitKind};
use proc_macro2::{TokenStream, TokenTree};
use std::ops::Range;
use syn::visit::{self, Visit};
use syn::{Attribute, Block, Expr, Stmt};

/// Where the probe of a body goes.
enum Lead<'b> {
    InFront,
    Inside(&'b Block, &'b [Attribute]),
    Around(&'b Expr),
    /// The same with as many statements as there are.
    AroundAll,
    Guard(&'b syn::ExprMatch),
    Called(&'b Expr),
    Pair,
    /// Nothing runs, or nothing that is known to.
    Nowhere,
    /// It has none, although it runs.
    Missing,
}

impl Cutter<'_> {
    /// Cuts the statements of a body whose tokens are `body`.
    pub(crate) fn macro_body(&mut self, name: &str, statements: &[Stmt], body: &TokenStream) {
        let statements = &with_runtime_macros(statements);
        let is_repetition = is_repetition(body);
        let Some(range) = self.code_range(body, statements) else { return self.statements(statements) };
        let head = Head { kind: UnitKind::Body, range, decision: 0 };
        match lead(statements, self.rules.edition, is_repetition) {
            Lead::InFront => {
                let start = head.range.start;
                if let Some(probe) = self.start(&head) {
                    self.edits.insert(start, Piece::Probe(probe));
                }
                self.statements(statements);
            }
            Lead::Inside(block, attributes) => match [block.stmts.first(), block.stmts.last()] {
                [Some(first), Some(last)] => {
                    let range = self.text.range_of(first).start..self.text.range_of(last).end;
                    self.block(block, attributes, Head { range, ..head });
                }
                _ => self.statements(statements),
            },
            Lead::Around(expr) => self.wrapped(expr, head),
            Lead::Guard(choice) => {
                if let Some(probe) = self.start(&head) {
                    let open = self.text.range(choice.brace_token.span.open()).end;
                    self.edits.insert(open, Piece::Guard(probe));
                }
                self.statements(statements);
            }
            Lead::Called(function) => {
                let range = self.text.range_of(function);
                if let Some(probe) = self.start(&head) {
                    self.edits.insert(range.start, Piece::OpenCalled(probe));
                    self.edits.insert(range.end, Piece::CloseCalled(probe.function));
                }
                self.statements(statements);
            }
            Lead::AroundAll => self.enclosed(&head, statements, Piece::Open, Piece::Close),
            Lead::Pair => self.enclosed(&head, statements, Piece::OpenPair, Piece::ClosePair),
            Lead::Nowhere => self.statements(statements),
            Lead::Missing => {
                let detail = format!("macro_rules! {name}: an expression whose temporaries a probe could end");
                self.omit(&head.range, OmissionReason::Macro, &detail);
                self.statements(statements);
            }
        }
    }

    fn enclosed(&mut self, head: &Head, statements: &[Stmt], open: fn(ProbeAt) -> Piece, close: fn(usize) -> Piece) {
        let probe = self.start(head);
        if let Some(probe) = probe {
            self.edits.insert(head.range.start, open(probe));
        }
        self.statements(statements);
        if let Some(probe) = probe {
            self.edits.insert(head.range.end, close(probe.function));
        }
    }

    /// From the first token of a body to its last, but for a `;` behind a
    /// single expression.
    fn code_range(&self, body: &TokenStream, statements: &[Stmt]) -> Option<Range<usize>> {
        let mut tokens: Vec<TokenTree> = body.clone().into_iter().collect();
        if matches!(statements, [Stmt::Expr(..) | Stmt::Macro(_)]) {
            tokens.pop_if(|token| matches!(token, TokenTree::Punct(mark) if mark.as_char() == ';'));
        }
        let start = self.text.range(tokens.first()?.span()).start;
        Some(start..self.text.range(tokens.last()?.span()).end)
    }
}

/// Calls of macros that are known to be expressions as such.
fn with_runtime_macros(statements: &[Stmt]) -> Vec<Stmt> {
    let convert = |statement: &Stmt| match statement {
        Stmt::Macro(call) if is_runtime_macro(&call.mac) => {
            let expr = syn::ExprMacro { attrs: call.attrs.clone(), mac: call.mac.clone() };
            Stmt::Expr(Expr::Macro(expr), call.semi_token)
        }
        other => other.clone(),
    };
    statements.iter().map(convert).collect()
}

/// Whether items are calls of macros that run, and so are statements.
pub(crate) fn are_statements(items: &[syn::Item]) -> bool {
    let is_statement = |item: &syn::Item| matches!(item, syn::Item::Macro(call) if is_runtime_macro(&call.mac));
    items.iter().any(is_statement)
}

fn lead(statements: &[Stmt], edition: u16, is_repetition: bool) -> Lead<'_> {
    let (expr, is_ended) = match statements {
        [] | [Stmt::Macro(_) | Stmt::Item(_)] => return Lead::Nowhere,
        [Stmt::Expr(expr, end)] => (expr, end.is_some()),
        [Stmt::Local(_)] => return Lead::InFront,
        // A run of calls and items may come to nothing but items.
        all if all.iter().all(|one| matches!(one, Stmt::Macro(_) | Stmt::Item(_))) => return Lead::Nowhere,
        _ => return Lead::InFront,
    };
    match expr {
        Expr::Block(inner) if inner.label.is_none() && !is_repetition => Lead::Inside(&inner.block, &inner.attrs),
        Expr::Unsafe(inner) if !is_repetition => Lead::Inside(&inner.block, &inner.attrs),
        Expr::Macro(call) if !is_runtime_macro(&call.mac) => Lead::Nowhere,
        _ if is_place(expr) || !runs(expr) => Lead::Nowhere,
        _ if is_repetition && is_ended => Lead::AroundAll,
        // More than one round would be more than one expression in the parentheses.
        _ if is_repetition && needs_parens(expr) => Lead::Missing,
        _ if edition < 2024 || is_ended || ends_its_temporaries(expr) => Lead::Around(expr),
        Expr::Match(choice) if !choice.arms.is_empty() => Lead::Guard(choice),
        Expr::Array(_)
        | Expr::Cast(_)
        | Expr::Let(_)
        | Expr::Paren(_)
        | Expr::Reference(_)
        | Expr::Struct(_)
        | Expr::Tuple(_) => Lead::Missing,
        Expr::Call(call) if matches!(&*call.func, Expr::Path(_)) && !is_constructor(&call.func) => {
            Lead::Called(&call.func)
        }
        // Arguments of a tuple struct live longer where it is the value of a `let`.
        Expr::Call(call) if is_constructor(&call.func) => Lead::Missing,
        _ if is_repetition => Lead::Missing,
        _ => Lead::Pair,
    }
}

/// Whether no temporary of an expression outlives it in any edition, or none
/// that its value could refer to.
fn ends_its_temporaries(expr: &Expr) -> bool {
    if let Expr::Macro(call) = expr {
        return macro_name(&call.mac.path) != "vec";
    }
    matches!(
        expr,
        Expr::Assign(_)
            | Expr::Async(_)
            | Expr::Block(_)
            | Expr::Break(_)
            | Expr::Closure(_)
            | Expr::Continue(_)
            | Expr::ForLoop(_)
            | Expr::If(_)
            | Expr::Loop(_)
            | Expr::Return(_)
            | Expr::Unsafe(_)
            | Expr::While(_)
    )
}

/// Whether an expression may be assigned to: in a block it would be a copy.
pub(crate) fn is_place(expr: &Expr) -> bool {
    match expr {
        Expr::Field(_) | Expr::Index(_) | Expr::Path(_) => true,
        Expr::Paren(inner) => is_place(&inner.expr),
        Expr::Group(inner) => is_place(&inner.expr),
        Expr::Unary(unary) => matches!(unary.op, syn::UnOp::Deref(_)),
        _ => false,
    }
}

/// Whether something in an expression runs that no pattern and no type has.
fn runs(expr: &Expr) -> bool {
    let mut search = Search(false);
    search.visit_expr(expr);
    search.0
}

struct Search(bool);

impl<'ast> Visit<'ast> for Search {
    fn visit_expr(&mut self, expr: &'ast Expr) {
        self.0 |= match expr {
            Expr::Assign(_)
            | Expr::Async(_)
            | Expr::Await(_)
            | Expr::Break(_)
            | Expr::Cast(_)
            | Expr::Closure(_)
            | Expr::Continue(_)
            | Expr::ForLoop(_)
            | Expr::If(_)
            | Expr::Loop(_)
            | Expr::Match(_)
            | Expr::MethodCall(_)
            | Expr::Return(_)
            | Expr::Try(_)
            | Expr::Unsafe(_)
            | Expr::While(_)
            | Expr::Yield(_) => true,
            Expr::Binary(binary) => !matches!(binary.op, syn::BinOp::BitOr(_)),
            Expr::Call(call) => !is_constructor(&call.func),
            Expr::Unary(unary) => matches!(unary.op, syn::UnOp::Not(_)),
            Expr::Macro(call) => is_runtime_macro(&call.mac),
            _ => false,
        };
        if !self.0 {
            visit::visit_expr(self, expr);
        }
    }

    fn visit_item(&mut self, _: &'ast syn::Item) {}
}

/// Whether what is called has the name of a tuple struct or of a variant, or
/// one that a metavariable gives.
fn is_constructor(function: &Expr) -> bool {
    let Expr::Path(path) = function else { return false };
    path.path.segments.last().is_none_or(|last| {
        let name = last.ident.to_string();
        name.starts_with(char::is_uppercase) || name.starts_with(crate::definitions::STAND_IN)
    })
}

/// Whether a call of a macro gives no literal that a macro of the compiler
/// may want, and no pattern.
fn is_runtime_macro(call: &syn::Macro) -> bool {
    let name = macro_name(&call.path);
    name.starts_with("assert")
        || name.starts_with("debug_assert")
        || [
            "bail",
            "debug",
            "ensure",
            "eprint",
            "eprintln",
            "error",
            "format",
            "info",
            "matches",
            "panic",
            "print",
            "println",
            "todo",
            "trace",
            "unimplemented",
            "unreachable",
            "vec",
            "warn",
            "write",
            "writeln",
        ]
        .contains(&name.as_str())
}

/// Whether all of a body may be there any number of times.
fn is_repetition(body: &TokenStream) -> bool {
    let tokens: Vec<TokenTree> = body.clone().into_iter().collect();
    let [TokenTree::Punct(dollar), TokenTree::Group(_), rest @ ..] = &tokens[..] else { return false };
    let is_operator =
        |token: &TokenTree| matches!(token, TokenTree::Punct(mark) if matches!(mark.as_char(), '*' | '+' | '?'));
    dollar.as_char() == '$' && rest.iter().take(3).position(is_operator).is_some_and(|at| rest.len() <= at + 1)
}
