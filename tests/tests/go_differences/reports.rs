//! Reports that Go gets wrong.

use livecov_tests::compare::scratch;
use livecov_tests::corpus::{QUIRKS, many, tiny};
use livecov_tests::dump::without_banner;
use livecov_tests::files::{read, state, write};
use livecov_tests::paths::text;
use livecov_tests::tool::Tool;
use std::process::Stdio;

fn quirks() -> String {
    format!("-i={}", text(&QUIRKS.data(&[&[], &["more"]])))
}

#[test]
fn percent_ends_the_line_of_a_package_without_statements() {
    let [go, ours] = [Tool::Go, Tool::Ours].map(|tool| tool.run(&["percent", &quirks()]).quiet().stdout_text());
    assert_eq!(
        ours,
        "\texample.org/quirks\t\tcoverage: 100.0% of statements\n\
         \texample.org/quirks/hollow\t\t\n\
         \texample.org/quirks/inits\t\tcoverage: 71.4% of statements\n\
         \texample.org/quirks/twins\t\tcoverage: 83.3% of statements\n"
    );
    assert_eq!(go, ours.replace("\t\t\n", "\t\t"));
}

#[test]
fn percent_ends_the_last_line_too() {
    let run = |tool: Tool| {
        let outcome = tool.run(&["percent", "-pkg=...hollow", &quirks()]);
        outcome.quiet().stdout_text()
    };
    assert_eq!(run(Tool::Ours), "\texample.org/quirks/hollow\t\t\n");
    assert_eq!(run(Tool::Go), "\texample.org/quirks/hollow\t\t");
}

#[test]
fn a_repeated_input_adds_to_those_before() {
    let run = |tool: Tool, args: &[&str]| tool.run(&[&["pkglist"], args].concat()).quiet().stdout_text();
    let [quirks, other] = [quirks(), format!("-i={}", text(&tiny("set")))];
    let both = run(Tool::Ours, &[&quirks, &other]);
    for alone in [&quirks, &other] {
        assert!(run(Tool::Ours, &[alone]).lines().all(|line| both.contains(line)), "{alone}: {both}");
    }
    // Go reads the last one only.
    assert_eq!(run(Tool::Go, &[&quirks, &other]), run(Tool::Go, &[&other]));
}

#[test]
fn a_flag_of_one_value_is_refused_the_second_time() {
    let out = scratch();
    let target = |name: &str| format!("-o={}", text(&out.path().join(name)));
    let args = ["textfmt", &quirks(), &target("a"), &target("b")].map(str::to_owned);
    let ours = Tool::Ours.run(&args).exits(2);
    assert!(ours.stderr_text().starts_with("error: the argument '--o <FILE>' cannot be used multiple times"));
    assert!(!out.path().join("a").exists() && !out.path().join("b").exists());
    Tool::Go.run(&args).quiet();
    assert!(!out.path().join("a").exists() && out.path().join("b").exists());
    // Switches may come again, as they ask for the same, or for the opposite.
    Tool::Ours.run(&["debugdump", &quirks(), "-live", "-live=false", "-strict", "--strict"]).quiet();
}

/// Place, name and percentage of each row that names `function`.
fn rows(tool: Tool, function: &str) -> Vec<String> {
    let report = tool.run(&["func", &quirks()]).quiet().stdout_text();
    let rows = report.lines().map(|row| {
        let cells = row.split('\t').filter(|cell| !cell.is_empty());
        cells.collect::<Vec<_>>().join(" ")
    });
    rows.filter(|row| row.split(' ').nth(1) == Some(function)).collect()
}

#[test]
fn functions_of_one_name_keep_a_row_each() {
    let file = "example.org/quirks/inits/inits.go";
    assert_eq!(
        rows(Tool::Ours, "init"),
        [format!("{file}:7: init 100.0%"), format!("{file}:11: init 50.0%"), format!("{file}:18: init 100.0%"),]
    );
    assert_eq!(rows(Tool::Go, "init"), [format!("{file}:7: init 66.7%")]);
}

#[test]
fn methods_that_lost_their_receivers_keep_a_row_each() {
    let file = "example.org/quirks/twins/twins.go";
    assert_eq!(rows(Tool::Ours, "Get"), [format!("{file}:8: Get 100.0%"), format!("{file}:15: Get 66.7%"),]);
    assert_eq!(rows(Tool::Go, "Get"), [format!("{file}:8: Get 75.0%")]);
}

#[test]
fn the_total_does_not_depend_on_rows() {
    let total = |tool: Tool| {
        let report = tool.run(&["func", &quirks()]).quiet().stdout_text();
        report.lines().last().unwrap().to_owned()
    };
    assert_eq!(total(Tool::Ours), total(Tool::Go));
}

#[test]
fn the_banner_of_a_dump_is_ours() {
    let input = format!("-i={}", text(&tiny("set")));
    let [go, ours] = [Tool::Go, Tool::Ours].map(|tool| tool.run(&["debugdump", &input]).quiet().stdout_text());
    assert_eq!(without_banner(&go), without_banner(&ours));
    let banner = ours.strip_suffix(without_banner(&ours)).unwrap();
    assert!(banner.starts_with("/*") && banner.ends_with("\n */\n"), "{banner}");
    assert!(banner.contains("livecov") && banner.contains(&input), "{banner}");
    assert!(!go.starts_with(banner));
}

#[test]
fn dash_h_prints_help() {
    for arguments in [&["-h"][..], &["percent", "-h"], &["merge", "-h"]] {
        let outcome = Tool::Ours.run(arguments).exits(0);
        assert!(outcome.stderr.is_empty(), "{outcome:?}");
        let help = outcome.stdout_text();
        assert!(help.contains("livecov") && help.contains("Usage"), "{help}");
    }
    let help = Tool::Ours.run(&["merge", "-h"]).stdout_text();
    assert!(help.contains("pcombine"), "{help}");
    // To Go it is the wish for a stack trace, if anything goes wrong.
    Tool::Go.run(&["percent", "-h", &quirks()]).quiet();
}

/// Go empties the file before it looks at the inputs.
#[test]
fn a_profile_is_not_touched_when_the_command_fails() {
    let dir = scratch();
    let clash = format!("-i={},{}", text(&tiny("set")), text(&tiny("atomic")));
    for (tool, remains) in [(Tool::Go, &b""[..]), (Tool::Ours, b"older")] {
        let profile = dir.path().join("profile");
        let output = format!("-o={}", text(&profile));
        for input in [&clash, "-i=no/such/directory"] {
            write(&profile, b"older");
            tool.run(&["textfmt", input, &output]).exits(1);
            assert_eq!(read(&profile), remains, "{tool:?} {input}");
            assert_eq!(state(dir.path()).len(), 1, "only the file is there");
            std::fs::remove_file(&profile).unwrap();
            tool.run(&["textfmt", input, &output]).exits(1);
            assert_eq!(profile.exists(), tool == Tool::Go, "{tool:?} {input}");
        }
    }
}

/// A reader who has the older file open goes on reading the older file.
#[test]
fn a_profile_appears_by_rename() {
    let dir = scratch();
    for (tool, kept) in [(Tool::Go, false), (Tool::Ours, true)] {
        let [profile, link] = ["profile", "link"].map(|name| dir.path().join(name));
        write(&profile, b"older");
        std::fs::hard_link(&profile, &link).unwrap();
        let output = format!("-o={}", text(&profile));
        tool.run(&["textfmt", &quirks(), &output]).quiet();
        assert!(read(&profile).starts_with(b"mode: set\n"));
        assert_eq!(read(&link) == b"older", kept, "{tool:?}");
        assert_eq!(state(dir.path()).len(), 2, "no temporary file stays");
        std::fs::remove_file(&link).unwrap();
    }
}

/// A link in the place of the profile stays a link.
#[test]
fn a_profile_behind_a_link_is_written_where_the_link_points() {
    let dir = scratch();
    let [target, link] = ["target", "link"].map(|name| dir.path().join(name));
    write(&target, b"older");
    std::os::unix::fs::symlink(&target, &link).unwrap();
    for tool in [Tool::Go, Tool::Ours] {
        tool.run(&["textfmt", &quirks(), &format!("-o={}", text(&link))]).quiet();
        assert!(link.is_symlink(), "{tool:?}");
        assert!(read(&target).starts_with(b"mode: set\n"), "{tool:?}");
    }
}

/// Go says nothing.
#[test]
fn a_report_that_cannot_be_written_is_an_error() {
    let full = || std::fs::File::options().write(true).open("/dev/full").unwrap();
    for (tool, status) in [(Tool::Go, 0), (Tool::Ours, 1)] {
        for command in ["percent", "func", "pkglist", "debugdump"] {
            let mut process = tool.command();
            let output = process.args([command, &quirks()]).stdout(full()).output().unwrap();
            assert_eq!(output.status.code(), Some(status), "{tool:?} {command} {output:?}");
            assert_eq!(output.stderr.starts_with(b"error: "), tool == Tool::Ours);
        }
    }
    for args in [&["--help"][..], &["--version"], &["report", "--help"], &["man"], &["completions", "bash"]] {
        let output = Tool::Ours.command().args(args).stdout(full()).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{args:?} {output:?}");
    }
    let outcome = Tool::Ours.run(&["textfmt", &quirks(), "-o=/dev/full"]).exits(1);
    assert!(outcome.complaint().starts_with("error: "), "{outcome:?}");
}

/// Like `head`, who has read enough.
#[test]
fn a_closed_pipe_is_no_error() {
    let input = format!("-i={}", text(&many()));
    let mut process = Tool::Ours.command();
    process.args(["debugdump", &input]).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut process = process.spawn().unwrap();
    drop(process.stdout.take());
    let output = process.wait_with_output().unwrap();
    assert!(output.stderr.is_empty(), "{output:?}");
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn a_dump_says_whose_snapshots_there_are() {
    use livecov_tests::reports::{Process, shop, write_process};
    let scratch = tempfile::tempdir().unwrap();
    let process =
        |instance, label| Process { instance, label, args: &["shop"], started: 1_700_000_000, written: 1_700_000_009 };
    let program = shop(livecov_format::vocab::CounterMode::Count);
    for (instance, label) in [(1, "smoke \"é\""), (2, "")] {
        write_process(scratch.path(), &program, process(instance, label), &[("price::never", &[1])]);
    }
    let dump = |dir: &str| {
        let dump = Tool::Ours.run_in(scratch.path(), &["debugdump", "-live", "-i", dir]).quiet().stdout_text();
        dump.lines().filter(|line| line.starts_with("snapshot:")).map(str::to_owned).collect::<Vec<_>>()
    };
    let line = |instance: u8, label: &str| {
        format!(
            "snapshot: instance={instance:032x} epoch=0 sequence=1 started=2023-11-14T22:13:20.000000000Z \
             written=2023-11-14T22:13:29.000000000Z{label}"
        )
    };
    let lines = [line(1, " label=\"smoke \\\"é\\\"\""), line(2, "")];
    assert_eq!(dump("."), lines);
    // A merged file has a line for each of its parts.
    Tool::Ours.run_in(scratch.path(), &["merge", "-i=.", "-o=out"]).quiet();
    assert_eq!(dump("out"), lines);
    // Go's files have none.
    let go =
        Tool::Ours.run(&["debugdump", "-i", text(&livecov_tests::corpus::tiny_run("set", 1))]).quiet().stdout_text();
    assert!(go.contains("data file ") && !go.contains("snapshot:"), "{go}");
}
