//! Where formats go.

use crate::{printed, report_in, shop_dir};
use livecov_format::vocab::CounterMode::Count;
use livecov_tests::corpus;
use livecov_tests::paths::text;
use livecov_tests::reports::report;
use std::collections::BTreeSet;
use std::fs::read_to_string;

#[test]
fn formats_go_to_files_of_their_own_or_to_standard_output() {
    let scratch = shop_dir(Count);
    let dir = scratch.path();
    let tracefile = printed(dir, &["--lcov"]);
    let args = ["--lcov=a.info", "--json=a.json", "--cobertura", "--output-path", "a.xml", "--codecov=-"];
    let outcome = report_in(dir, &args).exits(2);
    assert_eq!(outcome.complaint(), "error: only one format can go to one place: name files, such as --lcov=FILE");
    assert_eq!(printed(dir, &args[..5]), "");
    assert_eq!(read_to_string(dir.join("a.info")).unwrap(), tracefile);
    assert!(read_to_string(dir.join("a.json")).unwrap().starts_with("{\"format\":\"livecov-report\""));
    assert!(read_to_string(dir.join("a.xml")).unwrap().starts_with("<?xml"));
    printed(dir, &["--output-path", "table"]);
    assert!(read_to_string(dir.join("table")).unwrap().starts_with("File "));
}

#[test]
fn a_report_that_fails_leaves_the_file_that_was_there() {
    let scratch = shop_dir(Count);
    std::fs::write(scratch.path().join("a.info"), "before").unwrap();
    report_in(scratch.path(), &["nothing-here", "--lcov=a.info"]).exits(1);
    assert_eq!(read_to_string(scratch.path().join("a.info")).unwrap(), "before");
    let outcome = report_in(scratch.path(), &["--lcov=no/such/dir/a.info"]).exits(1);
    assert!(outcome.stderr_text().contains("\nerror: creating no/such/dir/a.info: "), "{outcome:?}");
}

#[test]
fn functions_of_one_name_have_names_of_their_own_in_a_tracefile() {
    let (_, out, _) = report(&[text(&corpus::tiny("set")), "--lcov"]);
    let main = out.split("end_of_record").next().unwrap();
    let names: Vec<&str> =
        main.lines().filter_map(|line| line.strip_prefix("FNDA:")?.split_once(',')).map(|x| x.1).collect();
    let inits: Vec<&&str> = names.iter().filter(|name| name.starts_with("init")).collect();
    assert_eq!(inits, [&"init", &"init#2", &"init#3"]);
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len(), "{names:?}");
}
