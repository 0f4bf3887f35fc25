//! Programs that are armed before `main` as `cargo livecov` does it, and have handlers of their own.

use super::run::{Ending, program, to_the_end};
use super::{Kept, hits, programs};
use livecov_tests::compare::scratch;
use livecov_tests::files::counter_files;
use livecov_tests::rust::Mode;
use std::ffi::OsStr;
use std::path::Path;

const ILL: i32 = 4;
const TERM: i32 = 15;
const NAME: &str = "endings-handlers";

/// Runs the program with a handler of the kind `kind`, without counters and in each mode; all of them must end alike.
/// Gives how, and calls `check` with what is kept and in how many files.
#[track_caller]
fn each(kind: &str, check: impl Fn(Mode, Kept, usize)) -> Ending {
    each_as(|program| program.to_owned(), &[kind], check)
}

/// As [`each`], with the program's path in `args` replaced by what `run` gives.
#[track_caller]
fn each_as(run: impl Fn(&Path) -> std::path::PathBuf, args: &[&str], check: impl Fn(Mode, Kept, usize)) -> Ending {
    let end = |mode: Mode, data: &Path| {
        let exe = programs(mode).join(NAME);
        let mut command = program(&run(&exe), args, data, &[("LIVECOV_DIR", data)]);
        command.env("PROGRAM", exe.as_os_str());
        to_the_end(command, None)
    };
    let plain = end(Mode::Plain, scratch().path());
    for mode in Mode::COUNTING {
        let data = scratch();
        assert_eq!(end(mode, data.path()), plain, "{mode:?} {args:?}");
        let files = counter_files(data.path()).len();
        check(mode, Kept::read(data.path()).expect("data"), files);
    }
    plain
}

/// How often the signal came and was survived, and the files.
#[track_caller]
fn assert_kept(kind: &str, signals: u64, goes_on: bool, expected_files: usize) -> Ending {
    each(kind, |mode, kept, files| {
        assert_eq!(kept.ran("handlers_main"), 1, "{mode:?} {kind}");
        assert_eq!(kept.ran("sends_signal"), hits(mode, signals), "{mode:?} {kind}");
        assert_eq!(kept.ran("after_signal"), u64::from(goes_on), "{mode:?} {kind}");
        assert_eq!(files, expected_files, "{mode:?} {kind}");
    })
}

#[test]
fn nothing_is_seen_of_what_is_armed() {
    let ending = assert_kept("query", 0, true, 1);
    assert_eq!(ending.stdout.matches(" default 0x0\n").count(), 7, "{ending:?}");
}

/// The program ends by itself, and its data are written then; the handler before the program's is the default action.
#[test]
fn a_graceful_end_is_one() {
    let ending = assert_kept("graceful", 2, true, 1);
    assert_eq!((ending.status, ending.stdout.as_str()), (Some(0), "default\n2 calls\n"));
}

#[test]
fn what_gives_the_signal_back_ends_by_it() {
    for kind in ["restore", "to-default", "to-default-by-signal"] {
        let ending = assert_kept(kind, 1, false, 1);
        assert_eq!((ending.signal, ending.stdout.as_str()), (Some(TERM), "default\n"), "{kind}");
    }
    let ending = assert_kept("set-back", 1, false, 1);
    assert_eq!((ending.signal, ending.stdout.as_str()), (Some(TERM), "handled\ndefault\n"));
    let ending = assert_kept("signal", 1, false, 1);
    let expected = "default\n1 calls, handled\nignored\ndefault\n";
    assert_eq!((ending.signal, ending.stdout.as_str()), (Some(TERM), expected));
}

/// The system gives the signal its default action by itself, and nobody has a say in the second one.
#[test]
fn a_handler_for_one_signal_leaves_the_rest_to_the_system() {
    let data = scratch();
    for mode in [Mode::Plain, Mode::Atomic] {
        let command = program(&programs(mode).join(NAME), &["once"], data.path(), &[("LIVECOV_DIR", data.path())]);
        let ending = to_the_end(command, None);
        assert_eq!((ending.signal, ending.stdout.as_str()), (Some(TERM), "1 calls\n"), "{mode:?}");
    }
    assert!(Kept::read(data.path()).is_none(), "docs/ENDINGS.md says that this is lost");
}

/// Handlers that come past what is replaced find ours and call it: it writes, and the program goes on.
#[test]
fn handlers_of_other_images_decide() {
    for kind in ["past", "past-of-one-argument"] {
        let ending = assert_kept(kind, 2, true, 3);
        assert_eq!((ending.status, ending.stdout.as_str()), (Some(0), "2 calls\n"), "{kind}");
    }
    let ending = each("past-once", |mode, kept, files| {
        assert_eq!((kept.ran("sends_signal"), kept.ran("after_signal"), files), (1, 0, 1), "{mode:?}");
    });
    assert_eq!((ending.signal, ending.stdout.as_str()), (Some(TERM), "1 calls\n"));
}

/// A fault that no handler wants ends the program, and does not come again and again.
#[test]
fn faults_that_are_passed_on_end_the_program() {
    for kind in ["past-fault", "fault"] {
        let ending = assert_kept(kind, 1, false, 1);
        assert_eq!(ending.signal, Some(ILL), "{kind}");
    }
}

/// What is started with a signal ignored, as `nohup` does, starts its children so.
#[test]
fn children_inherit_ignored_signals() {
    let run = |_: &Path| Path::new(OsStr::new("sh")).to_owned();
    let script = "trap '' HUP; exec \"$PROGRAM\" children";
    let ending = each_as(run, &["-c", script], |mode, kept, files| {
        assert_eq!((kept.ran("after_signal"), files), (1, 1), "{mode:?}");
    });
    let mask = ending.stdout.split_whitespace().last().and_then(|mask| u64::from_str_radix(mask, 16).ok());
    assert_eq!(mask.map(|mask| mask & 1), Some(1), "{ending:?}");
}
