//! What is armed before `main`, unasked by the program.

use super::{Action, TERMINATION, arm_all_the_same, current, hide, is_unarmed, mistakes};
use crate::error::Error;
use crate::handler::level_of;
use crate::held::{has, pending};
use crate::images::any_instrumented;
use crate::notice::{Line, is_news, tell};
use crate::place::Place;
use crate::settings::{self, SocketName};
use crate::sys::{environment, unsigned};
use crate::target;
use core::ffi::{CStr, c_int};
use core::fmt::Write;
use core::sync::atomic::{AtomicBool, AtomicI32, Ordering};

/// The signals that variables name: to dump, and to dump and reset; 0 for none.
static NAMED: [AtomicI32; 2] = [const { AtomicI32::new(0) }; 2];
const VARIABLES: [(&CStr, Action); 2] =
    [(c"LIVECOV_DUMP_SIGNAL", Action::Dump), (c"LIVECOV_TAKE_SIGNAL", Action::Take)];

/// Whether data went anywhere when the program started.
static IS_WANTED: AtomicBool = AtomicBool::new(false);

/// Arms, from the start of `main` on, the signals that the standard library
/// wants for its message about a stack that has overflowed: it leaves them to
/// whoever has armed them before.
#[doc(hidden)]
pub fn arm_crashes() {
    if IS_WANTED.load(Ordering::Relaxed) {
        for signal in [libc::SIGSEGV, libc::SIGBUS] {
            // A program that cannot be armed runs unarmed.
            let _ = arm_all_the_same(signal, Action::DumpAndPassOn);
        }
    }
}

/// Arms, before `main`, the signals that end a program, out of sight of its
/// code, if data go anywhere; those of memory faults only once the standard
/// library, which wants to be the first, has its handler. And those that
/// `LIVECOV_DUMP_SIGNAL` and `LIVECOV_TAKE_SIGNAL` name.
#[doc(hidden)]
pub extern "C" fn arm_what_ends() {
    settings::load();
    crate::fork::note_process();
    let is_wanted = open_directory();
    if is_wanted {
        IS_WANTED.store(true, Ordering::Relaxed);
        arm_endings();
        crate::leave::at_quick_exit();
    }
    mistakes::tell_of_mistakes();
    for ((variable, action), named) in VARIABLES.into_iter().zip(&NAMED) {
        if let Some(signal) = named_signal(variable, true) {
            named.store(signal, Ordering::Relaxed);
            arm_named(variable, signal, action, is_wanted);
        }
    }
    mistakes::tell_of_same(named_signals());
    if settings::is_on(c"LIVECOV_DUMP_THREAD") && NAMED.iter().any(|signal| signal.load(Ordering::Relaxed) != 0) {
        crate::writer::start();
    }
}

/// The signals that variables name; 0 stands for none.
pub(crate) fn named_signals() -> [c_int; 2] {
    let [dump, take] = &NAMED;
    [dump, take].map(|signal| signal.load(Ordering::Relaxed))
}

/// The variables that name a signal, each with what it does.
pub(super) const fn variables() -> [(&'static CStr, Action); 2] {
    VARIABLES
}

fn place_of(action: Action) -> &'static AtomicI32 {
    let [dump, take] = &NAMED;
    if action == Action::Take { take } else { dump }
}

/// Notes the signal that a variable names.
pub(super) fn note_named(action: Action, signal: c_int) {
    place_of(action).store(signal, Ordering::Relaxed);
}

/// The signal that a variable names.
pub(super) fn noted(action: Action) -> Option<c_int> {
    Some(place_of(action).load(Ordering::Relaxed)).filter(|signal| *signal != 0)
}

/// Whether data go anywhere. A directory that is not there is told: it may come
/// later.
fn open_directory() -> bool {
    let Some(place) = Place::of_environment() else {
        let run = crate::run::find();
        if let Some(run) = &run {
            tell_of_start(&run.place, &run.socket);
        }
        return run.is_some();
    };
    if let Err(error) = target::publish(place) {
        tell_of_directory(&place, &error);
    }
    tell_of_start(&place, &settings::socket());
    true
}

/// Tells the tool, and nobody else, that a program has started whose data go to
/// `place`: one that is killed cannot tell that they are lost.
fn tell_of_start(place: &Place, socket: &SocketName) {
    // Without functions of its own it writes nothing.
    if !socket.bytes().is_empty() && any_instrumented() {
        let mut line = Line::new();
        line.push(b"started, writes to ").push(place.written());
        line.send(socket);
    }
}

/// Tells that nothing can be written to the directory by now.
pub(super) fn tell_of_directory(place: &Place, error: &Error) {
    let Error::System { errno, .. } = error else { return };
    let mut line = Line::new();
    let _ = line.write_str("cannot open the directory ");
    line.push(place.written());
    let _ = write!(line, ": {} (os error {}); it is tried again at each dump and at the end", errno.text(), errno.0);
    tell(&line, None);
}

fn arm_endings() {
    for signal in TERMINATION.into_iter().chain([libc::SIGILL, libc::SIGFPE, libc::SIGABRT]) {
        // A signal that is ignored ends nothing, and programs that this one
        // starts are to ignore it too.
        let Ok(found) = current(signal) else { continue };
        if found.sa_sigaction == libc::SIG_IGN {
            continue;
        }
        // A program that cannot be armed runs unarmed.
        if arm_all_the_same(signal, Action::DumpAndPassOn).is_ok() && found.sa_sigaction == libc::SIG_DFL {
            hide(signal);
        }
    }
    super::await_faults();
}

/// The signal in a variable; one that is not understood is told, if anything is.
pub(super) fn named_signal(variable: &CStr, tells: bool) -> Option<c_int> {
    let text = environment(variable)?;
    let signal = super::names::parse(text.bytes());
    if signal.is_none() && tells {
        let mut line = Line::new();
        line.push(variable.to_bytes()).push(b"=").push(text.bytes());
        let _ = line.write_str(": no such signal; use a name such as USR2 or RTMIN+1, or a number");
        tell(&line, None);
    }
    signal
}

/// Whether a signal ends programs.
pub(super) fn is_ending(signal: c_int) -> bool {
    TERMINATION.contains(&signal) || super::CRASHES.contains(&signal)
}

pub(super) fn arm_named(variable: &CStr, signal: c_int, action: Action, is_wanted: bool) {
    let armed = if is_ending(signal) && action == Action::Dump {
        // It dumps, and ends the program all the same.
        let was_default = current(signal).is_ok_and(|found| found.sa_sigaction == libc::SIG_DFL);
        let armed = arm_all_the_same(signal, Action::DumpAndPassOn);
        if armed.is_ok() && was_default {
            hide(signal);
        }
        armed
    } else {
        arm_all_the_same(signal, action)
    };
    let mut line = Line::new();
    line.push(variable.to_bytes()).push(b"=");
    match super::names::name(signal) {
        Some(name) => drop(line.push(name)),
        None => drop(write!(line, "{signal}")),
    }
    match armed {
        Err(Error::NotInstrumented) => {}
        Err(_) => {
            let _ = line.write_str(": the system lets no program handle this signal; choose another");
            tell(&line, None);
        }
        Ok(()) if !is_wanted => {
            let _ = line.write_str(": LIVECOV_DIR is not set, so this signal writes nothing");
            tell(&line, None);
        }
        Ok(()) => {}
    }
}

/// Tells, once, that the program has taken a signal that a variable names.
pub(crate) fn taken_by_program(signal: c_int) {
    const KIND: u32 = 0x7000_0000;
    for ((variable, _), named) in VARIABLES.into_iter().zip(&NAMED) {
        if named.load(Ordering::Relaxed) == signal && !is_unarmed(signal) && is_news(KIND | unsigned(signal)) {
            tell_of_handler(variable);
        }
    }
}

/// Tells that the program handles the signal that a variable names.
pub(super) fn tell_of_handler(variable: &CStr) {
    let mut line = Line::new();
    let _ = line.write_str("the program handles the signal itself that ");
    line.push(variable.to_bytes());
    let _ = line.write_str(" names; unless its handler calls the one before it, nothing is written: choose another");
    tell(&line, None);
}

/// Looks, at the end of the program, for what kept a named signal from doing
/// anything: another handler, or that all threads block it.
pub(crate) fn tell_of_named_signals() {
    const KIND: u32 = 0x6000_0000;
    for ((variable, _), named) in VARIABLES.into_iter().zip(&NAMED) {
        let signal = named.load(Ordering::Relaxed);
        if signal == 0 {
            continue;
        }
        if current(signal).is_ok_and(|action| level_of(&action).is_none()) {
            taken_by_program(signal);
        } else if !crate::writer::is_there() && has(&pending(), signal) && is_news(KIND | unsigned(signal)) {
            let mut line = Line::new();
            let _ = line.write_str("the signal that ");
            line.push(variable.to_bytes());
            let _ =
                line.write_str(" names came, but all threads block it: choose another, or set LIVECOV_DUMP_THREAD=1");
            tell(&line, None);
        }
    }
}
