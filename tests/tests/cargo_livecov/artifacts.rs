//! Where the programs are that `build` makes.

use crate::project::Project;
use livecov_tests::command::{Outcome, capture, must};
use livecov_tests::files::{counter_files, list};
use livecov_tests::paths::text;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// Programs, examples and libraries for others have a name that stays, which each build renews.
#[test]
fn programs_have_a_name_that_stays() {
    let project = Project::of(&[
        (
            "Cargo.toml",
            "[package]\nname = \"p\"\nversion = \"0.1.0\"\nedition = \"2021\"\n[lib]\ncrate-type = [\"lib\", \"cdylib\"]\n",
        ),
        ("src/lib.rs", "pub fn f() -> u8 {\n    1\n}\n"),
        ("src/main.rs", "fn main() {\n    println!(\"{}\", p::f());\n}\n"),
        ("examples/e.rs", "fn main() {}\n"),
    ]);
    let own = project.root().join("target/livecov");
    let program = own.join("release/p");
    let build = |args: &[&str]| project.done(&[["build", "--release"].as_slice(), args].concat()).stderr_text();
    let said = build(&[]);
    assert!(said.contains("livecov: built target/livecov/release/p\n"), "{said}");
    assert!(said.contains("livecov: built target/livecov/release/libp.so\n"), "{said}");
    assert_eq!(must(&mut project.command(&program)), "1\n");
    // No room is needed for it.
    assert!(fs::metadata(&program).expect("a program").nlink() > 2);
    let data = project.outside("data");
    must(project.command(&program).env("LIVECOV_DIR", &data));
    assert_eq!(counter_files(&data).len(), 1);
    // Another build, and another mode, renew it; tests and runs do not.
    project.replace("src/lib.rs", "1", "2");
    project.done(&["test", "--release"]);
    assert_eq!(must(&mut project.command(&program)), "1\n");
    build(&["--mode", "count"]);
    assert_eq!(must(&mut project.command(&program)), "2\n");
    build(&["--examples"]);
    assert!(own.join("release/examples/e").exists());
    let elsewhere = project.outside("bin").join("new");
    assert!(
        build(&["--artifact-dir", text(&elsewhere)])
            .contains(&format!("livecov: built {}\n", text(&elsewhere.join("p"))))
    );
    let names: Vec<_> =
        list(&elsewhere).iter().map(|path| path.file_name().map(Path::new).map(Path::to_owned)).collect();
    assert_eq!(names, ["libp.so", "p"].map(|name| Some(Path::new(name).to_owned())));
    // Nothing is said where nothing is to be.
    assert!(!build(&["-q"]).contains("livecov: built"));
    let outcome = capture(&mut project.livecov(&["test", "--artifact-dir", "x"])).exits(2);
    assert!(outcome.complaint().contains("--artifact-dir is for `build`"), "{outcome:?}");
}

/// Errors of the compiler look as they do without.
#[test]
fn messages_are_those_of_cargo() {
    for format in ["human", "short"] {
        let project = Project::copy("sample");
        project.replace("app/src/main.rs", "exit(7)", "exit(seven)");
        let args = ["build", "--message-format", format];
        let said = |outcome: &Outcome| crate::project::said(outcome);
        let plain = capture(&mut project.cargo(&args)).exits(101);
        assert!(said(&plain).contains("seven"), "{plain:?}");
        let ours = capture(&mut project.livecov(&args)).exits(101);
        assert_eq!(said(&ours), said(&plain), "{format}");
        assert!(ours.stdout.is_empty(), "{ours:?}");
    }
}
