//! What the source itself excludes: by attributes, and by comments.
//!
//! Attributes are those of rustc and of other tools for coverage, also where
//! only such a tool would set the `cfg` option that they depend on. Comments
//! are `// livecov:off` and `// livecov:on`, and the markers of lcov and of
//! grcov: `LCOV_EXCL_LINE`, `GRCOV_EXCL_START` and so on.

use crate::cutter::Cutter;
use crate::syntax::compact;
use crate::text::Text;
use livecov_format::model::OmissionReason;
use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::ops::Range;
use syn::{Attribute, Meta};

/// `cfg` options that tools for coverage set: what they take away is excluded.
pub(crate) const TOOL_CFGS: [&str; 4] = ["coverage", "coverage_nightly", "tarpaulin", "tarpaulin_include"];

/// Why something is excluded.
pub(crate) type Exclusion = (OmissionReason, Cow<'static, str>);

impl Cutter<'_> {
    /// Why attributes exclude what has them, be it a test or marked so.
    pub(crate) fn left_out_by(&self, attributes: &[Attribute]) -> Option<Exclusion> {
        if !self.rules.without_tests.keeps(attributes) {
            return Some((OmissionReason::Test, "cfg(test)".into()));
        }
        let counts_tests = self.rules.without_tests.has("test");
        let is_test = |attribute: &Meta| !matches!(attribute, Meta::NameValue(_)) && is_test(attribute);
        let has_test = || self.rules.cfg.active(attributes).iter().any(is_test);
        self.marked_out_by(attributes)
            .or_else(|| (!counts_tests && has_test()).then(|| (OmissionReason::Test, "test function".into())))
    }

    /// Why attributes mark what has them as not to be instrumented.
    pub(crate) fn marked_out_by(&self, attributes: &[Attribute]) -> Option<Exclusion> {
        let because = |detail: Cow<'static, str>| Some((OmissionReason::Attribute, detail));
        let active = self.rules.cfg.active(attributes);
        if let Some(name) = active.iter().find_map(exclusion_name) {
            return because(name.into());
        }
        for attribute in attributes {
            let attribute = std::slice::from_ref(attribute);
            let [here, there] = [self.rules.cfg, self.rules.tools].map(|cfg| cfg.active(attribute));
            let is_taken_away = !self.rules.tools.keeps(attribute);
            let is_skipped = here.is_empty() && there.iter().any(is_skip);
            if is_taken_away || is_skipped {
                return because(compact(attribute.first()?.meta.to_token_stream()).into());
            }
            if let Some(name) = there.iter().find_map(exclusion_name) {
                return because(name.into());
            }
        }
        None
    }

    /// Why what has these attributes is not there, as an option for tools is set.
    pub(crate) fn taken_away_by(&self, attributes: &[Attribute]) -> Option<Exclusion> {
        let mut attributes = attributes.iter();
        let attribute = attributes.find(|attribute| !self.rules.cfg.keeps(std::slice::from_ref(attribute)))?;
        Some((OmissionReason::Attribute, compact(attribute.meta.to_token_stream()).into()))
    }

    /// Whether attributes mark a part of a function as not to be
    /// instrumented; if so, that is noted.
    pub(crate) fn is_marked_out(&mut self, attributes: &[Attribute], syntax: &impl syn::spanned::Spanned) -> bool {
        let Some((reason, detail)) = (if attributes.is_empty() { None } else { self.marked_out_by(attributes) }) else {
            return false;
        };
        let range = self.text.range_of(syntax);
        self.omit(&range, reason, &detail);
        self.skipped.push(range);
        true
    }
}

/// The name of an attribute that excludes what has it.
fn exclusion_name(attribute: &Meta) -> Option<&'static str> {
    match attribute {
        Meta::List(list) if list.path.is_ident("coverage") && list.tokens.to_string() == "off" => Some("coverage(off)"),
        Meta::Path(path) if path.is_ident("no_coverage") => Some("no_coverage"),
        Meta::Path(path) if path.is_ident("naked") => Some("naked"),
        Meta::List(list) if list.path.is_ident("unsafe") && list.tokens.to_string() == "naked" => Some("naked"),
        Meta::Path(path) if is_path(path, "tarpaulin", "skip") => Some("tarpaulin::skip"),
        _ => None,
    }
}

fn is_path(path: &syn::Path, first: &str, second: &str) -> bool {
    path.segments.len() == 2 && path.segments[0].ident == first && path.segments[1].ident == second
}

/// `cfg_attr(tarpaulin, skip)`, and `ignore`, which some write for it.
fn is_skip(attribute: &Meta) -> bool {
    matches!(attribute, Meta::Path(path) if path.is_ident("skip") || path.is_ident("ignore"))
}

/// `#[test]`, `#[tokio::test]` and their like, and `#[bench]`.
fn is_test(attribute: &Meta) -> bool {
    let names = ["test", "bench", "rstest", "test_case", "wasm_bindgen_test", "quickcheck"];
    attribute.path().segments.last().is_some_and(|segment| names.iter().any(|name| segment.ident == name))
}

/// A stretch of a file that comments exclude.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Region {
    pub(crate) range: Range<usize>,
    /// The comment that says so.
    pub(crate) marker: String,
    /// Whether branches are excluded, and not lines.
    pub(crate) is_of_branches: bool,
}

/// What comments say.
#[derive(Debug, Default)]
pub(crate) struct Regions {
    pub(crate) regions: Vec<Region>,
    /// Offset and text.
    pub(crate) warnings: Vec<(usize, String)>,
}

enum Mark {
    Line,
    Start,
    Stop,
}

/// The stretches of a file that comments exclude. `tokens` are those of the
/// file: a marker in one of them is no comment.
pub(crate) fn regions(text: &Text, tokens: &TokenStream) -> Regions {
    let mut found = Regions::default();
    let source = text.as_str();
    if !source.contains("_EXCL_") && !source.contains("livecov:o") {
        return found;
    }
    // By the name of the pair: where it started, and with which word.
    let mut open: BTreeMap<String, (usize, String)> = BTreeMap::new();
    let mut at = 0;
    for line in source.split_inclusive('\n') {
        let range = at..at + line.len();
        at = range.end;
        for (column, word) in words(line) {
            // In a comment there may be a colon after it.
            let word = word.trim_end_matches(':');
            let Some((pair, mark)) = marker(line, column, word) else { continue };
            let offset = range.start + column;
            if is_in_token(text, tokens, offset) {
                continue;
            }
            let is_of_branches = pair.ends_with("BR_");
            let region = |range, marker: String| Region { range, marker, is_of_branches };
            match mark {
                Mark::Line => found.regions.push(region(range.clone(), word.to_owned())),
                Mark::Start => match open.entry(pair) {
                    Entry::Occupied(_) => {
                        found.warnings.push((offset, format!("{word} again, before the region before it ended")));
                    }
                    Entry::Vacant(place) => drop(place.insert((range.start, word.to_owned()))),
                },
                Mark::Stop => match open.remove(&pair) {
                    Some((start, marker)) => found.regions.push(region(start..range.start, marker)),
                    None => found.warnings.push((offset, format!("{word} ends nothing: no region was started"))),
                },
            }
        }
    }
    for (pair, (start, marker)) in open {
        // Off until the end is what somebody may want to say of a whole file.
        if pair != LIVECOV {
            found.warnings.push((start, format!("{marker} is never ended: the rest of the file is excluded")));
        }
        let is_of_branches = pair.ends_with("BR_");
        found.regions.push(Region { range: start..source.len(), marker, is_of_branches });
    }
    found.regions.sort_by_key(|region| region.range.start);
    found.regions.dedup_by(|next, before| next.range == before.range && next.is_of_branches == before.is_of_branches);
    found
}

const LIVECOV: &str = "livecov";

/// The words of a line, each with its column.
fn words(line: &str) -> impl Iterator<Item = (usize, &str)> {
    let is_part = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | ':');
    let mut rest = 0;
    line.split(move |letter| !is_part(letter)).map(move |word| {
        let column = rest;
        rest +=
            word.len() + line.get(column + word.len()..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        (column, word)
    })
}

/// What a word is a marker of: the name of its pair, and which part.
fn marker(line: &str, column: usize, word: &str) -> Option<(String, Mark)> {
    if let Some(switch) = word.strip_prefix("livecov:") {
        let is_alone = line.get(..column).is_some_and(|before| before.trim_end().ends_with("//"))
            && line.get(column + word.len()..).is_some_and(|after| after.trim().is_empty());
        let mark = match switch {
            "off" => Mark::Start,
            "on" => Mark::Stop,
            _ => return None,
        };
        return is_alone.then(|| (LIVECOV.to_owned(), mark));
    }
    let (tool, rest) = word.split_once("_EXCL_")?;
    if !["LCOV", "GCOV", "GCOVR", "GRCOV"].contains(&tool) {
        return None;
    }
    let (branches, mark) = match rest.strip_prefix("BR_") {
        Some(mark) => ("BR_", mark),
        None => ("", rest),
    };
    let mark = match mark {
        "LINE" => Mark::Line,
        "START" => Mark::Start,
        "STOP" => Mark::Stop,
        _ => return None,
    };
    Some((format!("{tool}_{branches}"), mark))
}

/// Whether an offset lies in a token: in a text, or in documentation.
fn is_in_token(text: &Text, tokens: &TokenStream, offset: usize) -> bool {
    tokens.clone().into_iter().any(|token| {
        let is_inside = text.range(token.span()).contains(&offset);
        is_inside
            && match token {
                TokenTree::Group(group) => {
                    // Documentation is a group that is a comment as a whole.
                    text.is_comment(text.range(group.span()).start) || is_in_token(text, &group.stream(), offset)
                }
                _ => true,
            }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(source: &str) -> (Vec<String>, Vec<String>) {
        let text = Text::new(source.to_owned());
        let tokens = text.code().parse().unwrap();
        let Regions { regions, warnings } = regions(&text, &tokens);
        let lines = regions.iter().map(|region| {
            let [first, behind] = [region.range.start, region.range.end].map(|offset| text.position(offset).0);
            format!("{first}-{behind} {}{}", region.marker, if region.is_of_branches { " branches" } else { "" })
        });
        let warnings = warnings.iter().map(|(offset, text_of)| format!("{}: {text_of}", text.position(*offset).0));
        (lines.collect(), warnings.collect())
    }

    #[test]
    fn comments_exclude_lines_and_regions() {
        let source = "a // LCOV_EXCL_LINE\n/* GRCOV_EXCL_START: why */\nb\n\
                      // GRCOV_EXCL_STOP\nc // é GCOVR_EXCL_BR_LINE, LCOV_EXCL_LINE\n// livecov:off\nd\n";
        let regions = [
            "1-2 LCOV_EXCL_LINE",
            "2-4 GRCOV_EXCL_START",
            "5-6 GCOVR_EXCL_BR_LINE branches",
            "5-6 LCOV_EXCL_LINE",
            "6-8 livecov:off",
        ];
        assert_eq!(found(source), (regions.map(str::to_owned).to_vec(), Vec::new()));
    }

    #[test]
    fn texts_and_documentation_exclude_nothing() {
        let source = "a(\"LCOV_EXCL_LINE\");\nlet LCOV_EXCL_LINE = r#\"// livecov:off\n\"#;\n/// LCOV_EXCL_START\nfn f() {\n\
                      //! // LCOV_EXCL_STOP\n}\nXLCOV_EXCL_LINE // LCOV_EXCL_LINES, _LCOV_EXCL_LINE, about livecov:off\n";
        assert_eq!(found(source), (Vec::new(), Vec::new()));
    }

    #[test]
    fn what_is_not_matched_is_a_warning() {
        let source = "// LCOV_EXCL_STOP\n// LCOV_EXCL_START\n// GRCOV_EXCL_STOP\n// LCOV_EXCL_START\nx // livecov:on\n";
        let warnings = [
            "1: LCOV_EXCL_STOP ends nothing: no region was started",
            "3: GRCOV_EXCL_STOP ends nothing: no region was started",
            "4: LCOV_EXCL_START again, before the region before it ended",
            "5: livecov:on ends nothing: no region was started",
            "2: LCOV_EXCL_START is never ended: the rest of the file is excluded",
        ];
        assert_eq!(found(source), (vec!["2-6 LCOV_EXCL_START".to_owned()], warnings.map(str::to_owned).to_vec()));
    }

    #[test]
    fn exclusions_are_listed_and_what_has_no_effect_is_reported() {
        let source = "fn a() {\n    f(); // LCOV_EXCL_LINE\n    g();\n}\n// livecov:off\n// livecov:on\n#[coverage(off)]\n\
                      mod t {\n    fn b() { f() } // LCOV_EXCL_LINE\n}\n// LCOV_EXCL_STOP\n";
        let done = crate::testing::instrumented(&[("lib.rs", source)]);
        assert_eq!(crate::testing::exclusions(&done), ["2: Comment LCOV_EXCL_LINE", "7: Attribute coverage(off)"]);
        let said: Vec<_> = done.diagnostics.iter().map(|said| (said.line, said.message.as_str())).collect();
        assert_eq!(said, [(11, "LCOV_EXCL_STOP ends nothing: no region was started")]);
    }
}
