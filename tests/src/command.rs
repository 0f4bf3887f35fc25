//! Run a command, keep status and output.

use std::fmt;
use std::io::Read;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::{JoinHandle, sleep, spawn};
use std::time::{Duration, Instant};

/// Building Go's standard library takes a while on a busy machine.
const BUILD_LIMIT: Duration = Duration::from_mins(15);

/// How a command ended and what it printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The exit status; `None` after a signal.
    pub status: Option<i32>,
    /// What it wrote to standard output.
    pub stdout: Vec<u8>,
    /// What it wrote to standard error.
    pub stderr: Vec<u8>,
}

impl Outcome {
    /// Standard output as text.
    pub fn stdout_text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    /// Standard error as text.
    pub fn stderr_text(&self) -> String {
        String::from_utf8_lossy(&self.stderr).into_owned()
    }

    /// The first line of standard error: what is wrong; usage may follow it.
    pub fn complaint(&self) -> String {
        self.stderr_text().lines().next().unwrap_or("").to_owned()
    }

    /// Panics unless the command ended well and without a word on standard error.
    #[track_caller]
    pub fn quiet(self) -> Outcome {
        assert!(
            self.status == Some(0) && self.stderr.is_empty(),
            "expected exit 0 and nothing on standard error, not {self:?}"
        );
        self
    }

    /// Panics unless the command ended with `status`.
    #[track_caller]
    pub fn exits(self, status: i32) -> Outcome {
        assert!(self.status == Some(status), "expected exit {status}, not {self:?}");
        self
    }
}

impl fmt::Debug for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "exit {:?}\n--- stdout\n{}--- stderr\n{}---", self.status, self.stdout_text(), self.stderr_text())
    }
}

/// Runs `command` with nothing on its standard input.
pub fn capture(command: &mut Command) -> Outcome {
    capture_within(BUILD_LIMIT, command)
}

/// As [`capture`]; panics if the command takes longer than `limit`, so that one that hangs is a failure like others.
pub fn capture_within(limit: Duration, command: &mut Command) -> Outcome {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap_or_else(|e| panic!("run {command:?}: {e}"));
    // Both at once: a command stops when nobody reads what it writes.
    let stdout = drain(child.stdout.take());
    let stderr = drain(child.stderr.take());
    let status = wait_within(limit, &mut child)
        .unwrap_or_else(|| panic!("{command:?} was killed after {} seconds", limit.as_secs()));
    let [stdout, stderr] = [stdout, stderr].map(|reader| reader.join().expect("output of the command"));
    Outcome { status: status.code(), stdout, stderr }
}

fn drain(pipe: Option<impl Read + Send + 'static>) -> JoinHandle<Vec<u8>> {
    spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut pipe) = pipe {
            pipe.read_to_end(&mut bytes).expect("output of the command");
        }
        bytes
    })
}

/// None if the child had to be killed.
fn wait_within(limit: Duration, child: &mut Child) -> Option<ExitStatus> {
    let start = Instant::now();
    let mut pause = Duration::from_micros(500);
    while start.elapsed() < limit {
        if let Some(status) = child.try_wait().expect("the state of a child") {
            return Some(status);
        }
        sleep(pause);
        pause = (pause * 5 / 4).min(Duration::from_millis(20));
    }
    // It may have ended in between.
    let _ = child.kill();
    let _ = child.wait();
    None
}

/// Runs `command`, which must succeed, and gives its standard output.
#[track_caller]
pub fn must(command: &mut Command) -> String {
    let outcome = capture(command);
    assert!(outcome.status == Some(0), "{command:?} failed: {outcome:?}");
    outcome.stdout_text()
}
