//! Directories that are replaced, made, or named by patterns.

use super::service::{End, Service, files, ran};
use livecov_tests::compare::scratch;
use livecov_tests::paths::text;
use std::fs;
use std::os::unix::fs::PermissionsExt;

const TERM: i32 = -15;

#[test]
fn data_go_to_the_directory_that_has_the_name_now() {
    let root = scratch();
    let data = root.path().join("d");
    fs::create_dir(&data).unwrap();
    let mut service = Service::start(&[("LIVECOV_DIR", text(&data)), ("LIVECOV_DUMP_SIGNAL", "USR2")]);
    service.tell("step");
    service.kill("USR2");
    assert_eq!(files(&data), 1);
    // Removed and made again.
    fs::remove_dir_all(&data).unwrap();
    fs::create_dir(&data).unwrap();
    service.kill("USR2");
    assert_eq!((files(&data), ran(&data, "step")), (1, 1));
    // Moved away, and not made again.
    let old = root.path().join("d.old");
    fs::rename(&data, &old).unwrap();
    service.kill("USR2");
    assert_eq!((files(&old), files(&data), ran(&data, "step")), (1, 1, 1));
    // Removed: what comes at the end is kept, too.
    fs::remove_dir_all(&data).unwrap();
    assert_eq!(service.killed("TERM"), End { status: TERM, stderr: String::new() });
    assert_eq!((files(&data), ran(&data, "step")), (1, 1));
}

/// A relative path means what it meant at the start.
#[test]
fn a_change_of_the_current_directory_does_not_matter() {
    let root = scratch();
    let elsewhere = scratch();
    let mut command = livecov_tests::go::clean(super::service::exe(livecov_tests::rust::Mode::Count));
    command.current_dir(root.path()).env("LIVECOV_DIR", "data").env("LIVECOV_DUMP_SIGNAL", "USR2");
    let mut service = Service::of(command);
    service.tell(&format!("directory {}", text(elsewhere.path())));
    service.kill("USR2");
    assert_eq!(service.tell_last("return 0").status, 0);
    assert_eq!((files(&root.path().join("data")), fs::read_dir(elsewhere.path()).unwrap().count()), (2, 0));
}

#[test]
fn the_last_part_is_made_less_the_mask_of_new_files() {
    let root = scratch();
    let data = root.path().join("made");
    let mut service = Service::start(&[("LIVECOV_DIR", text(&data))]);
    service.tell_last("return 0");
    assert_eq!(files(&data), 1);
    assert_eq!(fs::metadata(&data).unwrap().permissions().mode() & 0o777, 0o755);
    // Not more than the last part: a mistake in the path is told.
    let deep = root.path().join("one/two");
    let end = Service::start(&[("LIVECOV_DIR", text(&deep))]).tell_last("return 0");
    assert!(end.status == 0 && end.stderr.contains("are lost") && !root.path().join("one").exists(), "{end:?}");
}

#[test]
fn patterns_are_filled_in() {
    let root = scratch();
    let pattern = root.path().join("%e-%p/%b/%%");
    let mut service = Service::start(&[("LIVECOV_DIR", text(&pattern)), ("LIVECOV_DUMP_SIGNAL", "USR2")]);
    let process = service.id();
    service.kill("USR2");
    service.tell_last("return 0");
    let builds = root.path().join(format!("service-{process}"));
    let build = fs::read_dir(&builds).unwrap().next().unwrap().unwrap();
    let data = build.path().join("%");
    assert_eq!(files(&data), 2);
    let meta = format!("covmeta.{}", build.file_name().to_string_lossy());
    assert!(data.join(meta).exists(), "the build's directory has the name of its meta file");
}

/// Under another root the path would name something else.
#[test]
fn a_change_of_the_root_does_not_matter() {
    let (root, jail) = (scratch(), scratch());
    let data = root.path().join("data");
    let mut service = Service::start(&[("LIVECOV_DIR", text(&data)), ("LIVECOV_DUMP_SIGNAL", "USR2")]);
    service.tell(&format!("root {}", text(jail.path())));
    service.kill("USR2");
    let end = service.tell_last("return 0");
    assert_eq!((end.status, files(&data)), (0, 2), "{end:?}");
    assert_eq!(fs::read_dir(jail.path()).unwrap().count(), 0);
}
