//! Notes about what was left out: those of the build at hand.

use crate::project::Project;
use livecov_tests::command::{Outcome, capture};

/// A package whose module nobody finds, where `cfg` says.
fn package(name: &str, cfg: &str) -> [(String, String); 3] {
    let manifest = format!(
        "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2021\"\n[features]\nextra = []\n\
        [dependencies]\nfar = {{ path = \"../../far\" }}\n"
    );
    let main = format!(
        "#[cfg({cfg})]\nfar::declare! {{ hidden_{name} }}\nfn main() {{\n    println!(\"{name}\"); // run\n}}\n\
        #[test]\nfn test() {{\n    main();\n}}\n"
    );
    [
        (format!("{name}/Cargo.toml"), manifest),
        (format!("{name}/src/main.rs"), main),
        (format!("{name}/src/hidden_{name}.rs"), "pub fn f() {}\n".to_owned()),
    ]
}

fn project() -> Project {
    let mut texts = vec![
        ("Cargo.toml".to_owned(), "[workspace]\nresolver = \"2\"\nmembers = [\"a\", \"b\"]\n".to_owned()),
        (
            "../far/Cargo.toml".to_owned(),
            "[package]\nname = \"far\"\nversion = \"0.1.0\"\nedition = \"2021\"\n[workspace]\n".to_owned(),
        ),
        (
            "../far/src/lib.rs".to_owned(),
            "#[macro_export]\nmacro_rules! declare {\n    ($name:ident) => { mod $name; };\n}\n".to_owned(),
        ),
    ];
    texts.extend(package("a", "debug_assertions"));
    texts.extend(package("b", "feature = \"extra\""));
    let texts: Vec<_> = texts.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    Project::of(&texts)
}

/// The packages that notes are about.
fn noted(outcome: &Outcome) -> String {
    let text = outcome.stderr_text();
    ["a", "b"].into_iter().filter(|name| text.contains(&format!("hidden_{name}.rs: not "))).collect()
}

/// Each call shows the notes of what it uses, be it compiled now or earlier, and no others.
#[test]
fn notes_are_those_of_the_call() {
    let project = project();
    let extra = ["--features", "b/extra"];
    for (args, expected) in [
        ([["test"].as_slice(), &extra].concat(), "ab"),
        (vec!["run", "-q", "-p", "a", "--release", "--no-report"], ""),
        (vec!["run", "-q", "-p", "a", "--release"], ""),
        (vec!["test"], "a"),
        (vec!["test", "-p", "b"], ""),
        (vec!["run", "-q", "-p", "a", "--", "-p"], "a"),
        ([["build"].as_slice(), &extra].concat(), "ab"),
        (vec!["build"], "a"),
        (vec!["build", "--message-format=json", "-p", "b"], ""),
        (vec!["nextest", "run"], "a"),
        ([["nextest", "run", "-p", "b"].as_slice(), &extra].concat(), "b"),
    ] {
        let outcome = capture(&mut project.livecov(&args));
        if args[0] == "nextest" && outcome.stderr_text().contains("no such command") {
            eprintln!("cargo-nextest is not here: nothing was tested");
            continue;
        }
        assert!(outcome.status == Some(0) && noted(&outcome) == expected, "{args:?}: {outcome:?}");
        // A program does not run twice.
        assert!(outcome.stdout_text().matches("\na\n").count() <= 1, "{args:?}: {outcome:?}");
    }
}
