//! Packages beside the workspace, and below others.

use crate::project::Project;
use livecov_tests::command::capture;
use livecov_tests::paths::text;
use std::collections::BTreeSet;

/// The files of the report, each with whether any of its lines ran.
fn files(project: &Project) -> BTreeSet<(String, bool)> {
    let lines = project.lines();
    let ran = |file: &str| lines.iter().any(|((name, _), count)| name == file && *count > 0);
    lines.keys().map(|(file, _)| (file.clone(), ran(file))).collect()
}

/// Names of files lead to them, and `--show` finds them, from wherever it is called.
#[test]
fn files_have_names_that_lead_to_them() {
    let project = Project::case("outside-package", "one");
    project.done(&["test", "--include", "two", "--include", "child", "--include", "helper"]);
    let expected = ["../two/src/lib.rs", "child/src/lib.rs", "src/lib.rs", "tests/helper/src/lib.rs"];
    let expected: BTreeSet<_> = expected.map(|name| (name.to_owned(), true)).into();
    assert_eq!(files(&project), expected);
    assert!(expected.iter().all(|(name, _)| project.root().join(name).is_file()));
    let manifest = project.root().join("Cargo.toml");
    let elsewhere = project.outside("elsewhere");
    for folder in [project.root(), &project.root().join("child/src"), &elsewhere] {
        let mut command = project.livecov(&["report", "--show", "--manifest-path", text(&manifest)]);
        let outcome = capture(command.current_dir(folder)).exits(0);
        assert!(!outcome.stdout_text().contains("was not found"), "{outcome:?}");
        assert!(outcome.stdout_text().contains("pub fn two(x: u32)"), "{outcome:?}");
    }
}

/// Packages below another one count as themselves, from wherever cargo is called.
#[test]
fn packages_below_others() {
    let project = Project::case("outside-package", "one");
    project.done(&["test", "-p", "child", "-p", "helper"]);
    let expected = ["child/src/lib.rs", "tests/helper/src/lib.rs"];
    assert_eq!(files(&project), expected.map(|name| (name.to_owned(), true)).into());
    let inner = project.root().join("child");
    capture(project.livecov(&["test", "--include", "two"]).current_dir(&inner)).exits(0);
    assert_eq!(files(&project), [("child/src/lib.rs".to_owned(), true)].into());
}
