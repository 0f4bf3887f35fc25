//! How the suites start children: in a state of their own choice, whatever the suites were started with.
//!
//! A child inherits ignored signals, blocked signals, the mask of new files and limits. Under `nohup` SIGHUP is ignored,
//! in the background of a script SIGINT and SIGQUIT are, and a shell may have `ulimit -f` or `ulimit -s unlimited` set.
//! Programs under test would then end in other ways than the suites expect, or never. So every command of the suites is
//! made by [`command`], which the suite `invariants` checks.

use std::ffi::OsStr;
use std::io;
use std::mem::MaybeUninit;
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::ptr::{null, null_mut};

/// The mask of new files in children.
pub const UMASK: libc::mode_t = 0o022;

/// The soft limits of children. The hard limits stay: only root may raise them.
pub const LIMITS: [(libc::__rlimit_resource_t, libc::rlim_t); 4] = [
    (libc::RLIMIT_CORE, 0),
    (libc::RLIMIT_FSIZE, libc::RLIM_INFINITY),
    (libc::RLIMIT_NOFILE, 1024),
    (libc::RLIMIT_STACK, 8 << 20),
];

/// One more than the last signal.
const SIGNALS: libc::c_int = 65;

/// The kernel's record: handler, flags, what returns from the handler, and the signals blocked meanwhile.
const DEFAULT_ACTION: [u64; 4] = [0; 4];

/// Bytes of the kernel's set of signals.
const SET_LEN: usize = size_of::<u64>();

/// A command that starts `program` with all signals at their default action and none blocked, with [`UMASK`] and
/// [`LIMITS`].
pub fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    // SAFETY: between `fork` and `exec`, `reset` makes system calls only. It neither allocates nor takes a lock.
    unsafe { command.pre_exec(reset) };
    command
}

fn reset() -> io::Result<()> {
    for signal in 1..SIGNALS {
        // Not `sigaction`: the C library refuses the two signals that it keeps for itself, which may be ignored as well.
        // It fails for SIGKILL and SIGSTOP, which nobody can have changed.
        // SAFETY: the kernel reads a record of that size, of which all zeros are the default action.
        unsafe { libc::syscall(libc::SYS_rt_sigaction, signal, DEFAULT_ACTION.as_ptr(), null::<u64>(), SET_LEN) };
    }
    let mut none = MaybeUninit::uninit();
    // SAFETY: there is room for a set, which the first call fills in.
    unsafe {
        libc::sigemptyset(none.as_mut_ptr());
        libc::sigprocmask(libc::SIG_SETMASK, none.as_ptr(), null_mut());
    }
    // SAFETY: takes a number and cannot fail.
    unsafe { libc::umask(UMASK) };
    LIMITS.into_iter().try_for_each(|(resource, wanted)| limit(resource, wanted))
}

fn limit(resource: libc::__rlimit_resource_t, wanted: libc::rlim_t) -> io::Result<()> {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: there is room for the answer.
    if unsafe { libc::getrlimit(resource, &raw mut limit) } != 0 {
        return Err(io::Error::last_os_error());
    }
    limit.rlim_cur = wanted.min(limit.rlim_max);
    // SAFETY: the record was filled in by the call above.
    if unsafe { libc::setrlimit(resource, &raw const limit) } != 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}
