//! What runs when an armed signal comes.

use crate::disposition::system_sigaction;
use crate::emit::{What, emit_all};
use crate::files::Purpose;
use crate::held::SignalsBlocked;
use crate::signal::{CRASHES, DUMP, DUMP_AND_PASS_ON, LEVELS, Slot, TAKE, current, is_function};
use crate::stack::with_stack;
use crate::sys::{ErrnoGuard, process_id};
use core::ffi::{c_int, c_void};
use core::mem::MaybeUninit;
use core::ptr::null_mut;
use core::sync::atomic::{AtomicU64, Ordering};

pub(crate) type Handler = unsafe extern "C" fn(c_int, *mut libc::siginfo_t, *mut c_void);

pub(crate) static HANDLERS: [Handler; LEVELS] =
    [handle::<0>, handle::<1>, handle::<2>, handle::<3>, handle::<4>, handle::<5>, handle::<6>, handle::<7>];

/// Which of our handlers `action` is.
pub(crate) fn level_of(action: &libc::sigaction) -> Option<usize> {
    HANDLERS.iter().position(|handler| *handler as libc::sighandler_t == action.sa_sigaction)
}

/// The default action, as a program has it at its start.
// SAFETY: all zeros are the default action, no flags and an empty mask.
pub(crate) static DEFAULT_ACTION: libc::sigaction = unsafe { MaybeUninit::zeroed().assume_init() };

/// The handler of all armed signals.
///
/// # Safety
///
/// For the system to call, or a handler that was installed later.
unsafe extern "C" fn handle<const LEVEL: usize>(signal: c_int, info: *mut libc::siginfo_t, context: *mut c_void) {
    // SAFETY: the arguments are the system's.
    unsafe { respond(LEVEL, signal, info, context) };
}

/// # Safety
///
/// As for [`handle`].
// Inlined for the sake of small stacks.
#[inline(always)]
unsafe fn respond(level: usize, signal: c_int, info: *mut libc::siginfo_t, context: *mut c_void) {
    let _errno = ErrnoGuard::new();
    let _running = Running::new();
    let Some(slot) = Slot::find(signal) else { return };
    let Some(previous) = slot.previous(level) else { return };
    let action = slot.action.load(Ordering::Acquire);
    let goes_on = previous.sa_sigaction != libc::SIG_DFL || is_init() && !CRASHES.contains(&signal);
    let is_called = look_and_dump(level, signal, action, goes_on);
    if action == DUMP || action == TAKE {
        return;
    }
    if is_function(previous) {
        // SAFETY: the arguments are the system's.
        unsafe { call(previous, is_called, signal, info, context) };
    } else if previous.sa_sigaction == libc::SIG_DFL {
        // Who calls this handler may know nothing of a record.
        // SAFETY: if nobody calls it, the system gave the record.
        let code = if is_called { None } else { Some(unsafe { (*info).si_code }) };
        take_default(level, signal, code);
    }
}

/// Handlers that run: the number of the process in the high half, for a fork
/// inherits the count, how many in the low half.
static RUNNING: AtomicU64 = AtomicU64::new(0);

/// Counts a handler while it runs.
struct Running(());

impl Running {
    fn new() -> Self {
        let process = u64::from(process_id()) << 32;
        let update = |word: u64| Some(if word >> 32 == process >> 32 { word + 1 } else { process | 1 });
        // Never fails: the closure always gives a value.
        let _ = RUNNING.fetch_update(Ordering::SeqCst, Ordering::SeqCst, update);
        Self(())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        RUNNING.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Whether any handler of this image's runs in this process.
pub(crate) fn is_running() -> bool {
    let word = RUNNING.load(Ordering::SeqCst);
    word >> 32 == u64::from(process_id()) && word << 32 != 0
}

/// Whether this is the first process of its namespace, such as a container's
/// program: for it the default action of what it does not handle is to go on.
fn is_init() -> bool {
    process_id() == 1
}

/// Writes what `action` asks for, and says whether another handler has called
/// ours of that level.
// Apart, so that its frame is gone when the signal is passed on.
#[inline(never)]
fn look_and_dump(level: usize, signal: c_int, action: u8, goes_on: bool) -> bool {
    let mut is_called = false;
    let _signals = SignalsBlocked::new();
    with_stack(|| {
        let standing = standing(signal, level);
        is_called = standing != Some(level);
        match action {
            DUMP if crate::writer::hand_over(What::Snapshot(Purpose::Snapshot)) => {}
            DUMP => dump(Purpose::Snapshot),
            TAKE if crate::writer::hand_over(What::Take) => {}
            // What fails is told.
            TAKE => drop(emit_all(What::Take)),
            // Ours of another level has done so, and called what calls this.
            DUMP_AND_PASS_ON if is_called && standing.is_some() => {}
            DUMP_AND_PASS_ON if is_called || goes_on => dump(Purpose::BeforeHandler),
            DUMP_AND_PASS_ON => dump(Purpose::Last),
            // Who knows the handler from before passes signals on to it.
            _ => {}
        }
    });
    is_called
}

/// The level of our handler that handles `signal` by now: none if another
/// handler has come after ours and calls it, or if one that is for one signal
/// only has given it back to the system.
fn standing(signal: c_int, level: usize) -> Option<usize> {
    current(signal).map_or(Some(level), |action| level_of(&action))
}

fn dump(purpose: Purpose) {
    // What fails is told.
    let _ = emit_all(What::Snapshot(purpose));
}

/// Calls the handler that ours was put over.
///
/// # Safety
///
/// The arguments are those of a handler.
#[inline(never)]
unsafe fn call(
    previous: &libc::sigaction,
    is_called: bool,
    signal: c_int,
    info: *mut libc::siginfo_t,
    context: *mut c_void,
) {
    let is_once = previous.sa_flags & libc::SA_RESETHAND != 0;
    if is_once && !is_called && !default_unless_newer(signal, None) {
        return;
    }
    // SAFETY: the address is that of a handler, which takes these three
    // arguments or only the first of them; this calling convention lets a
    // function ignore what it was not written for.
    unsafe {
        let handler: Handler = core::mem::transmute(previous.sa_sigaction);
        handler(signal, info, context);
    }
}

/// Gives the signal its default action. If another handler has come in the place
/// of ours of `level`, it stays: the signal came while the counters were written,
/// and is for it.
// Apart, and without moving records about: stacks may be small.
#[inline(never)]
fn default_unless_newer(signal: c_int, level: Option<usize>) -> bool {
    let mut before = MaybeUninit::uninit();
    // SAFETY: the action is a valid one, and there is room for the one before.
    if unsafe { system_sigaction(signal, &raw const DEFAULT_ACTION, before.as_mut_ptr()) } != 0 {
        return false;
    }
    // SAFETY: the call succeeded and so filled it in.
    let before = unsafe { before.assume_init_ref() };
    if level.is_some() && is_function(before) && level_of(before) != level {
        // SAFETY: the action is one that the system has just given.
        unsafe { system_sigaction(signal, before, null_mut()) };
    }
    true
}

/// Takes the default action, unless it is for another handler to say what
/// becomes of the signal. `code` says where it came from, if it was the system
/// that called us.
#[inline(never)]
fn take_default(level: usize, signal: c_int, code: Option<c_int>) {
    let is_called = code.is_none();
    // Another handler asks ours about these for faults, mostly.
    let is_fault = CRASHES.contains(&signal) && signal != libc::SIGABRT && code.is_none_or(|code| code > 0);
    // A fault comes again if nothing is done about it, and a handler that
    // calls the one before it for faults that are not its own expects that to
    // end the program.
    if is_called && !is_fault {
        return;
    }
    // The system drops the signal, and would not bring the next one to us.
    if is_init() && !is_fault {
        return;
    }
    if !default_unless_newer(signal, (!is_called).then_some(level)) {
        return;
    }
    if !is_fault {
        // Taken as soon as this handler returns. A fault comes by itself: the
        // instruction is tried again, and a core file shows the right place.
        // SAFETY: sends a signal to this thread.
        unsafe { libc::raise(signal) };
    }
}
