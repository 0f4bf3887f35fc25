//! What macros are given among expressions.

use crate::project::Project;
use livecov_tests::command::capture;

/// Code of which nobody knows whether it runs is not shown as covered, but left out and listed.
#[test]
fn arguments_that_are_left_alone_do_not_count() {
    let project = Project::of(&[
        (
            "Cargo.toml",
            "[package]\nname = \"odd\"\nversion = \"0.1.0\"\nedition = \"2021\"\n[dependencies]\nfar = { path = \"far\" }\n",
        ),
        ("far/Cargo.toml", "[package]\nname = \"far\"\nversion = \"0.1.0\"\nedition = \"2021\"\n"),
        (
            "far/src/lib.rs",
            "#[macro_export]\nmacro_rules! lazily {\n    ($given:expr) => { if false { $given } };\n}\n\
            #[macro_export]\nmacro_rules! quote {\n    ($($given:tt)*) => { stringify!($($given)*).len() };\n}\n",
        ),
        (
            "src/main.rs",
            "macro_rules! shown {\n    ($given:expr) => { println!(\"{}\", stringify!($given)) };\n}\n\
            macro_rules! maybe {\n    ($given:expr) => { if std::env::args().count() > 9 { $given } };\n}\n\
            fn main() {\n    far::lazily!({ // run\n        let one = 1; // alone\n        drop(one); // alone\n    });\n    \
            shown!({\n        f(); // alone\n    });\n    maybe!({\n        f(); // never\n    });\n    \
            println!(\"{}\", far::quote! {\n        fn g() {\n            f(); // run\n        }\n    });\n}\n\
            fn f() {} // never\n",
        ),
    ]);
    let outcome = project.done(&["run"]);
    assert!(outcome.stdout_text().starts_with("{ f(); }\n15\n"), "{outcome:?}");
    project.check(&[("run", Some(1)), ("alone", None), ("never", Some(0))]);
    let report = capture(&mut project.livecov(&["report", "--omissions"])).exits(0).stdout_text();
    assert!(report.contains("arguments of lazily!") && report.contains("arguments of shown!"), "{report}");
    assert!(!report.contains("arguments of maybe!") && !report.contains("arguments of quote!"), "{report}");
}
