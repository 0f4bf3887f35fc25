//! Attributes that need an unstable feature and mean nothing to this build.
//!
//! `#[cfg_attr(coverage, coverage(off))]` is active wherever the option
//! `coverage` is set, which it is for instrumented crates. The stable compiler
//! rejects the attribute then. It is about the counters of LLVM, so it is put
//! under a condition that never holds:
//!
//! ```text
//! #[cfg_attr(coverage, cfg_attr(any(), coverage(off)))]
//! ```
//!
//! A comment in its place would be shorter, but an argument of a macro must
//! stay an attribute. What the attribute excludes is read from the original.
//! The feature is left alone where the compiler takes it: attributes that other
//! crates' macros make may need it.

use crate::cfg::Cfg;
use crate::edits::{Edits, Piece};
use crate::text::Text;
use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

/// Options that other tools set for attributes of this kind.
const OPTIONS: [&str; 2] = ["coverage", "coverage_nightly"];

/// Whether `cfg` makes such attributes active.
pub(crate) fn are_needed(cfg: &Cfg) -> bool {
    OPTIONS.iter().any(|name| cfg.has(name))
}

/// What makes these attributes of a file inactive.
pub(crate) fn blanks(text: &Text, tokens: &TokenStream, cfg: &Cfg) -> Edits {
    let mut edits = Edits::default();
    if are_needed(cfg) && text.as_str().contains("coverage") {
        Scan { text, cfg, edits: &mut edits }.tokens(tokens.clone());
    }
    edits
}

struct Scan<'a> {
    text: &'a Text,
    cfg: &'a Cfg,
    edits: &'a mut Edits,
}

impl Scan<'_> {
    /// Looks for attributes anywhere, arguments and bodies of macros included.
    fn tokens(&mut self, tokens: TokenStream) {
        let mut is_attribute = false;
        for token in tokens {
            match token {
                TokenTree::Group(group) => {
                    let condition = (is_attribute && group.delimiter() == Delimiter::Bracket)
                        .then(|| conditional(&group.stream().into_iter().collect::<Vec<_>>()));
                    match condition.flatten() {
                        Some(arguments) => self.conditional(&arguments, false),
                        None => self.tokens(group.stream()),
                    }
                    is_attribute = false;
                }
                TokenTree::Punct(mark) => {
                    is_attribute = mark.as_char() == '#' || (is_attribute && mark.as_char() == '!');
                }
                _ => is_attribute = false,
            }
        }
    }

    /// The arguments of a `cfg_attr`.
    fn conditional(&mut self, arguments: &Group, is_in_one: bool) {
        let tokens: Vec<TokenTree> = arguments.stream().into_iter().collect();
        let is_comma = |token: &TokenTree| matches!(token, TokenTree::Punct(mark) if mark.as_char() == ',');
        let mut arguments = tokens.split(is_comma);
        let condition: TokenStream = arguments.next().unwrap_or_default().iter().cloned().collect();
        let is_ours = is_in_one || OPTIONS.iter().any(|name| self.cfg.has(name) && mentions(&condition, name));
        for argument in arguments {
            if let Some(inner) = conditional(argument) {
                self.conditional(&inner, is_ours);
            } else if is_ours && self.is_unstable(argument) {
                self.blank(argument);
            }
        }
    }

    fn is_unstable(&self, attribute: &[TokenTree]) -> bool {
        match attribute {
            [TokenTree::Ident(name)] => name == "no_coverage",
            [TokenTree::Ident(name), TokenTree::Group(_)] if name == "coverage" => true,
            [TokenTree::Ident(name), TokenTree::Group(features)] if name == "feature" => {
                let is_ours = |name| mentions(&features.stream(), name);
                !self.cfg.has("coverage_nightly") && (is_ours("coverage_attribute") || is_ours("no_coverage"))
            }
            _ => false,
        }
    }

    fn blank(&mut self, attribute: &[TokenTree]) {
        let (Some(first), Some(last)) = (attribute.first(), attribute.last()) else { return };
        self.edits.insert(self.text.range(first.span()).start, Piece::Verbatim("cfg_attr(any(),".to_owned()));
        self.edits.insert(self.text.range(last.span()).end, Piece::Verbatim(")".to_owned()));
    }
}

/// The arguments, if this is `cfg_attr(...)`.
fn conditional(attribute: &[TokenTree]) -> Option<Group> {
    match attribute {
        [TokenTree::Ident(name), TokenTree::Group(arguments)] if name == "cfg_attr" => Some(arguments.clone()),
        _ => None,
    }
}

fn mentions(tokens: &TokenStream, name: &str) -> bool {
    tokens.clone().into_iter().any(|token| match token {
        TokenTree::Group(group) => mentions(&group.stream(), name),
        TokenTree::Ident(found) => found == name,
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blanked(source: &str, options: &[&str]) -> String {
        let text = Text::new(source.to_owned());
        let tokens = text.code().parse().unwrap();
        let mut cfg = Cfg::default();
        options.iter().for_each(|name| cfg.set(name));
        blanks(&text, &tokens, &cfg).apply(text.as_str(), &|_| None)
    }

    #[test]
    fn active_attributes_are_put_under_a_condition() {
        let never = |source: &str| source.replace('<', "cfg_attr(any(),").replace('>', ")");
        for source in [
            "#[cfg_attr(coverage, <coverage(off)>)] fn f() {}",
            "#![cfg_attr(coverage, <feature(coverage_attribute)>, allow(x))]",
            "mod a { #[cfg_attr(all(unix, coverage), inline, <coverage(off)>,)]\nfn f() {} }",
            "#[cfg_attr(coverage, <no_coverage>)] #[coverage(off)] fn f() {}",
            "#[cfg_attr(unix, cfg_attr(not(not(coverage)), <coverage(off)>))] fn f() {}",
            "#[cfg_attr(coverage, cfg_attr(unix, <coverage(off)>))] fn f() {}",
            "macro_rules! m { ($i:item) => { #[cfg_attr(coverage, <coverage(off)>)] $i } }",
            "m! { é #[cfg_attr(coverage, <coverage(on)>)] struct S; }",
        ] {
            let plain = source.replace(['<', '>'], "");
            let expected = never(&source.replace("=>", "=\0")).replace('\0', ">");
            assert_eq!(blanked(&plain.replace("= {", "=> {"), &["coverage"]), expected, "{source}");
        }
    }

    #[test]
    fn others_stay() {
        for source in [
            "#[coverage(off)] fn f() {}",
            "#[cfg_attr(coverage_nightly, coverage(off))] fn f() {}",
            "#[cfg_attr(coverage, inline)] #[cfg(coverage)] #[doc = \"coverage\"] fn f() { coverage(off); }",
            "fn f() { let s = \"#[cfg_attr(coverage, coverage(off))]\"; } // #[cfg_attr(coverage, coverage(off))]",
        ] {
            assert_eq!(blanked(source, &["coverage"]), source);
        }
        let nightly = "#![cfg_attr(coverage_nightly, feature(coverage_attribute))] #[cfg_attr(coverage_nightly, coverage(off))] fn f() {}";
        assert_eq!(blanked(nightly, &[]), nightly);
        let expected = nightly.replace(" coverage(off)", " cfg_attr(any(),coverage(off))");
        assert_eq!(blanked(nightly, &["coverage", "coverage_nightly"]), expected);
    }
}
