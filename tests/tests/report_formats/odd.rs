//! A program with odd names, without source at hand, without anything to count in one file, with counts at their limit:
//! golden files of each format, and programs of others that read them. `UPDATE_EXPECT=1` writes the files anew.

use crate::readers::{COBERTURA_DTD, SONARQUBE_XSD, reader, run, validates};
use crate::{arg, printed, totals, write_format};
use expect_test::{ExpectFile, expect_file};
use livecov_format::model::OmissionReason;
use livecov_format::model::UnitKind::{Body, Else, Then};
use livecov_format::vocab::CounterMode::Count;
use livecov_tests::go::clean;
use livecov_tests::paths::repo_root;
use livecov_tests::reports::{Source, omission, package, part, program, way, write_pod};
use serde_json::Value;
use std::path::Path;
use tempfile::TempDir;

/// Everything that ends something in some format.
const PATH: &str = "src/a \"b\" 'c'/&amp; ]]></script> -->, %41 größe\u{202e} 日本.rs";

/// The names of functions: what ends things, and what looks like fields of lcov and Go's profile.
const NAMES: [&str; 3] = ["f</script>]]>\"'&", "<T as \"U\">::g, 1:2.3,4.5 6 7", "h\u{1b}[31m\nend_of_record"];

const TEXT: &str = "\
fn f() {
    if a() { b() } else { c() }
}
fn g() {
    d();
}
fn h() {
    e();
}
";

/// The data in `data`, and nothing else.
fn odd_dir() -> TempDir {
    let source = Source::new(PATH, TEXT)
        .function(
            NAMES[0],
            "fn f",
            &[part(Body, "fn f", "c() }"), way(Then, "{ b", "b() }", 0, 1), way(Else, "{ c", "c() }", 0, 1)],
        )
        .function(NAMES[1], "fn g", &[part(Body, "fn g", ";")])
        .function(NAMES[2], "fn h", &[part(Body, "fn h", ";")]);
    let empty = Source::new("src/nothing to count.rs", "fn declared() {\n}\n").function("declared", "fn declared", &[]);
    let mut package = package("odd \"crate\" <&>]]>", &[&source, &empty]);
    package.extension.omissions = vec![omission(PATH, [90, 99], OmissionReason::Test, "</script> | `x` ]]> \"y\"")];
    let scratch = tempfile::tempdir().expect("a temporary directory");
    let data = scratch.path().join("data");
    std::fs::create_dir(&data).expect("a directory");
    // Two runs: the first function's sum does not fit, the second one is at the limit.
    let first: &[(&str, &[u32])] = &[(NAMES[0], &[u32::MAX, 1, u32::MAX]), (NAMES[1], &[u32::MAX - 1])];
    write_pod(&data, &program(Count, vec![package]), &[first, &[(NAMES[0], &[2, 2, 0]), (NAMES[1], &[1])]]);
    scratch
}

fn check(args: &[&str], expected: &ExpectFile) {
    let out = printed(odd_dir().path(), args);
    expected.assert_eq(&out.replace(concat!("livecov ", env!("CARGO_PKG_VERSION")), "livecov VERSION"));
}

macro_rules! golden {
    ($($test:ident: $args:expr, $file:literal;)+) => {
        $(#[test]
        fn $test() {
            check(&$args, &expect_file![concat!("../../golden/report/odd/", $file)]);
        })+
    };
}

golden! {
    lcov: ["--lcov"], "odd.lcov";
    json: ["--json"], "odd.json";
    cobertura: ["--cobertura"], "cobertura.xml";
    codecov: ["--codecov"], "codecov.json";
    coveralls: ["--coveralls"], "coveralls.json";
    sonarqube: ["--sonarqube"], "sonarqube.xml";
    markdown: ["--markdown"], "odd.md";
    text: ["--text"], "odd.profile";
    llvm_json: ["--llvm-json"], "llvm.json";
    table: ["--missing", "--omissions"], "table.txt";
    table_by_function: ["--by=function"], "functions.txt";
    source_that_is_not_there: ["--show"], "source.txt";
}

#[test]
fn sums_agree_in_all_formats() {
    assert!(totals::all_agree(&|args| printed(odd_dir().path(), args)));
}

#[test]
fn what_counts_nothing_has_a_dash() {
    let out = printed(odd_dir().path(), &["--color=always"]);
    let row = out.lines().find(|line| line.starts_with("src/nothing")).unwrap();
    let cells = row.replace("src/nothing to count.rs", "").replace("\u{1b}[2m", "").replace("\u{1b}[0m", "");
    assert_eq!(cells.split_whitespace().collect::<Vec<_>>(), ["-"; 4], "{row:?}");
    assert!(!row.contains("\u{1b}[31m"), "not red: {row:?}");
}

#[test]
fn lcov_s_programs_read_it() {
    let scratch = odd_dir();
    let path = write_format(scratch.path(), "--lcov");
    let mut lcov = clean(Path::new("lcov"));
    let outcome = run(lcov
        .args(["--rc", "lcov_branch_coverage=1", "--rc", "branch_coverage=1", "--ignore-errors", "empty"])
        .arg("--summary")
        .arg(&path));
    let text = outcome.stdout_text() + &outcome.stderr_text();
    for share in ["(4 of 6 lines)", "(2 of 3 functions)", "(2 of 2 branches)"] {
        assert!(text.contains(share), "{text}");
    }
    // Without the source it shows at least the sums.
    let mut genhtml = clean(Path::new("genhtml"));
    run(genhtml
        .current_dir(scratch.path())
        .args(["--quiet", "--ignore-errors", "source", "--output-directory", "html"])
        .arg(&path));
    let page = std::fs::read_to_string(scratch.path().join("html/index.html")).unwrap();
    assert!(page.contains("66.7"), "4 of 6 lines: {page}");
}

#[test]
fn xml_fits_its_schemas_and_has_the_names() {
    let scratch = odd_dir();
    let path = write_format(scratch.path(), "--cobertura");
    let shown = run(reader("pycobertura").current_dir(scratch.path()).args(["show", "--format=json", arg(&path)]));
    let shown: Value = serde_json::from_slice(&shown.stdout).unwrap();
    assert_eq!((&shown["total"]["Stmts"], &shown["total"]["Miss"]), (&6.into(), &2.into()), "{shown}");
    assert_eq!(shown["files"][0]["Filename"].as_str().unwrap(), PATH);
    validates(scratch.path(), "dtd", COBERTURA_DTD, &path);
    let path = write_format(scratch.path(), "--sonarqube");
    validates(scratch.path(), "xsd", SONARQUBE_XSD, &path);
}

#[test]
fn json_has_the_names_and_fits_its_schema() {
    let scratch = odd_dir();
    let path = write_format(scratch.path(), "--json");
    run(reader("jsonschema").arg("-i").arg(&path).arg(repo_root().join("docs/report.schema.json")));
    for format in ["--json", "--codecov", "--coveralls", "--llvm-json"] {
        let path = write_format(scratch.path(), format);
        let out = run(reader("python3").args(["-c", FIND, arg(&path), PATH]));
        assert_eq!(out.stdout_text(), "found\n", "{format}");
    }
}

/// Looks for a text among all keys and values of a document.
const FIND: &str = "\
import json, sys
def texts(value):
    if isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from texts(item)
    else:
        yield value
print('found' if sys.argv[2] in texts(json.load(open(sys.argv[1]))) else 'lost')
";
