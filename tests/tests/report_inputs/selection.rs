//! `--program`, `--label`, `--pid`, `--written-since`, `--workspace-only`.

use crate::{counts, lookup, run};
use livecov_format::model::UnitKind::Body;
use livecov_format::vocab::CounterMode::Count;
use livecov_tests::model::Package;
use livecov_tests::paths::text;
use livecov_tests::reports::{Process, Source, package, part, program, report, shop, write_pod, write_process};
use tempfile::TempDir;

/// Three processes of two programs.
fn runs() -> TempDir {
    let scratch = tempfile::tempdir().unwrap();
    for (instance, args, label, written, first) in [
        (1, "/srv/shop", "smoke", 1_700_000_000, 1),
        (2, "/t/deps/test_shop-0123456789abcdef", "load", 1_700_001_000, 10),
        (3, "/srv/shop", "", 1_700_002_000, 100),
    ] {
        let process = Process { instance, label, args: &[args], started: 1_600_000_000, written };
        write_process(scratch.path(), &shop(Count), process, &[("price::lookup", &[first, 0, 0, 0])]);
    }
    scratch
}

#[test]
fn runs_are_chosen() {
    let scratch = runs();
    let chosen = |args: &[&str]| lookup(&[&[text(scratch.path())], args].concat())[0];
    for (args, sum) in [
        (&[][..], 111),
        (&["--program", "shop"], 101),
        (&["--program=test_shop"], 10),
        (&["--program=test_*", "--program=/srv/*"], 111),
        (&["--label=smoke"], 1),
        (&["--label=smoke", "--label=load"], 11),
        (&["--label=*o*"], 11),
        (&["--pid=103"], 100),
        (&["--pid=103", "--pid=101"], 101),
        (&["--written-since=2023-11-14T22:30:00Z"], 110),
        (&["--written-since=@1700001000"], 110),
        (&["--written-since=2023-11-14T23:46:40+01:00"], 100),
        (&["--program=shop", "--label=smoke"], 1),
    ] {
        assert_eq!(chosen(args), sum, "{args:?}");
    }
    // Go's commands know them too, with one dash or two.
    let (status, out, err) = run(&["func", "-i", text(scratch.path()), "-label", "nobody"]);
    assert_eq!((status, err.as_str()), (0, "warning: --label nobody fits no data: there are load, smoke\n"));
    assert!(out.ends_with("total\t\t\t\t\t\t\t(statements)\t\t\t\t0.0%\n") || out.contains("0.0%"), "{out}");
}

#[test]
fn only_runs_that_are_chosen_are_told_of() {
    let scratch = runs();
    let (_, out, _) = report(&[text(scratch.path()), "--label=smoke", "--json"]);
    let found: serde_json::Value = serde_json::from_str(&out).unwrap();
    let known = &found["provenance"];
    assert_eq!([&known["counter_file_count"], &known["process_count"]], [1, 1]);
    assert_eq!(known["labels"], serde_json::json!(["smoke"]));
    // Parts of a merged file are chosen one by one.
    let merged = scratch.path().join("merged");
    run(&["merge", "-i", text(scratch.path()), "-o", text(&merged)]);
    assert_eq!(lookup(&[text(&merged), "--label=load"])[0], 10);
    assert_eq!(lookup(&[text(&merged), "--written-since=@1700001000"])[0], 110);
}

#[test]
fn what_fits_nothing_is_named() {
    let scratch = runs();
    let dir = text(scratch.path());
    for (args, warning) in [
        (&["--program=shops"][..], "--program shops fits no data: there are shop, test_shop"),
        (&["--label=lode"], "--label lode fits no data: there are load, smoke"),
        (&["--pid=7"], "--pid 7 fits no data: there are 101, 102, 103"),
        (
            &["--written-since=2030-01-01"],
            "no data were written since 2030-01-01T00:00:00.000000000Z: the last are of 2023-11-14T22:46:40.000000000Z",
        ),
        (&["--label=smoke", "--pid=102"], "no data fit all of --program, --label, --pid and --written-since together"),
        (&["--pkg=ship"], "--pkg ship fits no package of the data"),
        (&["--remap=/nowhere=x"], "--remap /nowhere=x fits no file of the data"),
        (&["--filter=price.rs", "--filter=prize.rs"], "--filter prize.rs fits no file of the data"),
        (&["--exclude-files=prize.rs"], "--exclude-files prize.rs fits no file of the data"),
        (&["--ignore-filename-regex=prize"], "--ignore-filename-regex prize fits no file of the data"),
        (&["--source-root=/no/such"], "--source-root /no/such: there is no such directory"),
    ] {
        let (status, _, err) = report(&[&[dir], args].concat());
        assert_eq!((status, err), (0, format!("warning: {warning}\n")), "{args:?}");
    }
    // What has omissions only is there too.
    assert_eq!(report(&[dir, "--exclude-files=gen.rs"]).2, "");
    let (status, _, err) = report(&[dir, "--written-since=yesterday"]);
    assert!(status == 2 && err.contains("`yesterday` is no time"), "{err}");
}

#[test]
fn data_that_do_not_say_when_they_were_written_are_counted_out_loud() {
    let scratch = tempfile::tempdir().unwrap();
    write_pod(scratch.path(), &shop(Count), &[&[("price::lookup", &[5, 0, 0, 0])]]);
    run(&["merge", "-i", text(scratch.path()), "-o", text(scratch.path())]);
    let (found, err) = counts("price::lookup", &[text(scratch.path()), "--written-since=2000-01-01"]);
    assert_eq!(found[0], 0);
    assert!(err.contains("--written-since leaves out data of 1 runs that do not say when"), "{err}");
}

/// A crate with a function in a file.
fn crate_at(name: &str, version: &str, path: &str) -> Package {
    let source = Source::new(path, "fn f() {\n    g();\n}\n").function(name, "fn f", &[part(Body, "fn f", ";")]);
    Package { module_path: format!("{name}@{version}").into(), ..package(name, &[&source]) }
}

#[test]
fn dependencies_are_told_and_left_out_if_that_is_wanted() {
    let scratch = tempfile::tempdir().unwrap();
    let crates = vec![
        crate_at("app", "0.1.0", "src/main.rs"),
        crate_at("beside", "0.1.0", "../beside/src/lib.rs"),
        crate_at("published", "1.2.3", "published-1.2.3/src/lib.rs"),
        crate_at("of-git", "0.1.0", "/home/me/.cargo/git/checkouts/x/1/src/lib.rs"),
    ];
    write_pod(scratch.path(), &program(Count, crates), &[&[("app", &[1]), ("published", &[1])]]);
    let (_, out, err) = report(&[text(scratch.path())]);
    assert_eq!(err, "");
    assert!(out.ends_with("\n2 of 4 crates are from registries or git (--workspace-only leaves them out)\n"), "{out}");
    let (_, out, err) = report(&[text(scratch.path()), "--workspace-only"]);
    assert_eq!(err, "");
    assert!(out.contains("../beside/src/lib.rs") && out.contains("src/main.rs"), "{out}");
    assert!(!out.contains("published") && !out.contains("git"), "{out}");
    let (_, out, _) = run(&["percent", "--workspace-only", "-i", text(scratch.path())]);
    assert_eq!(out.lines().count(), 2, "{out}");
    let alone = tempfile::tempdir().unwrap();
    write_pod(alone.path(), &program(Count, vec![crate_at("p", "1.0.0", "p-1.0.0/a.rs")]), &[&[]]);
    let (_, _, err) = report(&[text(alone.path()), "--workspace-only"]);
    assert_eq!(err, "warning: --workspace-only leaves nothing: all crates of the data are from registries or git\n");
}
