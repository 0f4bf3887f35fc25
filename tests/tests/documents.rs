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
    for document in "ABI ARCHITECTURE COMPARISON DECISIONS ENDINGS GO-DIFFERENCES LIBRARIES LLVM REPORTS UNITS"
        .split(' ')
        .map(|name| format!("docs/{name}.md"))
    {
        for path in quoted(&read(&document)).filter(|path| path.starts_with("tests/") || path.starts_with("docs/")) {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path);
            assert!(path.exists(), "{document}: {}", path.display());
        }
    }
}
