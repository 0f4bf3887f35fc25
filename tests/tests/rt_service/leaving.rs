//! Ends that no destructor sees, and daemons.

use super::service::{End, Service, exe, files, ran, wait_until};
use livecov_tests::compare::scratch;
use livecov_tests::go::clean;
use livecov_tests::paths::text;
use livecov_tests::rust::Mode;

/// Has the service and its plain twin end by `line`, which must end both alike, and hands over what is kept.
#[track_caller]
fn ends(line: &str, status: i32, check: impl Fn(&std::path::Path)) {
    let mut plain = Service::of(clean(exe(Mode::Plain)));
    assert_eq!(plain.tell_last(line), End { status, stderr: String::new() }, "plain: {line}");
    let root = scratch();
    let mut service = Service::start(&[("LIVECOV_DIR", text(root.path()))]);
    (0..3).for_each(|_| service.tell("step"));
    assert_eq!(service.tell_last(line), End { status, stderr: String::new() }, "{line}");
    check(root.path());
}

#[test]
fn what_leaves_at_once_is_kept() {
    for (line, status) in [("leave 7", 7), ("leave-quickly 8", 8), ("leave-in-handler", 9)] {
        ends(line, status, |data| assert_eq!((files(data), ran(data, "step")), (1, 3), "{line}"));
    }
}

#[test]
fn what_becomes_another_program_is_kept() {
    for call in ["execv", "execve", "execvp", "command"] {
        ends(&format!("become {call}"), 5, |data| assert_eq!((files(data), ran(data, "step")), (1, 3), "{call}"));
    }
    // A call that fails goes on, and the snapshot before it does not count twice.
    let root = scratch();
    let mut service = Service::start(&[("LIVECOV_DIR", text(root.path()))]);
    service.tell("step");
    service.tell("become nothing");
    service.tell("step");
    assert_eq!(service.tell_last("return 0").status, 0);
    assert_eq!((files(root.path()), ran(root.path(), "step")), (2, 2));
}

/// The daemon's parent leaves by `_exit` after the fork.
#[test]
fn both_halves_of_a_daemon_are_kept() {
    let root = scratch();
    let mut service = Service::start(&[("LIVECOV_DIR", text(root.path()))]);
    service.tell("step");
    // The answer is the daemon's.
    service.tell("fork-and-leave");
    service.tell("step");
    assert_eq!(service.tell_last("return 0").status, 0);
    wait_until("the daemon has ended", || livecov_tests::files::counter_files(root.path()).len() == 2);
    assert_eq!((ran(root.path(), "step"), ran(root.path(), "in_daemon"), ran(root.path(), "main")), (2, 1, 1));
}

#[test]
fn children_on_their_way_to_another_program() {
    let root = scratch();
    let mut service = Service::start(&[("LIVECOV_DIR", text(root.path()))]);
    service.tell("spawn");
    assert_eq!((files(root.path()), ran(root.path(), "in_child")), (1, 1), "what ran in the child is kept");
    service.tell("vfork-and-leave");
    assert_eq!(files(root.path()), 1, "a child of vfork writes nothing");
    assert_eq!(service.tell_last("return 0").status, 0);
    assert_eq!((files(root.path()), ran(root.path(), "main")), (2, 1));
}

/// Without a directory nothing is written and nothing is said.
#[test]
fn nothing_is_said_where_nothing_is_asked_for() {
    for line in ["leave 7", "leave-quickly 7", "return 7"] {
        assert_eq!(Service::start(&[]).tell_last(line), End { status: 7, stderr: String::new() });
    }
    let end = Service::start(&[]).killed("TERM");
    assert_eq!(end, End { status: -15, stderr: String::new() });
}
