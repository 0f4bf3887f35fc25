//! One HTML file that needs nothing else.
//!
//! The page's script and style (`format/livecov/page`) stand in it as they are; a content policy lets nothing else run and
//! nothing be asked for. The data are in `script` elements that are no scripts, in an alphabet that cannot end one: the
//! [index] first, so that the page shows before the rest is read, with the [changes] if the report is held
//! against anything, then the [contents of files](body) in [chunks], and the runs that units refer to, if there are
//! several: number of names, names, number of sets, sizes of sets, members of all. Each is a [block of columns](columns),
//! compressed.
//!
//! The same project and sources give the same bytes.

pub mod body;
pub mod changes;
pub mod chunks;
pub mod columns;
pub mod index;
pub mod pack;

use crate::coverage::contexts::Contexts;
use crate::coverage::model::{Project, Totals};
use crate::coverage::source::Sources;
use crate::coverage::thresholds::percent;
use chunks::Chunks;
use columns::Block;
use pack::{pack, policy_hash};
use quick_xml::escape::escape;
use std::io::{self, Write};

/// The page's script, which `ci/page` makes.
pub const SCRIPT: &str = include_str!("../../../../page/dist/page.js");
/// The page's style.
pub const STYLE: &str = include_str!("../../../../page/dist/page.css");

/// The type of elements that have data: no browser runs it.
const DATA: &str = "application/octet-stream";
const ICON: &str = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Crect width='16' \
    height='16' rx='3' fill='%230b6bcb'/%3E%3Crect x='3' y='9' width='10' height='4' fill='%23fff'/%3E%3C/svg%3E";

/// Writes a report.
///
/// # Errors
///
/// Those of `out`.
pub fn write(project: &Project, sources: &Sources, out: &mut dyn Write) -> io::Result<()> {
    let chunks = chunks::encode(project, sources);
    write_head(project, out)?;
    write_without_script(&project.totals, out)?;
    write_index(project, &chunks, out)?;
    write_changes(project, out)?;
    writeln!(out, "<script>{SCRIPT}</script>")?;
    for (number, text) in chunks.texts.iter().enumerate() {
        writeln!(out, "<script type=\"{DATA}\" id=\"chunk{number}\">{text}</script>")?;
    }
    write_contexts(&project.contexts, out)?;
    writeln!(out, "</body>\n</html>")
}

/// The content policy: the script and the style of this page, and its icon.
fn policy() -> String {
    let (script, style) = (policy_hash(SCRIPT), policy_hash(STYLE));
    format!(
        "default-src 'none'; script-src {script}; style-src {style}; img-src data:; base-uri 'none'; \
        form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    )
}

fn write_head(project: &Project, out: &mut dyn Write) -> io::Result<()> {
    let title = title(project).replace(char::is_control, " ");
    let (policy, title) = (policy(), escape(title.as_str()));
    write!(
        out,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
        <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n\
        <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
        <meta name=\"generator\" content=\"livecov\">\n<meta name=\"referrer\" content=\"no-referrer\">\n\
        <title>{title}</title>\n<link rel=\"icon\" href=\"{ICON}\">\n<style>{STYLE}</style>\n</head>\n<body>\n"
    )
}

fn title(project: &Project) -> String {
    match project.packages.as_slice() {
        [] => "Coverage".into(),
        [only] => format!("{} · Coverage", only.path),
        [first, ..] => format!("{} and {} more · Coverage", first.path, project.packages.len() - 1),
    }
}

/// Without a script, there are still the sums.
fn write_without_script(totals: &Totals, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<noscript>\n<h1>Coverage</h1>\n<p>The rest of this page needs its script.</p>\n<ul>")?;
    let sums = [
        ("Lines", totals.lines),
        ("Units", totals.units),
        ("Functions", totals.functions),
        ("Branches", totals.branches),
    ];
    for (name, ratio) in sums {
        writeln!(out, "<li>{name}: {} ({} of {})</li>", percent(ratio), ratio.covered, ratio.total)?;
    }
    writeln!(out, "</ul>\n</noscript>")
}

fn write_index(project: &Project, chunks: &Chunks, out: &mut dyn Write) -> io::Result<()> {
    let index = index::encode(project, &chunks.flags, &chunks.file_counts)?;
    writeln!(out, "<script type=\"{DATA}\" id=\"index\">{}</script>", pack(index.bytes()))
}

fn write_contexts(contexts: &Contexts, out: &mut dyn Write) -> io::Result<()> {
    let Contexts { names, sets } = contexts;
    if names.is_empty() {
        return Ok(());
    }
    let mut block = Block::default();
    block.size(names.len());
    block.texts(names.iter().map(String::as_str));
    block.size(sets.len());
    block.column(sets.iter().map(|set| set.len() as u64));
    block.deltas(sets.iter().flatten().copied());
    writeln!(out, "<script type=\"{DATA}\" id=\"contexts\">{}</script>", pack(block.bytes()))
}

fn write_changes(project: &Project, out: &mut dyn Write) -> io::Result<()> {
    match changes::encode(project)? {
        Some(changes) => {
            writeln!(out, "<script type=\"{DATA}\" id=\"changes\">{}</script>", pack(changes.bytes()))
        }
        None => Ok(()),
    }
}
