//! Signals that write the counters.
//!
//! [`arm`] makes a signal write a snapshot of all images of the process, and
//! then either lets the program go on or does what would have happened
//! without. Nothing is armed unless asked for.
//!
//! | signal | what to ask for |
//! |---|---|
//! | `SIGUSR1`, `SIGUSR2`, real-time | [`Action::Dump`]: "write now"; [`Action::Take`]: "write, and start from zero" |
//! | `SIGTERM`, `SIGINT`, `SIGHUP`, `SIGQUIT` ([`TERMINATION`]) | [`Action::DumpAndPassOn`] |
//! | `SIGSEGV`, `SIGBUS`, `SIGILL`, `SIGFPE`, `SIGABRT` ([`CRASHES`]) | [`Action::DumpAndPassOn`] |
//!
//! The handler starts on the alternate stack where the thread has one, and
//! needs little of it: it encodes on a stack of its own, with all signals
//! blocked. It allocates nothing, takes no lock, uses no thread-local variable
//! but `errno`, which it puts back, and makes these system calls: `getpid`,
//! `process_vm_readv`, `openat`, `read`, `write`, `pwrite64`, `close`,
//! `newfstatat` (or `fstat`), `renameat2`, `clock_gettime` (where it is one),
//! `rt_sigprocmask`, `rt_sigaction`, `rt_sigpending`, `geteuid`; in some cases
//! also `fcntl`, `ftruncate`, `lseek`, `linkat`, `unlinkat`, `renameat`, `mkdir`
//! (or `mkdirat`), `readlink` (or `readlinkat`), `uname`, `getppid`, `flock`,
//! `rt_sigtimedwait`, `nanosleep` (or `clock_nanosleep`), `futex`, `tgkill`,
//! `gettid`. If it has something to tell, also `poll` (or `ppoll`) and
//! `getsockname`, or `socket` and `sendto`. After it the system calls
//! `rt_sigreturn`.
//!
//! A handler that is put over ours and calls the one before it, as those of
//! signal-hook and tokio do, decides what becomes of the program: ours writes
//! a snapshot and returns to it, or goes on to the handler that ours was put
//! over. Only a fault that nobody has handled takes its default action.
//!
//! Arm `SIGSEGV` and `SIGBUS` in or after `main`, not at start-up: the
//! standard library sets up its message for stack overflows, and the alternate
//! stacks that this needs, only where nobody has handled these signals before.

mod library;
mod mistakes;
mod names;
mod startup;

use crate::disposition::system_sigaction;
use crate::error::{Error, Operation};
use crate::handler::{DEFAULT_ACTION, HANDLERS, is_running, level_of};
use crate::images::any_instrumented;
use crate::place::Place;
use crate::sys::{Errno, leaked, pause};
use crate::{settings, target};
use core::ffi::{CStr, c_int};
use core::mem::MaybeUninit;
use core::ptr::{null, null_mut};
use core::sync::atomic::{AtomicBool, AtomicPtr, AtomicU8, Ordering};
pub use library::arm_library;
pub(crate) use library::{Answer, answer};
pub use startup::{arm_crashes, arm_what_ends};
pub(crate) use startup::{named_signals, taken_by_program, tell_of_named_signals};

/// The signals that ask a program to end: `SIGTERM`, `SIGINT`, `SIGHUP`,
/// `SIGQUIT`.
pub const TERMINATION: [c_int; 4] = [libc::SIGTERM, libc::SIGINT, libc::SIGHUP, libc::SIGQUIT];

/// The signals of programs that fail: `SIGSEGV`, `SIGBUS`, `SIGILL`, `SIGFPE`,
/// `SIGABRT`.
pub const CRASHES: [c_int; 5] = [libc::SIGSEGV, libc::SIGBUS, libc::SIGILL, libc::SIGFPE, libc::SIGABRT];

/// What an armed signal does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Write a snapshot and go on. What the signal did before is suspended.
    Dump,
    /// Write a snapshot, then do what would have happened: call the handler
    /// that was there, or take the default action.
    DumpAndPassOn,
    /// Write the counters and start from zero, in one exact step, and go on:
    /// a window. What the signal did before is suspended.
    Take,
}

const NUMBERS: usize = 65;
const UNARMED: u8 = 0;
pub(crate) const DUMP: u8 = 1;
pub(crate) const DUMP_AND_PASS_ON: u8 = 2;
pub(crate) const TAKE: u8 = 3;

pub(crate) struct Slot {
    pub(crate) action: AtomicU8,
    /// Whether the code of this image is told that the signal has its default
    /// action where ours stands in its place; see `disposition.rs`.
    is_hidden: AtomicBool,
    /// Whether to arm it as soon as somebody handles it.
    is_awaited: AtomicBool,
    /// What each of our handlers passes on to. Published before that handler is
    /// installed, then never changed or freed.
    previous: [AtomicPtr<libc::sigaction>; LEVELS],
}

/// How many handlers we have for a signal.
///
/// Each of them stands for one thing to pass on to, for ever: so whoever puts
/// ours into a chain of handlers, in whatever order and how often, makes a
/// circle only if there would be one without us.
pub(crate) const LEVELS: usize = 8;

static SLOTS: [Slot; NUMBERS] = [const {
    Slot {
        action: AtomicU8::new(UNARMED),
        is_hidden: AtomicBool::new(false),
        is_awaited: AtomicBool::new(false),
        previous: [const { AtomicPtr::new(null_mut()) }; LEVELS],
    }
}; NUMBERS];

impl Slot {
    fn of(signal: c_int) -> Result<&'static Self, Error> {
        Self::find(signal).ok_or_else(|| refused(Errno::INVALID))
    }

    /// The slot of `signal`, if that is one.
    pub(crate) fn find(signal: c_int) -> Option<&'static Self> {
        let number = usize::try_from(signal).ok().filter(|number| *number > 0)?;
        SLOTS.get(number)
    }

    pub(crate) fn previous(&self, level: usize) -> Option<&'static libc::sigaction> {
        let record = self.previous.get(level)?.load(Ordering::Acquire);
        // SAFETY: null, or published and so never changed or freed.
        unsafe { record.as_ref() }
    }

    /// The level that passes on to `action`, made if there is none yet.
    fn level_over(&self, action: &libc::sigaction, _arming: &Arming) -> Result<usize, Error> {
        for (level, place) in self.previous.iter().enumerate() {
            match self.previous(level) {
                Some(known) if is_same(known, action) => return Ok(level),
                Some(_) => {}
                None => {
                    // Libraries may come and go by the thousand.
                    let is_default = is_same(action, &DEFAULT_ACTION);
                    let record =
                        if is_default { Some((&raw const DEFAULT_ACTION).cast_mut()) } else { leaked(*action) };
                    let record = record.ok_or_else(|| refused(Errno(libc::ENOMEM)))?;
                    place.store(record, Ordering::Release);
                    return Ok(level);
                }
            }
        }
        Err(Error::TooManyHandlers)
    }
}

fn is_same(left: &libc::sigaction, right: &libc::sigaction) -> bool {
    let has = |action: &libc::sigaction, signal| {
        // SAFETY: the set is part of a valid record.
        unsafe { libc::sigismember(&raw const action.sa_mask, signal) == 1 }
    };
    left.sa_sigaction == right.sa_sigaction
        && left.sa_flags == right.sa_flags
        && (!is_function(left) || (1..).take(NUMBERS - 1).all(|signal| has(left, signal) == has(right, signal)))
}

/// Held while signals are armed or disarmed; never in a handler.
static ARMING: AtomicBool = AtomicBool::new(false);

struct Arming(());

impl Arming {
    fn begin() -> Result<Self, Error> {
        let is_free = ARMING.compare_exchange(false, true, Ordering::Acquire, Ordering::Relaxed).is_ok();
        if is_free { Ok(Self(())) } else { Err(Error::Busy) }
    }
}

impl Drop for Arming {
    fn drop(&mut self) {
        ARMING.store(false, Ordering::Release);
    }
}

/// Arms `signal`, such as `libc::SIGUSR2`: from now on it does `action`. The
/// directory is that of `LIVECOV_DIR`, else `GOCOVERDIR`, as the environment has
/// it now; a relative path means the current directory of now. The path is
/// opened at each dump, so the directory may be replaced or appear later.
///
/// A signal can be armed again: with another action, or over a handler that
/// has taken its place meanwhile.
///
/// A library that arms signals must not be unloaded while a handler may call
/// the one before it that was put over the library's.
///
/// # Errors
///
/// [`Error::NoDirectory`], and [`Error::System`] with
/// [`Operation::OpenDirectory`]: the directory is not there. The signal is armed
/// all the same, and looks again each time: a signal that was to write data
/// must not end the program instead.
///
/// With these the signal is not armed, or as it was: [`Error::NotInstrumented`],
/// [`Error::System`] with [`Operation::ArmSignal`] for a signal that cannot be
/// handled, [`Error::TooManyHandlers`] for a signal that was armed over eight
/// different handlers, and [`Error::Busy`] while another thread is arming.
pub fn arm(signal: c_int, action: Action) -> Result<(), Error> {
    settings::load();
    let place = if target::is_there() { None } else { Some(Place::of_environment().ok_or(Error::NoDirectory)) };
    arm_to(place, signal, action)
}

/// As [`arm`], with a directory, which all armed signals use from now on.
///
/// # Errors
///
/// As [`arm`].
pub fn arm_in(directory: &CStr, signal: c_int, action: Action) -> Result<(), Error> {
    settings::load();
    arm_to(Some(Ok(Place::literal(directory.to_bytes()))), signal, action)
}

/// Arms without a word about the directory.
fn arm_all_the_same(signal: c_int, action: Action) -> Result<(), Error> {
    arm_to(None, signal, action)
}

fn arm_to(place: Option<Result<Place, Error>>, signal: c_int, action: Action) -> Result<(), Error> {
    if !any_instrumented() {
        return Err(Error::NotInstrumented);
    }
    let arming = Arming::begin()?;
    install(signal, action, &arming)?;
    Slot::of(signal)?.is_hidden.store(false, Ordering::Release);
    // Last: an error of this leaves the signal armed.
    place.map_or(Ok(()), |place| target::publish(place?))
}

/// Gives `signal` back to who handled it before.
///
/// # Errors
///
/// [`Error::Busy`] while another thread is arming, [`Error::System`] if the
/// system refuses.
pub fn disarm(signal: c_int) -> Result<(), Error> {
    let _arming = Arming::begin()?;
    uninstall(signal, false)
}

fn refused(errno: Errno) -> Error {
    Error::system(Operation::ArmSignal, errno)
}

/// What handles `signal` by now.
pub(crate) fn current(signal: c_int) -> Result<libc::sigaction, Error> {
    let mut action = MaybeUninit::uninit();
    // SAFETY: nothing is changed, and there is room for the answer.
    if unsafe { system_sigaction(signal, null(), action.as_mut_ptr()) } != 0 {
        return Err(refused(Errno::INVALID));
    }
    // SAFETY: the call succeeded and so filled it in.
    Ok(unsafe { action.assume_init() })
}

/// Makes `action` handle `signal`, and gives what did.
fn set(signal: c_int, action: &libc::sigaction) -> Result<libc::sigaction, Error> {
    let mut before = MaybeUninit::uninit();
    // SAFETY: the action is either one that the system gave, or one of ours,
    // whose handlers keep to what handlers may do.
    if unsafe { system_sigaction(signal, action, before.as_mut_ptr()) } != 0 {
        return Err(refused(Errno::INVALID));
    }
    // SAFETY: the call succeeded and so filled it in.
    Ok(unsafe { before.assume_init() })
}

pub(crate) fn is_function(action: &libc::sigaction) -> bool {
    action.sa_sigaction != libc::SIG_DFL && action.sa_sigaction != libc::SIG_IGN
}

/// The default action, as a program has it at its start.
pub(crate) fn default_action() -> libc::sigaction {
    // SAFETY: all zeros are the default action, no flags and an empty mask.
    unsafe { MaybeUninit::zeroed().assume_init() }
}

fn install(signal: c_int, action: Action, arming: &Arming) -> Result<(), Error> {
    let current = current(signal)?;
    if level_of(&current).is_some() {
        Slot::of(signal)?.action.store(code_of(action), Ordering::Release);
        return Ok(());
    }
    install_over(signal, action, &current, arming)
}

const fn code_of(action: Action) -> u8 {
    match action {
        Action::Dump => DUMP,
        Action::DumpAndPassOn => DUMP_AND_PASS_ON,
        Action::Take => TAKE,
    }
}

/// Has ours handle `signal`, and pass on to `previous`.
fn install_over(signal: c_int, action: Action, previous: &libc::sigaction, arming: &Arming) -> Result<(), Error> {
    let (slot, code) = (Slot::of(signal)?, code_of(action));
    let level = slot.level_over(previous, arming)?;
    let ours = ours(level, Some(previous).filter(|_| action == Action::DumpAndPassOn));
    // First, so that a signal that comes at once is not passed on unwritten.
    let before = slot.action.swap(code, Ordering::AcqRel);
    match set(signal, &ours) {
        Ok(_) => Ok(()),
        Err(error) => {
            slot.action.store(before, Ordering::Release);
            Err(error)
        }
    }
}

/// Our handler of that level, in the way of `previous` if that is a handler
/// that will be called.
fn ours(level: usize, previous: Option<&libc::sigaction>) -> libc::sigaction {
    const KEPT: c_int =
        libc::SA_RESTART | libc::SA_NODEFER | libc::SA_ONSTACK | libc::SA_NOCLDSTOP | libc::SA_NOCLDWAIT;
    let mut ours = default_action();
    match previous.filter(|previous| is_function(previous)) {
        Some(previous) => {
            ours = *previous;
            ours.sa_flags = previous.sa_flags & KEPT | libc::SA_SIGINFO;
        }
        None => {
            ours.sa_flags = libc::SA_SIGINFO | libc::SA_RESTART | libc::SA_ONSTACK;
            // Else several that come at once put a frame each on the alternate
            // stack before the first of them runs.
            // SAFETY: the set is part of a valid record.
            unsafe { libc::sigfillset(&raw mut ours.sa_mask) };
        }
    }
    ours.sa_sigaction = HANDLERS.get(level).map_or(libc::SIG_DFL, |handler| *handler as libc::sighandler_t);
    ours
}

/// Gives `signal` back; if `is_handed_over`, to another library that wants it.
fn uninstall(signal: c_int, is_handed_over: bool) -> Result<(), Error> {
    let slot = Slot::of(signal)?;
    if slot.action.load(Ordering::Acquire) == UNARMED {
        return Ok(());
    }
    slot.is_hidden.store(false, Ordering::Release);
    if let Some(previous) = level_of(&current(signal)?).and_then(|level| slot.previous(level)) {
        if !(is_handed_over && library::hand_over(signal, previous)) {
            set(signal, previous)?;
        }
    }
    slot.action.store(UNARMED, Ordering::Release);
    Ok(())
}

/// Our handler of `signal` that stands for the default action, if the code of
/// this image is to take it for that.
pub(crate) fn hidden(signal: c_int) -> Option<libc::sigaction> {
    let slot = Slot::find(signal).filter(|slot| slot.is_hidden.load(Ordering::Acquire))?;
    let is_default = |level: &usize| slot.previous(*level).is_some_and(|action| action.sa_sigaction == libc::SIG_DFL);
    (0..LEVELS).find(is_default).map(|level| ours(level, None))
}

/// Arms `signal` if that was only waiting for somebody to handle it.
pub(crate) fn handled_from_now_on(signal: c_int) {
    let Some(slot) = Slot::find(signal) else { return };
    if slot.is_awaited.load(Ordering::Relaxed) && slot.is_awaited.swap(false, Ordering::Relaxed) {
        // A program that cannot be armed runs unarmed.
        let _ = arm_all_the_same(signal, Action::DumpAndPassOn);
    }
}

/// Whether `signal` is not armed.
fn is_unarmed(signal: c_int) -> bool {
    Slot::find(signal).is_none_or(|slot| slot.action.load(Ordering::Relaxed) == UNARMED)
}

/// Has the signals of memory faults armed as soon as somebody handles them.
fn await_faults() {
    for signal in [libc::SIGSEGV, libc::SIGBUS] {
        if let Some(slot) = Slot::find(signal) {
            slot.is_awaited.store(true, Ordering::Relaxed);
        }
    }
}

/// A library that is unloaded leaves no handler behind, and waits until none of
/// its handlers runs.
pub(crate) fn library_goes() {
    for _ in 0..MAX_PAUSES {
        let Ok(_arming) = Arming::begin() else {
            pause();
            continue;
        };
        let mut any = false;
        for signal in (1..).take(NUMBERS - 1) {
            any |= !is_unarmed(signal);
            // What fails here was not ours to give back.
            let _ = uninstall(signal, true);
        }
        if any {
            handlers_have_ended();
        }
        return;
    }
}

/// How often it is asked whether another thread is done with arming, or with
/// handling a signal, each time after a pause: a second.
const MAX_PAUSES: usize = 10_000;

/// Waits until no handler of ours runs.
fn handlers_have_ended() {
    // The system may have chosen a handler that has not started, and one that
    // has counted itself out has a few instructions left.
    pause();
    for _ in 0..MAX_PAUSES {
        if !is_running() {
            break;
        }
        pause();
    }
    pause();
}

fn hide(signal: c_int) {
    if let Some(slot) = Slot::find(signal) {
        slot.is_hidden.store(true, Ordering::Release);
    }
}

/// Arms signals before `main`, by an entry in `.init_array` of the program or
/// library that this is expanded in. Without a directory in the environment
/// they are armed too: a signal that was to write data does not end the program.
///
/// ```
/// use livecov_rt::signal::Action;
/// livecov_rt::arm_at_startup! {
///     15 => Action::DumpAndPassOn,
///     12 => Action::Dump,
/// }
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! arm_at_startup {
    ($($signal:expr => $action:expr),+ $(,)?) => {
        const _: () = {
            #[used]
            #[cfg_attr(not(target_vendor = "apple"), unsafe(link_section = ".init_array"))]
            #[cfg_attr(target_vendor = "apple", unsafe(link_section = "__DATA,__mod_init_func"))]
            static AT_STARTUP: extern "C" fn() = {
                extern "C" fn arm() {
                    $(
                        // A program that cannot be armed runs unarmed.
                        let _ = $crate::signal::arm($signal, $action);
                    )+
                }
                arm
            };
        };
    };
}
