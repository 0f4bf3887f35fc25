//! Parses files, also if some of their items are not known to the parser.

use proc_macro2::{Delimiter, TokenTree};
use syn::parse::discouraged::Speculative;
use syn::parse::{Parse, ParseStream};

/// A file, as far as it can be parsed.
pub(crate) struct Tolerant {
    pub(crate) attrs: Vec<syn::Attribute>,
    pub(crate) items: Vec<syn::Item>,
    pub(crate) failures: Vec<syn::Error>,
}

impl Parse for Tolerant {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attrs = input.call(syn::Attribute::parse_inner)?;
        let (mut items, mut failures) = (Vec::new(), Vec::new());
        while !input.is_empty() {
            let ahead = input.fork();
            match ahead.parse() {
                Ok(item) => {
                    input.advance_to(&ahead);
                    items.push(item);
                }
                // What ends without a block, such as a type of an older
                // edition, has no code that could be missed.
                Err(error) if skip_item(input)? => failures.push(error),
                Err(_) => {}
            }
        }
        Ok(Self { attrs, items, failures })
    }
}

/// Goes to where an item of whatever kind ends: behind `;` or a block. Whether
/// it was a block.
fn skip_item(input: ParseStream<'_>) -> syn::Result<bool> {
    while !input.is_empty() {
        let token: TokenTree = input.parse()?;
        match &token {
            TokenTree::Punct(mark) if mark.as_char() == ';' => return Ok(false),
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => return Ok(true),
            _ => {}
        }
    }
    Ok(false)
}
