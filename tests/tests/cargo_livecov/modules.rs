//! Modules that nothing plain declares: they are counted, or named as left out.

use crate::project::Project;
use livecov_tests::command::{Outcome, capture};

const MANIFEST: &str = "[package]\nname = \"odd\"\nversion = \"0.1.0\"\nedition = \"2021\"\n";

fn warnings(outcome: &Outcome) -> Vec<String> {
    let text = outcome.stderr_text();
    text.lines().filter_map(|line| line.strip_prefix("warning: livecov: ")).map(str::to_owned).collect()
}

/// A macro of another crate declares a module: nobody but the compiler knows what it does.
#[test]
fn a_module_that_nobody_finds_is_named() {
    let manifest = format!("{MANIFEST}[dependencies]\nfar = {{ path = \"far\" }}\n");
    let project = Project::of(&[
        ("Cargo.toml", &manifest),
        ("far/Cargo.toml", "[package]\nname = \"far\"\nversion = \"0.1.0\"\nedition = \"2021\"\n"),
        (
            "far/src/lib.rs",
            "#[macro_export]\nmacro_rules! declare {\n    ($name:ident $($given:item)*) => { mod $name; $($given)* };\n}\n",
        ),
        (
            "src/main.rs",
            "far::declare! { hidden }\n\
            const SHOWN: &str = include_str!(\"../examples/shown.rs\");\n\
            fn main() {\n    println!(\"{} {}\", hidden::f(), SHOWN.len()); // run\n}\n",
        ),
        ("src/hidden.rs", "pub fn f() -> u8 {\n    7 // hidden\n}\n"),
        ("examples/shown.rs", "fn main() {}\n"),
    ]);
    let expected = ["crate odd: src/hidden.rs: not counted: what declares this module is not understood"];
    let outcome = capture(&mut project.livecov(&["run"])).exits(0);
    assert!(outcome.stdout_text().starts_with("7 13\n"), "{outcome:?}");
    assert_eq!(warnings(&outcome), expected, "{outcome:?}");
    project.check(&[("run", Some(1)), ("hidden", None)]);
    // Also if nothing else is to be counted.
    project.write("src/main.rs", b"far::declare! { hidden fn main() { hidden::f(); } }\n");
    let outcome = capture(&mut project.livecov(&["run", "--no-report"])).exits(1);
    // The second warning is that there are no data.
    assert_eq!(warnings(&outcome)[..1], expected, "{outcome:?}");
    // Nor does it outlive its reason.
    project.write("src/main.rs", b"mod hidden;\nfn main() {\n    hidden::f(); // run\n}\n");
    project.done(&["run"]);
    project.check(&[("run", Some(1)), ("hidden", Some(1))]);
}

/// Modules of test code are left out, and that is no surprise.
#[test]
fn modules_of_tests_are_not_missed() {
    let project = Project::of(&[
        ("Cargo.toml", MANIFEST),
        (
            "src/lib.rs",
            "#[cfg(test)]\nmod tests;\npub fn f() -> u8 {\n    8 // run\n}\n#[cfg(test)]\nmod inline {\n    mod file;\n}\n",
        ),
        ("src/tests.rs", "mod deep;\n#[test]\nfn f() {\n    assert_eq!(crate::f(), deep::f()); // test\n}\n"),
        ("src/tests/deep.rs", "pub fn f() -> u8 {\n    8 // test\n}\n"),
        ("src/inline/file.rs", "fn f() {} // unused\n"),
    ]);
    project.done(&["test"]);
    project.check(&[("run", Some(1)), ("test", None), ("unused", None)]);
    project.done(&["test", "--tests-too", "--lib"]);
    project.check(&[("run", Some(1)), ("test", Some(1)), ("unused", Some(0))]);
}

/// What a build script makes is no source of anybody's, and listed.
#[test]
fn what_a_build_script_makes_is_listed() {
    let project = Project::of(&[
        ("Cargo.toml", MANIFEST),
        (
            "build.rs",
            "fn main() {\n    let folder = std::env::var(\"OUT_DIR\").unwrap();\n    \
            std::fs::write(format!(\"{folder}/made.rs\"), \"fn made() -> u8 { 9 }\").unwrap();\n}\n",
        ),
        (
            "src/main.rs",
            "include!(concat!(env!(\"OUT_DIR\"), \"/made.rs\"));\nfn main() {\n    println!(\"{}\", made()); // run\n}\n",
        ),
    ]);
    let outcome = project.done(&["run"]);
    assert!(outcome.stdout_text().starts_with("9\n"), "{outcome:?}");
    project.check(&[("run", Some(1))]);
    let report = capture(&mut project.livecov(&["report", "--omissions"])).exits(0).stdout_text();
    assert!(report.contains("src/main.rs:1"), "{report}");
    assert!(report.contains("include! of what a build script makes"), "{report}");
}

/// A folder in which nothing is counted must not lead out of the folder of what is.
#[test]
fn a_module_above_a_folder_without_functions() {
    let project = Project::of(&[
        ("Cargo.toml", MANIFEST),
        ("src/main.rs", "mod a;\nfn main() {\n    println!(\"{}\", a::b::f()); // run\n}\n"),
        ("src/a/mod.rs", "#[path = \"../b.rs\"]\npub mod b;\n"),
        ("src/b.rs", "pub fn f() -> u8 {\n    3 // run\n}\n"),
    ]);
    project.done(&["run"]);
    project.check(&[("run", Some(1))]);
}

/// Files that are named by their whole path: by modules, in inline ones too, and by `include!`.
#[test]
fn files_that_are_named_by_their_whole_path_are_counted() {
    let project = Project::of(&[
        ("Cargo.toml", MANIFEST),
        ("elsewhere/a.rs", "mod inner;\npub fn f() -> &'static str {\n    inner::f(); // run\n    file!()\n}\n"),
        ("elsewhere/inner.rs", "pub fn f() {\n    drop(1); // run\n}\n"),
        ("elsewhere/b.rs", "pub fn f() -> &'static str {\n    file!() // run\n}\n"),
        ("elsewhere/c.rs", "fn c() -> &'static str {\n    file!() // run\n}\n"),
        ("elsewhere/d.rs", "pub fn f() -> &'static str {\n    file!() // run\n}\n"),
        ("elsewhere/plain.rs", "pub const N: u8 = 1;\n"),
    ]);
    let root = project.root().display().to_string();
    let main = format!(
        "#[path = \"{root}/elsewhere/a.rs\"]\nmod a;\nmod inline {{\n    #[cfg_attr(unix, path = \"{root}/elsewhere/b.rs\")]\n    \
         pub mod b;\n}}\ninclude!(\"{root}/elsewhere/c.rs\");\n#[path = \"{root}/elsewhere/plain.rs\"]\nmod plain;\n\
         macro_rules! declare {{\n    ($path:literal) => {{\n        #[path = $path]\n        mod d;\n    }};\n}}\n\
         declare!(\"{root}/elsewhere/d.rs\");\n\
         fn main() {{\n    println!(\"{{}} {{}} {{}} {{}} {{}}\", a::f(), inline::b::f(), c(), d::f(), plain::N);\n}}\n"
    );
    project.write("src/main.rs", main.as_bytes());
    let plain = capture(&mut project.cargo(&["run", "--quiet"])).exits(0);
    let outcome = project.done(&["run"]);
    assert_eq!(outcome.stdout_text().lines().next(), plain.stdout_text().lines().next(), "{outcome:?}");
    assert_eq!(warnings(&outcome), [""; 0]);
    project.check(&[("run", Some(1))]);
    // Cargo notices that one of them has changed.
    project.write("elsewhere/b.rs", b"pub fn f() -> &'static str {\n    \"changed\" // run\n}\n");
    let outcome = project.done(&["run"]);
    assert!(outcome.stdout_text().contains("changed"), "{outcome:?}");
}
