//! Programs of others read what `livecov report` writes, and come to the same numbers. `ci/setup` installs them.

use crate::{arg, shop_dir, write_format};
use livecov_format::vocab::CounterMode::Count;
use livecov_tests::command::{Outcome, capture};
use livecov_tests::corpus;
use livecov_tests::files::write;
use livecov_tests::go::{clean, go};
use livecov_tests::paths::repo_root;
use livecov_tests::reports::report;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A program of the Python environment for readers.
pub(crate) fn reader(name: &str) -> Command {
    let path = repo_root().join(".tools/readers/bin").join(name);
    assert!(path.is_file(), "there is no {}: run ci/setup", path.display());
    clean(&path)
}

#[track_caller]
pub(crate) fn run(command: &mut Command) -> Outcome {
    capture(command).exits(0)
}

#[test]
fn lcov_sums_a_tracefile_up() {
    let scratch = shop_dir(Count);
    let path = write_format(scratch.path(), "--lcov");
    let mut lcov = clean(Path::new("lcov"));
    lcov.args(["--rc", "lcov_branch_coverage=1", "--rc", "branch_coverage=1", "--summary"]).arg(path);
    let outcome = run(&mut lcov);
    let text = outcome.stdout_text() + &outcome.stderr_text();
    for share in ["(15 of 20 lines)", "(3 of 4 functions)", "(7 of 8 branches)"] {
        assert!(text.contains(share), "{text}");
    }
}

#[test]
fn genhtml_makes_pages_of_a_tracefile() {
    let scratch = shop_dir(Count);
    let path = write_format(scratch.path(), "--lcov");
    let mut genhtml = clean(Path::new("genhtml"));
    run(genhtml
        .current_dir(scratch.path())
        .args(["--quiet", "--branch-coverage", "--output-directory", "html"])
        .arg(path));
    let page = std::fs::read_to_string(scratch.path().join("html/index.html")).unwrap();
    assert!(page.contains("75.0"), "15 of 20 lines: {page}");
}

/// Writes a schema's short form: the document type that Cobertura publishes, as far as it is used here.
pub(crate) const COBERTURA_DTD: &str = "\
<!ELEMENT coverage (sources?,packages)>
<!ATTLIST coverage line-rate CDATA #REQUIRED branch-rate CDATA #REQUIRED lines-covered CDATA #REQUIRED
 lines-valid CDATA #REQUIRED branches-covered CDATA #REQUIRED branches-valid CDATA #REQUIRED
 complexity CDATA #REQUIRED version CDATA #REQUIRED timestamp CDATA #REQUIRED>
<!ELEMENT sources (source*)>
<!ELEMENT source (#PCDATA)>
<!ELEMENT packages (package*)>
<!ELEMENT package (classes)>
<!ATTLIST package name CDATA #REQUIRED line-rate CDATA #REQUIRED branch-rate CDATA #REQUIRED complexity CDATA #REQUIRED>
<!ELEMENT classes (class*)>
<!ELEMENT class (methods,lines)>
<!ATTLIST class name CDATA #REQUIRED filename CDATA #REQUIRED line-rate CDATA #REQUIRED branch-rate CDATA #REQUIRED
 complexity CDATA #REQUIRED>
<!ELEMENT methods (method*)>
<!ELEMENT method (lines)>
<!ATTLIST method name CDATA #REQUIRED signature CDATA #REQUIRED line-rate CDATA #REQUIRED branch-rate CDATA #REQUIRED
 complexity CDATA #REQUIRED>
<!ELEMENT lines (line*)>
<!ELEMENT line (conditions*)>
<!ATTLIST line number CDATA #REQUIRED hits CDATA #REQUIRED branch CDATA \"false\" condition-coverage CDATA \"100%\">
<!ELEMENT conditions (condition*)>
<!ELEMENT condition EMPTY>
<!ATTLIST condition number CDATA #REQUIRED type CDATA #REQUIRED coverage CDATA #REQUIRED>
";

/// The schema that SonarQube documents for its generic format.
pub(crate) const SONARQUBE_XSD: &str = r#"<?xml version="1.0"?>
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
 <xs:element name="coverage">
  <xs:complexType>
   <xs:sequence>
    <xs:element name="file" minOccurs="0" maxOccurs="unbounded">
     <xs:complexType>
      <xs:sequence>
       <xs:element name="lineToCover" minOccurs="0" maxOccurs="unbounded">
        <xs:complexType>
         <xs:attribute name="lineNumber" type="xs:positiveInteger" use="required"/>
         <xs:attribute name="covered" type="xs:boolean" use="required"/>
         <xs:attribute name="branchesToCover" type="xs:nonNegativeInteger"/>
         <xs:attribute name="coveredBranches" type="xs:nonNegativeInteger"/>
        </xs:complexType>
       </xs:element>
      </xs:sequence>
      <xs:attribute name="path" type="xs:string" use="required"/>
     </xs:complexType>
    </xs:element>
   </xs:sequence>
   <xs:attribute name="version" type="xs:positiveInteger" use="required"/>
  </xs:complexType>
 </xs:element>
</xs:schema>
"#;

/// Validates a document, whose name follows that of the schema.
const VALIDATE: &str = "\
import sys
from lxml import etree
kind, schema, document = sys.argv[1:]
schema = etree.DTD(schema) if kind == 'dtd' else etree.XMLSchema(file=schema)
schema.assertValid(etree.parse(document))
";

pub(crate) fn validates(scratch: &Path, kind: &str, schema: &str, document: &Path) {
    let path = scratch.join("schema");
    write(&path, schema.as_bytes());
    let validate = |document: &Path| capture(reader("python3").args(["-c", VALIDATE, kind, arg(&path), arg(document)]));
    validate(document).exits(0);
    let text = std::fs::read_to_string(document).unwrap();
    write(document, text.replacen("line", "lime", 20).as_bytes());
    assert_ne!(validate(document).status, Some(0), "a schema that takes anything shows nothing");
}

#[test]
fn xml_fits_its_schemas() {
    let scratch = shop_dir(Count);
    let path = write_format(scratch.path(), "--cobertura");
    validates(scratch.path(), "dtd", COBERTURA_DTD, &path);
    let path = write_format(scratch.path(), "--sonarqube");
    validates(scratch.path(), "xsd", SONARQUBE_XSD, &path);
}

#[test]
fn pycobertura_shows_what_was_missed() {
    let scratch = shop_dir(Count);
    let path = write_format(scratch.path(), "--cobertura");
    let out = run(reader("pycobertura").current_dir(scratch.path()).args(["show", "--format=json", arg(&path)]));
    let shown: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
    let total = &shown["total"];
    assert_eq!(
        (&total["Stmts"], &total["Miss"], &total["Cover"]),
        (&20.into(), &5.into(), &"75.00%".into()),
        "{shown}"
    );
    let names: Vec<&str> = shown["files"].as_array().unwrap().iter().map(|f| f["Filename"].as_str().unwrap()).collect();
    assert_eq!(names, ["src/price.rs", "src/stock/größe &<]]>.rs"]);
}

#[test]
fn diff_cover_finds_changed_lines() {
    let scratch = shop_dir(Count);
    let git = |args: &[&str]| {
        let mut git = clean(Path::new("git"));
        git.current_dir(scratch.path()).env("HOME", scratch.path()).args(["-c", "user.name=x", "-c", "user.email=x@x"]);
        run(git.args(args))
    };
    let source = scratch.path().join("src/price.rs");
    let text = std::fs::read_to_string(&source).unwrap();
    write(&source, text.replace("println!(\"never\")", "todo!()").replace("base > 10", "base > 9").as_bytes());
    git(&["init", "--quiet", "--initial-branch=main"]);
    git(&["add", "src"]);
    git(&["commit", "--quiet", "-m", "before"]);
    write(&source, text.as_bytes());
    git(&["commit", "--quiet", "-am", "after"]);
    for format in ["--cobertura", "--lcov"] {
        let path = write_format(scratch.path(), format);
        let mut diff_cover = reader("diff-cover");
        let home = scratch.path();
        diff_cover.current_dir(home).env("HOME", home).args([arg(&path), "--compare-branch=main~1"]);
        let out = run(&mut diff_cover).stdout_text();
        // Lines 5 and 23 were changed, and the latter did not run.
        assert!(out.contains("src/price.rs (50.0%): Missing lines 23"), "{format}: {out}");
        assert!(out.contains("Total:   2 lines"), "{format}: {out}");
    }
}

#[test]
fn our_json_fits_its_schema() {
    let schema: PathBuf = repo_root().join("docs/report.schema.json");
    let scratch = shop_dir(Count);
    let path = write_format(scratch.path(), "--json");
    run(reader("jsonschema").arg("-i").arg(&path).arg(&schema));
    let (_, go_s, _) = report(&[arg(&corpus::tiny("set")), "--json"]);
    write(&path, go_s.as_bytes());
    run(reader("jsonschema").arg("-i").arg(&path).arg(&schema));
    write(&path, go_s.replacen("\"lines\":", "\"line\":", 1).as_bytes());
    let outcome = capture(reader("jsonschema").arg("-i").arg(&path).arg(&schema));
    assert_ne!(outcome.status, Some(0), "a schema that takes anything shows nothing");
}

#[test]
fn go_reads_a_text_profile() {
    let scratch = tempfile::tempdir().unwrap();
    let profile = scratch.path().join("profile");
    let (_, out, _) = report(&[arg(&corpus::tiny("count")), "--text"]);
    write(&profile, out.as_bytes());
    let source = corpus::tiny_program("count").source();
    let out = run(go().current_dir(source).args(["tool", "cover", "-func", arg(&profile)])).stdout_text();
    let row = |name: &str| out.lines().find(|line| line.split_whitespace().nth(1) == Some(name)).unwrap_or_default();
    assert!(row("pick").ends_with("80.0%"), "{out}");
    // Go's tool leaves out the five statements of function literals: 64 of 74.
    assert!(row("(statements)").ends_with("86.5%"), "{out}");
}

/// cargo-llvm-cov's own reader of `llvm-cov export`: its limits and its list of lines that did not run are made of it.
#[test]
fn cargo_llvm_cov_reads_the_export() {
    use cargo_llvm_cov::json::{CoverageKind, LlvmCovJsonExport};
    let scratch = shop_dir(Count);
    let read = |dir: &Path, args: &[&str]| {
        let out = crate::printed(dir, &[args, &["--llvm-json"]].concat());
        serde_json::from_str::<LlvmCovJsonExport>(&out).unwrap()
    };
    let export = read(scratch.path(), &[]);
    let json = crate::printed(scratch.path(), &["--json"]);
    let totals = &serde_json::from_str::<serde_json::Value>(&json).unwrap()["totals"];
    let missed = |what: &str| totals[what]["total"].as_u64().unwrap() - totals[what]["covered"].as_u64().unwrap();
    assert_eq!(export.count_uncovered_lines().unwrap(), missed("lines"));
    assert_eq!(export.count_uncovered_functions().unwrap(), missed("functions"));
    // Regions are units, with those that are parts of statements.
    assert!(export.count_uncovered_regions().unwrap() >= missed("units"));
    let percent = export.get_coverage_percent(CoverageKind::Lines).unwrap();
    assert!((percent - 75.0).abs() < 1e-9, "15 of 20 lines: {percent}");
    assert!(export.all_files_above_coverage(64.0) && !export.all_files_above_coverage(65.0));
    let lines = export.get_uncovered_lines(None);
    // It takes each line of a function that no region that ran touches, braces as well.
    assert_eq!(lines.get("src/price.rs").map(Vec::as_slice), Some(&[22, 23][..]), "{lines:?}");
    assert!(read(scratch.path(), &["--filter", "stock"]).get_uncovered_lines(None).is_empty());
}

/// Lets the program that uploads to Coveralls take a report in, as `coveralls --merge` does, and prints what it would send.
const MERGE: &str = "\
import sys
from coveralls import Coveralls
uploader = Coveralls(token_required=False)
uploader.get_coverage = list
uploader.merge(sys.argv[1])
print(uploader.create_report())
";

#[test]
fn coveralls_takes_its_json_in() {
    let scratch = shop_dir(Count);
    let path = write_format(scratch.path(), "--coveralls");
    let out = run(reader("python3").current_dir(scratch.path()).args(["-c", MERGE, arg(&path)])).stdout_text();
    let sent: serde_json::Value = serde_json::from_str(out.lines().last().unwrap()).unwrap();
    let ours: serde_json::Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    assert_eq!(sent["source_files"], ours["source_files"]);
    assert_eq!(sent["source_files"].as_array().unwrap().len(), 2);
    write(&path, b"{\"source_files\": [{\"name\": \"a.rs\", \"coverage\": [\"1/2\"]}]}");
    let outcome = capture(reader("python3").current_dir(scratch.path()).args(["-c", MERGE, arg(&path)]));
    assert_ne!(outcome.status, Some(0), "a reader that takes anything shows nothing");
}
