//! Armed before `main`.

include!(concat!(env!("OUT_DIR"), "/coverage.rs"));

use livecov_rt::signal::Action;

livecov_rt::arm_at_startup! {
    libc::SIGTERM => Action::DumpAndPassOn,
    libc::SIGUSR2 => Action::Dump,
}

fn main() {
    cov!(startup_main, 0);
    for signal in [libc::SIGUSR2, libc::SIGTERM] {
        before_signal();
        // SAFETY: sends a signal to this thread.
        unsafe { libc::raise(signal) };
    }
    println!("not to be reached");
}

fn before_signal() {
    cov!(before_signal, 0);
}
