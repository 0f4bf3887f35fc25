//! Signals that write the counters.
//!
//! [`arm`] makes a signal write a snapshot of all images of the process, and
//! then either lets the program go on or does what would have happened
//! without. Nothing is armed unless asked for.
//!
//! | signal | what to ask for |
//! |---|---|
//! | `SIGUSR1`, `SIGUSR2`, real-time | [`Action::Dump`]: "write now" |
//! | `SIGTERM`, `SIGINT`, `SIGHUP`, `SIGQUIT` ([`TERMINATION`]) | [`Action::DumpAndPassOn`] |
//! | `SIGSEGV`, `SIGBUS`, `SIGILL`, `SIGFPE`, `SIGABRT` ([`CRASHES`]) | [`Action::DumpAndPassOn`] |
//!
//! The handler starts on the alternate stack where the thread has one, and
//! needs little of it: it encodes on a stack of its own, with all signals
//! blocked. It allocates nothing, takes no lock, uses no thread-local variable
//! but `errno`, which it puts back, and makes these system calls: `getpid`,
//! `process_vm_readv`, `openat`, `read`, `write`, `pwrite64`, `close`,
//! `newfstatat` (or `fstat`), `renameat2`, `clock_gettime` (where it is one),
//! `rt_sigprocmask`; in some cases also `ftruncate`, `lseek`, `linkat`,
//! `unlinkat`, `renameat`, `nanosleep` (or `clock_nanosleep`), `rt_sigaction`,
//! `tgkill`, `gettid`. After it the system calls `rt_sigreturn`.
//!
//! Arm `SIGSEGV` and `SIGBUS` in or after `main`, not at start-up: the
//! standard library sets up its message for stack overflows, and the alternate
//! stacks that this needs, only where nobody has handled these signals before.

use crate::directory::Directory;
use crate::error::{Error, Operation};
use crate::files::{Purpose, write_snapshot};
use crate::image::Image;
use crate::images::{Walk, any_instrumented};
use crate::stack::with_stack;
use crate::sys::{Errno, ErrnoGuard, SignalsBlocked, environment};
use core::cell::UnsafeCell;
use core::ffi::{CStr, c_int, c_void};
use core::mem::MaybeUninit;
use core::ptr::null_mut;
use core::sync::atomic::{AtomicBool, AtomicPtr, AtomicU8, Ordering};

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
}

const NUMBERS: usize = 65;
const UNARMED: u8 = 0;
const DUMP: u8 = 1;
const DUMP_AND_PASS_ON: u8 = 2;

struct Slot {
    action: AtomicU8,
    previous: UnsafeCell<MaybeUninit<libc::sigaction>>,
}

// SAFETY: `previous` is written by who holds `ARMING`, before the handler is
// installed, and read by the handler.
unsafe impl Sync for Slot {}

static SLOTS: [Slot; NUMBERS] =
    [const { Slot { action: AtomicU8::new(UNARMED), previous: UnsafeCell::new(MaybeUninit::zeroed()) } }; NUMBERS];

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

/// A directory that handlers write to. Once published it stays as it is.
struct Target {
    number: c_int,
    identity: (u64, u64),
    path: *const libc::c_char,
}

static TARGET: AtomicPtr<Target> = AtomicPtr::new(null_mut());

/// Arms `signal`, such as `libc::SIGUSR2`: from now on it does `action`. The
/// directory is that of `LIVECOV_DIR`, else `GOCOVERDIR`; it is opened now, so
/// that a later change of the current directory or of the environment does
/// not matter.
///
/// A signal can be armed again with another action.
///
/// # Errors
///
/// [`Error::NotInstrumented`], [`Error::NoDirectory`], [`Error::System`] for a
/// directory that cannot be opened or a signal that cannot be handled, and
/// [`Error::Busy`] while another thread is arming. Nothing is armed then.
pub fn arm(signal: c_int, action: Action) -> Result<(), Error> {
    if !any_instrumented() {
        return Err(Error::NotInstrumented);
    }
    let arming = Arming::begin()?;
    if TARGET.load(Ordering::Acquire).is_null() {
        let (path, directory) = Directory::of_environment().ok_or(Error::NoDirectory)?;
        publish(path.c_str(), directory?)?;
    }
    install(signal, action, &arming)
}

/// As [`arm`], with a directory, which all armed signals use from now on.
///
/// # Errors
///
/// As [`arm`].
pub fn arm_in(directory: &CStr, signal: c_int, action: Action) -> Result<(), Error> {
    if !any_instrumented() {
        return Err(Error::NotInstrumented);
    }
    let arming = Arming::begin()?;
    publish(directory, Directory::open(directory)?)?;
    install(signal, action, &arming)
}

/// Gives `signal` back to who handled it before.
///
/// # Errors
///
/// [`Error::Busy`] while another thread is arming, [`Error::System`] if the
/// system refuses.
pub fn disarm(signal: c_int) -> Result<(), Error> {
    let _arming = Arming::begin()?;
    uninstall(signal)
}

fn refused(errno: Errno) -> Error {
    Error::system(Operation::ArmSignal, errno)
}

/// Makes `directory` the one that handlers use.
fn publish(path: &CStr, directory: Directory) -> Result<(), Error> {
    let identity = directory.identity().map_err(|errno| Error::system(Operation::OpenDirectory, errno))?;
    let current = TARGET.load(Ordering::Acquire);
    // SAFETY: null, or published and so never changed or freed.
    if unsafe { current.as_ref() }.is_some_and(|target| target.identity == identity) {
        return Ok(());
    }
    // SAFETY: `path` ends in NUL; a null result asks for memory from `malloc`.
    let path = unsafe { libc::realpath(path.as_ptr(), null_mut()) };
    // SAFETY: asks for memory of that size.
    let target = unsafe { libc::malloc(size_of::<Target>()) }.cast::<Target>();
    if target.is_null() {
        return Err(refused(Errno(libc::ENOMEM)));
    }
    // SAFETY: `malloc` gave memory of that size, aligned for anything.
    unsafe { target.write(Target { number: directory.into_number(), identity, path }) };
    // The one before stays, with its descriptor: a handler may be using it.
    TARGET.store(target, Ordering::Release);
    Ok(())
}

/// Calls `run` with the directory of the signals; `None` if there is none.
pub(crate) fn with_directory<T>(run: impl FnOnce(&Directory) -> T) -> Option<T> {
    // SAFETY: null, or published and so never changed or freed.
    let target = unsafe { TARGET.load(Ordering::Acquire).as_ref() }?;
    let open = Directory::borrow_number(target.number);
    let is_there = open.identity() == Ok(target.identity);
    if is_there {
        let result = run(&open);
        open.into_number();
        return Some(result);
    }
    // A program that closed all its descriptors, and may use this number for
    // something else by now.
    open.into_number();
    if target.path.is_null() {
        return None;
    }
    // SAFETY: not null, so a C string from `realpath`, never freed.
    let path = unsafe { CStr::from_ptr(target.path) };
    Directory::open(path).ok().map(|directory| run(&directory))
}

fn slot(signal: c_int) -> Result<&'static Slot, Error> {
    let number = usize::try_from(signal).ok().filter(|number| *number > 0);
    number.and_then(|number| SLOTS.get(number)).ok_or_else(|| refused(Errno::INVALID))
}

/// What handles `signal` by now.
fn current(signal: c_int) -> Result<libc::sigaction, Error> {
    let mut action = MaybeUninit::uninit();
    // SAFETY: nothing is changed, and there is room for the answer.
    if unsafe { libc::sigaction(signal, core::ptr::null(), action.as_mut_ptr()) } != 0 {
        return Err(refused(Errno::INVALID));
    }
    // SAFETY: the call succeeded and so filled it in.
    Ok(unsafe { action.assume_init() })
}

fn set(signal: c_int, action: &libc::sigaction) -> Result<(), Error> {
    // SAFETY: the action is either one that the system gave, or that of
    // `install`, whose handler keeps to what handlers may do.
    if unsafe { libc::sigaction(signal, action, null_mut()) } == 0 { Ok(()) } else { Err(refused(Errno::INVALID)) }
}

fn handler_address() -> libc::sighandler_t {
    let handler: unsafe extern "C" fn(c_int, *mut libc::siginfo_t, *mut c_void) = handle;
    handler as libc::sighandler_t
}

fn is_function(action: &libc::sigaction) -> bool {
    action.sa_sigaction != libc::SIG_DFL && action.sa_sigaction != libc::SIG_IGN
}

fn install(signal: c_int, action: Action, _arming: &Arming) -> Result<(), Error> {
    let slot = slot(signal)?;
    let previous = current(signal)?;
    let code = match action {
        Action::Dump => DUMP,
        Action::DumpAndPassOn => DUMP_AND_PASS_ON,
    };
    if slot.action.load(Ordering::Relaxed) != UNARMED && previous.sa_sigaction == handler_address() {
        slot.action.store(code, Ordering::Release);
        return Ok(());
    }
    // SAFETY: this thread holds `ARMING`, and no handler reads the slot yet,
    // because none of ours is installed.
    unsafe { (*slot.previous.get()).write(previous) };
    slot.action.store(code, Ordering::Release);
    let mut ours = previous;
    ours.sa_sigaction = handler_address();
    let kept = libc::SA_RESTART | libc::SA_NODEFER | libc::SA_ONSTACK | libc::SA_NOCLDSTOP | libc::SA_NOCLDWAIT;
    ours.sa_flags = if action == Action::DumpAndPassOn && is_function(&previous) {
        previous.sa_flags & kept | libc::SA_SIGINFO
    } else {
        libc::SA_SIGINFO | libc::SA_RESTART | libc::SA_ONSTACK
    };
    if !(action == Action::DumpAndPassOn && is_function(&previous)) {
        // Else several that come at once put a frame each on the alternate
        // stack before the first of them runs.
        // SAFETY: the set is part of a valid record.
        unsafe { libc::sigfillset(&raw mut ours.sa_mask) };
    }
    set(signal, &ours).inspect_err(|_| slot.action.store(UNARMED, Ordering::Release))
}

fn uninstall(signal: c_int) -> Result<(), Error> {
    let slot = slot(signal)?;
    if slot.action.load(Ordering::Acquire) == UNARMED {
        return Ok(());
    }
    if current(signal)?.sa_sigaction == handler_address() {
        set(signal, &previous(slot))?;
    }
    slot.action.store(UNARMED, Ordering::Release);
    Ok(())
}

fn previous(slot: &Slot) -> libc::sigaction {
    // SAFETY: zeroed at first and written whole before the slot was armed;
    // all zeros is the default action.
    unsafe { (*slot.previous.get()).assume_init() }
}

/// A library that is unloaded leaves no handler behind.
pub(crate) fn image_ends(image: &Image<'_>) {
    if image.is_main {
        return;
    }
    let Ok(_arming) = Arming::begin() else { return };
    for signal in (1..).take(NUMBERS - 1) {
        // What fails here was not ours to give back.
        let _ = uninstall(signal);
    }
}

/// The handler of all armed signals.
///
/// # Safety
///
/// For the system to call.
unsafe extern "C" fn handle(signal: c_int, info: *mut libc::siginfo_t, context: *mut c_void) {
    let _errno = ErrnoGuard::new();
    let Ok(slot) = slot(signal) else { return };
    match slot.action.load(Ordering::Acquire) {
        DUMP => dump(Purpose::Snapshot),
        DUMP_AND_PASS_ON => {
            dump(Purpose::Last);
            // SAFETY: the arguments are the system's.
            unsafe { pass_on(slot, signal, info, context) };
        }
        _ => {}
    }
}

// Apart, so that its frame is gone when the signal is passed on.
#[inline(never)]
fn dump(purpose: Purpose) {
    let _signals = SignalsBlocked::new();
    with_stack(|| {
        with_directory(|directory| {
            let walk = Walk::begin();
            walk.images(&mut |image| {
                // There is nobody to tell; the next snapshot has all of this too.
                let _ = write_snapshot(image, directory, purpose);
                true
            });
        });
    });
}

/// Does what would have happened without us.
///
/// # Safety
///
/// The arguments are those of a handler.
unsafe fn pass_on(slot: &Slot, signal: c_int, info: *mut libc::siginfo_t, context: *mut c_void) {
    let previous = previous(slot);
    if previous.sa_sigaction == libc::SIG_IGN {
        return;
    }
    let mut default = previous;
    default.sa_sigaction = libc::SIG_DFL;
    default.sa_flags = 0;
    let is_once = previous.sa_flags & libc::SA_RESETHAND != 0;
    if (is_once || !is_function(&previous)) && set(signal, &default).is_err() {
        return;
    }
    if is_function(&previous) {
        // SAFETY: the address is that of a handler, which takes these three
        // arguments or only the first of them; this calling convention lets
        // a function ignore what it was not written for.
        unsafe {
            let handler: extern "C" fn(c_int, *mut libc::siginfo_t, *mut c_void) =
                core::mem::transmute(previous.sa_sigaction);
            handler(signal, info, context);
        }
        return;
    }
    // SAFETY: the system gave the record.
    let is_fault = unsafe { (*info).si_code } > 0 && CRASHES.contains(&signal) && signal != libc::SIGABRT;
    if !is_fault {
        // Taken as soon as this handler returns. A fault comes by itself: the
        // instruction is tried again, and a core file shows the right place.
        // SAFETY: sends a signal to this thread.
        unsafe { libc::raise(signal) };
    }
}

/// Arms, before `main`, the signals that end a program and that nobody else
/// wants to know about before `main` either; and, to dump and go on, the one
/// that `LIVECOV_DUMP_SIGNAL` names (`USR1`, `USR2`, or a number).
#[doc(hidden)]
pub extern "C" fn arm_what_ends() {
    for signal in TERMINATION.into_iter().chain([libc::SIGILL, libc::SIGFPE, libc::SIGABRT]) {
        // A program that cannot be armed runs unarmed.
        let _ = arm(signal, Action::DumpAndPassOn);
    }
    if let Some(signal) = environment(c"LIVECOV_DUMP_SIGNAL").and_then(|name| signal_number(name.bytes())) {
        let _ = arm(signal, Action::Dump);
    }
}

/// The number of a signal that one may dump on.
fn signal_number(name: &[u8]) -> Option<c_int> {
    match name.strip_prefix(b"SIG").unwrap_or(name) {
        b"USR1" => Some(libc::SIGUSR1),
        b"USR2" => Some(libc::SIGUSR2),
        digits => core::str::from_utf8(digits).ok()?.parse().ok(),
    }
}

/// Arms, from the start of `main` on, the signals that the standard library
/// wants for its message about a stack that has overflowed: it leaves them to
/// whoever has armed them before.
#[doc(hidden)]
pub fn arm_crashes() {
    for signal in [libc::SIGSEGV, libc::SIGBUS] {
        // A program that cannot be armed runs unarmed.
        let _ = arm(signal, Action::DumpAndPassOn);
    }
}

/// Arms signals before `main`, by an entry in `.init_array` of the program or
/// library that this is expanded in. Without a directory in the environment
/// the signals stay as they are.
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
