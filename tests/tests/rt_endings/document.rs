//! Holds the table of `docs/ENDINGS.md` against what is observed.

use super::llvm;
use super::ways::{self, WAYS, Way};
use livecov_tests::paths::repo_root;
use livecov_tests::rust::Mode;

/// The cells of the rows between the table's markers.
fn rows() -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(repo_root().join("docs/ENDINGS.md")).unwrap();
    let (_, rest) = text.split_once("<!-- endings -->\n").expect("the table's start");
    let (table, _) = rest.split_once("<!-- end of endings -->").expect("the table's end");
    let cells = |line: &str| line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect();
    table.lines().skip(2).map(cells).collect()
}

fn word(is_kept: bool) -> &'static str {
    if is_kept { "kept" } else { "lost" }
}

/// Each way with the cells that it should have, Go's left out.
fn observed(way: Way) -> Vec<String> {
    let ours = [false, true].map(|is_armed| word(ways::is_kept(Mode::Atomic, way, is_armed)));
    // LLVM's runtime has no call that the plain program makes: there is no dump for it.
    let theirs = [false, true].map(|is_continuous| match way.argument {
        "dump-then-kill" => "—",
        _ => word(llvm::is_kept(way, is_continuous)),
    });
    [way.name].into_iter().chain(ours).chain(theirs).map(str::to_owned).collect()
}

#[test]
fn the_table_is_what_is_observed() {
    let rows = rows();
    let mut wrong = Vec::new();
    for (number, way) in WAYS.into_iter().enumerate() {
        let observed = observed(way);
        let row = rows.get(number).map_or(&[][..], |row| row.get(..observed.len()).unwrap_or_default());
        if row != observed {
            wrong.push(format!("| {} |", observed.join(" | ")));
        }
    }
    assert!(wrong.is_empty(), "docs/ENDINGS.md should have these rows:\n{}", wrong.join("\n"));
    assert_eq!(rows.len(), WAYS.len(), "rows of the table");
}
