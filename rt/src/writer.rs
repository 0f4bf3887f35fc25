//! `LIVECOV_DUMP_THREAD=1`: a thread that writes what the named signals ask for.
//!
//! Without it the thread that the system picks for the signal writes, and
//! stands still for as long as the file system does. With it that thread only
//! wakes the writer and goes on. The writer blocks all signals but the named
//! ones, so that it also dumps where all threads of the program block these.
//! A child of a fork has no writer; its handlers write.

use crate::emit::{What, emit_all};
use crate::files::Purpose;
use crate::held::{SignalsBlocked, unblock};
use crate::signal::named_signals;
use crate::stack::with_stack;
use crate::sys::{pause, process_id};
use core::cell::UnsafeCell;
use core::ffi::c_void;
use core::mem::MaybeUninit;
use core::ptr::null_mut;
use core::sync::atomic::{AtomicBool, AtomicU32, Ordering};

/// How often it is asked at the end whether the writer is done, each time after
/// a pause: five seconds.
const MAX_PAUSES: usize = 50_000;
/// Bytes of its stack; what it writes it encodes on another.
const STACK_LEN: usize = 256 << 10;

struct Semaphore(UnsafeCell<MaybeUninit<libc::sem_t>>);

// SAFETY: all that is done with it once made is what semaphores are for.
unsafe impl Sync for Semaphore {}

static WAKE: Semaphore = Semaphore(UnsafeCell::new(MaybeUninit::uninit()));
/// The process that has a writer, or 0.
static PROCESS: AtomicU32 = AtomicU32::new(0);
/// What the writer is to do.
static DUMPS: AtomicBool = AtomicBool::new(false);
static TAKES: AtomicBool = AtomicBool::new(false);
static IS_BUSY: AtomicBool = AtomicBool::new(false);

/// Starts the writer. Where the system refuses, handlers write.
pub(crate) fn start() {
    extern "C" fn run(_: *mut c_void) -> *mut c_void {
        write_for_ever()
    }
    let blocked = SignalsBlocked::new();
    let mut thread = MaybeUninit::uninit();
    let mut attributes = MaybeUninit::uninit();
    // SAFETY: there is room for each value; semaphore and attributes are made
    // before they are used, and the function takes what it is given.
    let is_started = unsafe {
        libc::sem_init(WAKE.0.get().cast(), 0, 0) == 0
            && libc::pthread_attr_init(attributes.as_mut_ptr()) == 0
            && libc::pthread_attr_setstacksize(attributes.as_mut_ptr(), STACK_LEN) == 0
            && libc::pthread_attr_setdetachstate(attributes.as_mut_ptr(), libc::PTHREAD_CREATE_DETACHED) == 0
            && libc::pthread_create(thread.as_mut_ptr(), attributes.as_ptr(), run, null_mut()) == 0
    };
    if is_started {
        PROCESS.store(process_id(), Ordering::Release);
    }
    drop(blocked);
}

fn write_for_ever() -> ! {
    // It was started with all signals blocked.
    unblock(&named_signals());
    loop {
        // SAFETY: the semaphore was made before this thread.
        unsafe { libc::sem_wait(WAKE.0.get().cast()) };
        IS_BUSY.store(true, Ordering::SeqCst);
        let _signals = SignalsBlocked::new();
        with_stack(|| {
            if TAKES.swap(false, Ordering::AcqRel) {
                let _ = emit_all(What::Take);
            }
            if DUMPS.swap(false, Ordering::AcqRel) {
                let _ = emit_all(What::Snapshot(Purpose::Snapshot));
            }
        });
        IS_BUSY.store(false, Ordering::SeqCst);
    }
}

/// Whether this process has a writer.
pub(crate) fn is_there() -> bool {
    PROCESS.load(Ordering::Acquire) == process_id()
}

/// Has the writer do it, if there is one. Async-signal-safe.
pub(crate) fn hand_over(what: What) -> bool {
    if !is_there() {
        return false;
    }
    match what {
        What::Snapshot(_) => DUMPS.store(true, Ordering::Release),
        What::Take => TAKES.store(true, Ordering::Release),
    }
    // SAFETY: the semaphore was made before the process was stored.
    unsafe { libc::sem_post(WAKE.0.get().cast()) == 0 }
}

/// Waits, for a while, until the writer has nothing left to do.
pub(crate) fn finish() {
    if !is_there() {
        return;
    }
    let is_done = || ![&DUMPS, &TAKES, &IS_BUSY].iter().any(|flag| flag.load(Ordering::SeqCst));
    for _ in 0..MAX_PAUSES {
        if is_done() {
            return;
        }
        pause();
    }
}
