//! A filter of system calls, so that one which a handler should not make ends the program by `SIGSYS`.

use crate::hooks::{HANDLED, SIGNALS, name_thread, wrap};
use libc::{c_int, c_long, sock_filter};
use livecov_rt::bare;
use livecov_rt::signal::{Action, arm};
use std::sync::atomic::Ordering;

/// Numbers of system calls by name, for those that the runtime's documentation may name.
macro_rules! numbers {
    ($($name:literal $number:ident),* $(,)?) => {
        [$(($name, libc::$number)),*]
    };
}

const NUMBERS: [(&str, c_long); 34] = numbers!(
    "getpid" SYS_getpid, "process_vm_readv" SYS_process_vm_readv, "openat" SYS_openat, "read" SYS_read,
    "write" SYS_write, "pwrite64" SYS_pwrite64, "close" SYS_close, "newfstatat" SYS_newfstatat,
    "fstat" SYS_fstat, "renameat2" SYS_renameat2, "clock_gettime" SYS_clock_gettime, "ftruncate" SYS_ftruncate,
    "lseek" SYS_lseek, "linkat" SYS_linkat, "unlinkat" SYS_unlinkat, "renameat" SYS_renameat,
    "nanosleep" SYS_nanosleep, "clock_nanosleep" SYS_clock_nanosleep, "rt_sigaction" SYS_rt_sigaction,
    "tgkill" SYS_tgkill, "gettid" SYS_gettid, "rt_sigprocmask" SYS_rt_sigprocmask,
    "rt_sigreturn" SYS_rt_sigreturn, "exit_group" SYS_exit_group, "rt_sigpending" SYS_rt_sigpending,
    "geteuid" SYS_geteuid, "fcntl" SYS_fcntl, "mkdirat" SYS_mkdirat, "readlinkat" SYS_readlinkat, "uname" SYS_uname,
    "getppid" SYS_getppid, "flock" SYS_flock, "rt_sigtimedwait" SYS_rt_sigtimedwait, "futex" SYS_futex,
);

/// Older calls, which not all processors have.
#[cfg(target_arch = "x86_64")]
const OLD_NUMBERS: &[(&str, c_long)] = &numbers!("mkdir" SYS_mkdir, "readlink" SYS_readlink);
#[cfg(not(target_arch = "x86_64"))]
const OLD_NUMBERS: &[(&str, c_long)] = &[("mkdir", libc::SYS_mkdirat), ("readlink", libc::SYS_readlinkat)];

/// The system calls for the end of a handler and of the program, which are not the runtime's.
const OTHERS: [&str; 2] = ["rt_sigreturn", "exit_group"];

fn number_of(name: &str) -> u32 {
    let found = NUMBERS.iter().chain(OLD_NUMBERS).find(|(known, _)| *known == name);
    let (_, number) = found.unwrap_or_else(|| panic!("no number for the system call {name}"));
    u32::try_from(*number).expect("a system call's number")
}

#[cfg(target_arch = "x86_64")]
const ARCHITECTURE: u32 = 0xc000_003e;
#[cfg(target_arch = "aarch64")]
const ARCHITECTURE: u32 = 0xc000_00b7;

const fn statement(code: u32, value: u32) -> sock_filter {
    sock_filter { code: code as u16, jt: 0, jf: 0, k: value }
}

/// Goes on with the next statement if the loaded value is `value`, else with the one behind it.
const fn unless(value: u32) -> sock_filter {
    sock_filter { code: (libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K) as u16, jt: 0, jf: 1, k: value }
}

/// From now on any system call but those of `names` ends the process.
fn allow(names: &[&str]) {
    /// Offsets in `struct seccomp_data`.
    const NUMBER: u32 = 0;
    const MACHINE: u32 = 4;
    let load = libc::BPF_LD | libc::BPF_W | libc::BPF_ABS;
    let give = libc::BPF_RET | libc::BPF_K;
    let mut program = vec![
        statement(load, MACHINE),
        sock_filter { jt: 1, jf: 0, ..unless(ARCHITECTURE) },
        statement(give, libc::SECCOMP_RET_KILL_PROCESS),
        statement(load, NUMBER),
    ];
    for name in names.iter().chain(&OTHERS) {
        program.push(unless(number_of(name)));
        program.push(statement(give, libc::SECCOMP_RET_ALLOW));
    }
    program.push(statement(give, libc::SECCOMP_RET_KILL_PROCESS));
    let len = u16::try_from(program.len()).expect("a short program");
    let program = libc::sock_fprog { len, filter: program.as_mut_ptr() };
    // SAFETY: the program outlives the calls, and its length is the one given.
    unsafe {
        assert_eq!(libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
        assert_eq!(libc::prctl(libc::PR_SET_SECCOMP, libc::SECCOMP_MODE_FILTER, &raw const program), 0);
    }
}

/// How many alarms are waited for.
const ALARMS: usize = 200;

/// Handlers under a filter that lets `names` through, by comma.
pub fn run(names: &str, what: &str) {
    cov!(filter, 0);
    let names: Vec<&str> = names.split(',').collect();
    name_thread(0);
    match what {
        "alarms" => alarms(&names),
        "first" => first(&names),
        "last" => last(&names),
        _ => panic!("what to do?"),
    }
}

fn directory() -> std::ffi::CString {
    std::ffi::CString::new(std::env::var("LIVECOV_DIR").expect("a directory")).expect("a path")
}

fn exit() -> ! {
    // SAFETY: ends the process, by a call that the filter lets through.
    unsafe { libc::_exit(0) }
}

/// Dumps by a timer: the program itself makes no system call meanwhile. The meta file is there before.
fn alarms(names: &[&str]) -> ! {
    bare::write_meta_dir(&directory()).expect("a meta file");
    arm(libc::SIGALRM, Action::Dump).expect("SIGALRM is armed");
    wrap(libc::SIGALRM);
    let period = libc::timeval { tv_sec: 0, tv_usec: 500 };
    let timer = libc::itimerval { it_interval: period, it_value: period };
    allow_after(names, || {
        // SAFETY: the timer's setting is valid.
        assert_eq!(unsafe { libc::setitimer(libc::ITIMER_REAL, &raw const timer, std::ptr::null_mut()) }, 0);
    });
    while HANDLED[0][0].load(Ordering::SeqCst) < ALARMS {
        std::hint::spin_loop();
    }
    exit()
}

/// As [`allow`], once `start` has run, with signals kept back until the filter is there.
fn allow_after(names: &[&str], start: impl FnOnce()) {
    // SAFETY: sets of this function's own; a full set and an empty one are valid.
    unsafe {
        let mut all: libc::sigset_t = std::mem::zeroed();
        libc::sigfillset(&raw mut all);
        libc::pthread_sigmask(libc::SIG_BLOCK, &raw const all, std::ptr::null_mut());
        start();
        let with_mask: Vec<&str> = names.iter().copied().chain(["rt_sigprocmask"]).collect();
        allow(&with_mask);
        libc::pthread_sigmask(libc::SIG_UNBLOCK, &raw const all, std::ptr::null_mut());
    }
}

/// A dump with the meta file to be written.
fn first(names: &[&str]) -> ! {
    arm(SIGNALS[1], Action::Dump).expect("SIGUSR2 is armed");
    allow(names);
    // SAFETY: sends a signal to this thread.
    unsafe { libc::raise(SIGNALS[1]) };
    exit()
}

/// A signal that ends the program in the middle of a take: the handler waits for its end, which cannot come.
fn last(names: &[&str]) {
    struct Raising(c_int);
    impl livecov_format::sink::Sink for Raising {
        type Error = ();
        fn write_all(&mut self, _: &[u8]) -> Result<(), ()> {
            // SAFETY: sends a signal to this thread.
            unsafe { libc::raise(self.0) };
            Ok(())
        }
    }
    arm(libc::SIGTERM, Action::DumpAndPassOn).expect("SIGTERM is armed");
    allow(names);
    let taken = bare::take_counters(&mut Raising(libc::SIGTERM));
    panic!("SIGTERM did not end the program: {taken:?}");
}
