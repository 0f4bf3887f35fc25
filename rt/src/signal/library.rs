//! What is armed when a shared library is loaded into a host that may know
//! nothing of it.
//!
//! The host comes first. A signal is armed only where its action is still the
//! default one: the signals that `LIVECOV_DUMP_SIGNAL` and `LIVECOV_TAKE_SIGNAL`
//! name, and, if there is a directory for data, those that end a program. A
//! handler that the host has installed stays, and one that it installs later
//! wins, as nothing here looks again.
//!
//! Of several libraries in one process one arms each signal: its handler writes
//! the data of all images. The others see that it is one of ours and leave it
//! alone. When the library that has armed a signal is unloaded, it hands the
//! signal over to another library that wants it, in one step; only the last one
//! gives it back to the system. Libraries know nothing of each other's code, so
//! each control block has the address of a function that answers for its
//! runtime ([`answer`]).

use super::mistakes;
use super::startup::{
    arm_named, is_ending, named_signal, named_signals, note_named, noted, tell_of_directory, tell_of_handler, variables,
};
use super::{Action, Arming, CRASHES, TERMINATION, arm_all_the_same, current, install_over};
use crate::handler::HANDLERS;
use crate::images::{Walk, own};
use crate::place::Place;
use crate::{hosts, settings, target};
use core::ffi::{c_int, c_void};
use core::sync::atomic::{AtomicBool, Ordering};

/// Whether this library arms what ends the host.
static ARMS_ENDINGS: AtomicBool = AtomicBool::new(false);

/// Is the address that of one of your handlers?
const OWNS: u32 = 1;
/// Handle this signal, in the place of a handler that was put over this action.
const TAKE_OVER: u32 = 2;

/// What [`answer`] is, in an image's control block.
pub(crate) type Answer = unsafe extern "C" fn(u32, c_int, *const c_void) -> usize;

/// Answers other copies of the runtime: 1 for yes, 0 for no, and for what this
/// version does not know.
///
/// # Safety
///
/// `argument` is what the request asks for: an address for [`OWNS`], a record of
/// `sigaction` for [`TAKE_OVER`].
pub(crate) unsafe extern "C" fn answer(request: u32, signal: c_int, argument: *const c_void) -> usize {
    let is_so = match request {
        OWNS => HANDLERS.iter().any(|handler| *handler as libc::sighandler_t == argument.addr()),
        // SAFETY: what the caller vouches for.
        TAKE_OVER => unsafe { argument.cast::<libc::sigaction>().as_ref() }.is_some_and(|action| {
            wanted(signal).is_some_and(|wanted| {
                Arming::begin().and_then(|arming| install_over(signal, wanted, action, &arming)).is_ok()
            })
        }),
        _ => false,
    };
    usize::from(is_so)
}

/// Arms, when the library is loaded, what the environment asks for.
#[doc(hidden)]
pub extern "C" fn arm_library() {
    static IS_DONE: AtomicBool = AtomicBool::new(false);
    // A library may have the crates of others inside, each with this entry.
    if IS_DONE.swap(true, Ordering::Relaxed) {
        return;
    }
    crate::fork::watch_forks();
    let place = Place::of_environment();
    let is_wanted = place.is_some();
    let mut is_asked = is_wanted;
    settings::load();
    let is_first = is_first();
    if is_first {
        mistakes::tell_of_mistakes();
    }
    for (variable, action) in variables() {
        if let Some(signal) = named_signal(variable, is_first) {
            note_named(action, signal);
            is_asked = true;
        }
    }
    if !is_asked {
        return;
    }
    if is_first {
        mistakes::tell_of_same(named_signals());
    }
    if let Some((place, Err(error))) = place.map(|place| (place, target::publish(place))) {
        if is_first {
            tell_of_directory(&place, &error);
        }
    }
    // In a program its own crate decides about its ends.
    if own().is_some_and(|own| !own.is_main) {
        hosts::watch_end();
        if is_wanted {
            ARMS_ENDINGS.store(true, Ordering::Relaxed);
            arm_endings();
        }
    }
    for (variable, action) in variables() {
        let Some(signal) = noted(action) else { continue };
        match current(signal) {
            Ok(found) if found.sa_sigaction == libc::SIG_DFL => arm_named(variable, signal, action, is_wanted),
            Ok(found) if is_ours(found.sa_sigaction) => {}
            _ if is_first => tell_of_handler(variable),
            _ => {}
        }
    }
}

fn arm_endings() {
    // The standard library of a Rust host wants to be the first to handle these
    // two; where the host needs this library, its `main` is yet to come.
    let faults: &[c_int] = if hosts::is_loaded_by_call() { &[libc::SIGSEGV, libc::SIGBUS] } else { &[] };
    let others = CRASHES.iter().filter(|signal| !matches!(**signal, libc::SIGSEGV | libc::SIGBUS));
    for signal in TERMINATION.iter().chain(others).chain(faults) {
        if current(*signal).is_ok_and(|found| found.sa_sigaction == libc::SIG_DFL) {
            // What cannot be armed does what it does without.
            let _ = arm_all_the_same(*signal, Action::DumpAndPassOn);
        }
    }
}

/// What this image does at a signal, if it is to arm it.
fn wanted(signal: c_int) -> Option<Action> {
    let mut named = variables().into_iter().filter(|(_, action)| noted(*action) == Some(signal));
    match named.next() {
        Some((_, Action::Dump)) if is_ending(signal) => Some(Action::DumpAndPassOn),
        Some((_, action)) => Some(action),
        None => (ARMS_ENDINGS.load(Ordering::Relaxed) && is_ending(signal)).then_some(Action::DumpAndPassOn),
    }
}

/// Asks all other images until one says yes.
fn ask_others(request: u32, signal: c_int, argument: *const c_void) -> bool {
    let own = own().map(|own| core::ptr::from_ref(own.control()));
    let mut is_so = false;
    Walk::begin().images(&mut |image| {
        let is_other = own != Some(core::ptr::from_ref(image.control()));
        if let Some(answer) = image.answer().filter(|_| is_other) {
            // SAFETY: the image stays loaded while it is visited, and the
            // caller gives what the request asks for.
            is_so = unsafe { answer(request, signal, argument) } == 1;
        }
        !is_so
    });
    is_so
}

/// Whether a handler is that of some copy of the runtime.
fn is_ours(handler: libc::sighandler_t) -> bool {
    ask_others(OWNS, 0, core::ptr::without_provenance(handler))
}

/// Has another library handle `signal` from now on, instead of ours, which was
/// put over `previous`.
pub(super) fn hand_over(signal: c_int, previous: &libc::sigaction) -> bool {
    ask_others(TAKE_OVER, signal, core::ptr::from_ref(previous).cast())
}

/// Whether this is the only instrumented image: others have told by now what is
/// to be told.
fn is_first() -> bool {
    let own = own().map(|own| core::ptr::from_ref(own.control()));
    let mut is_first = true;
    Walk::begin().images(&mut |image| {
        is_first = own == Some(core::ptr::from_ref(image.control()));
        is_first
    });
    is_first
}
