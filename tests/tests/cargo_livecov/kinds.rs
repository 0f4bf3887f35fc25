//! Kinds of crates.

use crate::project::Project;
use livecov_tests::command::capture;
use livecov_tests::paths::{repo_root, text};

const MANIFEST: &str = "[package]\nname = \"kinds\"\nversion = \"0.1.0\"\nedition = \"2021\"\n";

#[test]
fn editions() {
    for edition in ["2015", "2018", "2021", "2024"] {
        let manifest = MANIFEST.replace("2021", edition);
        let project = Project::of(&[
            ("Cargo.toml", &manifest),
            ("src/lib.rs", "pub mod inner;\npub fn f() -> u8 {\n    ::inner::g() // run\n}\n"),
            ("src/inner.rs", "pub fn g() -> u8 {\n    9 // run\n}\n"),
            ("src/main.rs", "extern crate kinds;\nfn main() {\n    println!(\"{}\", kinds::f()); // run\n}\n"),
        ]);
        if edition != "2015" {
            project.replace("src/lib.rs", "::inner", "crate::inner");
        }
        project.done(&["run"]);
        project.check(&[("run", Some(1))]);
    }
}

/// Libraries of all kinds, linked into a program.
#[test]
fn crate_types() {
    for kinds in ["\"rlib\"", "\"lib\", \"cdylib\", \"staticlib\""] {
        let project = library_and_program(kinds);
        for args in [["run"].as_slice(), &["run", "--release"]] {
            assert!(project.done(args).stdout_text().starts_with("9\n"), "{kinds}");
            project.check(&[("run", Some(1))]);
        }
    }
}

fn library_and_program(kinds: &str) -> Project {
    let program = MANIFEST.replace("kinds", "program");
    Project::of(&[
        ("Cargo.toml", "[workspace]\nresolver = \"2\"\nmembers = [\"kinds\", \"program\"]\n"),
        ("kinds/Cargo.toml", &format!("{MANIFEST}[lib]\ncrate-type = [{kinds}]\n")),
        ("kinds/src/lib.rs", "#[unsafe(no_mangle)]\npub extern \"C\" fn f() -> u8 {\n    9 // run\n}\n"),
        ("program/Cargo.toml", &format!("{program}[dependencies]\nkinds = {{ path = \"../kinds\" }}\n")),
        ("program/src/main.rs", "fn main() {\n    println!(\"{}\", kinds::f()); // program\n}\n"),
    ])
}

/// What does not link with probes is built without, and named.
#[test]
fn rust_dynamic_libraries() {
    let project = library_and_program("\"dylib\"");
    project.write(".cargo/config.toml", b"[build]\nrustflags = [\"-C\", \"prefer-dynamic\"]\n");
    let outcome = capture(&mut project.livecov(&["run"])).exits(0);
    assert!(outcome.stdout_text().starts_with("9\n"), "{outcome:?}");
    let is_named = outcome.stderr_text().contains("warning: livecov: crate kinds: not counted");
    let count = project.marks()["run"][0];
    assert!(if is_named { count.is_none() } else { count == Some(1) }, "{outcome:?}");
    project.check(&[("program", Some(1))]);
}

#[test]
fn libraries_without_the_standard_library() {
    let project = Project::of(&[
        ("Cargo.toml", MANIFEST),
        (
            "src/lib.rs",
            "#![no_std]\n#![forbid(unsafe_code)]\nextern crate alloc;\npub fn f() -> alloc::string::String {\n    \
            alloc::string::String::from(\"x\") // run\n}\n#[test]\nfn test() {\n    assert_eq!(f(), \"x\");\n}\n",
        ),
    ]);
    project.done(&["test"]);
    project.check(&[("run", Some(1))]);
}

#[test]
fn examples_and_benches() {
    let project = Project::of(&[
        ("Cargo.toml", &format!("{MANIFEST}[[bench]]\nname = \"b\"\nharness = false\n")),
        (
            "src/lib.rs",
            "pub fn f() {\n    std::hint::black_box(1); // bench\n}\npub fn g() {\n    std::hint::black_box(1); // example\n}\n",
        ),
        ("benches/b.rs", "fn main() {\n    kinds::f(); // test\n}\n"),
        ("examples/e.rs", "fn main() {\n    kinds::g(); // test\n}\n"),
    ]);
    project.done(&["bench"]);
    project.check(&[("bench", Some(1)), ("example", Some(0)), ("test", None)]);
    project.done(&["run", "--example", "e"]);
    project.check(&[("bench", Some(0)), ("example", Some(1)), ("test", None)]);
    project.done(&["run", "--example", "e", "--tests-too"]);
    assert_eq!(project.lines()[&("examples/e.rs".to_owned(), 2)], 1);
}

/// A project that calls the runtime itself sees the counters of its own probes.
#[test]
fn the_runtime_as_a_dependency() {
    let runtime = repo_root().join("rt");
    let project = Project::of(&[
        ("Cargo.toml", &format!("{MANIFEST}[dependencies]\nlivecov-rt = {{ path = \"{}\" }}\n", text(&runtime))),
        (
            "src/main.rs",
            "fn main() {\n    let is_counted = livecov_rt::is_instrumented(); // run\n    let folder = std::env::args().nth(1).expect(\"a folder\");\n    \
             let written = livecov_rt::write_counters_dir(folder);\n    println!(\"{is_counted} {}\", written.is_ok());\n}\n",
        ),
    ]);
    let data = project.outside("mine");
    let plain = capture(&mut project.cargo(&["run", "-q", "--", text(&data)])).exits(0);
    assert_eq!(plain.stdout_text(), "false false\n");
    let ours = project.done(&["run", "--", text(&data)]);
    assert!(ours.stdout_text().starts_with("true true\n"), "{ours:?}");
    assert_eq!(livecov_tests::files::counter_files(&data).len(), 1);
    project.check(&[("run", Some(1))]);
}

/// A program and a library that do without the standard library.
#[test]
fn programs_without_the_standard_library() {
    let main = "#![no_std]\n#![no_main]\n#[link(name = \"c\")]\nunsafe extern \"C\" {\n    fn puts(text: *const u8) -> i32;\n}\n\
        #[panic_handler]\nfn panic(_: &core::panic::PanicInfo<'_>) -> ! {\n    loop {}\n}\n\
        #[unsafe(no_mangle)]\nextern \"C\" fn rust_eh_personality() {}\n\
        #[unsafe(no_mangle)]\nextern \"C\" fn main() -> i32 {\n    let n = kinds::f(3); // run\n    \
        unsafe { puts(c\"written\".as_ptr().cast()) };\n    n\n}\n";
    let project = Project::of(&[
        ("Cargo.toml", &format!("{MANIFEST}[profile.dev]\npanic = \"abort\"\n[profile.release]\npanic = \"abort\"\n")),
        ("src/lib.rs", "#![no_std]\npub fn f(n: i32) -> i32 {\n    n - 3 // run\n}\n"),
        ("src/main.rs", main),
    ]);
    assert!(project.done(&["run", "--release"]).stdout_text().starts_with("written\n"));
    project.check(&[("run", Some(1))]);
}
