//! Functions that the definition of a macro makes around statements of a call.
//!
//! In `make! { f, let y = g(); y + 1 }` the definition has `fn $name()` and
//! its braces, the call has what runs in between. The definition's part is cut
//! where it stands. What the call was given is a function of its own there,
//! with a unit in front of its statements.
//!
//! A cutter notes such functions while it goes through an expansion, because
//! only it knows which of them are there, and are to be instrumented. When all
//! macros are known, [`Look`] finds the parts, as it does for calls among
//! expressions; the probes stay if the call comes to the same with them.

use crate::arguments::{Waiting, is_code};
use crate::cutter::{Cutter, Frame};
use crate::edits::Place;
use crate::expansion::{Call, Given};
use crate::finding::{Finding, Found};
use crate::functions::Function;
use crate::krate::{Crate, rules_of};
use crate::look::{Look, Part};
use livecov_format::model::OmissionReason;
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::ToTokens;
use std::collections::HashSet;
use std::ops::Range;
use std::rc::Rc;
use syn::parse::Parser;
use syn::{Block, Signature, Stmt};

/// A function whose braces are the definition's, with content of the call's.
pub(crate) struct Made {
    name: String,
    /// Where tokens of the call's start that run in it.
    starts: HashSet<usize>,
    /// What of the content reads as statements: listed if it gets no units.
    code: Option<Range<usize>>,
}

/// All of one call.
pub(crate) struct MadeByCall {
    /// The call that stands in the text.
    pub(crate) call: Rc<Call>,
    pub(crate) functions: Vec<Made>,
}

impl Cutter<'_> {
    /// Notes a function of which the definition has the braces.
    pub(crate) fn note_made(&mut self, sig: &Signature, block: &Block) {
        let Some(given) = self.finding.given.clone().filter(|_| !self.in_macro) else { return };
        let mut content = Content { cutter: self, given: &given, starts: HashSet::new(), code: None };
        content.add(block.stmts.iter().map(ToTokens::to_token_stream).collect());
        let Content { starts, code, .. } = content;
        if starts.is_empty() {
            return;
        }
        let mut name = self.names.clone();
        name.push(sig.ident.to_string());
        self.finding.made.push(Made { name: name.join("::"), starts, code });
    }
}

/// Goes through the content of a function.
struct Content<'c, 'd> {
    cutter: &'c Cutter<'d>,
    given: &'c Given,
    starts: HashSet<usize>,
    code: Option<Range<usize>>,
}

impl Content<'_, '_> {
    fn range(&self, span: proc_macro2::Span) -> Option<Range<usize>> {
        self.given.anchor.join(span)?;
        let range = self.cutter.text.range(span);
        let is_inside = self.given.range.start <= range.start && range.end <= self.given.range.end;
        (is_inside && !range.is_empty()).then_some(range)
    }

    fn add(&mut self, tokens: TokenStream) {
        let mut run = Vec::new();
        for token in tokens {
            let range = match &token {
                TokenTree::Group(group) => {
                    let ends = [group.span_open(), group.span_close()].map(|span| self.range(span));
                    self.add(group.stream());
                    match ends {
                        [Some(open), Some(close)] => Some(open.start..close.end),
                        _ if group.delimiter() == Delimiter::None => continue,
                        _ => None,
                    }
                }
                other => self.range(other.span()),
            };
            match range {
                Some(range) => {
                    self.starts.insert(range.start);
                    run.push((range, token));
                }
                None => self.end(&mut run),
            }
        }
        self.end(&mut run);
    }

    /// Looks whether tokens of the call that stand together are statements.
    fn end(&mut self, run: &mut Vec<(Range<usize>, TokenTree)>) {
        if let (Some((first, _)), Some((last, _))) = (run.first(), run.last()) {
            let range = first.start..last.end;
            let tokens: TokenStream = run.iter().map(|(_, token)| token.clone()).collect();
            if is_code(tokens.clone()) || is_statement(tokens) {
                let code = self.code.get_or_insert_with(|| range.clone());
                *code = code.start.min(range.start)..code.end.max(range.end);
            }
        }
        run.clear();
    }
}

/// Whether tokens are a statement whose `;` is the definition's.
fn is_statement(tokens: TokenStream) -> bool {
    let parsed = Block::parse_within.parse2(quote::quote!(#tokens;)).unwrap_or_default();
    matches!(parsed[..], [Stmt::Local(_) | Stmt::Macro(_)])
}

impl Crate<'_> {
    /// Keeps functions that a call makes until all macros are known.
    pub(crate) fn note_made(&mut self, number: usize, call: Rc<Call>, mut functions: Vec<Made>) {
        if functions.is_empty() {
            return;
        }
        let is_same = |made: &&mut (usize, MadeByCall)| made.0 == number && Rc::ptr_eq(&made.1.call, &call);
        match self.made.iter_mut().find(is_same) {
            Some((_, made)) => made.functions.append(&mut functions),
            None => self.made.push((number, MadeByCall { call, functions })),
        }
    }

    /// Cuts what the functions that a call makes have from it.
    pub(crate) fn made(&mut self, number: usize, made: &MadeByCall) -> Vec<Found> {
        let MadeByCall { call, functions } = made;
        let mut modules = Vec::new();
        let [mut parts, trace] = [Some(&call.given), None].map(|given| {
            let look = Look::new(&mut self.definitions, self.options, (number, &self.files[number].text), call, given);
            let looked = look.at(call.tokens.clone(), true);
            (looked.parts, looked.trace)
        });
        for function in functions {
            let text = &self.files[number].text;
            let starts_in = |part: &Part| function.starts.contains(&part.range(text).start);
            let (own, others): (Vec<Part>, Vec<Part>) = std::mem::take(&mut parts.0).into_iter().partition(starts_in);
            parts.0 = others;
            match self.made_function(number, call, function, &own, &trace.1) {
                Some(found) => modules.extend(found),
                None => self.list_made(number, call, function),
            }
        }
        modules
    }

    /// Cuts one function; none, with nothing done, if it gets no units.
    fn made_function(
        &mut self,
        number: usize,
        call: &Call,
        made: &Made,
        parts: &[Part],
        trace: &[u64],
    ) -> Option<Vec<Found>> {
        let text = &self.files[number].text;
        let ranges = parts.iter().map(|part| part.range(text));
        let declaration = ranges.reduce(|all, part| all.start.min(part.start)..all.end.max(part.end))?;
        let function = self.functions.len();
        self.functions.push(Function {
            name: made.name.clone(),
            file: number,
            outline_start: declaration.start,
            declaration,
            call: None,
            is_literal: false,
            units: Vec::new(),
            decisions: 0,
        });
        let frame = Frame { function, current: None, leaves: false, failures: 0, place: Place::RUNTIME };
        let waiting = Waiting { call: call.clone(), frame, is_statement: true };
        let found = self.cut(number, &waiting, (parts, trace), true);
        // Functions inside of it may have units where it has none.
        let has_units = self.functions.iter().skip(function).any(|function| !function.units.is_empty());
        if !has_units {
            self.functions.truncate(function);
        }
        found.filter(|_| has_units)
    }

    fn list_made(&mut self, number: usize, call: &Call, made: &Made) {
        let Some(range) = &made.code else { return };
        let file = &mut self.files[number];
        let rules = rules_of(self.options, &self.basis);
        let (names, place) = (call.names.clone(), call.place.clone());
        let source = (number, file.display.as_str());
        let mut cutter = Cutter::new(rules, &file.text, source, &mut self.functions, names, place, Finding::default());
        cutter.omit(range, OmissionReason::Macro, &format!("arguments of {}!", call.name));
        self.omissions.append(&mut cutter.omissions);
    }
}
