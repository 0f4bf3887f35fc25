//! Signals that the environment names.

use super::service::{End, Service, files, kill, ran, wait_until};
use livecov_tests::compare::scratch;
use livecov_tests::paths::text;

const TERM: i32 = -15;
const KILL_ME: i32 = -12;

#[track_caller]
fn assert_one_line(end: &End, words: &[&str]) {
    let lines: Vec<_> = end.stderr.lines().collect();
    assert!(words.iter().all(|word| lines.iter().any(|line| line.contains(word))), "{end:?}");
    assert!(lines.iter().all(|line| line.starts_with("livecov: ")), "{end:?}");
    assert_eq!(lines.len(), words.len(), "{end:?}");
}

#[test]
fn a_dump_signal_does_not_kill_without_a_directory() {
    let root = scratch();
    let missing = root.path().join("missing/below");
    let mut service = Service::start(&[("LIVECOV_DIR", text(&missing)), ("LIVECOV_DUMP_SIGNAL", "USR2")]);
    service.kill("USR2");
    service.kill("USR2");
    let end = service.killed("TERM");
    assert_eq!(end.status, TERM);
    // At the start, at the first dump, and what is lost at the end.
    assert_one_line(&end, &["tried again", "kept for the next dump", "are lost"]);

    let mut service = Service::start(&[("LIVECOV_DUMP_SIGNAL", "usr2")]);
    service.kill("USR2");
    service.kill("USR2");
    let end = service.killed("TERM");
    assert_eq!(end.status, TERM);
    assert_one_line(&end, &["LIVECOV_DUMP_SIGNAL=USR2: LIVECOV_DIR is not set", "set LIVECOV_DIR before"]);
}

/// A volume may be mounted after the program has started.
#[test]
fn a_directory_may_come_later() {
    let root = scratch();
    let later = root.path().join("missing/below");
    let mut service = Service::start(&[("LIVECOV_DIR", text(&later)), ("LIVECOV_DUMP_SIGNAL", "USR2")]);
    service.tell("step");
    std::fs::create_dir_all(&later).unwrap();
    service.kill("USR2");
    assert_eq!((files(&later), ran(&later, "step")), (1, 1));
    assert_one_line(&service.killed("TERM"), &["tried again"]);
    assert_eq!(files(&later), 2);
}

#[test]
fn signals_have_many_names() {
    for (name, sent) in
        [("SIGUSR1", "USR1"), ("sigusr2", "USR2"), ("rtmin+1", "RTMIN+1"), ("RTMAX-2", "RTMAX-2"), ("10", "USR1")]
    {
        let root = scratch();
        let mut service = Service::start(&[("LIVECOV_DIR", text(root.path())), ("LIVECOV_DUMP_SIGNAL", name)]);
        service.kill(sent);
        assert_eq!(files(root.path()), 1, "{name}");
        assert_eq!(service.tell_last("return 3"), End { status: 3, stderr: String::new() }, "{name}");
    }
}

#[test]
fn a_name_that_is_not_understood_is_told_at_the_start() {
    let root = scratch();
    for (name, words) in
        [("USR3", "no such signal"), ("KILL", "lets no program handle"), ("RTMIN+99", "no such signal")]
    {
        let mut service = Service::start(&[("LIVECOV_DIR", text(root.path())), ("LIVECOV_DUMP_SIGNAL", name)]);
        let end = service.killed("USR2");
        assert_eq!(end.status, KILL_ME, "as without Livecov");
        assert_one_line(&end, &[words]);
    }
}

#[test]
fn values_that_are_not_understood_are_told_at_the_start() {
    let root = scratch();
    let cases = [
        ("LIVECOV_DUMP_KEEP", "all", Some("LIVECOV_DUMP_KEEP=all: not understood; use a number from 1 to 64")),
        ("LIVECOV_DUMP_KEEP", "65", Some("use a number from 1 to 64")),
        ("LIVECOV_DUMP_KEEP", "-1", Some("use a number from 1 to 64")),
        ("LIVECOV_DUMP_KEEP", "64", None),
        ("LIVECOV_DUMP_KEEP", "", None),
        ("LIVECOV_ARGS", "none", Some("LIVECOV_ARGS=none: not understood; use 0 to keep arguments out")),
        ("LIVECOV_ARGS", "Off", None),
        ("LIVECOV_DUMP_THREAD", "2", Some("use 1 for a thread")),
        ("LIVECOV_DUMP_THREAD", "1", None),
        ("LIVECOV_TAKE_SIGNAL", "12", Some("name the same signal")),
    ];
    for (variable, value, words) in cases {
        let variables = [("LIVECOV_DIR", text(root.path())), ("LIVECOV_DUMP_SIGNAL", "USR2"), (variable, value)];
        let end = Service::start(&variables).tell_last("return 3");
        assert_eq!(end.status, 3, "{variable}={value}");
        assert_one_line(&end, words.as_slice());
    }
}

/// It must not look as if the variable were not set.
#[test]
fn a_path_that_is_too_long_is_told() {
    let long = format!("/tmp/{}", "a".repeat(5000));
    let end = Service::start(&[("LIVECOV_DIR", &long)]).tell_last("return 3");
    assert_eq!(end.status, 3);
    assert_one_line(&end, &["LIVECOV_DIR: the path is too long"]);
}

#[test]
fn a_dump_signal_that_ends_programs_ends_them_still() {
    for (name, status) in [("TERM", TERM), ("int", -2), ("QUIT", -3)] {
        let root = scratch();
        let mut service = Service::start(&[("LIVECOV_DIR", text(root.path())), ("LIVECOV_DUMP_SIGNAL", name)]);
        service.tell("step");
        assert_eq!(service.killed(name), End { status, stderr: String::new() });
        assert_eq!((files(root.path()), ran(root.path(), "step")), (1, 1), "{name}");
    }
}

#[test]
fn a_take_signal_starts_from_zero() {
    let root = scratch();
    let variables =
        [("LIVECOV_DIR", text(root.path())), ("LIVECOV_TAKE_SIGNAL", "USR1"), ("LIVECOV_DUMP_SIGNAL", "USR2")];
    let mut service = Service::start(&variables);
    let mut windows = Vec::new();
    for steps in [2, 0, 3] {
        (0..steps).for_each(|_| service.tell("step"));
        // Snapshots in between change nothing.
        service.kill("USR2");
        service.kill("USR1");
        windows.push(ran(root.path(), "step"));
    }
    assert_eq!(windows, [2, 2, 5], "the sum of all windows by then");
    service.tell("step");
    assert_eq!(service.killed("TERM"), End { status: TERM, stderr: String::new() });
    assert_eq!(ran(root.path(), "step"), 6);
}

#[test]
fn a_signal_that_the_program_takes_or_blocks_is_told_once() {
    let root = scratch();
    let variables = [("LIVECOV_DIR", text(root.path())), ("LIVECOV_DUMP_SIGNAL", "USR2")];
    let mut service = Service::start(&variables);
    service.tell("handle 12");
    service.tell("handle 12");
    service.kill("USR2");
    assert_eq!(files(root.path()), 0, "the signal is the program's");
    assert_one_line(&service.tell_last("return 0"), &["handles the signal itself that LIVECOV_DUMP_SIGNAL names"]);

    let mut service = Service::start(&variables);
    service.tell("block");
    kill("USR2", service.id());
    assert_one_line(&service.tell_last("return 0"), &["all threads block it"]);
}

#[test]
fn the_last_dumps_stay() {
    let root = scratch();
    let variables = [
        ("LIVECOV_DIR", text(root.path())),
        ("LIVECOV_DUMP_SIGNAL", "USR2"),
        ("LIVECOV_TAKE_SIGNAL", "USR1"),
        ("LIVECOV_DUMP_KEEP", "2"),
    ];
    let mut service = Service::start(&variables);
    for count in 1..=5 {
        service.tell("step");
        service.kill("USR2");
        assert_eq!(files(root.path()), count.min(2));
    }
    assert_eq!(ran(root.path(), "step"), 5);
    // The dumps of another window are not in those of this one.
    service.kill("USR1");
    assert_eq!(files(root.path()), 3);
    for count in 1..=3 {
        service.tell("step");
        service.kill("USR2");
        assert_eq!(files(root.path()), 3 + count.min(2));
    }
    service.killed("TERM");
    assert_eq!((files(root.path()), ran(root.path(), "step")), (5, 8));
}

/// The thread writes, also where the program blocks the signal; what it has not written yet, the end waits for.
#[test]
fn a_thread_writes_if_wanted() {
    let root = scratch();
    let variables = [("LIVECOV_DIR", text(root.path())), ("LIVECOV_DUMP_SIGNAL", "USR2"), ("LIVECOV_DUMP_THREAD", "1")];
    let mut service = Service::start(&variables);
    let threads = std::fs::read_dir(format!("/proc/{}/task", service.id())).unwrap().count();
    assert_eq!(threads, 2);
    service.tell("step");
    kill("USR2", service.id());
    wait_until("the dump is there", || files_so_far(root.path()) == 1);
    service.tell("block");
    kill("USR2", service.id());
    wait_until("the dump is there", || files_so_far(root.path()) == 2);
    kill("USR2", service.id());
    assert_eq!(service.tell_last("return 0"), End { status: 0, stderr: String::new() });
    assert_eq!((files(root.path()) >= 3, ran(root.path(), "step")), (true, 1));
}

/// Files with a final name, while one may be written.
fn files_so_far(directory: &std::path::Path) -> usize {
    livecov_tests::files::counter_files(directory).len()
}

/// A container's program has number 1, whose signals the system drops unless they are handled.
#[test]
fn the_first_process_of_a_container_goes_on() {
    let root = scratch();
    let mut command = livecov_tests::go::clean("unshare".as_ref());
    command.args(["--pid", "--fork", "--kill-child", "--"]).arg(super::service::exe(livecov_tests::rust::Mode::Count));
    command.env("LIVECOV_DIR", root.path());
    if !livecov_tests::child::command("unshare")
        .args(["--pid", "--fork", "true"])
        .status()
        .is_ok_and(|status| status.success())
    {
        eprintln!("left out: no right to make a namespace of processes");
        return;
    }
    let mut service = Service::of(command);
    let children = std::fs::read_to_string(format!("/proc/{0}/task/{0}/children", service.id())).unwrap();
    let inner: u32 = children.trim().parse().unwrap();
    for count in 1..=3 {
        service.tell("step");
        kill("TERM", inner);
        service.tell("other");
        assert_eq!((files(root.path()), ran(root.path(), "step")), (count, count as u64));
    }
    assert_eq!(service.tell_last("return 4").status, 4);
}
