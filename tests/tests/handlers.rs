//! Programs that handle signals by published crates, under `cargo livecov`, which arms signals before they do.

#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

use livecov_tests::cargo_livecov::{Project, Run};
use livecov_tests::files::counter_files;
use livecov_tests::paths::programs_dir;
use std::collections::BTreeMap;
use std::sync::OnceLock;

struct Programs {
    project: Project,
    plain: std::path::PathBuf,
    counted: std::path::PathBuf,
}

fn programs() -> &'static Programs {
    static PROGRAMS: OnceLock<Programs> = OnceLock::new();
    PROGRAMS.get_or_init(|| {
        let project = Project::new("handlers", &programs_dir().join("handlers"));
        let plain = project.build_plain(&["--locked"]).join("handlers");
        let build = project.build(&["--locked", "--mode", "atomic"]);
        assert_eq!(build.warnings, Vec::<String>::new());
        Programs { project, plain, counted: build.folder.join("handlers") }
    })
}

/// How often the statements of each line ran that stand first in a function of `names`.
fn counts(profile: &str, names: &[&str]) -> BTreeMap<String, u64> {
    let source = std::fs::read_to_string(programs_dir().join("handlers/src/main.rs")).unwrap();
    let line_of = |name: &str| 1 + source.lines().position(|line| line.starts_with(&format!("fn {name}("))).unwrap();
    let count = |name: &str| {
        let place = format!("main.rs:{}.", line_of(name));
        let line = profile.lines().find(|line| line.contains(&place)).unwrap_or_else(|| panic!("{place}\n{profile}"));
        line.rsplit(' ').next().unwrap().parse().unwrap()
    };
    names.iter().map(|name| ((*name).to_owned(), count(name))).collect()
}

/// Runs it in the way `kind`, without and with counters, and checks how often it said that a signal came, and whether it
/// came to its end.
#[track_caller]
fn check(kind: &str, expected: &Run, came: u64) {
    let Programs { plain, counted, .. } = programs();
    let data = tempfile::tempdir().unwrap();
    let run = |program: &std::path::Path, data| Run::with(program, &[kind], data);
    assert_eq!(&run(plain, None), expected, "{kind}");
    assert_eq!(&run(counted, Some(data.path())), expected, "{kind}");
    assert_eq!(counter_files(data.path()).len(), 1, "{kind}");
    let counts = counts(&programs().project.text_profile(data.path()), &["came", "ended"]);
    let ends = u64::from(expected.status == "exit status: 0");
    assert_eq!((counts["came"], counts["ended"]), (came, ends), "{kind}");
}

fn run(status: &str, out: &str) -> Run {
    Run { status: status.to_owned(), out: out.to_owned(), err: String::new() }
}

fn graceful(out: &str) -> Run {
    run("exit status: 0", &format!("{out}ended gracefully\n"))
}

const CAME: &str = "it came\n";

#[test]
fn tokio_decides() {
    check("tokio", &graceful(&CAME.repeat(3)), 3);
    check("ctrl-c", &graceful(CAME), 1);
}

#[test]
fn signal_hook_decides() {
    check("flag", &graceful(&format!("true\n{CAME}")), 1);
    check("register", &graceful(&format!("true\n{CAME}")), 1);
    check("iterator", &graceful(&format!("Some(2)\n{CAME}")), 1);
}

/// The default action is taken by setting it, and that gives the signal to ours.
#[test]
fn the_default_action_of_signal_hook_keeps_the_data() {
    check("conditional", &run("signal: 15 (SIGTERM)", CAME), 1);
    check("emulate", &run("signal: 15 (SIGTERM)", CAME), 1);
}

#[test]
fn ctrlc_decides() {
    check("ctrlc-set", &graceful(&CAME.repeat(3)), 3);
    // Refused where a signal is handled already.
    check("ctrlc-try", &graceful(&CAME.repeat(3)), 3);
    check("ctrlc-twice", &graceful(&format!("true\n{CAME}")), 1);
}
