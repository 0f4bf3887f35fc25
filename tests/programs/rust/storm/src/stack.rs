//! How much of a small alternate stack the handler uses.

use crate::hooks::current;
use libc::{c_int, c_void, siginfo_t};
use livecov_rt::signal::{Action, arm};
use std::ffi::CString;

/// The least that systems promise to be enough, and what the standard library gives its threads.
const LEN: usize = 8192;
const PAGE: usize = 4096;
const PAINT: u8 = 0xa5;

/// An alternate stack of this thread, a page below it that cannot be touched.
pub struct Stack(*mut u8);

impl Stack {
    /// Makes it this thread's.
    pub fn install() -> Self {
        // SAFETY: new memory, of which the lowest page becomes the guard; nobody else knows of it.
        unsafe {
            let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
            let protection = libc::PROT_READ | libc::PROT_WRITE;
            let memory = libc::mmap(std::ptr::null_mut(), PAGE + LEN, protection, flags, -1, 0);
            assert_ne!(memory, libc::MAP_FAILED);
            assert_eq!(libc::mprotect(memory, PAGE, libc::PROT_NONE), 0);
            let start = memory.cast::<u8>().add(PAGE);
            let stack = libc::stack_t { ss_sp: start.cast(), ss_flags: 0, ss_size: LEN };
            assert_eq!(libc::sigaltstack(&raw const stack, std::ptr::null_mut()), 0);
            let stack = Self(start);
            stack.paint();
            stack
        }
    }

    /// Marks all of it as not used.
    pub fn paint(&self) {
        // SAFETY: the memory is this value's, and no handler is running on it.
        unsafe { self.0.write_bytes(PAINT, LEN) };
    }

    /// Bytes used since it was painted.
    pub fn used(&self) -> usize {
        // SAFETY: as for painting.
        let bytes = unsafe { std::slice::from_raw_parts(self.0, LEN) };
        bytes.iter().position(|byte| *byte != PAINT).map_or(0, |first| LEN - first)
    }

    fn used_by(&self, signal: c_int) -> usize {
        self.paint();
        // SAFETY: sends a signal to this thread, which handles it on this stack.
        unsafe { libc::raise(signal) };
        self.used()
    }
}

/// Several signals that have all come before the first is handled.
fn crowd(stack: &Stack) -> usize {
    let signals = [libc::SIGUSR2, libc::SIGALRM, libc::SIGVTALRM, libc::SIGPROF];
    for signal in signals {
        arm(signal, Action::Dump).expect("the signal is armed");
    }
    stack.paint();
    // SAFETY: a set of this function's own; zeros are one without signals, which the calls fill in.
    unsafe {
        let mut set: libc::sigset_t = std::mem::zeroed();
        for signal in signals {
            libc::sigaddset(&raw mut set, signal);
        }
        assert_eq!(libc::pthread_sigmask(libc::SIG_BLOCK, &raw const set, std::ptr::null_mut()), 0);
        for signal in signals {
            libc::raise(signal);
        }
        assert_eq!(libc::pthread_sigmask(libc::SIG_UNBLOCK, &raw const set, std::ptr::null_mut()), 0);
    }
    stack.used()
}

extern "C" fn nothing(_: c_int, _: *mut siginfo_t, _: *mut c_void) {}

/// Prints how much a handler uses that does nothing, and how much those of the runtime, with `libraries` loaded.
pub fn measure(libraries: &[&str]) {
    cov!(measure, 0);
    for library in libraries {
        let name = CString::new(*library).expect("a name");
        // SAFETY: a C string; the libraries' initialisers do no harm.
        assert!(!unsafe { libc::dlopen(name.as_ptr(), libc::RTLD_NOW) }.is_null(), "{library} cannot be loaded");
    }
    let stack = Stack::install();
    let mut action = current(libc::SIGUSR1);
    action.sa_sigaction = nothing as *const () as libc::sighandler_t;
    action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK;
    // SAFETY: a handler that does nothing.
    assert_eq!(unsafe { libc::sigaction(libc::SIGUSR1, &raw const action, std::ptr::null_mut()) }, 0);
    let frame = stack.used_by(libc::SIGUSR1);
    arm(libc::SIGUSR2, Action::Dump).expect("SIGUSR2 is armed");
    // Passed on to the handler that does nothing.
    arm(libc::SIGUSR1, Action::DumpAndPassOn).expect("SIGUSR1 is armed");
    let first = stack.used_by(libc::SIGUSR2);
    let next = stack.used_by(libc::SIGUSR2);
    let passed = stack.used_by(libc::SIGUSR1);
    let crowd = crowd(&stack);
    // SAFETY: the program uses no descriptor behind these.
    assert_eq!(unsafe { libc::syscall(libc::SYS_close_range, 3, u32::MAX, 0) }, 0);
    let closed = stack.used_by(libc::SIGUSR2);
    println!("frame {frame}\nfirst {first}\nnext {next}\npassed {passed}\ncrowd {crowd}\nclosed {closed}");
}
