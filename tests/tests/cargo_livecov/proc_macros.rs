//! Proc macros of the workspace: they run when something is built, and count in every run that uses it.

use crate::project::{Lines, Project};
use livecov_tests::command::capture;
use livecov_tests::files::list;
use std::fs;
use std::path::Path;

/// The lines of a file whose marks (`//=+`, `//=-`, `//=N`) its counts do not fit.
pub(crate) fn misfits(project: &Project, file: &str) -> Vec<String> {
    let lines = project.lines();
    let text = fs::read_to_string(project.root().join(file)).expect("a text");
    let marked = text.lines().enumerate().filter_map(|(index, line)| Some((index + 1, line.rsplit_once("//=")?.1)));
    let fits = |line: usize, mark: &str| match lines.get(&(file.to_owned(), line)) {
        Some(0) | None if mark == "+" => false,
        Some(_) if mark == "-" => false,
        Some(count) => mark == "+" || mark.parse() == Ok(*count),
        None => mark == "-",
    };
    marked.filter(|(line, mark)| !fits(*line, mark)).map(|(line, mark)| format!("{line}: {mark}: {lines:?}")).collect()
}

fn counts(project: &Project, args: &[&str]) -> Lines {
    project.done(args);
    project.lines()
}

/// Its error paths are reached by crates only that a test has cargo compile. Later runs find everything built.
#[test]
fn cargo_called_by_tests_counts() {
    let project = Project::case("proc-macro", "");
    let first = counts(&project, &["test", "--mode", "count"]);
    assert_eq!(misfits(&project, "src/lib.rs"), [""; 0]);
    for _ in 0..2 {
        assert_eq!(counts(&project, &["test", "--mode", "count"]), first);
    }
    // What no test of this run has reached.
    let unit = counts(&project, &["test", "--mode", "count", "unit"]);
    let error = |lines: &Lines| lines[&("src/lib.rs".to_owned(), 4)];
    assert_eq!((error(&first), error(&unit)), (1, 0));
}

/// Plain builds in the same directory have crates of their own.
#[test]
fn plain_builds_beside_it_stay_plain() {
    let project = Project::case("proc-macro", "");
    let has_probes = |path: &Path| fs::read(path).is_ok_and(|bytes| bytes.windows(7).any(|part| part == b"covctrs"));
    let built = || {
        let files = list(&project.root().join("target/ui/debug/deps")).into_iter();
        files.filter(|path| path.extension().is_some_and(|extension| extension == "so")).collect::<Vec<_>>()
    };
    capture(&mut project.cargo(&["test"])).exits(0);
    assert_eq!(built().iter().map(|path| has_probes(path)).collect::<Vec<_>>(), [false]);
    project.done(&["test", "--mode", "count"]);
    assert_eq!(misfits(&project, "src/lib.rs"), [""; 0]);
    assert_eq!(built().iter().filter(|path| has_probes(path)).count(), 1);
    fs::remove_dir_all(project.root().join("target/ui")).expect("a directory");
    project.done(&["test", "--mode", "count"]);
    capture(&mut project.cargo(&["test"])).exits(0);
    let plain = built().iter().filter(|path| !has_probes(path)).count();
    assert_eq!((built().len(), plain), (2, 1));
}

/// Two crates that call a macro, one of them by way of a third.
fn two_callers() -> Project {
    let manifest = |name: &str, rest: &str| {
        format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2021\"\n{rest}")
    };
    let uses = |name: &str| format!("[dependencies]\n{name} = {{ path = \"../{name}\" }}\n");
    let make = "extern crate proc_macro;\nuse proc_macro::TokenStream;\n#[proc_macro]\npub fn make(input: TokenStream) -> TokenStream {\n    \
        if input.is_empty() {\n        return \"1\".parse().unwrap();\n    }\n    input\n}\n";
    Project::of(&[
        ("Cargo.toml", "[workspace]\nresolver = \"2\"\nmembers = [\"macros\", \"facade\", \"one\", \"two\"]\n"),
        ("macros/Cargo.toml", &manifest("macros", "[lib]\nproc-macro = true\n")),
        ("macros/src/lib.rs", make),
        ("facade/Cargo.toml", &manifest("facade", &uses("macros"))),
        ("facade/src/lib.rs", "pub use macros::make;\n"),
        ("one/Cargo.toml", &manifest("one", &uses("macros"))),
        ("one/src/main.rs", "fn main() {\n    println!(\"{}\", macros::make!(5));\n}\n"),
        ("two/Cargo.toml", &manifest("two", &uses("facade"))),
        ("two/src/main.rs", "fn main() {\n    println!(\"{}\", facade::make!());\n}\n"),
    ])
}

#[test]
fn what_was_built_by_another_command_counts() {
    let project = two_callers();
    let of = |lines: &Lines, line| lines.get(&("macros/src/lib.rs".to_owned(), line)).copied();
    let run = |name: &str, others: &[&str]| {
        let lines = counts(&project, &[&["run", "--mode", "count", "--bin", name], others].concat());
        // The first line of the macro, its branch for nothing, and its end.
        [5, 6, 8].map(|line| of(&lines, line).unwrap_or_default())
    };
    project.done(&["build", "--mode", "count"]);
    for _ in 0..2 {
        assert_eq!(run("one", &[]), [1, 0, 1]);
        assert_eq!(run("two", &[]), [1, 1, 0]);
    }
    // Not twice if data are added to those that have them.
    assert_eq!(run("two", &["--no-clean"]), [1, 1, 0]);
    assert_eq!(run("one", &["--no-clean"]), [2, 1, 1]);
    assert_eq!(run("one", &["--release"]), [1, 0, 1]);
    // What an earlier text of the macro did is no part of this.
    let text = fs::read_to_string(project.root().join("macros/src/lib.rs")).expect("a text");
    let other =
        text.replace("input.is_empty()", "!input.is_empty()").replace("    input\n", "    \"3\".parse().unwrap()\n");
    project.write("macros/src/lib.rs", other.as_bytes());
    assert_eq!(run("one", &[]), [1, 1, 0]);
    assert_eq!(run("two", &[]), [1, 0, 1]);
    project.write("macros/src/lib.rs", text.as_bytes());
    capture(&mut project.livecov(&["test", "--workspace", "--mode", "count"])).exits(0);
    let lines = project.lines();
    assert_eq!([5, 6, 8].map(|line| of(&lines, line)), [Some(2), Some(1), Some(1)]);
    // On request they are left out.
    let lines = counts(&project, &["run", "--bin", "one", "--no-proc-macros"]);
    assert!(lines.keys().all(|(file, _)| file == "one/src/main.rs"), "{lines:?}");
}

/// The compiler's own target, named: proc macros are for that machine, too.
#[test]
fn with_a_target() {
    let project = two_callers();
    let lines = counts(&project, &["run", "--bin", "two", "--target", "host-tuple"]);
    assert_eq!(lines[&("macros/src/lib.rs".to_owned(), 6)], 1);
}
