//! Attributes at the top of a crate that say something of the whole crate.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use std::str::FromStr;

/// Whether a crate with this root file may do without the standard library: it
/// has the attribute `no_std`, or has it under a condition. Text that cannot be
/// read counts as such a crate.
#[must_use]
pub fn may_lack_std(text: &str) -> bool {
    let text = text.trim_start_matches('\u{feff}');
    // What starts with `#!` is a line for the shell, unless it is an attribute.
    let is_script = text.strip_prefix("#!").is_some_and(|rest| !rest.trim_start().starts_with('['));
    let text = if is_script { text.split_once('\n').map_or("", |(_, rest)| rest) } else { text };
    let Ok(tokens) = TokenStream::from_str(text) else { return text.contains("no_std") };
    let mut tokens = tokens.into_iter();
    let is_mark =
        |token: Option<TokenTree>, mark| matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == mark);
    while is_mark(tokens.next(), '#') && is_mark(tokens.next(), '!') {
        let Some(TokenTree::Group(attribute)) = tokens.next() else { return false };
        if attribute.delimiter() != Delimiter::Bracket {
            return false;
        }
        if is_no_std(attribute.stream()) {
            return true;
        }
    }
    false
}

fn is_no_std(attribute: TokenStream) -> bool {
    let mut tokens = attribute.into_iter();
    match (tokens.next(), tokens.next()) {
        (Some(TokenTree::Ident(name)), None) => name == "no_std",
        (Some(TokenTree::Ident(name)), Some(TokenTree::Group(arguments))) if name == "cfg_attr" => {
            // The first argument is the condition.
            let arguments: Vec<TokenTree> = arguments.stream().into_iter().collect();
            let is_comma = |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ',');
            arguments.split(is_comma).skip(1).any(|argument| is_no_std(argument.iter().cloned().collect()))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_and_not_text() {
        for text in [
            "#![no_std]",
            "#!/bin/sh\n//! Doc.\n#![allow(x)]\n#! [ no_std ]\nfn main() {}",
            "#![cfg_attr(not(test), no_std, no_main)]",
            "#![cfg_attr(a, cfg_attr(b, no_main, no_std))]",
            "/* \"no_std */ #![no_std] fn f() { \" }",
        ] {
            assert!(may_lack_std(text), "{text}");
        }
        for text in [
            "",
            "fn main() {}",
            "const T: &str = r#\"\n#![no_std]\n\"#;",
            "// #![no_std]\n#![cfg_attr(no_std, allow(x))]",
            "#![doc = \"no_std\"]\nmod a { #![no_std] }",
            "#[no_std] fn f() {}",
        ] {
            assert!(!may_lack_std(text), "{text}");
        }
    }
}
