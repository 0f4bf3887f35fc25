//! The functions that libraries export.

use crate::host::{End, Host, plain_host};
use crate::{built, count, library, library_of, plain_library, project, ran};
use livecov_tests::child::command;
use livecov_tests::command::{capture, must};
use livecov_tests::compare::scratch;
use livecov_tests::files::{counter_files, list, read};
use livecov_tests::go::clean;
use livecov_tests::paths::{repo_root, text};
use livecov_tests::pods::Pods;
use livecov_tests::tool::cargo_livecov;
use object::{Object, ObjectSymbol};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

const LIBRARIES: [&str; 3] = ["plugin", "both", "outer"];
const NAMES: [&str; 3] = ["livecov_dump", "livecov_set_label", "livecov_take"];

/// What the loader can find in a program or library.
fn exported(path: &Path) -> BTreeSet<String> {
    let bytes = read(path);
    let file = object::File::parse(&*bytes).unwrap();
    let defined = file.dynamic_symbols().filter(|symbol| symbol.is_definition());
    // Other names with two underscores are the linker's.
    defined.map(|symbol| symbol.name().unwrap().to_owned()).filter(|name| !name.starts_with("__")).collect()
}

fn names(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// Also with link-time optimisation and without symbols, and where one library is part of another.
#[test]
fn libraries_export_three_functions_and_programs_none() {
    for profile in ["dev", "lto"] {
        for (package, own) in LIBRARIES.into_iter().zip([&["run"][..], &["both_run"], &["both_run", "run"]]) {
            let expected = names(&[own, &NAMES].concat());
            assert_eq!(exported(&library_of(profile, package)), expected, "{profile} {package}");
        }
        let host = exported(&built(profile).join("host"));
        assert!(host.is_disjoint(&names(&NAMES)), "{profile}: {host:?}");
    }
}

#[test]
fn exports_can_be_switched_off() {
    let build = project("foreign").build(&["--mode", "count", "--no-exports"]);
    assert_eq!(exported(&build.folder.join("libplugin.so")), names(&["run"]));
}

/// Two libraries export the same names. Each writes all images, under its own label.
#[test]
fn each_library_writes_all_images() {
    for profile in ["dev", "lto"] {
        let data = scratch();
        let mut host = Host::start(&[("LIVECOV_DIR", data.path())]);
        for package in LIBRARIES {
            let path = library_of(profile, package);
            host.ask(&format!("load {package} {}", text(&path)));
            assert_eq!(host.ask(&format!("has {package} livecov_dump")), "true");
        }
        host.tell(["call plugin run", "call both both_run", "call outer run", "label plugin first"]);
        let mut pods = Pods::default();
        for (library, label) in [("plugin", "first"), ("both", "")] {
            assert_eq!(host.ask(&format!("call {library} livecov_dump")), "0");
            let files = counter_files(data.path());
            assert_eq!(files.len(), LIBRARIES.len());
            for file in files {
                let has_label = read(&file).windows(5).any(|bytes| bytes == b"first");
                assert_eq!(has_label, !label.is_empty(), "{profile} {library}");
            }
            pods.drain(data.path());
            assert_eq!(count(&pods, "plugin", "run"), 1, "snapshots of one process do not add up");
        }
        // Two images have the code of `both`.
        assert_eq!([count(&pods, "outer", "run"), pods.0.len() as u64], [1, 3]);
        assert_eq!(host.end(), End::well());
    }
}

#[test]
fn a_take_starts_all_counters_from_zero() {
    let data = scratch();
    let mut host = Host::start(&[("LIVECOV_DIR", data.path())]);
    host.tell([&format!("load plugin {}", library("plugin")), &format!("load both {}", library("both"))]);
    host.tell(["call plugin run", "call plugin run", "call both both_run"]);
    assert_eq!(host.ask("call both livecov_take"), "0");
    let first = Pods::of(data.path());
    assert_eq!([count(&first, "plugin", "run"), count(&first, "both", "both_run")], [2, 1]);
    host.ask("call plugin run");
    assert_eq!(host.ask("call plugin livecov_dump"), "0");
    let second = Pods::of(data.path());
    assert_eq!([count(&second, "plugin", "run"), count(&second, "both", "both_run")], [1, 0]);
    assert_eq!(host.end(), End::well());
}

#[test]
fn what_cannot_be_done_is_an_error_number() {
    let plugin = format!("load plugin {}", library("plugin"));
    let mut host = Host::start(&[]);
    host.ask(&plugin);
    for call in ["call plugin livecov_dump", "call plugin livecov_take"] {
        assert_eq!(host.ask(call), (-libc::EDESTADDRREQ).to_string());
    }
    for (label, errno) in [("", 0), ("a", 0), ("NULL", 0), ("LONG", libc::ENAMETOOLONG), ("BYTES", libc::EILSEQ)] {
        assert_eq!(host.ask(&format!("label plugin {label}")), (-errno).to_string(), "{label}");
    }
    assert_eq!(host.end(), End::well());
    let place = scratch();
    let data = place.path().join("two/missing");
    let mut host = Host::start(&[("LIVECOV_DIR", &data)]);
    host.tell([&plugin, "call plugin run"]);
    for call in ["call plugin livecov_dump", "call plugin livecov_take"] {
        assert_eq!(host.ask(call), (-libc::ENOENT).to_string());
    }
    fs::create_dir_all(&data).unwrap();
    assert_eq!(host.ask("call plugin livecov_take"), "0");
    assert_eq!(ran(&data, "plugin", "run"), 1, "what was not written stays in the counters");
}

/// The header is C and C++, and what the tool prints.
#[test]
fn the_header_compiles() {
    let header = repo_root().join("rt/include/livecov.h");
    let printed = must(clean(cargo_livecov()).args(["livecov", "header"]));
    assert_eq!(printed.as_bytes(), read(&header));
    for (language, standard) in [("c", "c89"), ("c", "c17"), ("c++", "c++11")] {
        let mut compiler = command("cc");
        compiler.args(["-fsyntax-only", "-Wall", "-Wextra", "-Werror", "-pedantic", &format!("-std={standard}")]);
        must(compiler.args(["-x", language]).arg(&header));
    }
}

/// A program in C that is linked against the library.
#[test]
fn a_program_in_c_calls_them_by_name() {
    const TEXT: &str = "#include <livecov.h>\nint run(void);\nint main(void) {\n    run();\n    return -livecov_set_label(\"c\") - livecov_dump();\n}\n";
    let (place, data) = (scratch(), scratch());
    let (source, program) = (place.path().join("main.c"), place.path().join("main"));
    fs::write(&source, TEXT).unwrap();
    let mut compiler = command("cc");
    compiler.arg("-o").arg(&program).arg(&source).arg("-I").arg(repo_root().join("rt/include"));
    compiler.arg(library("plugin")).arg(format!("-Wl,-rpath,{}", text(built("dev"))));
    must(&mut compiler);
    capture(clean(&program).env("LIVECOV_DIR", data.path())).quiet();
    assert_eq!(ran(data.path(), "plugin", "run"), 1);
}

/// The example of the documents.
#[test]
fn a_program_in_python_calls_them() {
    let data = scratch();
    let mut python = clean(Path::new("python3"));
    python.arg(repo_root().join("docs/examples/ctypes_host.py")).arg(library("plugin"));
    let outcome = capture(python.env("LIVECOV_DIR", data.path())).quiet();
    assert_eq!(outcome.stdout_text(), "wrote the coverage of run\n");
    assert!(list(data.path()).len() >= 2);
    assert_eq!(ran(data.path(), "plugin", "run"), 1);
    // Without a directory, and with a library that was built without exports, it goes on.
    let outcome = capture(clean(Path::new("python3")).args(python.get_args())).quiet();
    assert_eq!(outcome.stdout_text(), "no coverage: [Errno 89] Destination address required\n");
    assert!(plain_host().exists());
    let plain = plain_library("plugin");
    let mut python = clean(Path::new("python3"));
    let outcome = capture(python.arg(repo_root().join("docs/examples/ctypes_host.py")).arg(plain)).quiet();
    assert_eq!(outcome.stdout_text(), "no coverage: not built by cargo livecov\n");
}
