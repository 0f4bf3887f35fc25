//! Works through what the call of a macro comes to.

use crate::cutter::Cutter;
use crate::expansion::{Call, Definition, Given, Meaning, Position};
use crate::syntax::macro_name;
use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens;
use std::ops::Range;
use syn::parse::{Parse, ParseStream, Parser};
use syn::{Attribute, ImplItem, Item, ItemMacro, Macro, TraitItem, UseTree};

impl Cutter<'_> {
    /// The tokens that a call has come to; false if they cannot be parsed.
    pub(crate) fn expansion(&mut self, tokens: TokenStream, position: Position) -> bool {
        match position {
            Position::Items => match syn::parse2::<syn::File>(tokens) {
                Ok(file) => file.items.iter().for_each(|item| self.expanded_item(item)),
                Err(_) => return false,
            },
            Position::Methods => match list::<ImplItem>.parse2(tokens) {
                Ok(items) => self.expanded_methods(&items),
                Err(_) => return false,
            },
            Position::Defaults => match list::<TraitItem>.parse2(tokens) {
                Ok(items) => self.expanded_defaults(&items),
                Err(_) => return false,
            },
        }
        true
    }

    fn expanded_item(&mut self, item: &Item) {
        let mut bare = item.clone();
        let attributes = attributes_of(&mut bare).map(std::mem::take).unwrap_or_default();
        let given = self.given(&bare);
        if !self.keeps(&attributes) || !self.counts_made(&attributes, given.as_ref(), item) {
            return;
        }
        match (&bare, given) {
            // What is in these may be another's part.
            (Item::Mod(_) | Item::Macro(_) | Item::Use(_), _) | (_, None) => self.made_item(&bare, &attributes),
            (_, Some(range)) => {
                if self.is_new(&range) {
                    self.item(&bare);
                }
            }
        }
    }

    /// An item of which the definition has at least a part.
    fn made_item(&mut self, item: &Item, attributes: &[Attribute]) {
        match item {
            Item::Mod(module) => {
                let mut module = module.clone();
                module.attrs = attributes.to_vec();
                self.module(&module, |this, items| items.iter().for_each(|item| this.expanded_item(item)));
            }
            Item::Impl(block) => self.in_impl(block, |this| this.expanded_methods(&block.items)),
            Item::Trait(declaration) => self.in_trait(declaration, |this| this.expanded_defaults(&declaration.items)),
            Item::Fn(function) => self.given_block(&function.sig, &function.block),
            Item::Macro(item) => self.made_macro(item),
            Item::Use(item) => self.aliases(&item.tree),
            _ => {}
        }
    }

    fn expanded_methods(&mut self, items: &[ImplItem]) {
        for item in items {
            let mut bare = item.clone();
            let attributes = method_attributes(&mut bare).map(std::mem::take).unwrap_or_default();
            let given = self.given(&bare);
            if !self.keeps(&attributes)
                || !self.counts_made(&attributes, given.as_ref(), &Item::Verbatim(TokenStream::new()))
            {
                continue;
            }
            match (&bare, given) {
                (ImplItem::Macro(_), _) => self.impl_item(&bare),
                (ImplItem::Fn(method), None) => self.given_block(&method.sig, &method.block),
                (_, Some(range)) if self.is_new(&range) => self.impl_item(&bare),
                _ => {}
            }
        }
    }

    fn expanded_defaults(&mut self, items: &[TraitItem]) {
        for item in items {
            let mut bare = item.clone();
            let attributes = default_attributes(&mut bare).map(std::mem::take).unwrap_or_default();
            let given = self.given(&bare);
            if !self.keeps(&attributes)
                || !self.counts_made(&attributes, given.as_ref(), &Item::Verbatim(TokenStream::new()))
            {
                continue;
            }
            match (&bare, given) {
                (TraitItem::Macro(_), _) => self.trait_item(&bare),
                (TraitItem::Fn(method), None) => {
                    if let Some(block) = &method.default {
                        self.given_block(&method.sig, block);
                    }
                }
                (_, Some(range)) if self.is_new(&range) => self.trait_item(&bare),
                _ => {}
            }
        }
    }

    /// A function whose block was given, alone or at least its content.
    fn given_block(&mut self, sig: &syn::Signature, block: &syn::Block) {
        let Some(range) = self.given(block) else { return self.note_made(sig, block) };
        if self.is_new(&range) {
            self.function_item(sig, block, &[], range.start);
        }
    }

    fn made_macro(&mut self, item: &ItemMacro) {
        let given = self.given(item);
        let tokens = item.mac.tokens.clone();
        match macro_name(&item.mac.path).as_str() {
            name @ ("cfg_if" | "cfg_select") => {
                if let Some(tokens) = self.chosen(name, tokens) {
                    self.expansion(tokens, Position::Items);
                }
            }
            "include" => self.include(&item.mac, given.is_some()),
            "macro_rules" | "thread_local" | "lazy_static" => {
                if given.is_some_and(|range| self.is_new(&range)) {
                    self.item_macro(item);
                } else if item.mac.path.is_ident("macro_rules") {
                    self.define(item);
                }
            }
            _ => self.call(&item.mac, Position::Items),
        }
    }

    /// Remembers what `macro_rules!` defines.
    pub(crate) fn define(&mut self, item: &ItemMacro) {
        let Some(name) = item.ident.as_ref().filter(|_| !self.in_macro) else { return };
        let meaning = Meaning::Rules(item.mac.tokens.clone());
        self.finding.definitions.push(Definition { name: name.to_string(), names: self.names.clone(), meaning });
    }

    /// Remembers a call, for when all macros are known.
    pub(crate) fn call(&mut self, call: &Macro, position: Position) {
        // In a definition it is not yet what it will be.
        if self.in_macro {
            return self.foreign_in_definition(call, position);
        }
        let call = self.call_of(call, position);
        self.finding.calls.push(call);
    }

    pub(crate) fn call_of(&self, call: &Macro, position: Position) -> Call {
        let given = self.finding.given.clone().unwrap_or_else(|| {
            let open = call.delimiter.span();
            Given { range: self.text.range(open.open()).start..self.text.range(open.close()).end, anchor: open.open() }
        });
        Call {
            name: macro_name(&call.path),
            scope: scope(&self.names, &call.path),
            tokens: call.tokens.clone(),
            position,
            names: self.names.clone(),
            place: self.place.clone(),
            given,
            outermost: self.finding.outermost.clone(),
            depth: self.finding.depth + 1,
            known: self.finding.known_definitions + self.finding.definitions.len(),
        }
    }

    /// What `use` gives another name: macros may be called by it.
    pub(crate) fn aliases(&mut self, tree: &UseTree) {
        match tree {
            UseTree::Path(path) => self.aliases(&path.tree),
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.aliases(tree)),
            UseTree::Rename(rename) => {
                let meaning = Meaning::Alias(rename.ident.to_string());
                let name = rename.rename.to_string();
                self.finding.definitions.push(Definition { name, names: self.names.clone(), meaning });
            }
            UseTree::Name(_) | UseTree::Glob(_) => {}
        }
    }

    /// Where in the call a piece of its result stands; none if the definition
    /// has a part in its start or its end.
    fn given(&self, syntax: &impl ToTokens) -> Option<Range<usize>> {
        let given = self.finding.given.as_ref()?;
        let mut tokens = syntax.to_token_stream().into_iter();
        let first = tokens.next()?;
        let last = tokens.last().unwrap_or_else(|| first.clone());
        let [first, last] = [edge(&first, true), edge(&last, false)].map(|span| {
            given.anchor.join(span)?;
            Some(self.text.range(span)).filter(|range| given.range.start <= range.start && range.end <= given.range.end)
        });
        Some(first?.start..last?.end).filter(|range| !range.is_empty())
    }

    /// What a macro gives back more than once is counted once.
    fn is_new(&mut self, range: &Range<usize>) -> bool {
        self.finding.counted.insert(range.start)
    }
}

/// The span of a token, or of one end of it.
fn edge(token: &TokenTree, is_start: bool) -> Span {
    match token {
        TokenTree::Group(group) if is_start => group.span_open(),
        TokenTree::Group(group) => group.span_close(),
        other => other.span(),
    }
}

/// The module in which a macro's name is looked for.
pub(crate) fn scope(names: &[String], path: &syn::Path) -> Vec<String> {
    let mut scope = names.to_vec();
    let mut segments = path.segments.iter();
    segments.next_back();
    for segment in segments {
        match segment.ident.to_string().as_str() {
            "crate" => scope.clear(),
            "super" => drop(scope.pop()),
            "self" => {}
            name => scope.push(name.to_owned()),
        }
    }
    scope
}

/// As many as there are.
pub(crate) fn list<T: Parse>(input: ParseStream<'_>) -> syn::Result<Vec<T>> {
    let mut found = Vec::new();
    while !input.is_empty() {
        found.push(input.parse()?);
    }
    Ok(found)
}

fn attributes_of(item: &mut Item) -> Option<&mut Vec<Attribute>> {
    Some(match item {
        Item::Const(item) => &mut item.attrs,
        Item::Fn(item) => &mut item.attrs,
        Item::Impl(item) => &mut item.attrs,
        Item::Macro(item) => &mut item.attrs,
        Item::Mod(item) => &mut item.attrs,
        Item::Static(item) => &mut item.attrs,
        Item::Trait(item) => &mut item.attrs,
        Item::Use(item) => &mut item.attrs,
        _ => return None,
    })
}

fn method_attributes(item: &mut ImplItem) -> Option<&mut Vec<Attribute>> {
    Some(match item {
        ImplItem::Fn(item) => &mut item.attrs,
        ImplItem::Const(item) => &mut item.attrs,
        ImplItem::Macro(item) => &mut item.attrs,
        _ => return None,
    })
}

fn default_attributes(item: &mut TraitItem) -> Option<&mut Vec<Attribute>> {
    Some(match item {
        TraitItem::Fn(item) => &mut item.attrs,
        TraitItem::Const(item) => &mut item.attrs,
        TraitItem::Macro(item) => &mut item.attrs,
        _ => return None,
    })
}
