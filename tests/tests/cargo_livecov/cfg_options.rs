//! The options `coverage` and `coverage_nightly` of `cfg`, and attributes that only the unstable compiler takes.

use crate::proc_macros::misfits;
use crate::project::{Project, compiled};
use livecov_tests::command::capture;

fn printed(project: &Project, args: &[&str]) -> String {
    let outcome = capture(&mut project.livecov(args)).exits(0);
    outcome.stdout_text().lines().next().unwrap_or_default().to_owned()
}

/// Attributes under the option are rejected by the stable compiler if they are left as they are: in files, modules that are
/// excluded, macros, and modules of tests.
#[test]
fn the_option_is_set_for_instrumented_crates() {
    let project = Project::case("cfg-coverage", "");
    let tested = capture(&mut project.livecov(&["test"])).exits(0);
    assert!(!tested.stderr_text().contains("unexpected"), "{tested:?}");
    assert!(tested.stdout_text().contains("test slow ... ignored"), "{tested:?}");
    for file in ["src/lib.rs", "src/inner.rs"] {
        assert_eq!(misfits(&project, file), [""; 0], "{file}");
    }
    // Programs of one build are not taken for the other's.
    for _ in 0..2 {
        assert_eq!(printed(&project, &["run"]), "true true 3");
        assert_eq!(printed(&project, &["run", "--no-cfg-coverage"]), "false false 7");
    }
    project.write("livecov.toml", b"[build]\ncfg-coverage = false\n");
    assert_eq!(printed(&project, &["run"]), "false false 7");
    assert_eq!(printed(&project, &["run", "--cfg-coverage"]), "true true 3");
    // And those of plain builds are as ever.
    let plain = capture(&mut project.cargo(&["run", "--quiet"])).exits(0);
    assert_eq!(plain.stdout_text(), "false false 7\n");
}

const MANIFEST: &str = "[package]\nname = \"odd\"\nversion = \"0.1.0\"\nedition = \"2021\"\n";
const OFF: &str = "#[cfg_attr(coverage, coverage(off))]\npub fn off() -> u8 {\n    9\n}\npub fn other() {}\n";

fn package(lib: &str) -> Project {
    let main = "fn main() {\n    println!(\"{}\", odd::off()); // run\n}\n";
    Project::of(&[("Cargo.toml", MANIFEST), ("src/main.rs", main), ("src/lib.rs", lib)])
}

/// With probes and without, no attribute makes the compiler stop that is no matter of this build.
#[test]
fn a_crate_that_goes_without_probes_has_the_option_too() {
    let project = package(OFF);
    let main = format!(
        "#![deny(warnings)]\nmod __livecov {{}}\n{OFF}#[cfg(not(coverage))]\ncompile_error!(\"not set\");\n\
         fn main() {{\n    other();\n    println!(\"{{}}\", off() + odd::off());\n}}\n"
    );
    project.write("src/main.rs", main.as_bytes());
    let outcome = capture(&mut project.livecov(&["run", "--no-report"]));
    assert!(outcome.stdout_text().starts_with("18\n"), "{outcome:?}");
    assert!(outcome.stderr_text().contains("crate odd: not counted: it does not compile with probes"), "{outcome:?}");
    // Cargo knows what it was made from.
    project.replace("src/main.rs", "other();", "other();other();");
    let again = capture(&mut project.livecov(&["run", "--no-report"]));
    assert_eq!(compiled(&again), ["odd"], "{again:?}");
    assert!(compiled(&capture(&mut project.livecov(&["run", "--no-report"]))).is_empty());
}

#[test]
fn mistakes_are_those_of_the_user() {
    let project = package(&format!("{OFF}pub fn wrong() -> u8 {{\n    \"text\"\n}}\n"));
    let outcome = capture(&mut project.livecov(&["run"])).exits(101);
    let text = outcome.stderr_text();
    assert!(text.contains("src/lib.rs:7:5") && text.contains("mismatched types"), "{outcome:?}");
    assert!(!text.contains("E0658") && !text.contains("--no-cfg-coverage"), "{outcome:?}");
    // This one is there only with the option.
    let project = package(&format!("{OFF}#[cfg(coverage)]\npub fn wrong() -> u8 {{\n    \"text\"\n}}\n"));
    let outcome = capture(&mut project.livecov(&["run"])).exits(101);
    let hint =
        "livecov: crate odd compiles without `--cfg coverage`, which livecov sets; --no-cfg-coverage leaves it out";
    assert_eq!(outcome.stderr_text().matches(hint).count(), 1, "{outcome:?}");
    assert_eq!(printed(&project, &["run", "--no-cfg-coverage"]), "9");
}
