//! Items: which functions there are, and what is left out.

use crate::cutter::Cutter;
use crate::edits::Place;
use crate::modules::{Candidates, whole_path};
use crate::syntax::compact;
use livecov_format::model::OmissionReason;
use proc_macro2::TokenTree;
use quote::ToTokens;
use std::ops::Range;
use syn::spanned::Spanned;
use syn::visit::Visit;
use syn::{Attribute, Item, Meta, Signature};

impl Cutter<'_> {
    pub(crate) fn file_items(&mut self, file: &syn::File) {
        if self.finding.is_left_out {
            return self.modules_in(&file.items);
        }
        if let Some((reason, detail)) = self.left_out_by(&file.attrs) {
            let range = self.text.range_of(file);
            self.omit(&range, reason, &detail);
            return self.modules_in(&file.items);
        }
        self.items(&file.items);
    }

    pub(crate) fn items(&mut self, items: &[Item]) {
        for item in items {
            self.item(item);
        }
    }

    /// Modules of what is left out: the compiler reads them all the same.
    fn modules_in(&mut self, items: &[Item]) {
        let was_left_out = std::mem::replace(&mut self.finding.is_left_out, true);
        for item in items {
            if let Item::Mod(module) = item
                && self.keeps(&module.attrs)
            {
                self.module(module, Self::modules_in);
            }
        }
        self.finding.is_left_out = was_left_out;
    }

    pub(crate) fn item(&mut self, item: &Item) {
        let attributes = attributes_of(item);
        if !self.counts(attributes, item) {
            if self.keeps(attributes) {
                self.modules_in(std::slice::from_ref(item));
            }
            return self.skip(item);
        }
        match item {
            Item::Fn(function) => {
                let start = self.text.range_of(&function.sig).start;
                self.function_item(&function.sig, &function.block, &function.attrs, start);
            }
            Item::Impl(block) => self.impl_block(block),
            Item::Trait(declaration) => self.trait_declaration(declaration),
            Item::Mod(module) => self.module(module, Self::items),
            Item::Static(item) => self.constant(&item.ident, &item.expr),
            Item::Const(item) => self.constant(&item.ident, &item.expr),
            Item::Macro(item) => self.item_macro(item),
            Item::Use(item) => self.aliases(&item.tree),
            _ => {}
        }
    }

    /// Whether what has these attributes is there and is to be counted.
    pub(crate) fn counts(&mut self, attributes: &[Attribute], item: &impl Spanned) -> bool {
        if attributes.is_empty() {
            return true;
        }
        if !self.keeps(attributes) {
            if self.rules.without_tools.keeps(attributes)
                && let Some((reason, detail)) = self.taken_away_by(attributes)
            {
                let range = self.text.range_of(item);
                self.omit(&range, reason, &detail);
            }
            return false;
        }
        let exclusion = self.left_out_by(attributes);
        if let Some((reason, detail)) = &exclusion {
            let range = self.text.range_of(item);
            self.omit(&range, *reason, detail);
        }
        exclusion.is_none()
    }

    /// The same of what a macro gives back; `given` is where it stands.
    pub(crate) fn counts_made(&mut self, attributes: &[Attribute], given: Option<&Range<usize>>, item: &Item) -> bool {
        let Some((reason, detail)) = self.left_out_by(attributes) else { return true };
        if let Some(range) = given {
            self.omit(range, reason, &detail);
        }
        self.modules_in(std::slice::from_ref(item));
        false
    }

    pub(crate) fn function_item(
        &mut self,
        sig: &Signature,
        block: &syn::Block,
        attributes: &[Attribute],
        start: usize,
    ) {
        let range = start..self.text.range_of(block).end;
        let is_const = sig.constness.is_some() || self.rules.cfg.active(attributes).iter().any(makes_const);
        if is_const && !self.rules.const_fn {
            return self.constant_function(&range, block);
        }
        self.names.push(sig.ident.to_string());
        let (name, place) = (self.names.join("::"), Place { is_const, is_macro: false });
        self.function(name, range, place, |this| this.body(block, attributes, start));
        self.names.pop();
    }

    fn constant_function(&mut self, range: &Range<usize>, block: &syn::Block) {
        self.omit(range, OmissionReason::Constant, "const fn");
        self.outside(|this| this.visit_block(block));
    }

    fn impl_block(&mut self, block: &syn::ItemImpl) {
        self.in_impl(block, |this| block.items.iter().for_each(|item| this.impl_item(item)));
    }

    /// Does `work` with the name of an `impl` block around it.
    pub(crate) fn in_impl(&mut self, block: &syn::ItemImpl, work: impl FnOnce(&mut Self)) {
        let own = compact(block.self_ty.to_token_stream());
        let name = match &block.trait_ {
            Some((_, path, _)) => format!("<{own} as {}>", compact(path.to_token_stream())),
            None => own,
        };
        self.names.push(name);
        work(self);
        self.names.pop();
    }

    pub(crate) fn impl_item(&mut self, item: &syn::ImplItem) {
        match item {
            syn::ImplItem::Fn(method) if self.counts(&method.attrs, method) => {
                let start = self.text.range_of(&method.sig).start;
                self.function_item(&method.sig, &method.block, &method.attrs, start);
            }
            syn::ImplItem::Const(item) if self.counts(&item.attrs, item) => self.constant(&item.ident, &item.expr),
            syn::ImplItem::Macro(item) if self.counts(&item.attrs, item) => self.method_macro(item),
            _ => {}
        }
    }

    fn trait_declaration(&mut self, declaration: &syn::ItemTrait) {
        self.in_trait(declaration, |this| declaration.items.iter().for_each(|item| this.trait_item(item)));
    }

    /// Does `work` with the name of a trait around it.
    pub(crate) fn in_trait(&mut self, declaration: &syn::ItemTrait, work: impl FnOnce(&mut Self)) {
        self.names.push(declaration.ident.to_string());
        work(self);
        self.names.pop();
    }

    pub(crate) fn trait_item(&mut self, item: &syn::TraitItem) {
        match item {
            syn::TraitItem::Fn(method) if self.counts(&method.attrs, method) => {
                let Some(block) = &method.default else { return };
                let start = self.text.range_of(&method.sig).start;
                self.function_item(&method.sig, block, &method.attrs, start);
            }
            syn::TraitItem::Const(item) if self.counts(&item.attrs, item) => {
                if let Some((_, value)) = &item.default {
                    self.constant(&item.ident, value);
                }
            }
            syn::TraitItem::Macro(item) if self.counts(&item.attrs, item) => self.default_macro(item),
            _ => {}
        }
    }

    /// Only closures in a constant's value run when the program does.
    pub(crate) fn constant(&mut self, name: &syn::Ident, value: &syn::Expr) {
        self.names.push(name.to_string());
        self.outside(|this| this.visit_expr(value));
        self.names.pop();
    }

    /// Does `work` with what a module has in its block; a file of its own is
    /// for later.
    pub(crate) fn module(&mut self, module: &syn::ItemMod, work: impl FnOnce(&mut Self, &[Item])) {
        let name = module.ident.to_string();
        let name = name.strip_prefix("r#").unwrap_or(&name);
        let attributes = self.rules.cfg.active(&module.attrs);
        self.names.push(name.to_owned());
        match &module.content {
            Some((_, items)) => {
                let inside = self.place.inside(name, &attributes);
                let place = std::mem::replace(&mut self.place, inside);
                self.outside(|this| work(this, items));
                self.place = place;
            }
            // In a definition it is not yet where it will be.
            None if self.in_macro => {}
            None => {
                let candidates = self.place.candidates(name, &attributes);
                match whole_path(&attributes) {
                    Some(value) if !self.finding.is_left_out => self.found_by_whole_path(module, value, candidates),
                    _ => self.found(self.names.clone(), candidates),
                }
            }
        }
        self.names.pop();
    }
}

impl Cutter<'_> {
    /// A module whose file the compiler would find without probes, if its
    /// path were left as it is.
    fn found_by_whole_path(&mut self, module: &syn::ItemMod, value: &syn::Expr, candidates: Candidates) {
        let Some(file) = candidates.first() else { return };
        let is_in_text = self.finding.given.as_ref().is_none_or(|given| given.anchor.join(value.span()).is_some());
        let range = if is_in_text { self.text.range_of(value) } else { 0..0 };
        // The call of a macro may come to it more than once.
        let is_led = self.finding.counted.contains(&range.start);
        if is_led || self.lead_to(&range, &file.path) {
            self.finding.counted.insert(range.start);
            return self.found(self.names.clone(), candidates);
        }
        self.finding.named.push(file.path.clone());
        let range = self.finding.given.as_ref().map_or_else(|| self.text.range_of(module), |given| given.range.clone());
        self.omit(&range, OmissionReason::Macro, "a module in a file named by its whole path");
    }
}

/// Whether an attribute may turn a function into a `const fn`, as
/// `#[rustversion::attr(since(1.64), const)]` does.
fn makes_const(attribute: &Meta) -> bool {
    let is_named_so = attribute.path().segments.last().is_some_and(|segment| segment.ident == "const_fn");
    let Meta::List(list) = attribute else { return is_named_so };
    is_named_so
        || list.tokens.clone().into_iter().any(|token| matches!(token, TokenTree::Ident(word) if word == "const"))
}

fn attributes_of(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        // Nothing that runs.
        _ => &[],
    }
}
