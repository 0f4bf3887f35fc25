//! Code in the arguments of well-known macros, and in the bodies of macros.

use crate::cfg::Predicate;
use crate::cutter::Cutter;
use crate::expanded::list;
use crate::expansion::Position;
use crate::foreign::{is_paste, pasted};
use crate::syntax::macro_name;
use livecov_format::model::OmissionReason;
use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::visit::Visit;
use syn::{Block, Expr, Ident, ItemMacro, Macro, Pat, Token};

/// What the arguments of a macro are.
enum Shape {
    /// Expressions, evaluated in turn.
    Expressions,
    /// Expressions, of which the first is shown as text when it fails: it
    /// must stay as it is, and the others run only then.
    Condition,
    /// One expression, then a pattern.
    Matches,
    /// `vec![a; n]` or expressions.
    Vector,
    /// Branches of `tokio::select!`.
    Select,
    /// `if #[cfg(...)] { ... } else { ... }`, or arms of `cfg_select!`.
    Configured,
    /// Statements that run later: when the block around them is left, or
    /// when somebody asks a stream for more.
    Deferred,
}

fn shape(name: &str) -> Option<Shape> {
    Some(match name {
        "assert_eq" | "assert_ne" | "debug_assert_eq" | "debug_assert_ne" | "format" | "format_args" | "print"
        | "println" | "eprint" | "eprintln" | "write" | "writeln" | "panic" | "unreachable" | "todo"
        | "unimplemented" | "join" | "try_join" | "pin" | "bail" | "anyhow" | "trace" | "debug" | "info" | "warn"
        | "error" | "ready" | "try" => Shape::Expressions,
        "assert" | "debug_assert" | "ensure" => Shape::Condition,
        "matches" => Shape::Matches,
        "vec" => Shape::Vector,
        "select" => Shape::Select,
        "cfg_if" | "cfg_select" => Shape::Configured,
        "defer" | "defer_on_success" | "defer_on_unwind" | "stream" | "try_stream" => Shape::Deferred,
        _ => return None,
    })
}

pub(crate) fn is_known(name: &str) -> bool {
    shape(name).is_some()
}

/// The arguments of a well-known macro that run and whose text does not
/// matter.
pub(crate) fn evaluated(name: &str, tokens: TokenStream) -> Vec<Expr> {
    let list = |tokens| {
        let parsed = Punctuated::<Expr, Token![,]>::parse_terminated.parse2(tokens);
        parsed.map(|list| list.into_iter().collect::<Vec<_>>()).unwrap_or_default()
    };
    let mut arguments = match shape(name) {
        Some(Shape::Expressions) => list(tokens),
        Some(Shape::Condition) => {
            let mut arguments = list(tokens);
            if arguments.len() < 2 {
                arguments.clear();
            }
            arguments
        }
        Some(Shape::Matches) => matches_value.parse2(tokens).into_iter().collect(),
        Some(Shape::Vector) => match vector_parts.parse2(tokens.clone()) {
            Ok(pair) => pair.into(),
            Err(_) => list(tokens),
        },
        Some(Shape::Select | Shape::Configured | Shape::Deferred) | None => Vec::new(),
    };
    for argument in &mut arguments {
        if let Expr::Assign(named) = argument {
            *argument = (*named.right).clone();
        }
    }
    arguments
}

fn matches_value(input: ParseStream<'_>) -> syn::Result<Expr> {
    let expr = input.parse()?;
    input.parse::<Token![,]>()?;
    input.parse::<TokenStream>()?;
    Ok(expr)
}

fn vector_parts(input: ParseStream<'_>) -> syn::Result<[Expr; 2]> {
    let element = input.parse()?;
    input.parse::<Token![;]>()?;
    Ok([element, input.parse()?])
}

impl Cutter<'_> {
    /// Looks into the arguments of a macro. Whether it is one whose arguments
    /// are understood.
    pub(crate) fn known_macro(&mut self, call: &Macro, is_statement: bool) -> bool {
        let name = macro_name(&call.path);
        let tokens = call.tokens.clone();
        match name.as_str() {
            "thread_local" if is_statement => return self.statics(tokens),
            "lazy_static" if is_statement => return self.lazy_statics(tokens),
            _ => {}
        }
        if is_paste(&call.path) && !self.rules.leaving.is_own(&name) {
            return self.pasted_code(tokens, is_statement);
        }
        let Some(shape) = shape(&name) else { return false };
        match shape {
            Shape::Expressions => self.expressions(tokens),
            Shape::Condition => self.condition(tokens),
            Shape::Matches => self.matches(tokens),
            Shape::Vector => self.vector(tokens),
            Shape::Select => self.select(tokens),
            Shape::Configured if is_statement => self.configured_statements(&name, tokens),
            Shape::Configured => self.configured_expression(&name, tokens),
            // Names that a crate may well give to a macro of its own.
            Shape::Deferred => !self.rules.leaving.is_own(&name) && self.later(tokens),
        }
    }

    fn pasted_code(&mut self, tokens: TokenStream, is_statement: bool) -> bool {
        let tokens = pasted(tokens);
        if is_statement {
            let Ok(statements) = Block::parse_within.parse2(tokens) else { return false };
            self.macro_statements(&statements);
        } else {
            let Ok(expr) = syn::parse2::<Expr>(tokens) else { return false };
            self.visit_expr(&expr);
        }
        true
    }

    /// Statements that run later, or never.
    fn later(&mut self, tokens: TokenStream) -> bool {
        let Ok(statements) = Block::parse_within.parse2(tokens) else { return false };
        self.deferred(|this| this.led(&statements));
        true
    }

    fn expressions(&mut self, tokens: TokenStream) -> bool {
        let parsed = Punctuated::<Expr, Token![,]>::parse_terminated.parse2(tokens);
        let Ok(arguments) = parsed else { return false };
        arguments.iter().for_each(|argument| self.argument(argument));
        true
    }

    /// `name = value` names the value.
    fn argument(&mut self, argument: &Expr) {
        match argument {
            Expr::Assign(named) => self.visit_expr(&named.right),
            other => self.visit_expr(other),
        }
    }

    fn condition(&mut self, tokens: TokenStream) -> bool {
        let parsed = Punctuated::<Expr, Token![,]>::parse_terminated.parse2(tokens);
        let Ok(arguments) = parsed else { return false };
        // With a message of its own the condition's text is not shown.
        let skipped = usize::from(arguments.len() < 2);
        arguments.iter().skip(skipped).for_each(|argument| self.argument(argument));
        arguments.len() > 1
    }

    fn matches(&mut self, tokens: TokenStream) -> bool {
        let Ok(expr) = matches_value.parse2(tokens) else { return false };
        self.visit_expr(&expr);
        true
    }

    fn vector(&mut self, tokens: TokenStream) -> bool {
        match vector_parts.parse2(tokens.clone()) {
            Ok(pair) => pair.iter().for_each(|expr| self.visit_expr(expr)),
            Err(_) => return self.expressions(tokens),
        }
        true
    }

    fn select(&mut self, tokens: TokenStream) -> bool {
        let Ok(Branches(branches)) = syn::parse2(tokens) else { return false };
        let decision = self.macro_decision();
        for branch in &branches {
            branch.future.iter().for_each(|future| self.visit_expr(future));
            self.macro_arm(&branch.handler, decision);
        }
        true
    }

    fn configured_statements(&mut self, name: &str, tokens: TokenStream) -> bool {
        match self.chosen(name, tokens).map(|tokens| Block::parse_within.parse2(tokens)) {
            Some(Ok(statements)) => self.macro_statements(&statements),
            Some(Err(_)) | None => return false,
        }
        true
    }

    fn configured_expression(&mut self, name: &str, tokens: TokenStream) -> bool {
        match self.chosen(name, tokens).map(syn::parse2::<Expr>) {
            Some(Ok(expr)) => self.visit_expr(&expr),
            Some(Err(_)) | None => return false,
        }
        true
    }

    /// What `cfg_if!` or `cfg_select!` leaves of its arguments; none if they
    /// are not understood.
    pub(crate) fn chosen(&self, name: &str, tokens: TokenStream) -> Option<TokenStream> {
        let cfg = self.rules.cfg;
        let chosen = if name == "cfg_select" {
            let Selected(arms) = syn::parse2(tokens).ok()?;
            let is_active = |predicate: &Option<Predicate>| predicate.as_ref().is_none_or(|it| cfg.holds(it));
            arms.into_iter().find(|(predicate, _)| is_active(predicate)).map(|(_, tokens)| tokens)
        } else {
            let Configured(branches) = syn::parse2(tokens).ok()?;
            let is_active = |condition: &Option<syn::Attribute>| match condition {
                Some(attribute) => cfg.keeps(std::slice::from_ref(attribute)),
                None => true,
            };
            branches.into_iter().find(|(condition, _)| is_active(condition)).map(|(_, tokens)| tokens)
        };
        Some(chosen.unwrap_or_default())
    }

    /// A macro in the place of an item.
    pub(crate) fn item_macro(&mut self, item: &ItemMacro) {
        let tokens = item.mac.tokens.clone();
        match macro_name(&item.mac.path).as_str() {
            name @ ("cfg_if" | "cfg_select") => match self.chosen(name, tokens).map(syn::parse2::<syn::File>) {
                Some(Ok(file)) => self.items(&file.items),
                Some(Err(_)) | None => self.not_understood(name, item),
            },
            name @ ("thread_local" | "lazy_static") => {
                let is_known = if name == "lazy_static" { self.lazy_statics(tokens) } else { self.statics(tokens) };
                if !is_known {
                    self.not_understood(name, item);
                }
            }
            "include" => self.include(&item.mac, true),
            "macro_rules" => {
                self.define(item);
                self.macro_rules(item);
            }
            _ => self.call(&item.mac, Position::Items),
        }
    }

    /// A macro in the place of a method.
    pub(crate) fn method_macro(&mut self, item: &syn::ImplItemMacro) {
        match macro_name(&item.mac.path).as_str() {
            name @ ("cfg_if" | "cfg_select") => {
                let chosen = self.chosen(name, item.mac.tokens.clone());
                match chosen.map(|tokens| list::<syn::ImplItem>.parse2(tokens)) {
                    Some(Ok(items)) => items.iter().for_each(|item| self.impl_item(item)),
                    Some(Err(_)) | None => self.not_understood(name, item),
                }
            }
            _ => self.call(&item.mac, Position::Methods),
        }
    }

    /// A macro in the place of what a trait has.
    pub(crate) fn default_macro(&mut self, item: &syn::TraitItemMacro) {
        match macro_name(&item.mac.path).as_str() {
            name @ ("cfg_if" | "cfg_select") => {
                let chosen = self.chosen(name, item.mac.tokens.clone());
                match chosen.map(|tokens| list::<syn::TraitItem>.parse2(tokens)) {
                    Some(Ok(items)) => items.iter().for_each(|item| self.trait_item(item)),
                    Some(Err(_)) | None => self.not_understood(name, item),
                }
            }
            _ => self.call(&item.mac, Position::Defaults),
        }
    }

    fn not_understood(&mut self, name: &str, syntax: &impl syn::spanned::Spanned) {
        // In a definition its arguments may be anything.
        if self.in_macro {
            return;
        }
        let range = self.text.range_of(syntax);
        self.omit(&range, OmissionReason::Unparsed, &format!("{name}!"));
    }

    /// The values of `thread_local!` run when a thread first looks at them,
    /// unless they are `const`.
    fn statics(&mut self, tokens: TokenStream) -> bool {
        let Ok(Statics(items)) = syn::parse2(tokens) else { return false };
        for item in &items {
            match &item.value {
                Expr::Const(_) => self.constant(&item.name, &item.value),
                _ => self.computed_static(item),
            }
        }
        true
    }

    fn lazy_statics(&mut self, tokens: TokenStream) -> bool {
        let Ok(LazyStatics(items)) = syn::parse2(tokens) else { return false };
        items.iter().for_each(|item| self.computed_static(item));
        true
    }

    /// A value that is a function of its own.
    fn computed_static(&mut self, item: &ComputedStatic) {
        if !self.counts(&item.attributes, &item.value) {
            return;
        }
        self.names.push(item.name.to_string());
        let (range, place) = (self.text.range_of(&item.value), crate::edits::Place::RUNTIME);
        self.outside(|this| this.function(String::new(), range, place, |this| this.lazy_value(&item.value)));
        self.names.pop();
    }
}

/// A branch of `tokio::select!`.
struct Branch {
    future: Vec<Expr>,
    handler: Expr,
}

struct Branches(Vec<Branch>);

impl Parse for Branches {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut branches = Vec::new();
        if input.peek(Ident) && input.peek2(Token![;]) {
            input.parse::<Ident>()?;
            input.parse::<Token![;]>()?;
        }
        while !input.is_empty() {
            let mut future = Vec::new();
            if input.peek(Token![else]) {
                input.parse::<Token![else]>()?;
            } else {
                Pat::parse_multi_with_leading_vert(input)?;
                input.parse::<Token![=]>()?;
                future.push(input.parse()?);
                if input.peek(Token![,]) {
                    input.parse::<Token![,]>()?;
                    input.parse::<Token![if]>()?;
                    future.push(input.parse()?);
                }
            }
            input.parse::<Token![=>]>()?;
            let handler = if input.peek(syn::token::Brace) { Expr::Block(input.parse()?) } else { input.parse()? };
            if input.peek(Token![,]) {
                input.parse::<Token![,]>()?;
            }
            branches.push(Branch { future, handler });
        }
        Ok(Self(branches))
    }
}

/// The branches of `cfg_if!`.
struct Configured(Vec<(Option<syn::Attribute>, TokenStream)>);

impl Parse for Configured {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut branches = Vec::new();
        loop {
            let mut condition = None;
            if input.peek(Token![if]) {
                input.parse::<Token![if]>()?;
                condition = input.call(syn::Attribute::parse_outer)?.into_iter().next();
            }
            let inside;
            syn::braced!(inside in input);
            branches.push((condition, inside.parse()?));
            if !input.peek(Token![else]) {
                break;
            }
            input.parse::<Token![else]>()?;
        }
        input.parse::<Option<Token![;]>>()?;
        Ok(Self(branches))
    }
}

/// The arms of `cfg_select!`; of `_` there is no predicate.
struct Selected(Vec<(Option<Predicate>, TokenStream)>);

impl Parse for Selected {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut arms = Vec::new();
        while !input.is_empty() {
            let predicate = match input.parse::<Option<Token![_]>>()? {
                Some(_) => None,
                None => Some(input.parse()?),
            };
            input.parse::<Token![=>]>()?;
            let tokens = if input.peek(syn::token::Brace) {
                let inside;
                syn::braced!(inside in input);
                inside.parse()?
            } else {
                input.parse::<Expr>()?.into_token_stream()
            };
            input.parse::<Option<Token![,]>>()?;
            arms.push((predicate, tokens));
        }
        Ok(Self(arms))
    }
}

/// A static of a macro's.
struct ComputedStatic {
    attributes: Vec<syn::Attribute>,
    name: Ident,
    value: Expr,
}

/// What stands in `thread_local!`.
struct Statics(Vec<ComputedStatic>);

impl Parse for Statics {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        parse_statics(input, |input| input.parse::<Token![static]>().map(drop)).map(Self)
    }
}

/// What stands in `lazy_static!`.
struct LazyStatics(Vec<ComputedStatic>);

impl Parse for LazyStatics {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let keywords = |input: ParseStream<'_>| {
            input.parse::<Token![static]>()?;
            input.parse::<Token![ref]>().map(drop)
        };
        parse_statics(input, keywords).map(Self)
    }
}

fn parse_statics(
    input: ParseStream<'_>,
    keywords: impl Fn(ParseStream<'_>) -> syn::Result<()>,
) -> syn::Result<Vec<ComputedStatic>> {
    let mut items = Vec::new();
    while !input.is_empty() {
        let attributes = input.call(syn::Attribute::parse_outer)?;
        input.parse::<syn::Visibility>()?;
        keywords(input)?;
        let name = input.parse()?;
        input.parse::<Token![:]>()?;
        input.parse::<syn::Type>()?;
        input.parse::<Token![=]>()?;
        items.push(ComputedStatic { attributes, name, value: input.parse()? });
        if !input.is_empty() {
            input.parse::<Token![;]>()?;
        }
    }
    Ok(items)
}
