//! Go's own tests of its tools, run against ours, and Go's readers of the text profiles that we write.

use livecov_tests::command::{Outcome, capture, must};
use livecov_tests::compare::scratch;
use livecov_tests::corpus::{FIRST, SHARED_RUNS, tiny, tiny_program};
use livecov_tests::files::{read, write};
use livecov_tests::go::{go, goroot};
use livecov_tests::paths::text;
use livecov_tests::program::Program;
use livecov_tests::tool::Tool;
use std::path::Path;

/// How the overlaid test learns which tool to run.
const TOOL_UNDER_TEST: &str = "COVDATA_UNDER_TEST";

/// All subtests of Go's test of `covdata`.
const SUBTESTS: [&str; 12] = [
    "CounterClash",
    "Dump",
    "Intersect",
    "MergePcombine",
    "MergeSelect",
    "MergeSimple",
    "Percent",
    "PkgList",
    "Subtract",
    "TestCommandLineErrors",
    "TestEmpty",
    "Textfmt",
];

/// Go's test with the one line changed that says where the tool is, as an overlay.
fn overlay(dir: &Path) -> String {
    const TOOL_PATH: &str = "testenv.Executable(t)";
    let original = goroot().join("src/cmd/covdata/tool_test.go");
    let source = String::from_utf8(read(&original)).expect("a source file is text");
    assert_eq!(source.matches(TOOL_PATH).count(), 1, "Go's test has changed: the line to replace must be there once");
    let changed = dir.join("tool_test.go");
    let reading = format!("os.Getenv({TOOL_UNDER_TEST:?})");
    write(&changed, source.replace(TOOL_PATH, &reading).as_bytes());
    let overlay = dir.join("overlay.json");
    let json = format!("{{\"Replace\": {{{:?}: {:?}}}}}", text(&original), text(&changed));
    write(&overlay, json.as_bytes());
    text(&overlay).to_owned()
}

fn run_suite(tool: &Path) -> Outcome {
    let dir = scratch();
    let overlay = overlay(dir.path());
    // Without -count=1 an earlier result stands in for a run: Go does not see that the tool has changed.
    capture(
        go().current_dir(dir.path())
            .env(TOOL_UNDER_TEST, tool)
            .args(["test", "-v", "-count=1", "-vet=off", "-timeout=300s"])
            .args(["-overlay", &overlay, "cmd/covdata"]),
    )
}

/// Names of the subtests that ended with `verdict`, sorted.
fn subtests<'a>(output: &'a str, verdict: &str) -> Vec<&'a str> {
    let head = format!("--- {verdict}: TestCovTool/");
    let mut names: Vec<&str> = output
        .lines()
        .filter_map(|line| line.trim_start().strip_prefix(&head))
        .filter_map(|rest| rest.split(' ').next())
        .collect();
    names.sort_unstable();
    names
}

#[test]
fn all_subtests_of_go_pass() {
    let outcome = run_suite(Tool::Ours.path());
    let output = outcome.stdout_text();
    assert_eq!(subtests(&output, "FAIL"), [""; 0], "{outcome:?}");
    assert_eq!(subtests(&output, "SKIP"), [""; 0], "{outcome:?}");
    assert_eq!(subtests(&output, "PASS"), SUBTESTS, "{outcome:?}");
    outcome.exits(0);
}

#[test]
fn a_tool_that_does_nothing_fails_the_suite() {
    let outcome = run_suite(Path::new("/bin/true"));
    assert!(!subtests(&outcome.stdout_text(), "FAIL").is_empty(), "the overlay has no effect: {outcome:?}");
}

/// Text profile of the data directory.
fn profile(tool: Tool, data: &Path, path: &Path) {
    let input = format!("-i={}", text(data));
    let output = format!("-o={}", text(path));
    tool.run(&["textfmt", &input, &output]).quiet();
}

/// What `go tool cover` makes of a profile: the report by functions, and the page.
fn cover(program: Program, profile: &Path) -> (String, Vec<u8>) {
    let page = profile.with_extension("html");
    let cover = |option: &str| {
        let mut command = go();
        command.current_dir(program.source()).args(["tool", "cover"]).arg(format!("{option}={}", text(profile)));
        command
    };
    let functions = must(&mut cover("-func"));
    must(cover("-html").arg("-o").arg(&page));
    (functions, read(&page))
}

fn check_cover(program: Program, data: &Path, known_line: &str) {
    let dir = scratch();
    let [go, ours] = [(Tool::Go, "go"), (Tool::Ours, "ours")].map(|(tool, name)| {
        let path = dir.path().join(name);
        profile(tool, data, &path);
        cover(program, &path)
    });
    assert!(go.0.contains(known_line), "{}", go.0);
    assert_eq!(go.0, ours.0);
    assert!(go.1.len() > 1000, "a page has more than a frame");
    assert!(go.1 == ours.1, "the pages differ");
}

#[test]
fn go_tool_cover_reads_our_profile() {
    check_cover(tiny_program("set"), &tiny("set"), "example.org/tiny/main.go:45:\t");
}

#[test]
fn go_tool_cover_reads_our_profile_with_counts() {
    check_cover(FIRST, &FIRST.data(&SHARED_RUNS), "total:");
}

#[test]
fn go_tool_cover_reads_a_profile_of_our_merge() {
    let dir = scratch();
    let input = format!("-i={}", text(&tiny("count")));
    let merged = dir.path().join("merged");
    std::fs::create_dir(&merged).unwrap();
    let output = format!("-o={}", text(&merged));
    Tool::Ours.run(&["merge", &input, &output]).quiet();

    let of_inputs = dir.path().join("inputs");
    let of_merged = dir.path().join("merged.txt");
    profile(Tool::Go, &tiny("count"), &of_inputs);
    profile(Tool::Ours, &merged, &of_merged);
    let program = tiny_program("count");
    assert_eq!(cover(program, &of_inputs), cover(program, &of_merged));
}
