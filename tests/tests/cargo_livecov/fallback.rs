//! Code that does not compile with probes is compiled without, and named.

use crate::project::{Project, compiled};
use livecov_tests::command::{Outcome, capture};
use std::os::unix::fs::PermissionsExt;

const MANIFEST: &str = "[package]\nname = \"odd\"\nversion = \"0.1.0\"\nedition = \"2021\"\n";

fn warnings(outcome: &Outcome) -> Vec<String> {
    let text = outcome.stderr_text();
    text.lines().filter(|line| line.starts_with("warning: livecov: ")).map(str::to_owned).collect()
}

/// A macro with a name that everybody knows, which takes few texts only.
const VEC: &str = "macro_rules! vec {\n    (if true { 1 } else { 2 }) => {\n        5\n    };\n    (typed, $a:expr, if true { 1 } else { 2 }) => {\n        $a\n    };\n    \
    (typed, $a:expr, $($other:tt)*) => {\n        \"text\"\n    };\n    (moved, $a:expr, if true { 1 } else { 2 }) => {\n        $a\n    };\n    \
    (moved, $a:expr, $($other:tt)*) => {{\n        let text = String::new();\n        drop(text);\n        text.len() as u8\n    }};\n}\n";

/// A function that does not compile with probes, and one beside it.
const ODD: &str = "pub fn odd() -> u8 {\n    let five = || vec!(if true { 1 } else { 2 }); // odd\n    five() // odd\n}\n\npub fn near() -> u8 {\n    1 // run\n}\n";

/// A program whose module `odd` is this text.
fn program(odd: &str, main: &str) -> Project {
    let main = format!("mod odd;\nmod even;\nfn main() {{\n    println!(\"{{}}\", {main}); // run\n}}\n");
    Project::of(&[
        ("Cargo.toml", MANIFEST),
        ("src/main.rs", &main),
        ("src/even.rs", "pub fn even() -> u8 {\n    4 // run\n}\n"),
        ("src/odd.rs", odd),
    ])
}

/// What is left out, without what stands before and behind.
#[track_caller]
fn left_out(outcome: &Outcome) -> Vec<String> {
    let warnings = warnings(outcome);
    let part = |line: &String| {
        let line = line.strip_prefix("warning: livecov: crate odd: ")?;
        Some(line.split_once(" left out, as it does not compile with probes: ")?.0.to_owned())
    };
    warnings.iter().map(|line| part(line).unwrap_or_else(|| panic!("{line}"))).collect()
}

#[test]
fn one_function() {
    let odd = format!("{VEC}{ODD}");
    let project = program(&odd, "odd::odd() + odd::near() + even::even()");
    let outcome = capture(&mut project.livecov(&["run"])).exits(0);
    assert!(outcome.stdout_text().starts_with("10\n"), "{outcome:?}");
    let line = odd.lines().position(|line| line.starts_with("pub fn odd")).expect("a line") + 1;
    assert_eq!(left_out(&outcome), [format!("src/odd.rs:{line}: odd::odd")]);
    project.check(&[("run", Some(1)), ("odd", None)]);
    // Reports know where it is.
    let listed = capture(&mut project.livecov(&["report", "--json"])).exits(0).stdout_text().to_owned();
    assert!(listed.contains("rejected") && listed.contains("no rules expected"), "{listed}");
    // Cargo does not compile it again, and the warning is not forgotten.
    let again = capture(&mut project.livecov(&["run"])).exits(0);
    assert!(compiled(&again).is_empty(), "{again:?}");
    assert_eq!(warnings(&again), warnings(&outcome));
    // Nor does it outlive its reason.
    project.write("src/odd.rs", ODD.replace("vec!", "u8::from").as_bytes());
    project.done(&["run"]);
    project.check(&[("run", Some(1)), ("odd", Some(1))]);
}

/// Macros are expanded first, then types are checked, then borrows.
#[test]
fn one_error_behind_the_other() {
    let function = |name: &str, what: &str| {
        format!("pub fn {name}(five: u8) -> u8 {{\n    vec!({what}if true {{ 1 }} else {{ 2 }}) // odd\n}}\n")
    };
    let text =
        [function("expanded", ""), function("typed", "typed, five, "), function("moved", "moved, five, ")].concat();
    let text =
        format!("{VEC}{text}pub fn near() -> u8 {{\n    1 // run\n}}\n").replace("expanded(five", "expanded(_five");
    let project = program(&text, "odd::expanded(5) + odd::typed(5) + odd::moved(5) + odd::near() + even::even()");
    let outcome = capture(&mut project.livecov(&["run"])).exits(0);
    assert!(outcome.stdout_text().starts_with("20\n"), "{outcome:?}");
    let names: Vec<_> = left_out(&outcome).iter().map(|line| line.rsplit(' ').next().unwrap().to_owned()).collect();
    // The macro might be the one to blame, and is tried first.
    assert_eq!(names, ["odd::vec!", "odd::expanded", "odd::typed", "odd::moved"]);
    project.check(&[("run", Some(1)), ("odd", None)]);
}

/// The error is where the macro is called, and in the rule that has the probes: that is the one to go.
#[test]
fn a_rule_of_a_macro() {
    let text = format!(
        "{VEC}macro_rules! pick {{\n    (odd $a:expr) => {{\n        if $a {{\n            vec!(if true {{ 1 }} else {{ 2 }}) // odd\n        }} else {{\n            0 // odd\n        }}\n    }};\n    \
         (even $a:expr) => {{\n        if $a {{\n            3 // run\n        }} else {{\n            0 // never\n        }}\n    }};\n}}\n\
         pub fn odd(a: bool) -> u8 {{\n    pick!(odd a) + pick!(even a) // run\n}}\n"
    );
    let project = program(&text, "odd::odd(true) + even::even()");
    let outcome = capture(&mut project.livecov(&["run"])).exits(0);
    assert!(outcome.stdout_text().starts_with("12\n"), "{outcome:?}");
    let [line] = &left_out(&outcome)[..] else { panic!("{outcome:?}") };
    assert!(line.ends_with(": odd::pick!"), "{line}");
    project.check(&[("run", Some(1)), ("odd", None), ("never", Some(0))]);
}

/// An attribute that refuses what has more than so many statements in a block.
const STRICT: &str = "extern crate proc_macro;\nuse proc_macro::{TokenStream, TokenTree};\n#[proc_macro_attribute]\npub fn few(limit: TokenStream, item: TokenStream) -> TokenStream {\n    \
    let limit: usize = limit.to_string().parse().unwrap();\n    match most(item.clone()) > limit {\n        true => \"compile_error!(\\\"too long\\\");\".parse().unwrap(),\n        false => item,\n    }\n}\n\
    fn most(tokens: TokenStream) -> usize {\n    let mut count = 0;\n    let mut inner = 0;\n    for token in tokens {\n        match token {\n            TokenTree::Punct(mark) if mark.as_char() == ';' => count += 1,\n            \
    TokenTree::Group(group) => inner = inner.max(most(group.stream())),\n            _ => {}\n        }\n    }\n    count.max(inner)\n}\n";

fn with_attribute(odd: &str, main: &str) -> Project {
    let project = program(odd, main);
    let strict = MANIFEST.replace("odd", "strict");
    project.write("strict/Cargo.toml", format!("{strict}[lib]\nproc-macro = true\n").as_bytes());
    project.write("strict/src/lib.rs", STRICT.as_bytes());
    project.write(
        "Cargo.toml",
        format!("{MANIFEST}[workspace]\nmembers = [\"strict\"]\n[dependencies]\nstrict = {{ path = \"strict\" }}\n")
            .as_bytes(),
    );
    project
}

#[test]
fn a_function_whose_attribute_looks_at_it() {
    let text = "/// Text.\n#[strict::few(1)]\n#[inline]\npub fn odd() -> u8 {\n    fn inner() -> u8 {\n        1 // inner\n    }\n    let five = 5; // odd\n    five + inner() // odd\n}\n\n\
        pub fn near() -> u8 {\n    1 // run\n}\n";
    let project = with_attribute(text, "odd::odd() + odd::near() + even::even()");
    let outcome = capture(&mut project.livecov(&["run"])).exits(0);
    assert!(outcome.stdout_text().starts_with("11\n"), "{outcome:?}");
    assert_eq!(left_out(&outcome), ["src/odd.rs:4: odd::odd"]);
    project.check(&[("run", Some(1)), ("odd", None), ("inner", Some(1))]);
}

/// Where no function is named, its file is.
#[test]
fn one_file() {
    let text = "pub struct Odd;\n#[strict::few(1)]\nimpl Odd {\n    pub fn odd() -> u8 {\n        let five = 5; // odd\n        five // odd\n    }\n}\n";
    let project = with_attribute(text, "odd::Odd::odd() + even::even()");
    let outcome = capture(&mut project.livecov(&["run"])).exits(0);
    assert!(outcome.stdout_text().starts_with("9\n"), "{outcome:?}");
    assert_eq!(left_out(&outcome), ["src/odd.rs:"]);
    project.check(&[("run", Some(1)), ("odd", None)]);
}

/// A library whose macro compiles with probes there, but not in the program that calls it.
fn with_shared_macro(call: &str) -> Project {
    let shared = MANIFEST.replace("odd", "shared");
    let macros = "pub fn near() -> u8 {\n    1 // run\n}\n#[macro_export]\nmacro_rules! pick {\n    (odd $a:expr) => {\n        if $a { 3 } else { 0 } // even\n    };\n    \
        (five) => {\n        vec!(if true { 1 } else { 2 }) // odd\n    };\n}\npub fn own() -> u8 {\n    pick!(odd true) // run\n}\n";
    Project::of(&[
        (
            "Cargo.toml",
            &format!(
                "{MANIFEST}[workspace]\nmembers = [\"shared\"]\n[dependencies]\nshared = {{ path = \"shared\" }}\n"
            ),
        ),
        ("shared/Cargo.toml", &shared),
        ("shared/src/lib.rs", macros),
        (
            "src/main.rs",
            &format!(
                "{VEC}fn main() {{\n    let five: u8 = shared::pick!({call}); // run\n    println!(\"{{}}\", five + shared::near() + shared::own()); // run\n}}\n"
            ),
        ),
    ])
}

#[test]
fn a_macro_of_another_crate() {
    let project = with_shared_macro("five");
    let outcome = capture(&mut project.livecov(&["run"])).exits(0);
    assert!(outcome.stdout_text().starts_with("9\n"), "{outcome:?}");
    let warnings = warnings(&outcome);
    let [warning] = &warnings[..] else { panic!("{outcome:?}") };
    assert!(
        warning.starts_with("warning: livecov: crate shared: shared/src/lib.rs:9: pick! left out, as it"),
        "{warning}"
    );
    let text = outcome.stderr_text();
    assert!(text.contains("livecov: trying again without") && !text.contains("Caused by"), "{text}");
    project.check(&[("run", Some(1)), ("odd", None), ("even", Some(1))]);
    // What was learnt is known the next time, until the macro changes.
    let again = capture(&mut project.livecov(&["run"])).exits(0);
    assert!(compiled(&again).is_empty() && self::warnings(&again) == warnings, "{again:?}");
    project.replace("src/main.rs", "(if true { 1 } else { 2 })", "($($any:tt)*)");
    project.replace("shared/src/lib.rs", "vec!(", "vec! (");
    project.done(&["run"]);
    project.check(&[("run", Some(1)), ("odd", Some(1))]);
}

/// Nor does it break a crate that is not counted itself.
#[test]
fn a_macro_of_another_crate_in_one_that_is_not_counted() {
    let project = with_shared_macro("five");
    let outcome = capture(&mut project.livecov(&["run", "--exclude-from-report", "odd"])).exits(0);
    assert!(
        outcome.stdout_text().starts_with("9\n") && !outcome.stderr_text().contains("error: no rules"),
        "{outcome:?}"
    );
    assert!(warnings(&outcome)[0].contains("crate shared: shared/src/lib.rs:9: pick! left out"), "{outcome:?}");
    project.replace("src/main.rs", "let five: u8", "let five: bool");
    let text = capture(&mut project.livecov(&["run", "--exclude-from-report", "odd"])).exits(101).stderr_text();
    assert!(text.contains("error[E0308]"), "{text}");
}

/// What is wrong without probes as well is shown once, and costs the macro nothing.
#[test]
fn a_mistake_with_a_macro_of_another_crate() {
    let project = with_shared_macro("odd true");
    project.replace("src/main.rs", "five: u8", "five: bool");
    let errors = |outcome: &Outcome| outcome.stderr_text().matches("error[E0308]").count();
    let plain = errors(&capture(&mut project.cargo(&["build"])).exits(101));
    for hint in ["livecov: trying again", "livecov: if the plain build takes the macro at shared/src/lib.rs:"] {
        let outcome = capture(&mut project.livecov(&["run"])).exits(101);
        assert!(plain > 0 && errors(&outcome) == plain && outcome.stderr_text().contains(hint), "{outcome:?}");
    }
    project.replace("src/main.rs", "five: bool", "five: u8");
    project.done(&["run"]);
    project.check(&[("run", Some(1)), ("even", Some(1))]);
}

/// Errors that the plain build has too are shown as there, after two calls of the compiler.
#[test]
fn mistakes_of_the_user_s_own() {
    let odd = format!("{VEC}{ODD}pub fn wrong() -> u8 {{\n    \"text\"\n}}\n");
    let project = program(&odd, "odd::odd() + odd::near() + even::even()");
    let folder = project.outside("wrapper");
    let (script, log) = (folder.join("wrap"), folder.join("log"));
    let body =
        format!("#!/bin/sh\ncase \"$*\" in *src/main.rs*) echo call >> '{}';; esac\nexec \"$@\"\n", log.display());
    std::fs::write(&script, body).expect("a script");
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).expect("a program");
    let plain = capture(&mut project.cargo(&["build"])).exits(101);
    let outcome = capture(project.livecov(&["build"]).env("RUSTC_WORKSPACE_WRAPPER", &script)).exits(101);
    let errors = |outcome: &Outcome| {
        let text = outcome.stderr_text();
        let from = text.find("error").expect("an error");
        text[from..]
            .lines()
            .filter(|line| !line.contains("Caused") && !line.contains("process didn't"))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert_eq!(errors(&plain), errors(&outcome));
    assert!(warnings(&outcome).is_empty(), "{outcome:?}");
    assert_eq!(std::fs::read_to_string(log).expect("calls").lines().count(), 2);
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

/// Without room for the overlay there are no probes, but there is a program, and no success without data.
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
    let outcome = capture(&mut project.livecov(&["run"])).exits(1);
    assert!(outcome.stdout_text().starts_with("10\n"), "{outcome:?}");
    assert!(warnings(&outcome)[0].contains("crate odd: not counted: cannot "), "{outcome:?}");
}
