//! The host of `tests/programs/foreign`, built as its author would: without probes.

use crate::project;
use livecov_tests::go::clean;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::OnceLock;
use std::thread::sleep;
use std::time::{Duration, Instant};

const TIME_LIMIT: Duration = Duration::from_secs(60);

/// A host that runs and waits for commands; killed if a test fails.
pub(crate) struct Host {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

/// How a host ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct End {
    pub(crate) code: Option<i32>,
    pub(crate) signal: Option<i32>,
    pub(crate) stderr: String,
}

impl Drop for Host {
    fn drop(&mut self) {
        let _ = self.child.kill();
    }
}

pub(crate) fn plain_host() -> &'static Path {
    static HOST: OnceLock<PathBuf> = OnceLock::new();
    HOST.get_or_init(|| project("foreign").build_plain(&["--package", "host"]).join("host"))
}

impl Host {
    /// Starts it with these variables.
    pub(crate) fn start(variables: &[(&str, &Path)]) -> Self {
        Self::of(clean(plain_host()).envs(variables.iter().copied()))
    }

    /// Starts any program that is talked to in this way.
    pub(crate) fn of(command: &mut Command) -> Self {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let (input, output) = (child.stdin.take(), BufReader::new(child.stdout.take().unwrap()));
        Self { child, input, output }
    }

    /// Gives it a command. Returns its answer.
    #[track_caller]
    pub(crate) fn ask(&mut self, command: &str) -> String {
        self.say(command);
        let mut answer = String::new();
        self.output.read_line(&mut answer).unwrap();
        assert!(answer.ends_with('\n'), "it did not answer {command:?}: {:?}", self.error());
        answer.trim_end().to_owned()
    }

    /// Gives it a command that it does not answer.
    #[track_caller]
    pub(crate) fn say(&self, command: &str) {
        writeln!(self.input.as_ref().unwrap(), "{command}").unwrap();
    }

    /// Gives it commands, the answers to which are not of interest.
    #[track_caller]
    pub(crate) fn tell<const N: usize>(&mut self, commands: [&str; N]) {
        for command in commands {
            self.ask(command);
        }
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends it a signal.
    pub(crate) fn send(&self, signal: i32) {
        // SAFETY: the number is that of a child which was not waited for.
        let sent = unsafe { libc::kill(self.child.id().cast_signed(), signal) };
        assert_eq!(sent, 0);
    }

    /// Ends its input and waits for its end.
    #[track_caller]
    pub(crate) fn end(mut self) -> End {
        self.input = None;
        self.wait()
    }

    /// Waits for its end.
    #[track_caller]
    pub(crate) fn wait(&mut self) -> End {
        let start = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(start.elapsed() < TIME_LIMIT, "the host does not end");
            sleep(Duration::from_millis(5));
        };
        End { code: status.code(), signal: status.signal(), stderr: self.error() }
    }

    fn error(&mut self) -> String {
        let mut text = String::new();
        if let Some(mut pipe) = self.child.stderr.take() {
            pipe.read_to_string(&mut text).unwrap();
        }
        text
    }
}

impl End {
    /// A return from `main` without a word.
    pub(crate) fn well() -> Self {
        Self { code: Some(0), signal: None, stderr: String::new() }
    }
}
