//! A command that outlives signals.

use rustix::process::{Pid, Signal, getpgrp, kill_process};
use rustix::termios::tcgetpgrp;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use std::fs::File;
use std::io;
use std::process::{ChildStdout, Command, ExitStatus};

/// Runs a command to its end, whatever signals come: there is a report to be
/// written when it is done. If its output is a pipe, `read` gets that.
pub(crate) fn supervise<T>(
    command: &mut Command,
    read: impl FnOnce(ChildStdout) -> T,
) -> io::Result<(ExitStatus, Option<T>)> {
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP])?;
    let mut child = command.spawn()?;
    let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    let handle = signals.handle();
    let forward = std::thread::spawn(move || {
        for signal in signals.forever() {
            if let Some(pid) = pid
                && let Some(signal) = forwarded(signal)
            {
                // A child that is gone needs no signal.
                let _ = kill_process(pid, signal);
            }
        }
    });
    let output = child.stdout.take().map(read);
    let status = child.wait();
    handle.close();
    // The thread has nothing to say.
    let _ = forward.join();
    Ok((status?, output))
}

/// What the child has to be told. An interrupt from the terminal it gets by
/// itself, and may take a second one for impatience.
fn forwarded(signal: i32) -> Option<Signal> {
    match signal {
        SIGTERM => Some(Signal::TERM),
        SIGHUP => Some(Signal::HUP),
        _ => (!is_in_foreground()).then_some(Signal::INT),
    }
}

fn is_in_foreground() -> bool {
    let terminal = File::open("/dev/tty").ok();
    terminal.and_then(|terminal| tcgetpgrp(terminal).ok()) == Some(getpgrp())
}

/// A shell's way to put it: 128 and the signal.
pub(crate) fn exit_status(status: ExitStatus) -> i32 {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return 128 + signal;
    }
    status.code().unwrap_or(crate::session::FAILURE)
}
