//! Bodies of `macro_rules!`: cut where they are defined, counted for all uses.
//!
//! A body is no Rust yet. Each metavariable is replaced by something that a
//! parser takes in its place, each repetition by its content, once. If the
//! result parses, units are cut; positions are those of the definition.

use crate::bodies::are_statements;
use crate::cutter::Cutter;
use crate::edits::Place;
use livecov_format::model::OmissionReason;
use proc_macro2::{Delimiter, Group, Ident, Punct, Spacing, Span, TokenStream, TokenTree};
use std::collections::HashMap;
use std::ops::Range;
use syn::ext::IdentExt;
use syn::parse::Parser;
use syn::{Block, ItemMacro};

/// How the names start that stand in for metavariables.
pub(crate) const STAND_IN: &str = "any_";

/// The same for those that may be code.
pub(crate) const CODE_STAND_IN: &str = "any_code_";

/// One rule: what the metavariables stand for, and the body.
pub(crate) struct Rule {
    pub(crate) fragments: HashMap<String, String>,
    pub(crate) body: Group,
}

impl Cutter<'_> {
    /// Cuts the bodies of a macro's rules.
    pub(crate) fn macro_rules(&mut self, item: &ItemMacro) {
        let name = item.ident.as_ref().map(Ident::to_string).unwrap_or_default();
        for rule in rules(item.mac.tokens.clone()) {
            let open = self.text.range(rule.body.span_open());
            let close = self.text.range(rule.body.span_close());
            let range = open.start..close.end;
            if rule.body.stream().is_empty() {
                continue;
            }
            if !self.rule(&name, &rule, &range) {
                self.omit(&range, OmissionReason::Macro, &format!("macro_rules! {name}"));
            }
        }
    }

    /// Cuts one body; false, with nothing done, if that cannot be.
    fn rule(&mut self, name: &str, rule: &Rule, range: &Range<usize>) -> bool {
        // What starts inside a repetition may end outside of it. And what is
        // given may be statements, which end by themselves.
        [(false, true), (true, true), (false, false), (true, false)].into_iter().any(|(ends, is_led)| {
            let Some(tokens) = substitute(rule.body.stream(), &rule.fragments, ends) else { return false };
            let known = (self.edits.len(), self.functions.len(), self.omissions.len());
            let was_in_macro = std::mem::replace(&mut self.in_macro, true);
            let body = rule.body.stream();
            let is_parsed = self.outside(|this| this.rule_body(name, tokens, range, is_led.then_some(&body)));
            self.in_macro = was_in_macro;
            let edits = self.edits.since(known.0);
            let inside = edits.applied_within(self.text.as_str(), range);
            let is_right = is_parsed && inside.parse::<TokenStream>().is_ok();
            if !is_right {
                self.edits.truncate(known.0);
                self.functions.truncate(known.1);
                self.omissions.truncate(known.2);
            }
            is_right
        })
    }

    /// With `body`, it has a unit of its own.
    fn rule_body(&mut self, name: &str, tokens: TokenStream, range: &Range<usize>, body: Option<&TokenStream>) -> bool {
        if let Ok(file) = syn::parse2::<syn::File>(tokens.clone())
            && !file.items.is_empty()
            && !are_statements(&file.items)
        {
            self.items(&file.items);
            return true;
        }
        let Ok(statements) = Block::parse_within.parse2(tokens) else { return false };
        self.names.push(format!("{name}!"));
        let full = self.names.join("::");
        // It may be used in a constant.
        let place = Place { is_const: true, is_macro: true };
        self.function(full, range.clone(), place, |this| match body {
            Some(body) => this.macro_body(name, &statements, body),
            None => this.statements(&statements),
        });
        self.names.pop();
        true
    }
}

/// The rules of a macro; none of what is not understood.
pub(crate) fn rules(tokens: TokenStream) -> Vec<Rule> {
    let mut rules = Vec::new();
    let mut matcher = None;
    for token in tokens {
        match token {
            TokenTree::Group(group) => match matcher.take() {
                None => matcher = Some(fragments(group.stream())),
                Some(fragments) => rules.push(Rule { fragments, body: group }),
            },
            TokenTree::Punct(_) => {}
            _ => return rules,
        }
    }
    rules
}

/// `$name:kind` in a matcher.
fn fragments(tokens: TokenStream) -> HashMap<String, String> {
    let mut found = HashMap::new();
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    for (at, token) in tokens.iter().enumerate() {
        if let TokenTree::Group(group) = token {
            found.extend(fragments(group.stream()));
        }
        let rest = tokens.get(at..).unwrap_or_default();
        if let [TokenTree::Punct(dollar), TokenTree::Ident(name), TokenTree::Punct(colon), TokenTree::Ident(kind), ..] =
            rest
            && dollar.as_char() == '$'
            && colon.as_char() == ':'
        {
            found.insert(name.to_string(), kind.to_string());
        }
    }
    found
}

/// The body with something in the place of each metavariable; none if it has
/// what this version does not know. With `ends`, a statement ends with what is
/// given, if what follows cannot belong to it.
fn substitute(tokens: TokenStream, fragments: &HashMap<String, String>, ends: bool) -> Option<TokenStream> {
    let mut out = Vec::new();
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Punct(dollar) if dollar.as_char() == '$' => match tokens.next()? {
                TokenTree::Ident(name) => {
                    let span = dollar.span().join(name.span())?;
                    out.extend(stand_in(&name, span, fragments)?);
                    let kind = fragments.get(&name.to_string()).map_or("", String::as_str);
                    if ends && matches!(kind, "expr" | "expr_2021" | "stmt") && starts_statement(tokens.peek()) {
                        out.push(end(span));
                    }
                }
                TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis => {
                    out.extend(substitute(group.stream(), fragments, ends)?);
                    skip_repetition(&mut tokens)?;
                    let is_ended = matches!(out.last(), Some(TokenTree::Ident(_)));
                    if ends && is_ended && starts_statement(tokens.peek()) {
                        out.push(end(group.span()));
                    }
                }
                _ => return None,
            },
            TokenTree::Group(group) => {
                let mut new = Group::new(group.delimiter(), substitute(group.stream(), fragments, ends)?);
                new.set_span(group.span());
                out.push(TokenTree::Group(new));
            }
            other => out.push(other),
        }
    }
    Some(out.into_iter().collect())
}

/// Whether a token cannot go on with what stands before it.
fn starts_statement(token: Option<&TokenTree>) -> bool {
    match token {
        Some(TokenTree::Ident(word)) => ["as", "else", "in", "where"].iter().all(|keyword| word != keyword),
        Some(TokenTree::Punct(mark)) => mark.as_char() == '$',
        Some(TokenTree::Literal(_)) => true,
        _ => false,
    }
}

fn end(span: Span) -> TokenTree {
    let mut end = Punct::new(';', Spacing::Alone);
    end.set_span(span);
    TokenTree::Punct(end)
}

/// Goes past the separator and the operator of a repetition.
fn skip_repetition(tokens: &mut impl Iterator<Item = TokenTree>) -> Option<()> {
    for token in tokens.take(3) {
        if matches!(&token, TokenTree::Punct(mark) if matches!(mark.as_char(), '*' | '+' | '?')) {
            return Some(());
        }
    }
    None
}

/// What stands in for a metavariable.
fn stand_in(name: &Ident, span: Span, fragments: &HashMap<String, String>) -> Option<Vec<TokenTree>> {
    if name == "crate" {
        return Some(vec![TokenTree::Ident(Ident::new("crate", span))]);
    }
    // It belongs to a macro that the body defines.
    let Some(kind) = fragments.get(&name.to_string()) else {
        let mut dollar = Punct::new('$', Spacing::Alone);
        dollar.set_span(span);
        return Some(vec![TokenTree::Punct(dollar), TokenTree::Ident(name.clone())]);
    };
    Some(match kind.as_str() {
        "vis" => Vec::new(),
        "block" => {
            let mut block = Group::new(Delimiter::Brace, TokenStream::new());
            block.set_span(span);
            vec![TokenTree::Group(block)]
        }
        "lifetime" => {
            let mut quote = Punct::new('\'', Spacing::Joint);
            quote.set_span(span);
            vec![TokenTree::Punct(quote), TokenTree::Ident(Ident::new("a", span))]
        }
        "item" => {
            let words = ["struct".to_owned(), format!("{STAND_IN}{}", name.unraw())];
            let words = words.map(|word| TokenTree::Ident(Ident::new(&word, span)));
            words.into_iter().chain([end(span)]).collect()
        }
        "expr" | "expr_2021" | "stmt" | "tt" => {
            vec![TokenTree::Ident(Ident::new(&format!("{CODE_STAND_IN}{}", name.unraw()), span))]
        }
        // A name of its own: the metavariable's may be a keyword.
        _ => vec![TokenTree::Ident(Ident::new(&format!("{STAND_IN}{}", name.unraw()), span))],
    })
}
