//! What has no units, and why.

use super::gather::{Version, text};
use super::model::{File, Omission};
use livecov_format::model::{OmissionReason, Span};
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, BTreeSet};

/// All omissions, but for those that another program has units for.
#[must_use]
pub fn collect(versions: &[Version], files: &[File]) -> Vec<Omission> {
    let by_path: FxHashMap<&str, &File> = files.iter().map(|file| (file.path.as_str(), file)).collect();
    let mut omissions = BTreeSet::new();
    for omission in versions.iter().flat_map(|version| &version.extension.omissions) {
        let path = text(&omission.path);
        let is_counted = by_path.get(path.as_str()).is_some_and(|file| has_units(file, &omission.span));
        if !is_counted {
            let detail = text(&omission.detail);
            omissions.insert(Omission { path, span: omission.span, reason: omission.reason, detail });
        }
    }
    omissions.into_iter().collect()
}

/// Whether a file has a unit in a span; in all of it, if that is zero.
fn has_units(file: &File, span: &Span) -> bool {
    let start = (span.start_line, span.start_col);
    let end = (span.end_line, span.end_col);
    let is_inside =
        |inner: &Span| (inner.start_line, inner.start_col) >= start && (inner.end_line, inner.end_col) <= end;
    if *span == Span::default() { !file.units.is_empty() } else { file.units.iter().any(|unit| is_inside(&unit.span)) }
}

/// A word for a reason.
#[must_use]
pub const fn reason_name(reason: OmissionReason) -> &'static str {
    match reason {
        OmissionReason::Attribute => "attribute",
        OmissionReason::Comment => "comment",
        OmissionReason::Test => "test",
        OmissionReason::Configured => "configured",
        OmissionReason::Unparsed => "unparsed",
        OmissionReason::Rejected => "rejected",
        OmissionReason::Macro => "macro",
        OmissionReason::Constant => "constant",
        OmissionReason::Unknown(_) => "unknown",
    }
}

/// What a reason means.
#[must_use]
pub const fn reason_text(reason: OmissionReason) -> &'static str {
    match reason {
        OmissionReason::Attribute => "marked so by an attribute",
        OmissionReason::Comment => "marked so by a comment",
        OmissionReason::Test => "test code",
        OmissionReason::Configured => "excluded by path or configuration",
        OmissionReason::Unparsed => "not understood by the parser",
        OmissionReason::Rejected => "does not compile when instrumented",
        OmissionReason::Macro => "inside a macro",
        OmissionReason::Constant => "evaluated by the compiler",
        OmissionReason::Unknown(_) => "for a reason that a later version knows",
    }
}

/// The line that says how much was left out; none if nothing was.
#[must_use]
pub fn summary(omissions: &[Omission]) -> Option<String> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for omission in omissions {
        *counts.entry(reason_name(omission.reason)).or_default() += 1;
    }
    let counts: Vec<String> = counts.iter().map(|(reason, count)| format!("{count} {reason}")).collect();
    let places = if omissions.len() == 1 { "place" } else { "places" };
    (!counts.is_empty()).then(|| format!("{} {places} left out: {}", omissions.len(), counts.join(", ")))
}
