//! The program `service`, told what to do line by line.

use livecov_tests::child;
use livecov_tests::dump::counters;
use livecov_tests::files::counter_files;
use livecov_tests::go::clean;
use livecov_tests::paths::text;
use livecov_tests::rust::{Mode, Profile, program};
use livecov_tests::tool::Tool;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::OnceLock;
use std::thread::{JoinHandle, sleep, spawn};
use std::time::{Duration, Instant};

/// Nothing here takes a second on a quiet machine.
const LIMIT: Duration = Duration::from_secs(30);

/// The program, built in `mode`.
pub(crate) fn exe(mode: Mode) -> &'static Path {
    static PROGRAMS: [OnceLock<PathBuf>; 2] = [const { OnceLock::new() }; 2];
    PROGRAMS[usize::from(mode == Mode::Plain)].get_or_init(|| {
        assert!(matches!(mode, Mode::Plain | Mode::Count));
        program("service", mode, Profile::Debug)
    })
}

/// A running service.
pub(crate) struct Service {
    child: Child,
    stdin: Option<ChildStdin>,
    stdout: BufReader<ChildStdout>,
    stderr: Option<JoinHandle<String>>,
}

/// How it ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct End {
    /// The exit status, or the negative number of a signal.
    pub(crate) status: i32,
    pub(crate) stderr: String,
}

impl Service {
    /// Starts the service, in the counting mode, with nothing in its environment but `variables`.
    #[track_caller]
    pub(crate) fn start(variables: &[(&str, &str)]) -> Service {
        let mut command = clean(exe(Mode::Count));
        command.envs(variables.iter().copied());
        Service::of(command)
    }

    #[track_caller]
    pub(crate) fn of(mut command: Command) -> Service {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the service starts");
        let mut stderr = child.stderr.take().expect("a pipe");
        let stderr = spawn(move || {
            let mut text = String::new();
            stderr.read_to_string(&mut text).expect("UTF-8");
            text
        });
        let stdin = child.stdin.take();
        let stdout = BufReader::new(child.stdout.take().expect("a pipe"));
        let mut service = Service { child, stdin, stdout, stderr: Some(stderr) };
        assert!(service.is_answered(), "the service does not start: {:?}", service.end());
        service
    }

    fn is_answered(&mut self) -> bool {
        let mut line = String::new();
        self.stdout.read_line(&mut line).expect("UTF-8");
        line == "ok\n"
    }

    fn send(&mut self, line: &str) {
        let stdin = self.stdin.as_mut().expect("it listens");
        writeln!(stdin, "{line}").expect("it listens");
    }

    /// Has it do something, and waits until it has.
    #[track_caller]
    pub(crate) fn tell(&mut self, line: &str) {
        self.send(line);
        assert!(self.is_answered(), "no answer to {line}: {:?}", self.end());
    }

    /// Has it end in some way.
    pub(crate) fn tell_last(&mut self, line: &str) -> End {
        self.send(line);
        self.end()
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal and waits until it is handled: the answer to a step comes after that.
    #[track_caller]
    pub(crate) fn kill(&mut self, signal: &str) {
        kill(signal, self.id());
        self.tell("other");
    }

    /// Ends it by a signal.
    pub(crate) fn killed(&mut self, signal: &str) -> End {
        kill(signal, self.id());
        self.end()
    }

    /// Waits for its end.
    pub(crate) fn end(&mut self) -> End {
        let start = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("a child") {
                break status;
            }
            if start.elapsed() > LIMIT {
                let _ = self.child.kill();
            }
            sleep(Duration::from_millis(2));
        };
        self.stdin = None;
        let stderr = self.stderr.take().expect("it has ended once").join().expect("standard error");
        let signal = status.signal().map(|signal| -signal);
        End { status: status.code().or(signal).expect("a status or a signal"), stderr }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) fn kill(signal: &str, process: u32) {
    let script = format!("kill -{signal} {process}");
    assert!(child::command("bash").args(["-c", &script]).status().expect("a shell").success(), "{script}");
}

/// Waits until `is_so`.
#[track_caller]
pub(crate) fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < LIMIT, "it is never so: {what}");
        sleep(Duration::from_millis(2));
    }
}

/// How often the only unit of `function` ran, by all data in `directory`, all of which must be whole.
#[track_caller]
pub(crate) fn ran(directory: &Path, function: &str) -> u64 {
    let outcome = Tool::Ours.run(&["debugdump", "--strict", "-live", &format!("-i={}", text(directory))]);
    counters(&outcome.quiet().stdout_text(), function).map_or(0, |counts| counts[0])
}

/// The number of counter files; no temporary file may be left.
#[track_caller]
pub(crate) fn files(directory: &Path) -> usize {
    let names = std::fs::read_dir(directory).into_iter().flatten().flatten().map(|entry| entry.file_name());
    let left: Vec<_> = names.filter(|name| name.to_string_lossy().starts_with("tmp.")).collect();
    assert!(left.is_empty(), "{left:?}");
    if directory.exists() { counter_files(directory).len() } else { 0 }
}
