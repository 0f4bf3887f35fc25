//! Programs with more rights than their caller, and secrets in arguments.

use super::service::{Service, exe, files};
use livecov_tests::compare::scratch;
use livecov_tests::files::{copy_program, counter_files};
use livecov_tests::go::clean;
use livecov_tests::paths::text;
use livecov_tests::rust::Mode;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;

const NOBODY: u32 = 65534;

/// A program that is set-uid would make root's files where anybody says.
#[test]
fn set_uid_programs_do_not_trust_the_environment() {
    let root = scratch();
    fs::set_permissions(root.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let program = root.path().join("service");
    copy_program(exe(Mode::Count), &program);
    for (mode, expected) in [(0o4755, 0), (0o755, 1)] {
        let data = root.path().join(format!("data-{mode:o}"));
        fs::create_dir(&data).unwrap();
        fs::set_permissions(&data, fs::Permissions::from_mode(0o777)).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(mode)).unwrap();
        let mut command = clean(&program);
        command.uid(NOBODY).current_dir("/").env("LIVECOV_DIR", &data).env("LIVECOV_DUMP_SIGNAL", "USR2");
        command.env("LIVECOV_DEBUG", if mode == 0o4755 { "1" } else { "" });
        let end = Service::of(command).tell_last("return 0");
        assert_eq!((end.status, end.stderr.as_str()), (0, ""), "{mode:o}");
        assert_eq!(files(&data), expected, "{mode:o}");
    }
}

#[test]
fn arguments_stay_out_of_the_files_if_wanted() {
    for (value, is_there) in [("0", false), ("1", true)] {
        let root = scratch();
        let mut command = clean(exe(Mode::Count));
        command.arg("--password=sesame").env("LIVECOV_DIR", root.path()).env("LIVECOV_ARGS", value);
        Service::of(command).tell_last("return 0");
        let file = counter_files(root.path()).pop().unwrap();
        let bytes = fs::read(file).unwrap();
        assert_eq!(bytes.windows(6).any(|window| window == b"sesame"), is_there, "{}", text(root.path()));
        assert!(bytes.windows(8).any(|window| window == b"/service"), "the program's name stays");
    }
}
