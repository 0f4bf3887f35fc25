//! Functions that never ran, told from those that programs have no code of.

use crate::project::Project;
use livecov_tests::command::{Outcome, capture};
use livecov_tests::paths::text;
use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

const MANIFEST: &str = "[workspace]\nmembers = [\"dep\"]\n\n[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\n\
     [dependencies]\ndep = { path = \"dep\" }\n\n[profile.release]\nlto = \"fat\"\ncodegen-units = 1\n";
const DEP_MANIFEST: &str = "[package]\nname = \"dep\"\nversion = \"0.1.0\"\nedition = \"2021\"\n";

const DEP: &str = "\
pub fn used(x: usize) -> usize {
    x + 1
}
#[inline(never)]
pub fn rare(x: usize) -> usize {
    x * 3
}
#[inline(always)]
pub fn inlined(x: usize) -> usize {
    x / 3
}
pub fn dropped(x: usize) -> usize {
    x - 1
}
pub fn generic<T: std::fmt::Debug>(x: T) -> String {
    format!(\"{x:?}\")
}
pub fn generic_dropped<T: std::fmt::Debug>(x: T) -> String {
    format!(\"{x:?}\")
}
pub const fn constant(x: usize) -> usize {
    if x > 3 { 1 } else { 2 }
}
";

const MAIN: &str = "\
fn main() {
    let count = std::env::args().count();
    println!(\"{} {}\", dep::used(count), [0; dep::constant(7)].len());
    if count > 5 {
        println!(\"{} {} {}\", dep::rare(count), dep::inlined(count), dep::generic(count));
    }
}
#[allow(dead_code)]
fn dead() {}
";

fn project() -> Project {
    Project::of(&[
        ("Cargo.toml", MANIFEST),
        ("dep/Cargo.toml", DEP_MANIFEST),
        ("dep/src/lib.rs", DEP),
        ("src/main.rs", MAIN),
    ])
}

/// `livecov report`, as `cargo livecov report` calls it.
fn listed(project: &Project, args: &[&str]) -> Outcome {
    capture(&mut project.livecov(&[&["report", "--never-ran"], args].concat())).exits(0)
}

/// What is there and never ran, whether it was inlined or not.
const THERE: &str = "dep/src/lib.rs:5 rare\ndep/src/lib.rs:9 inlined\ndep/src/lib.rs:15 generic\n";
const DROPPED: &str =
    "note: 3 functions never ran, and 4 more have no code in the programs: the compiler or the linker dropped them\n";

/// In each build what is said is true: code that was inlined has no symbol, and is there.
#[test]
fn dropped_functions_are_told_from_those_that_never_ran() {
    let project = project();
    for flags in [&["--mode=count"][..], &["--release"], &["--release", "--mode=atomic", "--granularity=function"]] {
        let run = project.done(&[&["run"], flags].concat());
        let note = "4 of 7 functions that never ran have no code in the programs: the compiler or the linker dropped them \
                    (--never-ran lists the others)";
        assert!(run.stdout_text().contains(note), "{flags:?}: {run:?}");
        let outcome = listed(&project, &[]);
        assert_eq!((outcome.stdout_text(), outcome.stderr_text()), (THERE.into(), DROPPED.into()), "{flags:?}");
    }
    // Filters, and files of other formats beside it.
    let outcome = listed(&project, &["--filter", "main.rs", "--json=report.json"]);
    let said = "note: 0 functions never ran, and 1 more have no code in the programs: the compiler or the linker dropped them\n";
    assert_eq!((outcome.stdout_text().as_str(), outcome.stderr_text().as_str()), ("", said));
    let report: serde_json::Value =
        serde_json::from_slice(&fs::read(project.root().join("report.json")).expect("a report")).expect("JSON");
    let functions = report["files"][0]["functions"].as_array().expect("a list");
    let there = functions.iter().map(|function| (function["name"].as_str().expect("a name"), &function["in_program"]));
    assert_eq!(there.collect::<Vec<_>>(), [("main", &true.into()), ("dead", &false.into())]);
}

/// Programs of the same crates share their data, and what the one lacks the other has: the unit tests do not call `main`.
#[test]
fn a_function_of_any_program_is_there() {
    let project = project();
    let calls = "use std::process::Command as Program;\n#[test]\nfn calls() {\n    \
                 assert!(Program::new(env!(\"CARGO_BIN_EXE_app\")).status().unwrap().success());\n}\n";
    project.write("tests/cli.rs", calls.as_bytes());
    project.done(&["test"]);
    let outcome = listed(&project, &[]);
    assert_eq!((outcome.stdout_text(), outcome.stderr_text()), (THERE.into(), DROPPED.into()));
}

/// Nothing is claimed of programs that cannot be looked at, and which they are is said.
#[test]
fn where_it_cannot_be_told_that_is_said() {
    let project = project();
    project.done(&["build", "--artifact-dir", "programs"]);
    let (program, data) = (project.root().join("programs/app"), project.outside("data"));
    let moved = data.with_file_name("moved");
    capture(project.command(&program).env("LIVECOV_DIR", &data)).exits(0);
    let report = |args: &[&str]| listed(&project, &[&["--data-dir", text(&data)], args].concat());
    assert_eq!(report(&[]).stdout_text(), THERE);
    fs::rename(&program, &moved).expect("a program");
    let outcome = report(&[]);
    assert_eq!(outcome.stdout_text().lines().count(), 7, "{outcome:?}");
    let said = format!(
        "note: 7 functions never ran\nnote: whether the programs have code of 7 functions is not known ({} cannot be looked at): \
         name the programs by --binary\n",
        text(&program)
    );
    assert_eq!(outcome.stderr_text(), said);
    // The user knows where it is, stripped or not.
    assert_eq!(report(&["--binary", text(&moved)]).stdout_text(), THERE);
    capture(project.command(Path::new("strip")).arg(&moved)).exits(0);
    let outcome = report(&["--binary", text(&moved)]);
    assert_eq!((outcome.stdout_text(), outcome.stderr_text()), (THERE.into(), DROPPED.into()));
    // One that was made later, although of the same source, is not taken for the one that ran.
    fs::copy(&moved, &program).expect("a program");
    let later = SystemTime::now() + Duration::from_mins(1);
    fs::File::open(&program).and_then(|file| file.set_modified(later)).expect("a time");
    assert_eq!(report(&[]).stdout_text().lines().count(), 7);
    // Another program, and what is none.
    project.replace("src/main.rs", "fn dead() {}", "fn dead() { main() }");
    project.done(&["build", "--artifact-dir", "programs"]);
    let outcome = report(&["--binary", text(&program)]);
    let said = format!("warning: --binary {} fits none of the data: they are of other builds\n", text(&program));
    assert!(outcome.stderr_text().starts_with(&said) && outcome.stdout_text().lines().count() == 7, "{outcome:?}");
    let outcome =
        capture(&mut project.livecov(&["report", "--data-dir", text(&data), "--binary", "Cargo.toml"])).exits(1);
    assert!(outcome.stderr_text().contains("it is no ELF file"), "{outcome:?}");
}

/// The probes of projects with a `dylib` have no form of their own.
#[test]
fn nothing_is_claimed_of_portable_probes() {
    let project = project();
    project.write("dep/Cargo.toml", format!("{DEP_MANIFEST}[lib]\ncrate-type = [\"rlib\", \"dylib\"]\n").as_bytes());
    capture(&mut project.livecov(&["run"])).exits(0);
    let outcome = listed(&project, &["--filter", "main.rs"]);
    let said = "note: 1 function never ran\nnote: whether the programs have code of 1 function is not known: name the programs by \
                --binary\n";
    assert_eq!((outcome.stdout_text().as_str(), outcome.stderr_text().as_str()), ("src/main.rs:9 dead\n", said));
}
