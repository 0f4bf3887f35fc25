//! Which runs the data are from, and who ran what.

use livecov_format::vocab::CounterMode::{Count, Set};
use livecov_tests::corpus;
use livecov_tests::paths::text;
use livecov_tests::reports::{Counts, Process, report, shop, write_pod, write_process};
use serde_json::{Value, json};
use std::path::Path;
use tempfile::TempDir;

fn json_of(dirs: &[&Path]) -> Value {
    let args: Vec<&str> = ["--json"].into_iter().chain(dirs.iter().map(|dir| text(dir))).collect();
    let (status, out, err) = report(&args);
    assert_eq!(status, 0, "{err}");
    serde_json::from_str(&out).unwrap()
}

/// Data of the shop, of processes that ran parts of `price::lookup`.
fn shop_of(processes: &[(Process<'_>, &[u32])]) -> TempDir {
    let scratch = tempfile::tempdir().unwrap();
    for (process, counters) in processes {
        write_process(scratch.path(), &shop(Count), *process, &[("price::lookup", counters)]);
    }
    scratch
}

/// The names of the runs for each unit of `price::lookup`.
fn who_ran_lookup(report: &Value) -> Vec<Vec<&str>> {
    let file = &report["files"][0];
    let function = file["functions"].as_array().unwrap().iter().find(|f| f["name"] == "price::lookup").unwrap();
    let [first, count] = ["first_unit", "unit_count"].map(|field| function[field].as_u64().unwrap());
    let (names, sets) = (&report["contexts"]["names"], &report["contexts"]["sets"]);
    let names_of = |unit: u64| {
        let unit = &file["units"][usize::try_from(unit).unwrap()];
        let set = usize::try_from(unit["contexts"].as_u64().unwrap_or(0)).unwrap();
        let name = |place: &Value| names[usize::try_from(place.as_u64().unwrap()).unwrap()].as_str().unwrap();
        sets[set].as_array().unwrap().iter().map(name).collect()
    };
    (first..first + count).map(names_of).collect()
}

#[test]
fn processes_say_when_they_ran_and_what_for() {
    let first =
        Process { instance: 1, label: "smoke", args: &["shop"], started: 1_700_000_000, written: 1_700_000_009 };
    let second =
        Process { instance: 2, label: "load", args: &["shop"], started: 1_700_000_005, written: 1_700_000_060 };
    let scratch = shop_of(&[(first, &[1, 1, 0, 0]), (second, &[u32::MAX, 0, 7, 0])]);
    let known = &json_of(&[scratch.path()])["provenance"];
    assert_eq!(
        *known,
        json!({
            "program_count": 1, "counter_file_count": 2, "process_count": 2, "unnamed_count": 0,
            "started": 1_700_000_000_000_000_000_u64,
            "written": [1_700_000_009_000_000_000_u64, 1_700_000_060_000_000_000_u64],
            "labels": ["load", "smoke"], "label_count": 2, "left_out_count": 0, "saturated_count": 1,
        })
    );
}

#[test]
fn files_that_name_no_process_have_the_time_of_their_names() {
    let scratch = tempfile::tempdir().unwrap();
    let counts: Counts<'_> = &[("price::never", &[1])];
    write_pod(scratch.path(), &shop(Set), &[counts, counts]);
    std::fs::write(scratch.path().join("covmeta.00000000000000000000000000000000"), "damaged").unwrap();
    let report = json_of(&[scratch.path()]);
    let known = &report["provenance"];
    assert_eq!((&known["written"], &known["started"]), (&json!([1, 2]), &Value::Null));
    assert_eq!((&known["unnamed_count"], &known["process_count"]), (&json!(2), &json!(0)));
    assert_eq!((&known["left_out_count"], &known["saturated_count"]), (&json!(1), &json!(0)));
    let go_s = &json_of(&[&corpus::tiny("set")])["provenance"];
    assert!(go_s["written"][0].as_u64() > Some(1_600_000_000_000_000_000), "{go_s}");
}

#[test]
fn units_know_the_labels_of_the_data_that_have_them() {
    let of = |instance, label| Process { instance, label, args: &["shop"], ..Process::default() };
    let scratch = shop_of(&[
        (of(1, "smoke"), &[1, 1, 0, 0]),
        (of(2, "load"), &[9, 0, 9, 0]),
        (of(3, "smoke"), &[1, 0, 1, 0]),
        (of(4, ""), &[5, 0, 0, 0]),
        (of(5, "idle"), &[0, 0, 0, 0]),
    ]);
    let report = json_of(&[scratch.path()]);
    assert_eq!(report["contexts"]["names"], json!(["load", "shop", "smoke"]));
    let expected = [vec!["load", "shop", "smoke"], vec!["smoke"], vec!["load", "smoke"], vec![]];
    assert_eq!(who_ran_lookup(&report), expected);
}

fn of<'p>(instance: u8, args: &'p [&'p str]) -> Process<'p> {
    Process { instance, args, ..Process::default() }
}

/// Two test binaries, one of which has tests that ran alone, of two programs that have the same crate.
#[test]
fn without_labels_runs_are_called_after_programs_and_tests() {
    let unit = "/t/debug/deps/shop-0123456789abcdef";
    let first = shop_of(&[
        (of(1, &[unit, "--exact", "price::tests::none", "--nocapture"]), &[1, 1, 0, 0]),
        (of(2, &[unit, "--exact", "price::tests::few", "--nocapture"]), &[1, 0, 1, 0]),
    ]);
    let second = tempfile::tempdir().unwrap();
    let mut other = shop(Count);
    other.packages.push(livecov_tests::reports::package("other", &[]));
    let process = of(3, &["/t/debug/deps/integration-fedcba9876543210"]);
    write_process(second.path(), &other, process, &[("price::lookup", &[1, 0, 1, 1])]);
    let report = json_of(&[first.path(), second.path()]);
    let [few, none] = ["shop price::tests::few", "shop price::tests::none"];
    let expected = [vec!["integration", few, none], vec![none], vec!["integration", few], vec!["integration"]];
    assert_eq!(who_ran_lookup(&report), expected);
}

#[test]
fn one_run_alone_is_not_told() {
    let process = Process { instance: 1, label: "smoke", args: &["shop"], ..Process::default() };
    let scratch = shop_of(&[(process, &[1, 1, 0, 0])]);
    let report = json_of(&[scratch.path()]);
    assert!(report["contexts"].is_null() && report["files"][0]["units"][0]["contexts"].is_null(), "{report}");
    // Nor is one beside others that ran nothing, as those are that list their tests.
    let idle = Process { instance: 2, label: "", args: &["shop", "--list"], ..process };
    let report = json_of(&[shop_of(&[(process, &[1, 1, 0, 0]), (idle, &[0, 0, 0, 0])]).path()]);
    assert!(report["contexts"].is_null() && !report.to_string().contains("\"contexts\":1"), "{report}");
}
