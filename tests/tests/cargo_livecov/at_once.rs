//! Runs at the same time, and data that stay until others replace them.

use crate::project::{Project, lines_of};
use livecov_tests::child;
use livecov_tests::command::capture;
use livecov_tests::files::{counter_files, list};
use livecov_tests::paths::text;
use std::fs;
use std::path::PathBuf;
use std::process::Stdio;
use std::thread::sleep;
use std::time::Duration;

/// The directories of runs, of all workspaces that share a target directory.
fn runs(target: &std::path::Path) -> Vec<PathBuf> {
    let workspaces = list(&target.join("livecov/runs"));
    let all = workspaces.iter().flat_map(|workspace| list(workspace));
    all.filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("run-"))).collect()
}

/// A run that begins and ends while another one lasts: each has its own counts, and the data are those of whichever ended
/// last.
#[test]
fn two_runs_of_one_project() {
    let project = Project::case("two-at-once", "");
    project.done(&["test", "--mode", "count", "--no-run"]);
    let start = |args: &[&str]| {
        let mut command = project.livecov(&["test", "--mode", "count", "--lcov", "--output-path"]);
        command.args(args).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command.spawn().expect("a child")
    };
    let mut slow = start(&["slow.info"]);
    sleep(Duration::from_secs(2));
    let quick = start(&["quick.info", "--test", "a_early"]).wait().expect("a status");
    assert!(quick.success() && slow.try_wait().expect("a status").is_none(), "the other one is still there");
    let counts = |lines: &crate::project::Lines| [1, 2].map(|line| lines[&("src/lib.rs".to_owned(), line)]);
    let written = |name: &str| counts(&lines_of(&project.root().join(name)));
    assert_eq!(written("quick.info"), [1, 0]);
    assert_eq!(counts(&project.lines()), [1, 0]);
    assert!(slow.wait().expect("a status").success());
    assert_eq!(written("slow.info"), [2, 2]);
    assert_eq!(counts(&project.lines()), [2, 2]);
    assert_eq!(runs(&project.root().join("target")).len(), 1);
}

#[test]
fn workspaces_that_share_a_target_directory() {
    let [one, two] = ["one", "two"].map(|name| {
        let manifest = format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2021\"\n");
        let main = format!("fn main() {{\n    println!(\"{name}\"); // run\n}}\n");
        Project::of(&[("Cargo.toml", &manifest), (&format!("src/bin/{name}.rs"), &main)])
    });
    let target = one.outside("shared");
    let call = |project: &Project, args: &[&str]| {
        let mut command = project.livecov(args);
        capture(command.env("CARGO_TARGET_DIR", &target)).exits(0).stdout_text()
    };
    for project in [&one, &two, &one, &two] {
        call(project, &["run"]);
    }
    for (project, own, other) in [(&one, "one.rs", "two.rs"), (&two, "two.rs", "one.rs")] {
        let report = call(project, &["report"]);
        assert!(report.contains(own) && !report.contains(other), "{report}");
    }
    assert_eq!(runs(&target).len(), 2);
    call(&one, &["clean", "--data"]);
    assert!(call(&two, &["report"]).contains("two.rs"));
    let outcome = capture(one.livecov(&["report"]).env("CARGO_TARGET_DIR", &target)).exits(1);
    assert!(outcome.complaint().contains("no data in"), "{outcome:?}");
}

/// Calls that fail before anything runs leave the data and the report of the run before.
#[test]
fn calls_that_fail_leave_the_last_data() {
    let project = Project::copy("sample");
    let named = project.outside("named");
    let flag = format!("--data-dir={}", text(&named));
    project.done(&["run"]);
    project.done(&["run", &flag]);
    fs::write(named.join("mine.txt"), "mine").expect("a file");
    let (before, public) = (project.lines(), project.root().join("target/livecov/data"));
    let names = [counter_files(&public), counter_files(&named)];
    assert!(names.iter().all(|names| !names.is_empty()), "{names:?}");
    let source = fs::read_to_string(project.root().join("lib/src/lib.rs")).expect("a text");
    for (args, has_mistake) in
        [(["test", "--nonsense"], false), (["nextest", "--nonsense"], false), (["run", "-q"], true)]
    {
        if has_mistake {
            project.replace("lib/src/lib.rs", "n * 2 // unit", "n * \"2\" // unit");
        }
        for flags in [args.to_vec(), [args.as_slice(), &[flag.as_str()]].concat()] {
            let outcome = capture(&mut project.livecov(&flags));
            assert!(outcome.status.is_some_and(|status| status != 0), "{outcome:?}");
            assert!(outcome.stderr_text().contains("are still there"), "{outcome:?}");
            assert_eq!([counter_files(&public), counter_files(&named)], names, "{flags:?}");
        }
        project.write("lib/src/lib.rs", source.as_bytes());
    }
    assert_eq!(project.lines(), before);
    assert_eq!(runs(&project.root().join("target")).len(), 1);
    // What a run leaves replaces them, and nothing else.
    project.done(&["run", &flag, "--", "child"]);
    assert_ne!(counter_files(&named), names[1]);
    project.done(&["clean", "--data", &flag]);
    assert_eq!(list(&named), [named.join("mine.txt")]);
}

/// A directory that the user named is not emptied under the feet of another run.
#[test]
fn two_runs_into_one_directory() {
    let project = Project::case("two-at-once", "");
    let named = project.outside("named");
    let flag = format!("--data-dir={}", text(&named));
    project.done(&["test", "--no-run"]);
    let mut slow = project.livecov(&["test", "-q", "--lib", &flag]);
    let mut slow = slow.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("a child");
    sleep(Duration::from_secs(2));
    for args in [["test", "-q", &flag].as_slice(), &["test", "-q", "--no-clean", &flag]] {
        let outcome = capture(&mut project.livecov(args)).exits(1);
        assert!(outcome.complaint().contains("another run of cargo livecov writes to"), "{outcome:?}");
    }
    assert!(slow.wait().expect("a status").success());
    project.done(&["report", &flag]);
}

/// What a run that was killed has left is reported, and goes with the next one.
#[test]
fn a_run_that_was_killed() {
    let project = Project::copy("sample");
    project.done(&["run"]);
    let mut waiting = project.livecov(&["run", "-q", "--", "wait"]);
    let mut waiting = waiting.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("a child");
    let mut first = [0; 8];
    std::io::Read::read_exact(waiting.stdout.as_mut().expect("a pipe"), &mut first).expect("a line");
    // The program has the place of cargo, which this tool called.
    let process = waiting.id();
    let children = fs::read_to_string(format!("/proc/{process}/task/{process}/children")).expect("a list");
    waiting.kill().expect("it is alive");
    waiting.wait().expect("a status");
    let status = child::command("kill").args(["-s", "TERM"]).args(children.split_whitespace()).status().expect("kill");
    assert!(status.success(), "{children}");
    for _ in 0..500 {
        if runs(&project.root().join("target"))
            .iter()
            .filter(|run| !counter_files(&run.join("data")).is_empty())
            .count()
            == 2
        {
            break;
        }
        sleep(Duration::from_millis(20));
    }
    let outcome = capture(&mut project.livecov(&["report"])).exits(0);
    assert!(outcome.stderr_text().contains("the last run was killed"), "{outcome:?}");
    project.check(&[("wait", Some(1)), ("run", Some(0))]);
    project.done(&["run"]);
    project.check(&[("wait", Some(0)), ("run", Some(1))]);
    assert_eq!(runs(&project.root().join("target")).len(), 1);
}
