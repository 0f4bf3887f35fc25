//! Data of several programs, and of sources that were changed in between.

use crate::{branches, file, json, lines, ratio};
use livecov_format::model::OmissionReason;
use livecov_format::model::UnitKind::{Body, Else, Then};
use livecov_format::vocab::CounterMode::{Count, Set};
use livecov_tests::corpus;
use livecov_tests::paths::text;
use livecov_tests::reports::{
    DAY, Source, omission, package, part, program, report, shop, shop_sources, way, write_pod,
};
use tempfile::tempdir;

const LIB: &str = "fn shared() {\n    g();\n}\nfn f() {\n    if a { b } else { c }\n}\n";

/// The library as it is, and as its unit tests have it: with one function more.
fn library(is_test: bool) -> Source {
    let parts = [part(Body, "fn f", "c }"), way(Then, "{ b", "}", 0, 1), way(Else, "{ c", "}", 0, 1)];
    let source = Source::new("src/lib.rs", LIB).function("f", "fn f", &parts);
    if is_test { source.function("shared", "fn shared", &[part(Body, "fn shared", ";")]) } else { source }
}

#[test]
fn a_library_and_its_unit_tests_are_one() {
    let scratch = tempdir().unwrap();
    write_pod(scratch.path(), &program(Count, vec![package("p", &[&library(false)])]), &[&[("f", &[5, 5, 0])]]);
    let tests = program(Count, vec![package("p", &[&library(true)])]);
    write_pod(scratch.path(), &tests, &[&[("f", &[2, 0, 2])], &[("shared", &[1])]]);
    let report = json(scratch.path(), &[]);
    let file = file(&report, "src/lib.rs");
    assert_eq!(ratio(&report, "functions"), (2, 2));
    assert_eq!(lines(file), "1:1 2:1 4:7 5:7");
    assert_eq!(branches(file), ["5: then=5 else=2"]);
    assert_eq!(report["packages"].as_array().unwrap().len(), 1);
}

#[test]
fn a_file_of_several_crates_counts_once_and_for_the_first() {
    let scratch = tempdir().unwrap();
    for (path, counts) in [("e", [1, 1, 0]), ("b", [1, 0, 0]), ("d", [0, 0, 0]), ("a", [1, 0, 0]), ("c", [0, 0, 0])] {
        write_pod(scratch.path(), &program(Set, vec![package(path, &[&library(false)])]), &[&[("f", &counts)]]);
    }
    let report = json(scratch.path(), &[]);
    assert_eq!(file(&report, "src/lib.rs")["packages"], serde_json::json!([0, 1, 2, 3, 4]));
    assert_eq!(ratio(&report, "units"), (2, 3));
    assert_eq!(ratio(&report["packages"][0], "units"), (2, 3));
    assert_eq!(report["packages"][0]["path"], "a");
    assert_eq!(ratio(&report["packages"][1], "units"), (0, 0));
}

#[test]
fn set_mode_unites() {
    let scratch = tempdir().unwrap();
    write_pod(
        scratch.path(),
        &program(Set, vec![package("p", &[&library(false)])]),
        &[&[("f", &[1u32, 1, 0][..])] as &[_]; 3],
    );
    // Another program, which has the file as well.
    write_pod(scratch.path(), &program(Set, vec![package("q", &[&library(true)])]), &[&[("f", &[1, 1, 0])]]);
    assert_eq!(lines(file(&json(scratch.path(), &[]), "src/lib.rs")), "1:0 2:0 4:1 5:1~");
}

#[test]
fn counts_stop_at_the_largest() {
    let scratch = tempdir().unwrap();
    let most = u32::MAX;
    write_pod(
        scratch.path(),
        &program(Count, vec![package("p", &[&library(false)])]),
        &[&[("f", &[most, most, 0][..])] as &[_]; 2],
    );
    write_pod(scratch.path(), &program(Count, vec![package("q", &[&library(false)])]), &[&[("f", &[9, 9, 0])]]);
    assert_eq!(lines(file(&json(scratch.path(), &[]), "src/lib.rs")), "4:4294967295 5:4294967295~");
}

#[test]
fn counts_of_one_package_in_two_programs_stop_at_the_largest() {
    let scratch = tempdir().unwrap();
    for other in ["x", "y"] {
        let packages = vec![package("p", &[&library(false)]), package(other, &[])];
        write_pod(scratch.path(), &program(Count, packages), &[&[("f", &[u32::MAX - 1, 3, 0])]]);
    }
    assert_eq!(lines(file(&json(scratch.path(), &[]), "src/lib.rs")), "4:4294967295 5:4294967295~");
}

#[test]
fn data_of_another_content_of_a_file_are_left_out_and_named() {
    let scratch = tempdir().unwrap();
    let old = Source::new("src/lib.rs", &format!("// Old.\n{LIB}"));
    let old = old.function("f", "fn f", &[part(Body, "fn f", "c }")]);
    // The run of the new one is the later.
    write_pod(scratch.path(), &program(Count, vec![package("p", &[&old])]), &[&[("f", &[100])]]);
    let new = program(Count, vec![package("p", &[&library(false)])]);
    write_pod(scratch.path(), &new, &[&[("f", &[1, 1, 0])], &[("f", &[1, 1, 0])]]);
    let (status, out, err) = report(&[text(scratch.path()), "--json"]);
    let warning = "leaving out data of 1 other contents of src/lib.rs: package p was changed between builds. If several \
                   packages have that name, report their data one by one";
    assert_eq!((status, err), (0, format!("warning: {warning}\n")));
    let found: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(lines(file(&found, "src/lib.rs")), "4:2 5:2~");
    assert_eq!(found["notes"], serde_json::json!([warning]));
    // The old one, if that is what the directory has.
    let root = tempdir().unwrap();
    old.write(root.path());
    let found = json(scratch.path(), &["--source-root", text(root.path())]);
    assert_eq!(lines(file(&found, "src/lib.rs")), "5:100 6:100");
    assert_eq!(report(&[text(scratch.path()), "--strict"]).0, 1);
}

#[test]
fn paths_are_renamed_before_files_are_united() {
    let scratch = tempdir().unwrap();
    for dir in ["/build/one", "/build/two"] {
        let mut source = library(false);
        source.path = format!("{dir}/src/lib.rs");
        let source = Source::new(&source.path, LIB).function("f", "fn f", &[part(Body, "fn f", "c }")]);
        write_pod(scratch.path(), &program(Count, vec![package("p", &[&source])]), &[&[("f", &[1])]]);
    }
    let found = json(scratch.path(), &["--remap", "/build/one=here", "--remap=/build/two=here"]);
    assert_eq!(found["files"].as_array().unwrap().len(), 1);
    assert_eq!(lines(file(&found, "here/src/lib.rs")), "4:2 5:2");
}

#[test]
fn files_are_chosen_by_glob_and_expression() {
    let scratch = tempdir().unwrap();
    write_pod(scratch.path(), &shop(Count), &[DAY]);
    let chosen = |args: &[&str]| {
        let found = json(scratch.path(), args);
        let files = found["files"].as_array().unwrap().iter();
        let names: Vec<String> = files.map(|file| file["path"].as_str().unwrap().to_owned()).collect();
        let omissions = found["omissions"].as_array().unwrap().len();
        let line_count: usize =
            found["files"].as_array().unwrap().iter().map(|file| file["lines"].as_array().unwrap().len()).sum();
        assert_eq!(ratio(&found, "lines").1, line_count as u64);
        (names.join(" "), omissions)
    };
    let [price, stock] = shop_sources().map(|source| source.path);
    assert_eq!(chosen(&[]), (format!("{price} {stock}"), 2));
    assert_eq!(chosen(&["--filter", "price.rs"]), (price.clone(), 1));
    assert_eq!(chosen(&["--filter=nothing", "--filter=src/stock"]), (stock.clone(), 0));
    assert_eq!(chosen(&["--filter=re:gr.*rs$"]), (stock.clone(), 0));
    assert_eq!(chosen(&["--ignore-filename-regex=stock", "--ignore-filename-regex=gen"]), (price, 1));
    assert_eq!(chosen(&["--pkg=other"]), (String::new(), 0));
}

#[test]
fn omissions_are_told_once_unless_another_program_counts_there() {
    let scratch = tempdir().unwrap();
    for (path, is_counted) in [("p", false), ("q", true)] {
        let source = if is_counted { library(true) } else { library(false) };
        let mut package = package(path, &[&source]);
        package.extension.omissions = vec![
            omission("src/lib.rs", [1, 4], OmissionReason::Configured, "in `p`"),
            omission("src/x.rs", [0, 0], OmissionReason::Macro, ""),
        ];
        write_pod(scratch.path(), &program(Count, vec![package]), &[&[]]);
    }
    let found = json(scratch.path(), &[]);
    let expected = serde_json::json!([{ "path": "src/x.rs", "span": null, "reason": "macro", "detail": "" }]);
    assert_eq!(found["omissions"], expected);
}

#[test]
fn sums_are_those_of_go_s_profile() {
    for dir in [corpus::tiny("set"), corpus::tiny("atomic"), corpus::QUIRKS.data(&[&[]]), corpus::many()] {
        let dir = text(&dir);
        let (_, out, _) = report(&[dir, "--text"]);
        let scratch = tempdir().unwrap();
        let path = scratch.path().join("profile");
        let args = ["livecov", "textfmt", "-i", dir, "-o", text(&path)].map(std::ffi::OsString::from);
        assert_eq!(livecov::run(args, &mut Vec::new(), &mut Vec::new()), 0);
        assert_eq!(out, std::fs::read_to_string(&path).unwrap(), "{dir}");
    }
}

#[test]
fn an_empty_report_is_a_failure() {
    let scratch = tempdir().unwrap();
    let (status, out, err) = report(&[text(scratch.path())]);
    assert_eq!(status, 1);
    let expected = format!("error: no data could be read from {}: the report is empty", text(scratch.path()));
    assert_eq!(err.lines().collect::<Vec<_>>(), ["warning: no applicable files found in input directories", &expected]);
    assert_eq!(out, "File      Lines     Units  Functions  Branches\nTotal         -         -          -         -\n");
    let (status, _, err) = report(&[]);
    assert_eq!((status, err.lines().next()), (2, Some("error: name the input directories: livecov report DIR...")));
}

#[test]
fn an_extension_that_makes_no_sense_costs_itself_only() {
    let scratch = tempdir().unwrap();
    let source = Source::new("a.rs", LIB).function("f", "fn f", &[way(Then, "fn f", "c }", 99, 1)]);
    write_pod(scratch.path(), &program(Count, vec![package("p", &[&source])]), &[&[("f", &[2])]]);
    let (status, out, err) = report(&[text(scratch.path()), "--json"]);
    assert_eq!(status, 0);
    assert!(err.starts_with("warning: leaving out the lines and branches of package p in "), "{err}");
    let found: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(lines(file(&found, "a.rs")), "4:2 5:2");
    assert_eq!(report(&[text(scratch.path()), "--strict"]).0, 1);
}
