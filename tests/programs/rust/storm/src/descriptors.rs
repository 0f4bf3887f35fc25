//! A program that closes descriptors which are not its own.

use livecov_rt::signal::{Action, arm_in};
use std::ffi::CString;

/// Arms a signal, closes everything behind standard error, and gives the numbers of what was closed to `decoy`.
pub fn run(directory: &str, decoy: &str) {
    cov!(descriptors, 0);
    // What the program was started with is none of the runtime's.
    close_all();
    let [directory, decoy] = [directory, decoy].map(|path| CString::new(path).expect("a path"));
    arm_in(&directory, libc::SIGUSR2, Action::Dump).expect("SIGUSR2 is armed");
    let kept: Vec<i32> = (3..1024).filter(|number| is_open(*number)).collect();
    close_all();
    // SAFETY: sends a signal to this thread.
    unsafe { libc::raise(libc::SIGUSR2) };
    // Where nothing is open under those numbers; now where something else is.
    for number in &kept {
        // SAFETY: a C string, and numbers of which the program uses none.
        let opened = unsafe { libc::open(decoy.as_ptr(), libc::O_DIRECTORY | libc::O_RDONLY) };
        assert!(opened > 2 && unsafe { libc::dup2(opened, *number) } == *number);
    }
    // SAFETY: as above.
    unsafe { libc::raise(libc::SIGUSR2) };
    println!("kept {}", kept.len());
}

fn close_all() {
    // SAFETY: the program uses no descriptor behind these; that others do is the point.
    assert_eq!(unsafe { libc::syscall(libc::SYS_close_range, 3, u32::MAX, 0) }, 0);
}

fn is_open(number: i32) -> bool {
    // SAFETY: asks for a descriptor's flags, of which there may be none.
    unsafe { libc::fcntl(number, libc::F_GETFD) >= 0 }
}
