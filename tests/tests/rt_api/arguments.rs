//! The command line, as it is kept in counter files.

use super::points::argument;
use super::{TIME_LIMIT, command, live, ran};
use livecov_tests::command::capture_within;
use livecov_tests::compare::scratch;
use livecov_tests::files::counter_files;
use livecov_tests::rust::Mode;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

#[test]
fn unusual_arguments_are_kept() {
    let long = vec![b'a'; 8000];
    // Arguments 5 and on; the harness's own come before.
    let more: [&[u8]; 6] = [&long, b"", b"caf\xe9 \xff\xfe", b"two\nlines", b"\xe2\x82\xac", b""];
    for mode in Mode::COUNTING {
        let (out, data) = (scratch(), scratch());
        let mut command = command(mode, "nothing", out.path());
        command.args(more.map(OsStr::from_bytes)).env("LIVECOV_DIR", data.path());
        capture_within(TIME_LIMIT, &mut command).quiet();
        let [file] = counter_files(data.path()).try_into().unwrap();
        assert_eq!(argument(&file, "argc"), Some(b"11".to_vec()));
        assert_eq!(argument(&file, "argv0"), Some(command.get_program().as_bytes().to_vec()));
        assert_eq!(argument(&file, "argv1"), Some(b"-tp".to_vec()));
        for (number, value) in (5..).zip(more) {
            assert_eq!(argument(&file, &format!("argv{number}")), Some(value.to_vec()), "{mode:?} argv{number}");
        }
        assert_eq!(argument(&file, "argv11"), None);
        assert_eq!(argument(&file, "GOOS"), Some(b"linux".to_vec()));
        assert_eq!(ran(&live(data.path()), "nothing"), Some(1), "{mode:?}");
    }
}

/// More than the runtime has room for: what is left out is left out by whole arguments.
#[test]
fn a_command_line_without_end_costs_only_itself() {
    let (out, data) = (scratch(), scratch());
    let mut command = command(Mode::Count, "nothing", out.path());
    command.args((0..40).map(|_| "b".repeat(5000))).env("LIVECOV_DIR", data.path());
    capture_within(TIME_LIMIT, &mut command).quiet();
    let [file] = counter_files(data.path()).try_into().unwrap();
    assert_eq!(argument(&file, "argv5"), Some(vec![b'b'; 5000]));
    let kept = (5..45).filter_map(|number| argument(&file, &format!("argv{number}")));
    assert!(kept.into_iter().all(|value| value.len() == 5000));
    assert_eq!(ran(&live(data.path()), "nothing"), Some(1));
}
