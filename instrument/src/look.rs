//! A look at what the call of a macro of the crate comes to.

use crate::bodies::is_place;
use crate::cfg::Cfg;
use crate::cutter::attributes_of_statement;
use crate::edits::{IN_BLOCK, IN_PARENS, IN_UNIT};
use crate::expansion::{Call, Definitions, Given};
use crate::macros::evaluated;
use crate::options::Options;
use crate::syntax::{attributes_of, is_block_like, macro_name};
use crate::text::Text;
use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::ToTokens;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Range;
use syn::parse::Parser;
use syn::visit::{self, Visit};
use syn::{Attribute, Block, Expr, Item, Macro, Stmt};

/// How many calls may lie in each other.
const DEPTH_LIMIT: usize = 64;

/// A part of what a call was given that runs, whole as it stands there.
pub(crate) enum Part {
    Expr(Expr),
    Block(Block),
    /// Statements in a block of the definition's.
    Statements(Vec<Stmt>),
    /// The body of an arm in a `match` of the definition's, with the number of that.
    Arm(Expr, usize),
    /// An expression, alone, of which the definition decides whether it runs.
    Chosen(Expr),
}

impl Part {
    pub(crate) fn range(&self, text: &Text) -> Range<usize> {
        match self {
            Self::Expr(expr) | Self::Arm(expr, _) | Self::Chosen(expr) => text.range_of(expr),
            Self::Block(block) => text.range_of(block),
            Self::Statements(statements) => {
                let ends = [statements.first(), statements.last()].map(|one| one.map(|it| text.range_of(it)));
                let [Some(first), Some(last)] = ends else { return 0..0 };
                first.start..last.end
            }
        }
    }
}

/// Goes through code that runs, and through the calls of own macros in it.
pub(crate) struct Look<'l> {
    pub(crate) definitions: &'l mut Definitions,
    pub(crate) cfg: &'l Cfg,
    /// Number of the file that the call stands in.
    pub(crate) file: usize,
    pub(crate) text: &'l Text,
    pub(crate) call: &'l Call,
    /// What the call was given, if parts of that are looked for.
    pub(crate) given: Option<&'l Given>,
    found: Found,
    depth: usize,
    /// Marks of probes in the code so far.
    marks: usize,
    matches: usize,
    /// Whether the definition decides if the code at hand runs.
    is_chosen: bool,
    /// Whether an expression may get a block where it is a part of another.
    may_wrap: bool,
}

/// What a look finds.
#[derive(Default)]
pub(crate) struct Found {
    pub(crate) parts: Vec<Part>,
    /// What each call has come to, without marks.
    pub(crate) trace: Vec<u64>,
    /// Whether a mark stands where it does not run as a statement, or where
    /// its text is taken.
    pub(crate) has_stray_marks: bool,
    /// Whether some of it goes to a macro whose arguments are a text to be
    /// made.
    pub(crate) has_templates: bool,
}

impl<'l> Look<'l> {
    pub(crate) fn new(
        definitions: &'l mut Definitions,
        options: &'l Options<'_>,
        (file, text): (usize, &'l Text),
        call: &'l Call,
        given: Option<&'l Given>,
    ) -> Self {
        let (found, cfg) = (Found::default(), options.cfg);
        // Temporaries end with a block from then on.
        let may_wrap = options.edition < 2024;
        let (depth, marks, matches, is_chosen) = (0, 0, 0, false);
        Self { definitions, cfg, file, text, call, given, found, depth, marks, matches, is_chosen, may_wrap }
    }

    /// What is found with these arguments.
    pub(crate) fn at(mut self, arguments: TokenStream, is_statement: bool) -> Found {
        let call = Call { tokens: arguments, ..self.call.clone() };
        self.own_call(&call, is_statement);
        self.found
    }

    /// Whether this calls a macro of the crate; if so, goes through what it
    /// comes to.
    fn own_call(&mut self, call: &Call, is_statement: bool) -> bool {
        let Some(rules) = self.definitions.rules(self.file, call) else { return false };
        let expanded = if self.depth < DEPTH_LIMIT { self.definitions.comes_to(rules, &call.tokens) } else { None };
        let Some(expanded) = expanded else {
            self.found.has_stray_marks |= count_marks(&call.tokens) > 0;
            self.found.trace.push(0);
            return true;
        };
        let mut text = String::new();
        plain(expanded.clone(), &mut text);
        let mut hasher = DefaultHasher::new();
        text.hash(&mut hasher);
        self.found.trace.push(hasher.finish());
        let marks = std::mem::take(&mut self.marks);
        self.depth += 1;
        match syn::parse2::<Expr>(expanded.clone()) {
            Ok(expr) if !is_statement => self.visit_expr(&expr),
            _ => {
                let parse = |tokens| Block::parse_within.parse2(tokens);
                if let Ok(statements) = parse(expanded.clone()).or_else(|_| parse(opened(expanded.clone()))) {
                    self.statements(&statements);
                }
            }
        }
        self.depth -= 1;
        self.found.has_stray_marks |= self.marks != count_marks(&expanded);
        self.marks = marks;
        true
    }

    fn macro_call(&mut self, call: &Macro, is_statement: bool) {
        let name = macro_name(&call.path);
        if is_mark(&name) {
            self.marks += 1;
            return;
        }
        let scope = crate::expanded::scope(&self.call.names, &call.path);
        let own = Call { name, scope, tokens: call.tokens.clone(), ..self.call.clone() };
        if self.own_call(&own, is_statement) {
            self.marks += count_marks(&call.tokens);
        } else {
            self.found.has_templates |= is_template(&own.name);
            for argument in evaluated(&own.name, call.tokens.clone()) {
                self.visit_expr(&argument);
            }
        }
    }

    fn statements(&mut self, statements: &[Stmt]) {
        let mut run = Vec::new();
        for statement in statements {
            if self.is_given(statement) {
                run.push(statement.clone());
                continue;
            }
            self.keep_statements(&mut run);
            if !self.cfg.keeps(attributes_of_statement(statement)) {
                continue;
            }
            match statement {
                Stmt::Expr(expr @ Expr::Group(_), _) => self.alone(expr),
                other => self.visit_stmt(other),
            }
        }
        self.keep_statements(&mut run);
    }

    /// An expression that is no part of another: a block around it changes
    /// nothing.
    fn alone(&mut self, expr: &Expr) {
        let inner = ungrouped(expr);
        if self.is_chosen && self.is_given(inner) {
            self.keep(Part::Chosen(inner.clone()));
        } else {
            self.visit_expr(expr);
        }
    }

    /// Goes through what the definition may leave out.
    fn chosen(&mut self, work: impl FnOnce(&mut Self)) {
        let was_chosen = std::mem::replace(&mut self.is_chosen, true);
        work(self);
        self.is_chosen = was_chosen;
    }

    fn keep_statements(&mut self, run: &mut Vec<Stmt>) {
        match &run[..] {
            [] => return,
            // It has braces of its own for a unit.
            [Stmt::Expr(expr @ (Expr::Block(_) | Expr::Unsafe(_)), None)] => self.keep(Part::Expr(expr.clone())),
            statements => self.keep(Part::Statements(statements.to_vec())),
        }
        run.clear();
    }

    /// What is used more than once is cut once.
    fn keep(&mut self, part: Part) {
        let range = part.range(self.text);
        let is_apart = |other: &Part| {
            let other = other.range(self.text);
            other.end <= range.start || range.end <= other.start
        };
        if self.found.parts.iter().all(is_apart) {
            self.found.parts.push(part);
        }
    }

    /// Whether all of this stands in the call, in this order.
    fn is_given(&self, syntax: &impl ToTokens) -> bool {
        let Some(given) = self.given else { return false };
        let mut at = given.range.start;
        let tokens = syntax.to_token_stream();
        !tokens.is_empty() && self.is_in_order(tokens, given, &mut at)
    }

    fn is_in_order(&self, tokens: TokenStream, given: &Given, at: &mut usize) -> bool {
        let mut is_next = |span: proc_macro2::Span| {
            let is_of_file = given.anchor.join(span).is_some();
            let range = if is_of_file { self.text.range(span) } else { return false };
            let is_next = *at <= range.start && !range.is_empty() && range.end <= given.range.end;
            *at = range.end;
            is_next
        };
        tokens.into_iter().all(|token| match token {
            TokenTree::Group(group) if group.delimiter() == Delimiter::None => false,
            TokenTree::Group(group) => {
                let mut inner = self.text.range(group.span_open()).end;
                is_next(group.span_open())
                    && self.is_in_order(group.stream(), given, &mut inner)
                    && is_next(group.span_close())
            }
            other => is_next(other.span()),
        })
    }

    fn choice(&mut self, choice: &syn::ExprMatch) {
        self.visit_expr(&choice.expr);
        self.matches += 1;
        let number = self.matches;
        for arm in choice.arms.iter().filter(|arm| self.cfg.keeps(&arm.attrs)).collect::<Vec<_>>() {
            if let Some((_, guard)) = &arm.guard {
                self.visit_expr(guard);
            }
            let body = ungrouped(&arm.body);
            if self.is_given(&arm.pat) && self.is_given(body) {
                self.keep(Part::Arm(body.clone(), number));
            } else {
                self.chosen(|this| this.alone(&arm.body));
            }
        }
    }
}

impl<'ast> Visit<'ast> for Look<'_> {
    fn visit_expr(&mut self, expr: &'ast Expr) {
        match expr {
            Expr::Group(inner) if inner.attrs.is_empty() => return self.visit_expr(&inner.expr),
            _ if !self.cfg.keeps(attributes_of(expr)) => return,
            Expr::Path(_) | Expr::Lit(_) => return,
            _ => {}
        }
        if self.is_given(expr) {
            let is_part = self.is_chosen && self.may_wrap && !is_place(expr);
            return self.keep(if is_part { Part::Chosen(expr.clone()) } else { Part::Expr(expr.clone()) });
        }
        match expr {
            Expr::Match(inner) => self.choice(inner),
            Expr::Macro(inner) => self.macro_call(&inner.mac, false),
            Expr::Closure(inner) => self.chosen(|this| this.alone(&inner.body)),
            Expr::If(inner) => {
                self.visit_expr(&inner.cond);
                self.chosen(|this| {
                    this.visit_block(&inner.then_branch);
                    inner.else_branch.iter().for_each(|(_, other)| this.visit_expr(other));
                });
            }
            Expr::While(inner) => {
                self.visit_expr(&inner.cond);
                self.chosen(|this| this.visit_block(&inner.body));
            }
            Expr::ForLoop(inner) => {
                self.visit_expr(&inner.expr);
                self.chosen(|this| this.visit_block(&inner.body));
            }
            Expr::Async(inner) => self.chosen(|this| this.visit_block(&inner.block)),
            Expr::Repeat(inner) => self.visit_expr(&inner.expr),
            // It runs in the compiler.
            Expr::Const(_) => {}
            _ => visit::visit_expr(self, expr),
        }
    }

    fn visit_block(&mut self, block: &'ast Block) {
        if self.is_given(block) {
            self.keep(Part::Block(block.clone()));
        } else {
            self.statements(&block.stmts);
        }
    }

    fn visit_stmt(&mut self, statement: &'ast Stmt) {
        match statement {
            Stmt::Macro(call) => self.macro_call(&call.mac, true),
            other => visit::visit_stmt(self, other),
        }
    }

    fn visit_item(&mut self, item: &'ast Item) {
        self.chosen(|this| match item {
            Item::Fn(function) if function.sig.constness.is_none() => this.visit_block(&function.block),
            Item::Impl(block) => block.items.iter().for_each(|item| match item {
                syn::ImplItem::Fn(method) if method.sig.constness.is_none() => this.visit_block(&method.block),
                syn::ImplItem::Macro(call) => this.macro_call(&call.mac, true),
                _ => {}
            }),
            Item::Trait(declaration) => declaration.items.iter().for_each(|item| match item {
                syn::TraitItem::Fn(method) if method.sig.constness.is_none() => {
                    method.default.iter().for_each(|block| this.visit_block(block));
                }
                syn::TraitItem::Macro(call) => this.macro_call(&call.mac, true),
                _ => {}
            }),
            Item::Mod(module) => {
                module.content.iter().flat_map(|(_, items)| items).for_each(|item| this.visit_item(item));
            }
            Item::Macro(call) if call.ident.is_none() => this.macro_call(&call.mac, true),
            _ => {}
        });
    }

    // No code that runs.
    fn visit_attribute(&mut self, _: &'ast Attribute) {}
    fn visit_pat(&mut self, _: &'ast syn::Pat) {}
    fn visit_path(&mut self, _: &'ast syn::Path) {}
    fn visit_type(&mut self, _: &'ast syn::Type) {}
    fn visit_angle_bracketed_generic_arguments(&mut self, _: &'ast syn::AngleBracketedGenericArguments) {}
}

/// What a fragment was given.
fn ungrouped(expr: &Expr) -> &Expr {
    match expr {
        Expr::Group(inner) if inner.attrs.is_empty() => ungrouped(&inner.expr),
        other => other,
    }
}

/// Without what keeps fragments together that end a statement by themselves:
/// the parser does not take those for statements.
fn opened(tokens: TokenStream) -> TokenStream {
    let open = |token| match token {
        TokenTree::Group(group) => {
            let inner = opened(group.stream());
            let is_statement = group.delimiter() == Delimiter::None
                && syn::parse2(inner.clone()).is_ok_and(|expr: Expr| is_block_like(&expr));
            if is_statement {
                return inner;
            }
            let mut new = Group::new(group.delimiter(), inner);
            new.set_span(group.span());
            TokenTree::Group(new).into()
        }
        other => TokenStream::from(other),
    };
    tokens.into_iter().flat_map(open).collect()
}

/// Whether the arguments of a macro of another crate are a text to be made,
/// not code that runs here.
pub(crate) fn is_template(name: &str) -> bool {
    ["quote", "quote_spanned", "parse_quote", "parse_quote_spanned"].contains(&name)
}

fn is_mark(name: &str) -> bool {
    [IN_UNIT, IN_BLOCK, IN_PARENS].contains(&name)
}

fn count_marks(tokens: &TokenStream) -> usize {
    let one = |token| match token {
        TokenTree::Group(group) => count_marks(&group.stream()),
        TokenTree::Ident(name) => usize::from(is_mark(&name.to_string())),
        _ => 0,
    };
    tokens.clone().into_iter().map(one).sum()
}

/// Tokens as text, without marks and what came with them.
fn plain(tokens: TokenStream, text: &mut String) {
    let mut tokens = tokens.into_iter();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Ident(name) if is_mark(&name.to_string()) => drop(tokens.by_ref().take(3).count()),
            TokenTree::Group(group) => plain_group(&group, text),
            other => text.push_str(&format!("{other} ")),
        }
    }
}

fn plain_group(group: &Group, text: &mut String) {
    let first = group.stream().into_iter().next().map(|token| token.to_string()).unwrap_or_default();
    let (open, close) = match group.delimiter() {
        Delimiter::None => ("", ""),
        Delimiter::Brace if first == IN_BLOCK => ("", ""),
        Delimiter::Brace if first == IN_PARENS => {
            if let Some(TokenTree::Group(inner)) = group.stream().into_iter().nth(4) {
                plain(inner.stream(), text);
            }
            return;
        }
        Delimiter::Brace => ("{", "}"),
        Delimiter::Parenthesis => ("(", ")"),
        Delimiter::Bracket => ("[", "]"),
    };
    text.push_str(open);
    plain(group.stream(), text);
    text.push_str(close);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_leave_no_trace() {
        let text = |tokens: &str| {
            let mut text = String::new();
            plain(tokens.parse().unwrap(), &mut text);
            text
        };
        let marked = "{ __livecov_unit!(); a(|x| {__livecov_block!();x + 1}); b && {__livecov_parens!();({ c }.d)} }";
        assert_eq!(text(marked), text("{ a(|x| x + 1); b && { c }.d }"));
        assert_ne!(text("{ a }"), text("a"));
        assert_eq!(count_marks(&marked.parse().unwrap()), 3);
    }
}
