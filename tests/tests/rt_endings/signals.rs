//! Signals armed one by one.

use super::run::{Ending, program, to_the_end};
use super::{Kept, hits, programs};
use livecov_tests::compare::scratch;
use livecov_tests::files::counter_files;
use livecov_tests::rust::Mode;

const HUP: i32 = 1;
const USR2: i32 = 12;
const TERM: i32 = 15;

/// Runs the program `name` with `args` in each mode and gives how it ended, what is kept, and in how many files.
#[track_caller]
fn each(name: &str, args: &[&str], check: impl Fn(Mode, Ending, Option<Kept>, usize)) {
    for mode in Mode::COUNTING {
        let data = scratch();
        let command = program(&programs(mode).join(name), args, data.path(), &[("LIVECOV_DIR", data.path())]);
        let ending = to_the_end(command, None);
        check(mode, ending, Kept::read(data.path()), counter_files(data.path()).len());
    }
}

/// How the plain program ends.
#[track_caller]
fn plain(name: &str, args: &[&str]) -> Ending {
    let elsewhere = scratch();
    to_the_end(program(&programs(Mode::Plain).join(name), args, elsewhere.path(), &[]), None)
}

#[test]
fn dumps_and_the_last_one_count_once() {
    // Unarmed, the first of the signals ends it.
    assert_eq!(plain("endings", &["dumps-then-term"]).signal, Some(USR2));
    each("endings", &["dumps-then-term"], |mode, ending, kept, files| {
        assert_eq!((ending.signal, ending.stderr.as_str()), (Some(TERM), ""), "{ending:?}");
        assert_eq!(files, 3, "{mode:?}");
        assert_eq!(kept.unwrap().ran("step"), hits(mode, 4), "{mode:?}");
    });
}

#[test]
fn a_handler_that_was_there_is_called() {
    let plain_ending = plain("endings", &["handler-that-exits"]);
    assert_eq!((plain_ending.status, plain_ending.stdout.as_str()), (Some(7), "handled\n"));
    each("endings", &["handler-that-exits"], |mode, ending, kept, files| {
        assert_eq!(ending, plain_ending);
        assert_eq!((files, kept.unwrap().ran("step")), (1, 1), "{mode:?}");
    });
}

#[test]
fn a_handler_that_returns_lets_the_program_go_on() {
    let plain_ending = plain("endings", &["handler-that-returns"]);
    assert_eq!((plain_ending.status, plain_ending.stdout.as_str()), (Some(0), "handled\nhandled\n"));
    each("endings", &["handler-that-returns"], |mode, ending, kept, files| {
        assert_eq!(ending, plain_ending);
        assert_eq!((files, kept.unwrap().ran("step")), (3, hits(mode, 3)), "{mode:?}");
    });
}

/// What is written before the handler is the window that ends, without what is of the next one.
#[test]
fn a_handler_in_the_middle_of_a_take_makes_nothing_count_twice() {
    let plain_ending = plain("endings", &["handler-in-a-take"]);
    assert_eq!((plain_ending.status, plain_ending.stdout.as_str()), (Some(0), "handled\n"));
    each("endings", &["handler-in-a-take"], |mode, ending, kept, files| {
        assert_eq!(ending, plain_ending);
        assert_eq!((files, kept.unwrap().ran("step")), (2, hits(mode, 9)), "{mode:?}");
    });
}

#[test]
fn a_handler_for_one_signal_is_called_once() {
    let plain_ending = plain("endings", &["handler-once"]);
    assert_eq!((plain_ending.signal, plain_ending.stdout.as_str()), (Some(TERM), "handled\n"));
    each("endings", &["handler-once"], |mode, ending, kept, files| {
        assert_eq!(ending, plain_ending);
        // The first signal gave the second one to the system.
        assert_eq!((files, kept.unwrap().ran("step")), (1, 1), "{mode:?}");
    });
}

#[test]
fn an_ignored_signal_stays_ignored() {
    let plain_ending = plain("endings", &["ignored"]);
    assert_eq!((plain_ending.status, plain_ending.stdout.as_str()), (Some(0), "still here\n"));
    each("endings", &["ignored"], |mode, ending, kept, files| {
        assert_eq!(ending, plain_ending, "SIG{HUP}");
        assert_eq!((files, kept.unwrap().ran("step")), (2, hits(mode, 2)), "{mode:?}");
    });
}

#[test]
fn a_disarmed_signal_does_what_it_did() {
    let plain_ending = plain("endings", &["disarmed"]);
    assert_eq!(plain_ending.signal, Some(TERM));
    each("endings", &["disarmed"], |mode, ending, kept, _| {
        assert_eq!(ending, plain_ending);
        assert!(kept.is_none(), "{mode:?}");
    });
}

/// A handler that calls the one before it, under and over ours: nothing goes round in a circle.
#[test]
fn a_signal_can_be_armed_again_over_a_handler_that_calls_ours() {
    let plain_ending = plain("endings", &["armed-again"]);
    assert_eq!((plain_ending.status, plain_ending.stdout.as_str()), (Some(0), "2 calls\n"));
    each("endings", &["armed-again"], |mode, ending, kept, files| {
        assert_eq!(ending, plain_ending);
        assert_eq!((files, kept.unwrap().ran("step")), (3, hits(mode, 3)), "{mode:?}");
    });
}

#[test]
fn a_signal_can_be_armed_over_eight_handlers() {
    let plain_ending = plain("endings", &["armed-too-often"]);
    assert_eq!((plain_ending.status, plain_ending.stdout.as_str()), (Some(0), "27 calls\n"));
    each("endings", &["armed-too-often"], |mode, ending, kept, files| {
        assert_eq!(ending, plain_ending);
        assert_eq!((files, kept.unwrap().ran("step")), (25, hits(mode, 27)), "{mode:?}");
    });
}

#[test]
fn a_signal_can_be_armed_while_it_is_handled() {
    let plain_ending = plain("endings", &["armed-while-handled"]);
    assert_eq!((plain_ending.status, plain_ending.stdout.as_str()), (Some(0), "300 calls\n"));
    each("endings", &["armed-while-handled"], |mode, ending, kept, _| {
        assert_eq!(ending, plain_ending);
        assert_eq!(kept.unwrap().ran("step"), hits(mode, 300), "{mode:?}");
    });
}

#[test]
fn what_was_disarmed_under_a_handler_passes_on() {
    let plain_ending = plain("endings", &["disarmed-below"]);
    assert_eq!((plain_ending.signal, plain_ending.stdout.as_str()), (Some(TERM), "1 calls\n"));
    each("endings", &["disarmed-below"], |mode, ending, kept, _| {
        assert_eq!(ending, plain_ending);
        assert!(kept.is_none(), "{mode:?}");
    });
}

#[test]
fn signals_armed_before_main_write() {
    assert_eq!(plain("endings-startup", &[]).signal, Some(USR2));
    each("endings-startup", &[], |mode, ending, kept, files| {
        assert_eq!((ending.signal, ending.stdout.as_str(), ending.stderr.as_str()), (Some(TERM), "", ""));
        let kept = kept.unwrap();
        assert_eq!((files, kept.ran("before_signal")), (2, hits(mode, 2)), "{mode:?}");
        assert_eq!(kept.ran("startup_main"), 1, "{mode:?}");
    });
}

#[test]
fn signals_armed_before_main_do_not_kill_without_a_directory() {
    let elsewhere = scratch();
    let command = program(&programs(Mode::Atomic).join("endings-startup"), &[], elsewhere.path(), &[]);
    let ending = to_the_end(command, None);
    // It has survived the one that dumps, and told that this was in vain; the other has ended it.
    assert_eq!((ending.signal, ending.stderr.lines().count()), (Some(15), 1), "{ending:?}");
    assert!(ending.stderr.contains("set LIVECOV_DIR"), "{ending:?}");
}
