//! Which `cfg` options are set, and what predicates over them come to.

use std::collections::HashSet;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Attribute, Lit, Meta, Token};

/// The `cfg` options that one call of rustc sees.
#[derive(Clone, Debug, Default)]
pub struct Cfg {
    names: HashSet<String>,
    pairs: HashSet<(String, String)>,
}

/// An option that is neither `name` nor `name="value"`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a cfg option")]
pub struct CfgError(String);

impl Cfg {
    /// Adds an option as `--cfg` takes it and `--print cfg` gives it.
    ///
    /// # Errors
    ///
    /// [`CfgError`] with the option.
    pub fn add(&mut self, option: &str) -> Result<(), CfgError> {
        let meta: Meta = syn::parse_str(option.trim()).map_err(|_| CfgError(option.to_owned()))?;
        match meta {
            Meta::Path(path) => self.names.extend(path.get_ident().map(name_of)),
            Meta::NameValue(pair) => {
                let name = pair.path.get_ident().map(name_of);
                let value = string(&pair.value).ok_or_else(|| CfgError(option.to_owned()))?;
                self.pairs.extend(name.map(|name| (name, value)));
            }
            Meta::List(_) => return Err(CfgError(option.to_owned())),
        }
        Ok(())
    }

    /// Whether `name="value"` is set.
    #[must_use]
    pub fn has_value(&self, name: &str, value: &str) -> bool {
        self.pairs.contains(&(name.to_owned(), value.to_owned()))
    }

    /// Sets an option without value.
    pub(crate) fn set(&mut self, name: &str) {
        self.names.insert(name.to_owned());
    }

    /// Takes an option without value away.
    pub fn remove(&mut self, name: &str) {
        self.names.remove(name);
    }

    /// Whether `name` is set.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    /// Whether the item, statement or whatever with these attributes is there.
    /// `cfg_attr` is looked into. What is not understood counts as set.
    #[must_use]
    pub fn keeps(&self, attributes: &[Attribute]) -> bool {
        self.active(attributes).iter().all(|meta| match meta {
            Meta::List(list) if list.path.is_ident("cfg") => self.predicate(&list.tokens),
            _ => true,
        })
    }

    /// The attributes that hold, those in `cfg_attr` included.
    #[must_use]
    pub fn active(&self, attributes: &[Attribute]) -> Vec<Meta> {
        let mut active = Vec::new();
        for attribute in attributes {
            self.expand(&attribute.meta, &mut active);
        }
        active
    }

    fn expand(&self, meta: &Meta, active: &mut Vec<Meta>) {
        let Meta::List(list) = meta else { return active.push(meta.clone()) };
        if !list.path.is_ident("cfg_attr") {
            return active.push(meta.clone());
        }
        let Ok(CfgAttr { predicate, attributes }) = list.parse_args() else { return };
        if self.holds(&predicate) {
            for attribute in attributes {
                self.expand(&attribute, active);
            }
        }
    }

    fn predicate(&self, tokens: &proc_macro2::TokenStream) -> bool {
        syn::parse2::<Single>(tokens.clone()).map_or(true, |single| self.holds(&single.0))
    }

    /// Whether a predicate holds.
    #[must_use]
    pub fn holds(&self, predicate: &Predicate) -> bool {
        match predicate {
            Predicate::Literal(value) => *value,
            Predicate::Name(name) => self.names.contains(name),
            Predicate::Pair(name, value) => self.pairs.contains(&(name.clone(), value.clone())),
            Predicate::Not(inner) => !self.holds(inner),
            Predicate::All(parts) => parts.iter().all(|part| self.holds(part)),
            Predicate::Any(parts) => parts.iter().any(|part| self.holds(part)),
            Predicate::Unknown => true,
        }
    }
}

/// A condition over `cfg` options.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Predicate {
    /// `true` or `false`.
    Literal(bool),
    /// An option without value.
    Name(String),
    /// An option with a value.
    Pair(String, String),
    /// Holds if the other does not.
    Not(Box<Predicate>),
    /// Holds if all do.
    All(Vec<Predicate>),
    /// Holds if any does.
    Any(Vec<Predicate>),
    /// Something that this version does not know.
    Unknown,
}

impl Parse for Predicate {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if input.peek(syn::LitBool) {
            return Ok(Self::Literal(input.parse::<syn::LitBool>()?.value));
        }
        let path = syn::Path::parse_mod_style(input)?;
        let Some(name) = path.get_ident().map(name_of) else {
            input.parse::<proc_macro2::TokenStream>()?;
            return Ok(Self::Unknown);
        };
        // An arm of `cfg_select!` goes on with `=>`.
        if input.peek(Token![=]) && !input.peek(Token![=>]) {
            input.parse::<Token![=]>()?;
            return Ok(match input.parse::<Lit>()? {
                Lit::Str(value) => Self::Pair(name, value.value()),
                _ => Self::Unknown,
            });
        }
        if !input.peek(syn::token::Paren) {
            return Ok(Self::Name(name));
        }
        let inside;
        syn::parenthesized!(inside in input);
        let parts: Vec<Self> = Punctuated::<Self, Token![,]>::parse_terminated(&inside)?.into_iter().collect();
        Ok(match (name.as_str(), parts.first()) {
            ("not", Some(inner)) => Self::Not(Box::new(inner.clone())),
            ("all", _) => Self::All(parts),
            ("any", _) => Self::Any(parts),
            _ => Self::Unknown,
        })
    }
}

/// A predicate with an optional comma behind it.
struct Single(Predicate);

impl Parse for Single {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let predicate = input.parse()?;
        if input.peek(Token![,]) {
            input.parse::<Token![,]>()?;
        }
        Ok(Self(predicate))
    }
}

/// What stands in `cfg_attr(...)`.
struct CfgAttr {
    predicate: Predicate,
    attributes: Vec<Meta>,
}

impl Parse for CfgAttr {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let predicate = input.parse()?;
        let mut attributes = Vec::new();
        while !input.is_empty() {
            input.parse::<Token![,]>()?;
            if input.is_empty() {
                break;
            }
            // `unsafe(...)` around attributes of edition 2024.
            if input.peek(Token![unsafe]) {
                input.parse::<Token![unsafe]>()?;
                let inside;
                syn::parenthesized!(inside in input);
                attributes.push(inside.parse()?);
            } else {
                attributes.push(input.parse()?);
            }
        }
        Ok(Self { predicate, attributes })
    }
}

fn name_of(ident: &syn::Ident) -> String {
    let name = ident.to_string();
    name.strip_prefix("r#").map_or(name.clone(), str::to_owned)
}

/// The value of a string literal.
pub(crate) fn string(expr: &syn::Expr) -> Option<String> {
    match expr {
        syn::Expr::Lit(syn::ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keeps(cfg: &Cfg, item: &str) -> bool {
        let item: syn::ItemFn = syn::parse_str(&format!("{item} fn f() {{}}")).unwrap();
        cfg.keeps(&item.attrs)
    }

    #[test]
    fn predicates_are_evaluated_as_the_compiler_does() {
        let mut cfg = Cfg::default();
        for option in ["unix", "feature=\"a\"", "feature = \"b\"", "target_os=\"linux\"", "r#async"] {
            cfg.add(option).unwrap();
        }
        for item in [
            "",
            "#[cfg(unix)]",
            "#[cfg(all())]",
            "#[cfg(true)]",
            "#[cfg(not(windows))]",
            "#[cfg(any(windows, feature = \"b\",),)]",
            "#[cfg(all(unix, not(any(test, windows))))]",
            "#[cfg_attr(windows, cfg(test))]",
            "#[cfg_attr(unix, cfg(unix), inline)]",
            "#[cfg_attr(unix, unsafe(no_mangle))]",
            "#[cfg(r#async)]",
            "#[cfg(version(\"1.80\"))]",
        ] {
            assert!(keeps(&cfg, item), "{item}");
        }
        for item in [
            "#[cfg(windows)]",
            "#[cfg(any())]",
            "#[cfg(false)]",
            "#[cfg(feature = \"c\")]",
            "#[cfg(feature)]",
            "#[cfg(unix)] #[cfg(not(unix))]",
            "#[cfg_attr(unix, cfg_attr(unix, cfg(test)))]",
            "#[cfg_attr(all(unix, feature = \"a\"), inline, cfg(windows))]",
        ] {
            assert!(!keeps(&cfg, item), "{item}");
        }
        for option in ["", "a b", "a(b)", "a=1"] {
            assert!(cfg.add(option).is_err(), "{option}");
        }
    }
}
