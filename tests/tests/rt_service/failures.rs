//! What cannot be written is told, once for each kind of failure, and costs the program nothing.

use super::service::{End, Service, files, ran};
use livecov_tests::compare::scratch;
use livecov_tests::paths::text;
use std::fs;
use std::os::unix::fs::PermissionsExt;

const TERM: i32 = -15;
const NOBODY: u32 = 65534;

/// Nobody's lines but the runtime's, one for each of `words`.
#[track_caller]
fn assert_lines(end: &End, words: &[&str]) {
    let lines: Vec<_> = end.stderr.lines().collect();
    assert_eq!(lines.len(), words.len(), "{end:?}");
    for (line, word) in lines.iter().zip(words) {
        assert!(line.starts_with("livecov: ") && line.contains(word), "{word}: {end:?}");
    }
}

#[test]
fn a_limit_of_file_sizes_does_not_kill() {
    let root = scratch();
    let mut service = Service::start(&[("LIVECOV_DIR", text(root.path())), ("LIVECOV_DUMP_SIGNAL", "USR2")]);
    service.tell("file-size 100");
    service.kill("USR2");
    service.kill("USR2");
    let end = service.killed("TERM");
    assert_eq!((end.status, files(root.path())), (TERM, 0));
    assert_lines(&end, &["File too large", "are lost"]);

    let mut service = Service::start(&[("LIVECOV_DIR", text(root.path()))]);
    service.tell("file-size 100");
    let end = service.tell_last("return 5");
    assert_eq!((end.status, files(root.path())), (5, 0));
    assert_lines(&end, &["are lost"]);
}

/// A service at its limit of descriptors still dumps.
#[test]
fn a_few_descriptors_are_kept() {
    let root = scratch();
    let mut service = Service::start(&[("LIVECOV_DIR", text(root.path())), ("LIVECOV_DUMP_SIGNAL", "USR2")]);
    service.tell("step");
    service.tell("open");
    for count in 1..=3 {
        service.kill("USR2");
        assert_eq!(files(root.path()), count);
    }
    assert_eq!(service.killed("TERM"), End { status: TERM, stderr: String::new() });
    assert_eq!((files(root.path()), ran(root.path(), "step")), (4, 1));
}

/// Nor does it need what a daemon closes.
#[test]
fn closed_descriptors_are_not_missed() {
    let root = scratch();
    let mut service = Service::start(&[("LIVECOV_DIR", text(root.path())), ("LIVECOV_DUMP_SIGNAL", "USR2")]);
    service.tell("close");
    service.tell("open");
    service.tell("close");
    service.kill("USR2");
    assert_eq!(files(root.path()), 1);
    assert_eq!(service.killed("TERM"), End { status: TERM, stderr: String::new() });
}

#[test]
fn another_user_s_directory_is_told() {
    let root = scratch();
    fs::set_permissions(root.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let data = root.path().join("data");
    let mut service = Service::start(&[("LIVECOV_DIR", text(&data)), ("LIVECOV_DUMP_SIGNAL", "USR2")]);
    service.tell(&format!("user {NOBODY}"));
    service.kill("USR2");
    service.kill("USR2");
    // What has failed is tried again, and what fails after a success is told again.
    fs::set_permissions(&data, fs::Permissions::from_mode(0o777)).unwrap();
    service.kill("USR2");
    assert_eq!(files(&data), 1);
    fs::set_permissions(&data, fs::Permissions::from_mode(0o755)).unwrap();
    service.kill("USR2");
    let end = service.killed("TERM");
    assert_eq!(end.status, TERM);
    assert_lines(&end, &["Permission denied", "Permission denied", "are lost"]);
}

/// Whoever cannot write to standard error without waiting does not.
#[test]
fn a_reader_of_standard_error_that_sleeps_stops_nobody() {
    let root = scratch();
    let script = "exec 2> >(sleep 60); timeout 1 cat /dev/zero >&2; exec \"$SERVICE\"";
    let mut command = livecov_tests::go::clean("bash".as_ref());
    command.args(["-c", script]).env("SERVICE", super::service::exe(livecov_tests::rust::Mode::Count));
    command.env("LIVECOV_DIR", root.path().join("no/such")).env("LIVECOV_DUMP_SIGNAL", "USR2");
    let mut service = Service::of(command);
    service.kill("USR2");
    super::service::kill("KILL", service.id());
}
