//! Stacks for handlers. An alternate signal stack may have 8 KiB, of which the
//! system takes 3; encoding takes 5 where it is optimised, and more where it
//! is not. So it runs on memory of the runtime's own.

use crate::sys::{pause, process_id};
use core::cell::UnsafeCell;
use core::ffi::c_void;
use core::mem::MaybeUninit;
use core::sync::atomic::{AtomicU32, Ordering};

/// Bytes of a stack. Without optimisation a dump uses up to 44 KiB, and 70 KiB
/// if it has to find the run that it belongs to. What is not used costs nothing.
const STACK_LEN: usize = 128 << 10;
/// As many handlers can dump at once; others wait.
const STACK_COUNT: usize = 4;
/// How often it is asked whether one has become free, each time after a pause:
/// two seconds.
const MAX_PAUSES: usize = 20_000;

#[repr(C, align(64))]
struct Stack {
    bytes: UnsafeCell<MaybeUninit<[u8; STACK_LEN]>>,
    /// The process that uses it, or 0. A fork inherits stacks in use, whose
    /// users it does not.
    user: AtomicU32,
}

// SAFETY: `bytes` is used by the one who has put the process into `user`.
unsafe impl Sync for Stack {}

static STACKS: [Stack; STACK_COUNT] =
    [const { Stack { bytes: UnsafeCell::new(MaybeUninit::uninit()), user: AtomicU32::new(0) } }; STACK_COUNT];

fn claim() -> Option<&'static Stack> {
    let process = process_id();
    for _ in 0..MAX_PAUSES {
        let free = STACKS.iter().find(|stack| {
            let user = stack.user.load(Ordering::Relaxed);
            user != process && stack.user.compare_exchange(user, process, Ordering::Acquire, Ordering::Relaxed).is_ok()
        });
        if free.is_some() {
            return free;
        }
        pause();
    }
    None
}

/// Calls `run` on a stack of the runtime's own, or on the current one if none
/// becomes free.
///
/// Signals must be blocked: the system would take this thread to be off its
/// alternate stack, and put the frame of the next handler over the one there.
pub(crate) fn with_stack<F: FnMut()>(mut run: F) {
    extern "C" fn call<F: FnMut()>(run: *mut c_void) {
        // SAFETY: `with_stack` passes its own closure, which nothing else
        // uses meanwhile.
        unsafe { (*run.cast::<F>())() }
    }
    let argument = (&raw mut run).cast();
    let Some(stack) = claim() else { return call::<F>(argument) };
    let top = stack.bytes.get().cast::<u8>().wrapping_add(STACK_LEN);
    // SAFETY: the claim makes this the only use of the stack, the end of which
    // is aligned to 64; `call` returns, because nothing on its way panics.
    unsafe { call_on(top, call::<F>, argument) };
    stack.user.store(0, Ordering::Release);
}

/// # Safety
///
/// * `top` is the upper end of memory that nobody else uses, aligned to 16.
/// * The function returns.
#[cfg(all(target_arch = "x86_64", not(miri)))]
unsafe fn call_on(top: *mut u8, function: extern "C" fn(*mut c_void), argument: *mut c_void) {
    // SAFETY: the stack pointer is kept in a register that functions preserve,
    // and put back; the caller vouches for the rest.
    unsafe {
        core::arch::asm!(
            "mov r12, rsp",
            "mov rsp, {top}",
            "call {function}",
            "mov rsp, r12",
            top = in(reg) top,
            function = in(reg) function,
            in("rdi") argument,
            out("r12") _,
            clobber_abi("C"),
        );
    }
}

/// # Safety
///
/// * `top` is the upper end of memory that nobody else uses, aligned to 16.
/// * The function returns.
#[cfg(all(target_arch = "aarch64", not(miri)))]
unsafe fn call_on(top: *mut u8, function: extern "C" fn(*mut c_void), argument: *mut c_void) {
    // SAFETY: the stack pointer is kept in a register that functions preserve,
    // and put back; the caller vouches for the rest.
    unsafe {
        core::arch::asm!(
            "mov x20, sp",
            "mov sp, {top}",
            "blr {function}",
            "mov sp, x20",
            top = in(reg) top,
            function = in(reg) function,
            in("x0") argument,
            out("x20") _,
            clobber_abi("C"),
        );
    }
}

/// # Safety
///
/// None: other processors stay on the current stack.
#[cfg(any(miri, not(any(target_arch = "x86_64", target_arch = "aarch64"))))]
unsafe fn call_on(_top: *mut u8, function: extern "C" fn(*mut c_void), argument: *mut c_void) {
    function(argument);
}
