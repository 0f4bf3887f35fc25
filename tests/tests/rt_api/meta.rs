//! A meta file that is there already: right, damaged, something else, or another user's.

use super::{TIME_LIMIT, command, live_by_ours, ran};
use livecov_tests::child;
use livecov_tests::command::capture_within;
use livecov_tests::compare::scratch;
use livecov_tests::files::{counter_files, edit, list, meta_file, name, read};
use livecov_tests::rust::Mode;
use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

const ROOT: u32 = 0;
const NOBODY: u32 = 65534;

/// Runs the harness with its data in `data`.
#[track_caller]
fn run_to(data: &Path) {
    run(&mut harness(data));
}

fn harness(data: &Path) -> Command {
    let mut command = command(Mode::Set, "nothing", data);
    command.env("LIVECOV_DIR", data);
    command
}

#[track_caller]
fn run(command: &mut Command) {
    let outcome = capture_within(TIME_LIMIT, command);
    assert!(outcome.status == Some(0) && outcome.stderr.is_empty(), "{outcome:?}");
}

/// A directory with the data of one run, and the meta file as it should be.
fn first_run() -> (TempDir, PathBuf, Vec<u8>) {
    let data = scratch();
    run_to(data.path());
    let path = meta_file(data.path());
    let bytes = read(&path);
    (data, path, bytes)
}

#[test]
fn a_right_file_is_left_alone() {
    let (data, path, bytes) = first_run();
    let before = fs::metadata(&path).unwrap();
    run_to(data.path());
    let after = fs::metadata(&path).unwrap();
    assert_eq!((before.ino(), before.ctime_nsec()), (after.ino(), after.ctime_nsec()));
    assert_eq!(read(&path), bytes);
}

/// Wherever the damage is, also where the length is as it should be.
#[test]
fn a_damaged_file_is_replaced() {
    type Damage = fn(&mut Vec<u8>);
    let damages: [(&str, Damage); 7] = [
        ("the first byte", |bytes| bytes[0] ^= 1),
        ("a byte in the middle", |bytes| {
            let middle = bytes.len() / 2;
            bytes[middle] ^= 0x80;
        }),
        ("the last byte", |bytes| *bytes.last_mut().unwrap() ^= 1),
        ("zeros, as after a crash", |bytes| bytes.fill(0)),
        ("nothing", Vec::clear),
        ("cut short", |bytes| {
            bytes.pop();
        }),
        ("too long", |bytes| bytes.push(0)),
    ];
    let (data, path, right) = first_run();
    for (what, damage) in damages {
        edit(&path, damage);
        assert_ne!(read(&path), right, "{what}");
        run_to(data.path());
        assert_eq!(read(&path), right, "{what}");
    }
    assert_eq!(list(data.path()).len(), 1 + counter_files(data.path()).len(), "nothing else is left");
    let dump = live_by_ours(data.path());
    assert_eq!(ran(&dump, "at_the_end"), Some(1), "{dump}");
}

#[test]
fn what_is_no_file_is_replaced() {
    let (data, path, right) = first_run();
    let outside = data.path().join("outside");
    let kinds: [(&str, &dyn Fn()); 4] = [
        ("a link to nothing", &|| symlink(data.path().join("nowhere"), &path).unwrap()),
        ("a link to a device", &|| symlink("/dev/zero", &path).unwrap()),
        ("a link to another file", &|| symlink(&outside, &path).unwrap()),
        ("a pipe", &|| assert!(child::command("mkfifo").arg(&path).status().unwrap().success())),
    ];
    fs::write(&outside, b"somebody's").unwrap();
    for (what, make) in kinds {
        fs::remove_file(&path).unwrap();
        make();
        run_to(data.path());
        let status = fs::symlink_metadata(&path).unwrap();
        assert!(status.is_file() && read(&path) == right, "{what}");
    }
    assert_eq!(read(&outside), b"somebody's");
}

/// A directory has the name: the file gets another.
#[test]
fn what_cannot_be_replaced_is_written_beside_once() {
    let (data, path, right) = first_run();
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    // SAFETY: takes no argument and cannot fail.
    let user = unsafe { libc::geteuid() };
    let beside = path.with_file_name(format!("{}.{user}.1", name(&path)));
    for _ in 0..3 {
        run_to(data.path());
        assert_eq!(read(&beside), right);
    }
    assert_eq!(list(data.path()).len(), 1 + 1 + counter_files(data.path()).len(), "{:?}", list(data.path()));
    edit(&beside, |bytes| bytes[20] ^= 1);
    run_to(data.path());
    assert_eq!(read(&beside), right, "a damaged one is replaced too");
}

/// A directory that everybody may write to, and a copy of the harness that everybody may run.
struct Shared {
    place: TempDir,
    data: PathBuf,
}

impl Shared {
    /// None where the suite may not become another user.
    fn new(mode: u32) -> Option<Self> {
        // SAFETY: takes no argument and cannot fail.
        if unsafe { libc::geteuid() } != ROOT {
            return None;
        }
        let place = scratch();
        let data = place.path().join("data");
        fs::create_dir(&data).unwrap();
        fs::set_permissions(place.path(), Permissions::from_mode(0o755)).unwrap();
        fs::set_permissions(&data, Permissions::from_mode(mode)).unwrap();
        livecov_tests::files::copy_program(super::harness(Mode::Set), &place.path().join("harness"));
        Some(Self { place, data })
    }

    #[track_caller]
    fn run_as(&self, user: u32) {
        let mut command = livecov_tests::go::clean(&self.place.path().join("harness"));
        command.args(["-tp", "nothing", "-o"]).arg(&self.data).env("LIVECOV_DIR", &self.data);
        run(command.current_dir("/").uid(user).gid(user));
    }

    fn own_file(&self) -> PathBuf {
        self.run_as(ROOT);
        meta_file(&self.data)
    }

    fn beside(path: &Path, number: u32) -> PathBuf {
        path.with_file_name(format!("{}.{NOBODY}.{number}", name(path)))
    }
}

#[test]
fn another_users_unreadable_file_gets_one_beside_it() {
    for mode in [0o777, 0o1777] {
        let Some(shared) = Shared::new(mode) else { return };
        let path = shared.own_file();
        let right = read(&path);
        fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
        let before = fs::metadata(&path).unwrap().ino();
        for _ in 0..3 {
            shared.run_as(NOBODY);
        }
        let beside = Shared::beside(&path, 1);
        assert_eq!(read(&beside), right);
        assert_eq!(fs::metadata(&beside).unwrap().uid(), NOBODY);
        assert_eq!(list(&shared.data).len(), 2 + 4, "{:?}", list(&shared.data));
        assert_eq!(fs::metadata(&path).unwrap().ino(), before, "that user's file stays");
    }
}

#[test]
fn another_users_damaged_file_is_replaced_where_that_is_allowed() {
    for (mode, is_replaced) in [(0o777, true), (0o1777, false)] {
        let Some(shared) = Shared::new(mode) else { return };
        let path = shared.own_file();
        let right = read(&path);
        edit(&path, |bytes| bytes[30] ^= 1);
        for _ in 0..3 {
            shared.run_as(NOBODY);
        }
        let beside = Shared::beside(&path, 1);
        assert_eq!((read(&path) == right, beside.exists()), (is_replaced, !is_replaced), "{mode:o}");
        assert!(is_replaced || read(&beside) == right);
        assert_eq!(list(&shared.data).len(), 1 + usize::from(!is_replaced) + 4, "{:?}", list(&shared.data));
    }
}

/// Another user has made files by the names that ours would get, to keep it from writing one.
#[test]
fn names_that_are_taken_are_passed_over() {
    let Some(shared) = Shared::new(0o1777) else { return };
    let path = shared.own_file();
    let right = read(&path);
    edit(&path, |bytes| bytes[30] ^= 1);
    fs::write(Shared::beside(&path, 1), b"").unwrap();
    fs::copy(&path, Shared::beside(&path, 2)).unwrap();
    fs::set_permissions(Shared::beside(&path, 2), Permissions::from_mode(0o600)).unwrap();
    for _ in 0..2 {
        shared.run_as(NOBODY);
    }
    assert_eq!(read(&Shared::beside(&path, 3)), right);
    assert_eq!(list(&shared.data).len(), 4 + 3, "{:?}", list(&shared.data));
}

/// One's own file that cannot be read is replaced by one that can.
#[test]
fn an_own_unreadable_file_is_replaced() {
    let Some(shared) = Shared::new(0o1777) else { return };
    shared.run_as(NOBODY);
    let path = meta_file(&shared.data);
    fs::set_permissions(&path, Permissions::from_mode(0o000)).unwrap();
    shared.run_as(NOBODY);
    assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o644);
    assert_eq!(list(&shared.data).len(), 1 + 2);
}
