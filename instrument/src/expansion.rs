//! Calls, in the place of items, of macros that the crate itself defines:
//! what they declare.
//!
//! Two kinds are understood. A macro that takes items and gives them back,
//! mostly with a `cfg`: the items in the call are there if that holds. And a
//! macro without arguments: the modules that its body declares are those of
//! the place of the call. Functions in the body are counted at the definition.

use crate::cfg::Cfg;
use crate::definitions::{declarations, rules};
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use std::collections::HashMap;
use syn::parse::Parser;
use syn::{Attribute, Item};

/// A call of a macro that is not one of the well-known.
pub(crate) struct Call {
    pub(crate) name: String,
    pub(crate) tokens: TokenStream,
    /// Modules around it.
    pub(crate) names: Vec<String>,
    pub(crate) place: crate::modules::ModulePlace,
}

/// The macros of a crate, by name.
#[derive(Default)]
pub(crate) struct Definitions(HashMap<String, TokenStream>);

/// What a call comes to.
pub(crate) enum Expansion {
    /// The items in the call.
    Given(Vec<Item>),
    /// Items of the definition, of which only modules without a body are new.
    Declared(Vec<Item>),
}

impl Definitions {
    pub(crate) fn add(&mut self, name: String, tokens: TokenStream) {
        self.0.insert(name, tokens);
    }

    /// What `call` comes to, if it is understood and anything is left of it.
    pub(crate) fn expand(&self, call: &Call, cfg: &Cfg, without_tests: &Cfg) -> Option<Expansion> {
        let rules = rules(self.0.get(&call.name)?.clone());
        if call.tokens.is_empty() {
            let rule = rules.iter().find(|rule| rule.fragments.is_empty())?;
            return declarations(rule).map(Expansion::Declared);
        }
        let rule = rules.iter().find(|rule| rule.fragments.values().any(|kind| kind == "item"))?;
        let conditions = conditions(rule.body.stream());
        let attributes = Attribute::parse_outer.parse2(conditions).ok()?;
        let is_there = cfg.keeps(&attributes) && without_tests.keeps(&attributes);
        let file = syn::parse2::<syn::File>(call.tokens.clone()).ok()?;
        is_there.then_some(Expansion::Given(file.items))
    }
}

/// The `cfg` attributes in a macro's body.
fn conditions(tokens: TokenStream) -> TokenStream {
    let mut found = Vec::new();
    let mut before = None;
    for token in tokens {
        if let TokenTree::Group(group) = &token {
            let is_attribute = matches!(&before, Some(TokenTree::Punct(mark)) if mark.as_char() == '#');
            let first = group.stream().into_iter().next();
            let is_cfg = matches!(&first, Some(TokenTree::Ident(word)) if word == "cfg");
            if is_attribute && is_cfg && group.delimiter() == Delimiter::Bracket {
                found.extend(before.take());
                found.push(token.clone());
            } else if !is_attribute {
                found.extend(conditions(group.stream()));
            }
        }
        before = Some(token);
    }
    found.into_iter().collect()
}
