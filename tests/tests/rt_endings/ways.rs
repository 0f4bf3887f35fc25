//! The ways of ending, and what is kept after each.

use super::run::{Ending, program, to_the_end};
use super::{HITS, Kept, hits, programs};
use livecov_tests::compare::scratch;
use livecov_tests::rust::Mode;
use std::path::Path;

/// A way of ending.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Way {
    /// As the table in `docs/ENDINGS.md` has it.
    pub(crate) name: &'static str,
    /// The program's argument.
    pub(crate) argument: &'static str,
    /// The signal to send when it is ready.
    pub(crate) signal: Option<&'static str>,
    /// Exit status or signal that the plain program ends with.
    end: (Option<i32>, Option<i32>),
}

const fn by_itself(name: &'static str, argument: &'static str, status: i32) -> Way {
    Way { name, argument, signal: None, end: (Some(status), None) }
}

const fn by_fault(name: &'static str, argument: &'static str, number: i32) -> Way {
    Way { name, argument, signal: None, end: (None, Some(number)) }
}

const fn by_signal(name: &'static str, signal: &'static str, number: i32) -> Way {
    Way { name, argument: "wait", signal: Some(signal), end: (None, Some(number)) }
}

const ILL: i32 = 4;
const ABRT: i32 = 6;
const BUS: i32 = 7;
const SEGV: i32 = 11;

// SIGSEGV and SIGBUS from outside are not among them: the standard library's handler takes the first for a fault, gives
// the signal back to the system and returns, and the plain program goes on.
pub(crate) const WAYS: [Way; 22] = [
    by_itself("return from `main`", "return", 0),
    by_itself("`process::exit` on another thread", "exit-in-thread", 3),
    by_itself("a panic of `main`", "panic", 101),
    by_itself("a panic of a thread, then a return", "panic-in-thread", 0),
    by_fault("a panic that cannot unwind", "panic-abort", ABRT),
    by_fault("`process::abort`", "abort", ABRT),
    by_signal("SIGTERM", "TERM", 15),
    by_signal("SIGINT", "INT", 2),
    by_signal("SIGHUP", "HUP", 1),
    by_signal("SIGQUIT", "QUIT", 3),
    by_signal("SIGABRT from outside", "ABRT", ABRT),
    by_signal("SIGFPE from outside", "FPE", 8),
    by_fault("a write to address 0", "null-write", SEGV),
    by_fault("a write behind the end of a mapped file", "bus", BUS),
    by_fault("an illegal instruction", "illegal", ILL),
    by_fault("stack overflow in `main`", "overflow", ABRT),
    by_fault("stack overflow in a thread", "overflow-in-thread", ABRT),
    by_itself("`_exit`", "_exit", 4),
    by_itself("`quick_exit`", "quick_exit", 5),
    by_itself("`exec`", "exec", 0),
    by_signal("SIGKILL", "KILL", 9),
    by_fault("SIGKILL after a dump", "dump-then-kill", 9),
];

impl Way {
    /// Runs it and gives how it ended.
    #[track_caller]
    pub(crate) fn run(self, path: &Path, is_armed: bool, directory: &Path, variables: &[(&str, &Path)]) -> Ending {
        let args: &[&str] = if is_armed { &["armed", self.argument] } else { &[self.argument] };
        to_the_end(program(path, args, directory, variables), self.signal)
    }
}

/// What is kept of a way of ending; that it ends as the plain program does is checked on the way.
#[track_caller]
fn kept(mode: Mode, way: Way, is_armed: bool) -> Option<Kept> {
    let (data, elsewhere) = (scratch(), scratch());
    let what = format!("{} {mode:?} armed: {is_armed}", way.name);
    let plain = way.run(&programs(Mode::Plain).join("endings"), is_armed, elsewhere.path(), &[]);
    assert_eq!((plain.status, plain.signal), way.end, "{what}: {plain:?}");
    let variables = [("LIVECOV_DIR", data.path())];
    let ending = way.run(&programs(mode).join("endings"), is_armed, elsewhere.path(), &variables);
    assert_eq!(plain, ending, "{what}");
    Kept::read(data.path())
}

/// Whether the counters are kept, all of them, or lost, all of them.
#[track_caller]
pub(crate) fn is_kept(mode: Mode, way: Way, is_armed: bool) -> bool {
    let Some(kept) = kept(mode, way, is_armed) else { return false };
    let what = format!("{} {mode:?} armed: {is_armed}", way.name);
    assert_eq!(kept.ran("before_the_end"), hits(mode, HITS), "{what}");
    assert_eq!(kept.ran("main"), 1, "{what}");
    if way.argument == "dump-then-kill" {
        // What ran after the dump is lost.
        assert_eq!(kept.ran("step"), hits(mode, 3), "{what}");
    } else {
        assert_eq!(kept.ran("last_step"), 1, "{what}");
    }
    true
}

/// The other mode's row of the table is `document`'s.
#[test]
fn all_ways_keep_the_same_in_each_mode() {
    for way in WAYS {
        for is_armed in [false, true] {
            let [set, count] = [Mode::Set, Mode::Count].map(|mode| is_kept(mode, way, is_armed));
            assert_eq!(set, count, "{} armed: {is_armed}", way.name);
        }
    }
}

/// Standard output, standard error and status have been compared with data; here without a directory for them.
#[test]
fn armed_without_a_directory_ends_the_same() {
    for way in WAYS.into_iter().filter(|way| way.argument != "dump-then-kill") {
        let elsewhere = scratch();
        let plain = way.run(&programs(Mode::Plain).join("endings"), true, elsewhere.path(), &[]);
        let ending = way.run(&programs(Mode::Atomic).join("endings"), true, elsewhere.path(), &[]);
        assert_eq!(plain, ending, "{}", way.name);
    }
}

#[test]
fn handlers_of_atexit_are_counted() {
    let way = by_itself("atexit", "atexit", 0);
    for mode in Mode::COUNTING {
        let kept = kept(mode, way, false).unwrap();
        assert_eq!(kept.ran("in_handler"), 1, "{mode:?}");
    }
}
