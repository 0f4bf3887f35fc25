//! `docs/REPORTS.md` names tests that exist.

use livecov_tests::paths::repo_root;
use std::fs::read_to_string;

#[test]
fn tests_that_the_document_names_exist() {
    let document = read_to_string(repo_root().join("docs/REPORTS.md")).unwrap();
    let mut count = 0;
    for name in document.split('`').skip(1).step_by(2) {
        let Some((module, test)) = name.split_once("::") else { continue };
        let suites = ["config", "counting", "diff", "formats", "html", "inputs", "terminal"]
            .map(|suite| format!("report_{suite}"));
        let exists = suites.iter().map(String::as_str).chain(["cargo_livecov"]).any(|suite| {
            let path = repo_root().join(format!("tests/tests/{suite}/{module}.rs"));
            read_to_string(path).is_ok_and(|text| text.contains(&format!("#[test]\nfn {test}()")))
        });
        assert!(exists, "{name} is no test");
        count += 1;
    }
    assert!(count > 8, "only {count} tests are named");
}
