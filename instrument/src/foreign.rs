//! Calls, in the place of items and of methods, of macros that the crate does
//! not define.
//!
//! What such a macro makes of its arguments is not known. If they read as
//! items they are taken for items that stand there, as with `paste!`; if the
//! compiler refuses their probes, the functions in the call lose them. Other
//! arguments are listed, if they have code.

use crate::arguments::is_code;
use crate::cutter::Cutter;
use crate::expansion::{Call, Position};
use livecov_format::model::OmissionReason;
use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use syn::Macro;

/// Whether this is `paste!`, in which `[<a _b>]` stands for a name.
pub(crate) fn is_paste(path: &syn::Path) -> bool {
    let mut names = path.segments.iter().rev().map(|segment| segment.ident.to_string());
    match names.next().as_deref() {
        Some("paste") => true,
        Some("item" | "expr") => names.next().as_deref() == Some("paste"),
        _ => false,
    }
}

impl Cutter<'_> {
    /// Takes the arguments of a call for what stands there.
    pub(crate) fn foreign(&mut self, call: &Call) {
        self.own(pasted(call.tokens.clone()), call);
    }

    /// Takes tokens for what a call comes to.
    pub(crate) fn own(&mut self, tokens: TokenStream, call: &Call) {
        if !self.expansion(tokens, call.position) {
            self.no_items(call);
        }
    }

    /// Lists the arguments of a call, if they have code.
    pub(crate) fn no_items(&mut self, call: &Call) {
        if has_functions(&call.tokens) {
            self.omit(&call.given.range, OmissionReason::Macro, &format!("arguments of {}!", call.name));
        }
    }

    /// A call in a definition, where it is not known which macro is meant.
    pub(crate) fn foreign_in_definition(&mut self, call: &Macro, position: Position) {
        let tokens = call.tokens.clone();
        if is_paste(&call.path) && self.defined(pasted(tokens.clone()), position) {
            return;
        }
        if has_functions(&tokens) {
            let name = crate::syntax::macro_name(&call.path);
            let range = self.text.range_of(&call.tokens);
            self.omit(&range, OmissionReason::Macro, &format!("arguments of {name}! in a macro"));
        }
    }

    /// Cuts what stands in a definition; false if it cannot be parsed.
    fn defined(&mut self, tokens: TokenStream, position: Position) -> bool {
        use crate::expanded::list;
        use syn::parse::Parser;
        match position {
            Position::Items => syn::parse2::<syn::File>(tokens).is_ok_and(|file| {
                self.items(&file.items);
                true
            }),
            Position::Methods => list::<syn::ImplItem>.parse2(tokens).is_ok_and(|items| {
                items.iter().for_each(|item| self.impl_item(item));
                true
            }),
            Position::Defaults => list::<syn::TraitItem>.parse2(tokens).is_ok_and(|items| {
                items.iter().for_each(|item| self.trait_item(item));
                true
            }),
        }
    }
}

/// Whether tokens have functions, or statements in braces.
fn has_functions(tokens: &TokenStream) -> bool {
    let mut is_function = false;
    tokens.clone().into_iter().any(|token| match token {
        TokenTree::Ident(word) => {
            is_function |= word == "fn";
            false
        }
        TokenTree::Punct(mark) => {
            is_function &= mark.as_char() != ';';
            false
        }
        TokenTree::Group(group) if group.stream().is_empty() => false,
        TokenTree::Group(group) => {
            let is_block = group.delimiter() == Delimiter::Brace;
            is_block && (is_function || is_code(group.stream())) || has_functions(&group.stream())
        }
        TokenTree::Literal(_) => false,
    })
}

/// Tokens with a name in the place of each `[<a _b>]`.
pub(crate) fn pasted(tokens: TokenStream) -> TokenStream {
    let convert = |token| match token {
        TokenTree::Group(group) => match name(&group) {
            Some(name) => TokenTree::Ident(name),
            None => {
                let mut new = Group::new(group.delimiter(), pasted(group.stream()));
                new.set_span(group.span());
                TokenTree::Group(new)
            }
        },
        other => other,
    };
    tokens.into_iter().map(convert).collect()
}

/// The name that `[<...>]` stands for, as far as that is known.
fn name(group: &Group) -> Option<Ident> {
    let tokens: Vec<TokenTree> = group.stream().into_iter().collect();
    let [first, parts @ .., last] = &tokens[..] else { return None };
    let is_mark = |token: &TokenTree, expected| matches!(token, TokenTree::Punct(mark) if mark.as_char() == expected);
    if group.delimiter() != Delimiter::Bracket || !is_mark(first, '<') || !is_mark(last, '>') {
        return None;
    }
    let mut name = String::new();
    let mut last = String::new();
    let mut is_modifier = false;
    for part in parts {
        let part = match part {
            TokenTree::Ident(word) => word.to_string(),
            TokenTree::Literal(text) => text.to_string(),
            TokenTree::Punct(mark) => {
                is_modifier |= mark.as_char() == ':';
                continue;
            }
            TokenTree::Group(group) => group.stream().to_string(),
        };
        if std::mem::take(&mut is_modifier) {
            last = modified(&last, &part);
            continue;
        }
        name.push_str(&std::mem::replace(&mut last, part));
    }
    name.push_str(&last);
    let name: String = name.trim_start_matches("r#").chars().filter(|letter| is_in_name(*letter)).collect();
    let is_name = name.starts_with(|letter: char| letter.is_alphabetic() || letter == '_');
    let name = if is_name && name != "_" { name.as_str() } else { "pasted" };
    let is_keyword = syn::parse_str::<Ident>(name).is_err();
    Some(if is_keyword { Ident::new_raw(name, group.span()) } else { Ident::new(name, group.span()) })
}

fn is_in_name(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

/// What a modifier makes of the part before it.
fn modified(part: &str, modifier: &str) -> String {
    match modifier {
        "lower" => part.to_lowercase(),
        "upper" => part.to_uppercase(),
        "snake" => {
            let mut snake = String::new();
            for letter in part.chars() {
                if letter.is_uppercase() && !snake.is_empty() && !snake.ends_with('_') {
                    snake.push('_');
                }
                snake.extend(letter.to_lowercase());
            }
            snake
        }
        "camel" => {
            let words = part.split('_').filter(|word| !word.is_empty());
            let capital = |word: &str| {
                let mut letters = word.chars();
                letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect::<String>()
            };
            words.map(capital).collect()
        }
        _ => part.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_pasted() {
        for (tokens, expected) in [
            ("fn [<a _b>]() {}", "fn a_b () { }"),
            ("[<set_ Name:snake _to>]", "set_name_to"),
            ("[<some_name:camel Error>] ([<X:lower 1 \"y\">])", "SomeNameError (x1y)"),
            ("[<r#type>]", "r#type"),
            ("[1 < 2] [<] []", "[1 < 2] [<] []"),
        ] {
            let found = pasted(tokens.parse().unwrap()).to_string();
            assert_eq!(found.replace(' ', ""), expected.replace(' ', ""), "{tokens}");
        }
    }

    #[test]
    fn arguments_with_code_are_told_from_others() {
        for (tokens, expected) in [
            ("fn f(x in 0..1) { g(x) }", true),
            ("describe \"x\" { it \"y\" { assert!(true); } }", true),
            ("struct Flags: u8 { const A = 1; }", false),
            ("users { id -> Integer, name -> Text, }", false),
            ("fn f(&self); struct S { a: u8 }", false),
            ("fn f() {}", false),
        ] {
            assert_eq!(has_functions(&tokens.parse().unwrap()), expected, "{tokens}");
        }
    }
}
