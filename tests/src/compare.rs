//! One command by both tools, and what may differ.

use crate::command::Outcome;
use crate::dump;
use crate::paths::{make_dir, repo_root, text};
use crate::tool::Tool;
use std::path::Path;
use tempfile::TempDir;

/// Stands for the output in an argument list: for each tool a file of its own that does not exist yet, or an empty
/// directory of its own for the commands that write one.
pub const OUT: &str = "{out}";

/// A fresh directory that disappears with the value.
pub fn scratch() -> TempDir {
    tempfile::Builder::new().prefix("livecov-tests-").tempdir().expect("a temporary directory")
}

/// What one tool made of a command.
pub struct Answer {
    /// Status and output, with the path of the output replaced by [`OUT`].
    pub outcome: Outcome,
    /// The output file, if the tool wrote one.
    pub out: Option<Vec<u8>>,
    dir: TempDir,
}

impl Answer {
    /// Runs `args` in `cwd`; [`OUT`] in them becomes a path in a directory of its own.
    pub fn new(tool: Tool, cwd: &Path, args: &[&str]) -> Answer {
        let dir = scratch();
        let out = dir.path().join("out");
        // Go wants the directory to be there.
        if matches!(args.first(), Some(&("merge" | "subtract" | "intersect"))) {
            make_dir(&out);
        }
        let args: Vec<String> = args.iter().map(|arg| arg.replace(OUT, text(&out))).collect();
        let mut outcome = tool.run_in(cwd, &args);
        outcome.stdout = outcome.stdout_text().replace(text(&out), OUT).into_bytes();
        outcome.stderr = outcome.stderr_text().replace(text(&out), OUT).into_bytes();
        Answer { outcome, out: std::fs::read(&out).ok(), dir }
    }

    /// Where the output is: a directory for `merge`, `subtract` and `intersect`.
    pub fn out_path(&self) -> std::path::PathBuf {
        self.dir.path().join("out")
    }
}

/// Both tools' answers must be equal: status, standard output, output file, and what is wrong. Known differences that
/// have tests of their own are taken out first: the banner of `debugdump`, the text of a usage, the newline after a
/// package without statements in `percent`, and what becomes of the output when the command fails.
#[track_caller]
pub fn same(args: &[&str]) -> Answer {
    same_in(repo_root(), args)
}

/// As [`same`], in the directory `cwd`.
#[track_caller]
pub fn same_in(cwd: &Path, args: &[&str]) -> Answer {
    let [go, ours] = both(cwd, args);
    if ours.outcome.status != Some(0) {
        return ours;
    }
    match (&go.out, &ours.out) {
        (None, None) => {}
        (Some(go), Some(ours)) => assert_same_text(
            &format!("output file of {args:?}"),
            &String::from_utf8_lossy(go),
            &String::from_utf8_lossy(ours),
        ),
        (go, ours) => panic!("output file of {args:?}: Go wrote one: {}, ours: {}", go.is_some(), ours.is_some()),
    }
    ours
}

/// Both tools' answers, after the comparison of status and output.
#[track_caller]
fn both(cwd: &Path, args: &[&str]) -> [Answer; 2] {
    let go = Answer::new(Tool::Go, cwd, args);
    let ours = Answer::new(Tool::Ours, cwd, args);
    assert_same_text(
        &format!("standard output of {args:?}"),
        &comparable(args, &go.outcome),
        &comparable(args, &ours.outcome),
    );
    assert_same_text(&format!("standard error of {args:?}"), &complaints(&go.outcome), &complaints(&ours.outcome));
    assert!(
        go.outcome.status == ours.outcome.status,
        "exit status of {args:?}: Go {:?}, ours {:?}",
        go.outcome,
        ours.outcome
    );
    [go, ours]
}

/// Standard output without the known differences.
fn comparable(args: &[&str], outcome: &Outcome) -> String {
    let text = outcome.stdout_text();
    match args.first() {
        Some(&"percent") => text.replace("\t\t\n", "\t\t"),
        Some(&"debugdump") => dump::comparable(&text),
        _ => text,
    }
}

/// Warnings and errors; after a usage error both tools print a usage, each its own.
fn complaints(outcome: &Outcome) -> String {
    if outcome.status == Some(2) {
        return outcome.complaint();
    }
    outcome.stderr_text()
}

/// Panics with the first line in which the two differ.
#[track_caller]
pub fn assert_same_text(what: &str, go: &str, ours: &str) {
    if go == ours {
        return;
    }
    let go_lines: Vec<&str> = go.split('\n').collect();
    let our_lines: Vec<&str> = ours.split('\n').collect();
    let at = (0..go_lines.len().max(our_lines.len())).find(|&at| go_lines.get(at) != our_lines.get(at)).unwrap_or(0);
    panic!(
        "{what} differs in line {} (Go has {} lines, we {}):\n  Go (or expected): {:?}\n  ours: {:?}",
        at + 1,
        go_lines.len(),
        our_lines.len(),
        go_lines.get(at),
        our_lines.get(at)
    );
}

/// What a data directory says to a tool.
#[derive(Debug, PartialEq, Eq)]
pub struct Reading {
    /// The dump in [`dump::normal`] form.
    pub dump: String,
    /// The text profile.
    pub profile: String,
    /// The report by functions.
    pub functions: String,
}

/// Reads a directory with one tool. Everything must work without a warning.
#[track_caller]
pub fn read(tool: Tool, dir: &Path) -> Reading {
    let input = format!("-i={}", text(dir));
    let out = format!("-o={OUT}");
    let dumped = tool.run(&["debugdump", &input]).quiet();
    let functions = tool.run(&["func", &input]).quiet();
    let profile = Answer::new(tool, repo_root(), &["textfmt", &input, &out]);
    profile.outcome.clone().quiet();
    Reading {
        dump: dump::normal(&dumped.stdout_text()),
        profile: String::from_utf8_lossy(&profile.out.unwrap_or_default()).into_owned(),
        functions: functions.stdout_text(),
    }
}

/// Panics with the first line in which the two readings differ.
#[track_caller]
pub fn assert_same_reading(what: &str, go: &Reading, ours: &Reading) {
    assert_same_text(&format!("dump of {what}"), &go.dump, &ours.dump);
    assert_same_text(&format!("profile of {what}"), &go.profile, &ours.profile);
    assert_same_text(&format!("functions of {what}"), &go.functions, &ours.functions);
}

/// Both tools must read the same out of a directory; gives what they read.
#[track_caller]
pub fn same_reading(what: &str, dir: &Path) -> Reading {
    let go = read(Tool::Go, dir);
    let ours = read(Tool::Ours, dir);
    assert_same_reading(what, &go, &ours);
    ours
}

/// Both tools carry out `args`, with `-o={out}` among them; then each reads the output of each, and all four readings
/// must be equal. Gives our answer and what is in it.
#[track_caller]
pub fn same_result(args: &[&str]) -> (Answer, Reading) {
    same_readings(args, read)
}

/// As [`same_result`] for data with neighbours of one name, which Go reports as one function.
#[track_caller]
pub fn same_result_but_functions(args: &[&str]) -> (Answer, Reading) {
    same_readings(args, |tool, dir| Reading { functions: String::new(), ..read(tool, dir) })
}

#[track_caller]
fn same_readings(args: &[&str], read: impl Fn(Tool, &Path) -> Reading) -> (Answer, Reading) {
    let [go, ours] = [Tool::Go, Tool::Ours].map(|tool| Answer::new(tool, repo_root(), args));
    for answer in [&go, &ours] {
        answer.outcome.clone().quiet();
        assert!(answer.outcome.stdout.is_empty(), "{:?}", answer.outcome);
    }
    let expected = read(Tool::Go, &go.out_path());
    let others = [
        ("ours of Go's output", read(Tool::Ours, &go.out_path())),
        ("Go's of our output", read(Tool::Go, &ours.out_path())),
        ("ours of our output", read(Tool::Ours, &ours.out_path())),
    ];
    for (what, reading) in others {
        let what = format!("{args:?}, reading {what},");
        assert_same_reading(&what, &expected, &reading);
    }
    (ours, expected)
}
