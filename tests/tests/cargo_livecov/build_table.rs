//! The table `[build]` of the configuration file.

use crate::project::{Project, compiled};
use livecov_tests::command::{capture, must};
use livecov_tests::paths::text;

const MANIFEST: &str = "[package]\nname = \"table\"\nversion = \"0.1.0\"\nedition = \"2021\"\n";

fn project() -> Project {
    Project::of(&[
        ("Cargo.toml", MANIFEST),
        (
            "src/main.rs",
            "const fn f() -> u8 {\n    3 // constant\n}\nfn main() {\n    for _ in 0..f() {\n        print!(\"x\"); // loop\n    }\n}\n",
        ),
    ])
}

/// A folder for each mode: nothing is mixed, and what is there already is used again.
#[test]
fn the_mode_of_the_file_unless_a_flag_says_otherwise() {
    for (file, head) in [("livecov.toml", ""), ("Cargo.toml", MANIFEST)] {
        let project = project();
        project.done(&["run"]);
        project.check(&[("loop", Some(1)), ("constant", Some(1))]);
        let table = if head.is_empty() { "build" } else { "workspace.metadata.livecov.build" };
        project.write(file, format!("{head}[{table}]\nmode = \"count\"\nconst-fn = false\n").as_bytes());
        for expected in [1, 0] {
            assert_eq!(compiled(&project.done(&["run"])).len(), expected);
            project.check(&[("loop", Some(3)), ("constant", None)]);
        }
        project.done(&["run", "--mode", "set", "--const-fn"]);
        project.check(&[("loop", Some(1)), ("constant", Some(1))]);
        project.done(&["run", "--no-config"]);
        project.check(&[("loop", Some(1)), ("constant", Some(1))]);
        let variables = must(&mut project.livecov(&["env"]));
        assert!(variables.contains("/target/livecov/count-"), "{variables}");
        // From elsewhere too.
        let manifest = project.root().join("Cargo.toml");
        let mut command = project.livecov(&["run", "--manifest-path", text(&manifest)]);
        capture(command.current_dir(project.outside("elsewhere"))).exits(0);
        project.check(&[("loop", Some(3))]);
    }
}

#[test]
fn what_is_wrong_is_said_before_anything_is_built() {
    let project = project();
    for (config, words) in [
        ("by = 'file'\n[build]\nmod = 'count'\n", "/livecov.toml: line 3: unknown field `mod`, expected one of "),
        ("[build]\nmod = 'count'\n", "; do you mean `mode`?"),
        (
            "[build]\nmode = 'exact'\n",
            "/livecov.toml: line 2: unknown variant `exact`, expected one of `set`, `count`, `atomic`",
        ),
        ("bild = 1\n", "/livecov.toml: line 1: unknown field `bild`, expected one of "),
        ("[thresholds]\nlines = 101\n", "/livecov.toml: line 2: 101 is not between 0 and 100"),
    ] {
        project.write("livecov.toml", config.as_bytes());
        let outcome = capture(&mut project.livecov(&["run"])).exits(1);
        assert!(outcome.complaint().contains(words) && compiled(&outcome).is_empty(), "{outcome:?}");
    }
}

/// Of whatever version the table is: `livecov` is a tool of its own.
#[test]
fn reports_have_no_use_for_it() {
    let project = project();
    project.done(&["run"]);
    project.write("livecov.toml", b"missing = true\n[build]\nmode = 'exact'\nof-another-version = 1\n");
    let outcome = project.done(&["report"]);
    assert!(outcome.stdout_text().contains("src/main.rs"), "{outcome:?}");
    let mut command = livecov_tests::tool::Tool::Ours.command();
    command.args(["report", "-i"]).arg(project.root().join("target/livecov/data")).current_dir(project.root());
    assert_eq!(capture(&mut command).exits(0).stdout_text(), outcome.stdout_text());
}
