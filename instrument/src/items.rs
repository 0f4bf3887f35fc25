//! Items: which functions there are, and what is left out.

use crate::cutter::Cutter;
use crate::edits::Place;
use crate::syntax::compact;
use livecov_format::model::OmissionReason;
use quote::ToTokens;
use std::ops::Range;
use syn::spanned::Spanned;
use syn::visit::Visit;
use syn::{Attribute, Item, Meta, Signature};

impl Cutter<'_> {
    pub(crate) fn file_items(&mut self, file: &syn::File) {
        if let Some((reason, detail)) = self.left_out_by(&file.attrs) {
            let range = self.text.range_of(file);
            return self.omit(&range, reason, detail);
        }
        self.items(&file.items);
    }

    pub(crate) fn items(&mut self, items: &[Item]) {
        for item in items {
            self.item(item);
        }
    }

    /// Modules that a macro's body declares where it is called.
    pub(crate) fn declarations(&mut self, items: &[Item]) {
        for item in items {
            if matches!(item, Item::Mod(module) if module.content.is_none()) {
                self.item(item);
            }
        }
    }

    pub(crate) fn item(&mut self, item: &Item) {
        let attributes = attributes_of(item);
        if !self.counts(attributes, item) {
            return self.skip(item);
        }
        match item {
            Item::Fn(function) => {
                let start = self.text.range_of(&function.sig).start;
                self.function_item(&function.sig, &function.block, &function.attrs, start);
            }
            Item::Impl(block) => self.impl_block(block),
            Item::Trait(declaration) => self.trait_declaration(declaration),
            Item::Mod(module) => self.module(module),
            Item::Static(item) => self.constant(&item.ident, &item.expr),
            Item::Const(item) => self.constant(&item.ident, &item.expr),
            Item::Macro(item) => self.item_macro(item),
            _ => {}
        }
    }

    /// Whether what has these attributes is there and is to be counted.
    fn counts(&mut self, attributes: &[Attribute], item: &impl Spanned) -> bool {
        if attributes.is_empty() {
            return true;
        }
        if !self.keeps(attributes) {
            return false;
        }
        let reason = self.left_out_by(attributes);
        if let Some((reason, detail)) = reason {
            let range = self.text.range_of(item);
            self.omit(&range, reason, detail);
        }
        reason.is_none()
    }

    fn left_out_by(&self, attributes: &[Attribute]) -> Option<(OmissionReason, &'static str)> {
        if !self.rules.without_tests.keeps(attributes) {
            return Some((OmissionReason::Test, "cfg(test)"));
        }
        let active = self.rules.cfg.active(attributes);
        active.iter().find_map(|attribute| match attribute {
            Meta::List(list) if list.path.is_ident("coverage") && list.tokens.to_string() == "off" => {
                Some((OmissionReason::Attribute, "coverage(off)"))
            }
            Meta::Path(path) if path.is_ident("no_coverage") => Some((OmissionReason::Attribute, "no_coverage")),
            Meta::Path(path) if path.is_ident("naked") => Some((OmissionReason::Attribute, "naked")),
            Meta::List(list) if list.path.is_ident("unsafe") && list.tokens.to_string() == "naked" => {
                Some((OmissionReason::Attribute, "naked"))
            }
            Meta::Path(_) | Meta::List(_) if !self.rules.without_tests.has("test") && is_test(attribute) => {
                Some((OmissionReason::Test, "test function"))
            }
            _ => None,
        })
    }

    fn function_item(&mut self, sig: &Signature, block: &syn::Block, attributes: &[Attribute], start: usize) {
        let range = start..self.text.range_of(block).end;
        if sig.constness.is_some() && !self.rules.const_fn {
            return self.constant_function(&range, block);
        }
        self.names.push(sig.ident.to_string());
        let (name, place) = (self.names.join("::"), Place { is_const: sig.constness.is_some(), is_macro: false });
        self.function(name, range, place, |this| this.body(block, attributes, start));
        self.names.pop();
    }

    fn constant_function(&mut self, range: &Range<usize>, block: &syn::Block) {
        self.omit(range, OmissionReason::Constant, "const fn");
        self.outside(|this| this.visit_block(block));
    }

    fn impl_block(&mut self, block: &syn::ItemImpl) {
        let own = compact(block.self_ty.to_token_stream());
        let name = match &block.trait_ {
            Some((_, path, _)) => format!("<{own} as {}>", compact(path.to_token_stream())),
            None => own,
        };
        self.names.push(name);
        for item in &block.items {
            match item {
                syn::ImplItem::Fn(method) if self.counts(&method.attrs, method) => {
                    let start = self.text.range_of(&method.sig).start;
                    self.function_item(&method.sig, &method.block, &method.attrs, start);
                }
                syn::ImplItem::Const(item) if self.counts(&item.attrs, item) => self.constant(&item.ident, &item.expr),
                _ => {}
            }
        }
        self.names.pop();
    }

    fn trait_declaration(&mut self, declaration: &syn::ItemTrait) {
        self.names.push(declaration.ident.to_string());
        for item in &declaration.items {
            match item {
                syn::TraitItem::Fn(method) if self.counts(&method.attrs, method) => {
                    let Some(block) = &method.default else { continue };
                    let start = self.text.range_of(&method.sig).start;
                    self.function_item(&method.sig, block, &method.attrs, start);
                }
                syn::TraitItem::Const(item) if self.counts(&item.attrs, item) => {
                    if let Some((_, value)) = &item.default {
                        self.constant(&item.ident, value);
                    }
                }
                _ => {}
            }
        }
        self.names.pop();
    }

    /// Only closures in a constant's value run when the program does.
    pub(crate) fn constant(&mut self, name: &syn::Ident, value: &syn::Expr) {
        self.names.push(name.to_string());
        self.outside(|this| this.visit_expr(value));
        self.names.pop();
    }

    fn module(&mut self, module: &syn::ItemMod) {
        let name = module.ident.to_string();
        let name = name.strip_prefix("r#").unwrap_or(&name);
        let attributes = self.rules.cfg.active(&module.attrs);
        self.names.push(name.to_owned());
        match &module.content {
            Some((_, items)) => {
                let inside = self.place.inside(name, &attributes);
                let place = std::mem::replace(&mut self.place, inside);
                self.outside(|this| this.items(items));
                self.place = place;
            }
            None => {
                let candidates = self.place.candidates(name, &attributes);
                self.modules.push((self.names.clone(), candidates));
            }
        }
        self.names.pop();
    }
}

/// `#[test]`, `#[tokio::test]` and their like, and `#[bench]`.
fn is_test(attribute: &Meta) -> bool {
    attribute.path().segments.last().is_some_and(|segment| segment.ident == "test" || segment.ident == "bench")
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
        // Nothing that runs.
        _ => &[],
    }
}
