//! A program that closes descriptors which are not its own.

use livecov_rt::signal::{Action, arm_in};
use std::ffi::CString;

/// Arms a signal, closes everything behind standard error, and opens the directory `decoy` so often that the number of
/// the one that was armed is among them.
pub fn run(directory: &str, decoy: &str) {
    cov!(descriptors, 0);
    let [directory, decoy] = [directory, decoy].map(|path| CString::new(path).expect("a path"));
    arm_in(&directory, libc::SIGUSR2, Action::Dump).expect("SIGUSR2 is armed");
    let before = open_numbers();
    // SAFETY: the program uses no descriptor behind these; that others do is the point.
    assert_eq!(unsafe { libc::syscall(libc::SYS_close_range, 3, u32::MAX, 0) }, 0);
    // SAFETY: sends a signal to this thread.
    unsafe { libc::raise(libc::SIGUSR2) };
    // Where nothing is open under that number; now where something else is.
    for _ in 0..16 {
        // SAFETY: a C string.
        assert!(unsafe { libc::open(decoy.as_ptr(), libc::O_DIRECTORY | libc::O_RDONLY) } > 2);
    }
    let after = open_numbers();
    let is_taken = before.iter().all(|number| after.contains(number));
    // SAFETY: as above.
    unsafe { libc::raise(libc::SIGUSR2) };
    println!("opened {}\ntaken {is_taken}", before.len());
}

fn open_numbers() -> Vec<i32> {
    // SAFETY: asks for a descriptor's flags, of which there may be none.
    (3..64).filter(|number| unsafe { libc::fcntl(*number, libc::F_GETFD) } >= 0).collect()
}
