//! Calls, in the place of items, of macros that the crate itself defines.
//!
//! A call is expanded as the compiler does it. What of the result stands in
//! the call is counted there; of what the definition adds only modules, and
//! macros for other calls, are new: its functions are counted at the
//! definition.

use crate::arguments::may_have_units;
use crate::macro_rules::expand;
use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};
use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::rc::Rc;

/// How many tokens the expansions of one crate may have.
const TOKEN_LIMIT: usize = 4 << 20;
/// How many calls may lie in each other.
const DEPTH_LIMIT: usize = 256;

/// What a call stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Position {
    Items,
    /// What an `impl` block, named by the names around it, has.
    Methods,
    /// What a trait has, in the same way.
    Defaults,
}

/// The text that a call was given.
#[derive(Clone)]
pub(crate) struct Given {
    pub(crate) range: Range<usize>,
    /// Some place in the same file.
    pub(crate) anchor: Span,
}

/// A call of a macro that is not one of the well-known.
#[derive(Clone)]
pub(crate) struct Call {
    pub(crate) name: String,
    /// The module in which the name is looked for.
    pub(crate) scope: Vec<String>,
    pub(crate) tokens: TokenStream,
    pub(crate) position: Position,
    /// Modules around it.
    pub(crate) names: Vec<String>,
    pub(crate) place: crate::modules::ModulePlace,
    /// What the outermost of the calls that lead here was given.
    pub(crate) given: Given,
    /// That call, if this is another one.
    pub(crate) outermost: Option<Rc<Call>>,
    /// How many calls lead here.
    pub(crate) depth: usize,
    /// How many macros its file had defined before it.
    pub(crate) known: usize,
}

/// A macro.
pub(crate) struct Definition {
    pub(crate) name: String,
    /// Modules around it.
    pub(crate) names: Vec<String>,
    pub(crate) meaning: Meaning,
}

pub(crate) enum Meaning {
    Rules(TokenStream),
    /// `use NAME as ...`.
    Alias(String),
}

/// A definition, with the number of its file and that among those of the file.
struct Known {
    place: (usize, usize),
    definition: Definition,
    /// Whether its body has modules, other definitions, or calls that are not
    /// known before it is expanded.
    declares: bool,
    /// The macros that its body calls.
    calls: Vec<String>,
}

/// The macros of a crate, by name.
#[derive(Default)]
pub(crate) struct Definitions {
    by_name: HashMap<String, Vec<Known>>,
    /// How many each file has.
    counts: HashMap<usize, usize>,
    /// How many tokens expansions have had so far.
    tokens: usize,
}

/// Why a call is not expanded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// It can give nothing that is not known; or no rule takes it.
    Nothing,
    TooMuch,
}

impl Definitions {
    pub(crate) fn add(&mut self, file: usize, definitions: Vec<Definition>) {
        let count = self.counts.entry(file).or_default();
        for definition in definitions {
            let mut known = Known { place: (file, *count), declares: false, calls: Vec::new(), definition };
            *count += 1;
            match &known.definition.meaning {
                Meaning::Rules(tokens) => known.declares = look(tokens.clone(), &mut known.calls),
                Meaning::Alias(other) => known.calls.push(other.clone()),
            }
            self.by_name.entry(known.definition.name.clone()).or_default().push(known);
        }
    }

    /// All macros, by name.
    pub(crate) fn meanings(&self) -> impl Iterator<Item = (&str, &Meaning)> {
        let all = self.by_name.iter();
        all.flat_map(|(name, known)| known.iter().map(|known| (name.as_str(), &known.definition.meaning)))
    }

    /// How many macros a file has defined so far.
    pub(crate) fn count(&self, file: usize) -> usize {
        self.counts.get(&file).copied().unwrap_or_default()
    }

    /// The rules of the macro that a call in `file` means; none if the crate
    /// has no such macro so far.
    pub(crate) fn rules(&self, file: usize, call: &Call) -> Option<TokenStream> {
        let mut name = &call.name;
        for _ in 0..8 {
            match &self.nearest(name, file, call)?.meaning {
                Meaning::Rules(tokens) => return Some(tokens.clone()),
                Meaning::Alias(other) => name = other,
            }
        }
        None
    }

    /// Of macros of one name the one in the innermost module around the call;
    /// of those the last before it.
    fn nearest(&self, name: &str, file: usize, call: &Call) -> Option<&Definition> {
        let rank = |known: &&Known| {
            let names = &known.definition.names;
            let around = if call.scope.starts_with(names) { names.len() + 1 } else { 0 };
            let is_later = known.place.0 == file && known.place.1 >= call.known;
            // What renames something to its own name gives nothing.
            let is_own = matches!(&known.definition.meaning, Meaning::Alias(other) if other == name);
            (!is_own, around, !is_later)
        };
        self.by_name.get(name)?.iter().max_by_key(rank).map(|known| &known.definition)
    }

    /// What `call` of a macro with these rules comes to.
    pub(crate) fn expand(&mut self, rules: TokenStream, call: &Call) -> Result<TokenStream, Refusal> {
        let has_code = has_block(call.tokens.clone())
            || may_have_units(&call.tokens)
            || look(call.tokens.clone(), &mut Vec::new());
        if !has_code && !self.declares(&call.name, &mut HashSet::new()) {
            return Err(Refusal::Nothing);
        }
        if call.depth > DEPTH_LIMIT || self.tokens > TOKEN_LIMIT {
            return Err(Refusal::TooMuch);
        }
        self.tokens += count(call.tokens.clone());
        let expanded = expand(rules, &call.tokens).ok_or(Refusal::Nothing)?;
        self.tokens += count(expanded.clone());
        Ok(expanded)
    }

    /// What a call in the place of an expression comes to.
    pub(crate) fn comes_to(&mut self, rules: TokenStream, arguments: &TokenStream) -> Option<TokenStream> {
        if self.tokens > TOKEN_LIMIT {
            return None;
        }
        self.tokens += count(arguments.clone());
        let expanded = expand(rules, arguments)?;
        self.tokens += count(expanded.clone());
        Some(expanded)
    }

    /// Whether a macro of this name, or one that it calls, has more to give
    /// than functions of its own.
    fn declares<'d>(&'d self, name: &'d str, seen: &mut HashSet<&'d str>) -> bool {
        let is_declaring =
            |known: &'d Known, seen: &mut _| known.declares || known.calls.iter().any(|name| self.declares(name, seen));
        seen.insert(name) && self.by_name.get(name).is_some_and(|all| all.iter().any(|known| is_declaring(known, seen)))
    }
}

/// Whether tokens may declare modules or macros; the macros that they call are
/// added to `calls`.
fn look(tokens: TokenStream, calls: &mut Vec<String>) -> bool {
    let mut declares = false;
    let mut before = [None, None];
    for token in tokens {
        match &token {
            TokenTree::Group(group) => declares |= look(group.stream(), calls),
            TokenTree::Ident(word) => {
                declares |= ["mod", "include", "macro_rules", "use"].iter().any(|keyword| word == keyword);
            }
            TokenTree::Punct(mark) if mark.as_char() == '!' => {
                if let [first, Some(TokenTree::Ident(name))] = &before {
                    // A macro that a metavariable names.
                    declares |= matches!(first, Some(TokenTree::Punct(mark)) if mark.as_char() == '$');
                    calls.push(name.to_string());
                }
            }
            _ => {}
        }
        before = [before[1].take(), Some(token)];
    }
    declares
}

/// Whether there is a block.
fn has_block(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => true,
        TokenTree::Group(group) => has_block(group.stream()),
        _ => false,
    })
}

fn count(tokens: TokenStream) -> usize {
    let one = |token| match token {
        TokenTree::Group(group) => 1 + count(group.stream()),
        _ => 1,
    };
    tokens.into_iter().map(one).sum()
}
