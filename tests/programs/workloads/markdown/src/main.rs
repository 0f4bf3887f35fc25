//! `pulldown-cmark`: a document with most of the syntax there is, to HTML.

use harness::{Random, sentence};
use pulldown_cmark::{Options, Parser, html};
use std::fmt::Write;

/// A paragraph with emphasis, code, links and escapes.
fn paragraph(random: &mut Random, into: &mut String) {
    for _ in 0..2 + random.below(5) {
        let words = 3 + random.below(6);
        let text = sentence(random, words);
        let _ = match random.below(7) {
            0 => write!(into, "*{text}* "),
            1 => write!(into, "**{text}** "),
            2 => write!(into, "`{text}` "),
            3 => write!(into, "[{text}](https://example.org/{} \"title\") ", random.below(1000)),
            4 => write!(into, "a &amp; b \\* <{text}> "),
            5 => write!(into, "~~{text}~~[^{}] ", random.below(4)),
            _ => writeln!(into, "{text}"),
        };
    }
    into.push_str("\n\n");
}

/// A list of two levels, some of it with boxes to tick.
fn list(random: &mut Random, into: &mut String) {
    for item in 0..2 + random.below(6) {
        let text = sentence(random, 4);
        let _ = match random.below(3) {
            0 => writeln!(into, "* {text}\n  1. inner {item}\n  2. *more*"),
            1 => writeln!(into, "* [x] {text}"),
            _ => writeln!(into, "* {text}"),
        };
    }
    into.push('\n');
}

fn table(random: &mut Random, into: &mut String) {
    into.push_str("| left | right |\n|:---|---:|\n");
    for row in 0..3 + random.below(5) {
        let _ = writeln!(into, "| {} | {row} |", sentence(random, 3));
    }
    into.push('\n');
}

fn document(random: &mut Random) -> String {
    let mut text = String::new();
    for section in 0..30 {
        let _ = writeln!(text, "{} {}\n", "#".repeat(1 + section % 4), sentence(random, 4));
        paragraph(random, &mut text);
        match random.below(5) {
            0 => list(random, &mut text),
            1 => table(random, &mut text),
            2 => drop(writeln!(text, "```rust\nfn f{section}() {{ /* {} */ }}\n```\n", sentence(random, 5))),
            3 => drop(writeln!(text, "> {}\n> {}\n", sentence(random, 5), sentence(random, 5))),
            _ => paragraph(random, &mut text),
        }
    }
    for note in 0..4 {
        let _ = writeln!(text, "[^{note}]: {}\n", sentence(random, 5));
    }
    text
}

fn main() {
    let mut random = Random::new(2);
    let documents: Vec<String> = (0..4).map(|_| document(&mut random)).collect();
    harness::measure(|iteration| {
        let source = &documents[iteration % documents.len()];
        let mut page = String::with_capacity(source.len() * 2);
        html::push_html(&mut page, Parser::new_ext(source, Options::all()));
        page
    });
}
