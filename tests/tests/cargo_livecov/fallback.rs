//! Code that does not compile with probes is compiled without, and named.

use crate::project::{Project, compiled};
use livecov_tests::command::{Outcome, capture};

const MANIFEST: &str = "[package]\nname = \"odd\"\nversion = \"0.1.0\"\nedition = \"2021\"\n";

fn warnings(outcome: &Outcome) -> Vec<String> {
    let text = outcome.stderr_text();
    text.lines().filter(|line| line.starts_with("warning: livecov: ")).map(str::to_owned).collect()
}

/// A macro with a name that everybody knows, which takes one text only.
const ODD: &str = "macro_rules! vec {\n    (if true { 1 } else { 2 }) => { 5 };\n}\npub fn odd() -> u8 {\n    vec!(if true { 1 } else { 2 }) // odd\n}\n";

#[test]
fn one_file() {
    let project = Project::of(&[
        ("Cargo.toml", MANIFEST),
        (
            "src/main.rs",
            "mod odd;\nmod even;\nfn main() {\n    println!(\"{} {}\", odd::odd(), even::even()); // run\n}\n",
        ),
        ("src/even.rs", "pub fn even() -> u8 {\n    4 // run\n}\n"),
        ("src/odd.rs", ODD),
    ]);
    let outcome = capture(&mut project.livecov(&["run"])).exits(0);
    assert!(outcome.stdout_text().starts_with("5 4\n"), "{outcome:?}");
    let warnings = warnings(&outcome);
    let [warning] = warnings.as_slice() else { panic!("{outcome:?}") };
    assert!(
        warning.starts_with("warning: livecov: crate odd: src/odd.rs: left out, as it does not compile"),
        "{warning}"
    );
    project.check(&[("run", Some(1)), ("odd", None)]);
    // Cargo does not compile it again, and the warning is not forgotten.
    let again = capture(&mut project.livecov(&["run"])).exits(0);
    assert!(compiled(&again).is_empty(), "{again:?}");
    assert_eq!(self::warnings(&again), warnings);
    // Nor does it outlive its reason.
    project.write("src/odd.rs", b"pub fn odd() -> u8 {\n    5 // odd\n}\n");
    project.done(&["run"]);
    project.check(&[("run", Some(1)), ("odd", Some(1))]);
}

#[test]
fn one_crate() {
    let project = Project::of(&[
        ("Cargo.toml", MANIFEST),
        ("src/main.rs", "fn main() {\n    println!(\"{}\", odd::f()); // run\n}\n"),
        ("src/lib.rs", "mod __livecov {}\npub fn f() -> u8 {\n    9 // odd\n}\n"),
    ]);
    let outcome = capture(&mut project.livecov(&["run"])).exits(0);
    assert!(outcome.stdout_text().starts_with("9\n"), "{outcome:?}");
    let warnings = warnings(&outcome);
    let [warning] = warnings.as_slice() else { panic!("{outcome:?}") };
    assert!(
        warning.starts_with("warning: livecov: crate odd: not counted: it does not compile with probes: line "),
        "{warning}"
    );
    project.check(&[("run", Some(1)), ("odd", None)]);
}

/// A file that the parser does not know is the compiler's matter.
#[test]
fn what_cannot_be_parsed_is_compiled_all_the_same() {
    let project = Project::of(&[
        ("Cargo.toml", MANIFEST),
        ("src/main.rs", "mod odd;\nfn main() {\n    println!(\"{}\", odd::f()); // run\n}\n"),
        ("src/odd.rs", "pub fn f() -> u8 {\n    builtin # odd(1)\n}\n"),
    ]);
    let plain = capture(&mut project.cargo(&["build"])).exits(101);
    let outcome = capture(&mut project.livecov(&["build"])).exits(101);
    let errors = |outcome: &Outcome| {
        outcome.stderr_text().lines().filter(|line| line.starts_with("error")).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(errors(&plain), errors(&outcome));
    assert!(warnings(&outcome).is_empty(), "{outcome:?}");
}

/// Without room for the overlay there are no probes, but there is a program.
#[test]
fn a_folder_that_cannot_be_written() {
    let project =
        Project::of(&[("Cargo.toml", MANIFEST), ("src/main.rs", "fn main() {\n    println!(\"9\"); // run\n}\n")]);
    project.done(&["build"]);
    let out = std::fs::read_dir(project.root().join("target/livecov")).expect("a folder").flatten();
    let out = out.map(|entry| entry.path()).find(|path| path.join("overlay").exists()).expect("a build");
    std::fs::remove_dir_all(out.join("overlay")).expect("a folder");
    std::fs::write(out.join("overlay"), "").expect("a file");
    project.replace("src/main.rs", "9", "10");
    let outcome = capture(&mut project.livecov(&["run"])).exits(0);
    assert!(outcome.stdout_text().starts_with("10\n"), "{outcome:?}");
    assert!(warnings(&outcome)[0].contains("crate odd: not counted: cannot "), "{outcome:?}");
}
