//! Documents that speak of tests speak of tests that exist.

use std::fs;
use std::path::Path;

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)).unwrap_or_default()
}

/// What stands between backticks in a text.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

#[test]
fn differences_name_tests_that_exist() {
    let document = read("docs/GO-DIFFERENCES.md");
    let mut count = 0;
    for name in quoted(&document).filter(|name| name.contains("::")) {
        let (module, test) = name.split_once("::").unwrap();
        let source = read(&format!("tests/tests/go_differences/{module}.rs"));
        assert!(source.contains(&format!("#[test]\nfn {test}()")), "{name} is no test");
        count += 1;
    }
    assert!(count > 30, "only {count} tests are named");
}

#[test]
fn every_test_of_a_difference_is_named() {
    let document = read("docs/GO-DIFFERENCES.md");
    for module in ["left_out", "outputs", "programs", "reports", "units"] {
        let source = read(&format!("tests/tests/go_differences/{module}.rs"));
        for test in source.split("#[test]\nfn ").skip(1).filter_map(|rest| rest.split_once("()")) {
            let name = format!("{module}::{}", test.0);
            assert!(quoted(&document).any(|quoted| quoted == name), "{name} is not in the document");
        }
    }
}

#[test]
fn links_lead_somewhere() {
    let readme = read("README.md");
    for link in readme.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(link);
        assert!(fs::metadata(path).is_ok_and(|file| file.len() > 0), "{link}");
    }
    for document in
        "ABI ARCHITECTURE COMPARISON DECISIONS ENDINGS GO-DIFFERENCES LIBRARIES LLVM OPERATING REPORTS UNITS"
            .split(' ')
            .map(|name| format!("docs/{name}.md"))
    {
        for path in quoted(&read(&document)).filter(|path| path.starts_with("tests/") || path.starts_with("docs/")) {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path);
            assert!(path.exists(), "{document}: {}", path.display());
        }
    }
}

fn sources(dir: &str) -> Vec<String> {
    let mut texts = Vec::new();
    let mut left = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(dir)];
    while let Some(dir) = left.pop() {
        for path in fs::read_dir(dir).into_iter().flatten().flatten().map(|entry| entry.path()) {
            if path.is_dir() {
                left.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                texts.push(fs::read_to_string(path).unwrap_or_default());
            }
        }
    }
    texts
}

/// Every environment variable that a program or a tool reads has its row, and no row names one that nobody reads.
#[test]
fn operators_know_all_variables() {
    let document = read("docs/OPERATING.md");
    let rows: Vec<_> = document.lines().filter(|line| line.starts_with("| `")).collect();
    let named: Vec<&str> = rows.iter().flat_map(|row| quoted(row.split('|').nth(1).unwrap_or_default())).collect();
    let texts = [sources("rt/src"), sources("instrument/cargo-livecov/src"), sources("format/livecov/src")].concat();
    let mut read = std::collections::BTreeSet::new();
    for text in &texts {
        for quote in text.split('"').skip(1).step_by(1) {
            let is_name = |byte: u8| byte.is_ascii_uppercase() || byte == b'_';
            if ["LIVECOV_", "GOCOVER"].iter().any(|start| quote.starts_with(start))
                && quote.bytes().all(is_name)
                && !quote.ends_with('_')
            {
                read.insert(quote);
            }
        }
    }
    assert!(read.len() >= 8, "{read:?}");
    let unknown: Vec<_> = read.iter().filter(|name| !named.contains(name)).collect();
    assert!(unknown.is_empty(), "docs/OPERATING.md has no row for {unknown:?}");
    let is_read =
        |name: &&&str| read.contains(**name) || texts.iter().any(|text| text.contains(&format!("\"{name}\"")));
    let stale: Vec<_> =
        named.iter().filter(|name| name.starts_with("LIVECOV_")).filter(|name| !is_read(name)).collect();
    assert!(stale.is_empty(), "nobody reads {stale:?}");
}

/// The list for filters is that of the runtime's documentation, which `rt_signals` runs under a filter.
#[test]
fn operators_know_all_system_calls() {
    let source = read("rt/src/signal.rs");
    let text: String = source.lines().map_while(|line| line.strip_prefix("//!")).collect();
    let (_, rest) = text.split_once("makes these system calls:").expect("the list");
    let (list, _) = rest.split_once("`rt_sigreturn`").expect("its end");
    let document = read("docs/OPERATING.md");
    let (_, block) = document.split_once("### System calls").expect("the section");
    let block = block.split("```").nth(1).expect("the list");
    for call in quoted(list) {
        assert!(block.split_whitespace().any(|known| known == call), "{call}");
    }
}
