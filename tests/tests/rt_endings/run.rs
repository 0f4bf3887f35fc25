//! Runs a program to its end, which may be a signal.

use livecov_tests::go::clean;
use std::fmt;
use std::io::Read;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::{JoinHandle, sleep, spawn};
use std::time::{Duration, Instant};

/// The programs give up after half of that.
const TIME_LIMIT: Duration = Duration::from_mins(1);

/// How a program ended and what it printed.
#[derive(PartialEq, Eq)]
pub(crate) struct Ending {
    pub(crate) status: Option<i32>,
    pub(crate) signal: Option<i32>,
    pub(crate) stdout: String,
    /// Without numbers of threads and frames of backtraces, which have addresses.
    pub(crate) stderr: String,
}

impl fmt::Debug for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { status, signal, stdout, stderr } = self;
        write!(f, "status {status:?}, signal {signal:?}\n--- stdout\n{stdout}--- stderr\n{stderr}---")
    }
}

/// A command with its data, if any, in `directory`, which is its current directory too: core files go there.
pub(crate) fn program(path: &Path, args: &[&str], directory: &Path, variables: &[(&str, &Path)]) -> Command {
    let mut command = clean(path);
    command.args(args).current_dir(directory).envs(variables.iter().copied());
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Runs `command`; sends `signal` as soon as it says that it is ready.
#[track_caller]
pub(crate) fn to_the_end(mut command: Command, signal: Option<&str>) -> Ending {
    let start = Instant::now();
    let mut child = command.spawn().unwrap();
    let stdout = Reader::new(child.stdout.take().unwrap());
    let stderr = Reader::new(child.stderr.take().unwrap());
    if let Some(signal) = signal {
        while !stdout.so_far().starts_with("ready\n") {
            assert!(start.elapsed() < TIME_LIMIT, "{command:?} is not ready: {}", stderr.so_far());
            sleep(Duration::from_millis(1));
        }
        let sent = livecov_tests::child::command("sh")
            .args(["-c", &format!("kill -{signal} {}", child.id())])
            .status()
            .unwrap();
        assert!(sent.success());
    }
    let Some(status) = wait(&mut child, start) else { panic!("{command:?} was killed: {}", stderr.so_far()) };
    Ending {
        status: status.code(),
        signal: status.signal(),
        stdout: stdout.end(),
        stderr: without_frames(&without_thread_numbers(&stderr.end())),
    }
}

fn wait(child: &mut Child, start: Instant) -> Option<ExitStatus> {
    while start.elapsed() < TIME_LIMIT {
        if let Some(status) = child.try_wait().unwrap() {
            return Some(status);
        }
        sleep(Duration::from_millis(1));
    }
    // It may have ended in between.
    let _ = child.kill();
    let _ = child.wait();
    None
}

/// Reads a pipe while the program runs.
struct Reader {
    text: Arc<Mutex<Vec<u8>>>,
    thread: JoinHandle<()>,
}

impl Reader {
    fn new(mut pipe: impl Read + Send + 'static) -> Self {
        let text = Arc::new(Mutex::new(Vec::new()));
        let shared = Arc::clone(&text);
        let thread = spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(len @ 1..) = pipe.read(&mut bytes) {
                shared.lock().unwrap().extend(&bytes[..len]);
            }
        });
        Self { text, thread }
    }

    fn so_far(&self) -> String {
        String::from_utf8_lossy(&self.text.lock().unwrap()).into_owned()
    }

    fn end(self) -> String {
        self.thread.join().unwrap();
        String::from_utf8_lossy(&self.text.lock().unwrap()).into_owned()
    }
}

/// The standard library prints `thread 'main' (1234) panicked`.
fn without_thread_numbers(text: &str) -> String {
    let mut parts = text.split("' (");
    let mut out = parts.next().unwrap_or("").to_owned();
    for part in parts {
        let rest = part.trim_start_matches(|char: char| char.is_ascii_digit());
        out.push_str(if rest.starts_with(')') && rest.len() < part.len() { "' (N" } else { "' (" });
        out.push_str(if rest.starts_with(')') { rest } else { part });
    }
    out
}

/// The backtrace of a panic that cannot unwind is printed whatever the environment says.
fn without_frames(text: &str) -> String {
    let is_frame = |line: &str| {
        let line = line.trim_start();
        line.starts_with("at ") || line.split_once(": ").is_some_and(|(number, _)| number.parse::<u32>().is_ok())
    };
    text.split_inclusive('\n').filter(|line| !is_frame(line)).collect()
}

#[test]
fn thread_numbers_are_cut() {
    assert_eq!(without_thread_numbers("thread 'main' (12) x\n' (a) 'b' (3"), "thread 'main' (N) x\n' (a) 'b' (3");
}
