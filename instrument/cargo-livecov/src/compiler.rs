//! Calls of the real compiler.

use crate::argfile::{self, ArgFile};
use crate::error::Error;
use crate::host::MacroUse;
use crate::protocol::Config;
use std::ffi::{OsStr, OsString};
use std::io::{self, BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Output, Stdio};

/// The compiler, as cargo names it.
pub(crate) struct Compiler<'a> {
    /// The compiler; where a wrapper for the workspace stands before it, both.
    words: Vec<&'a OsStr>,
    config: &'a Config,
    /// The instrumented proc macros that it loads.
    pub(crate) macro_use: MacroUse,
}

/// How a call ended.
pub(crate) struct Compiled {
    pub(crate) status: ExitStatus,
    /// What it said, except for what cargo has to hear at once.
    pub(crate) messages: Vec<u8>,
    /// Whether other crates may have been compiled against the outcome.
    pub(crate) is_announced: bool,
}

impl<'a> Compiler<'a> {
    /// Takes the compiler from the front of a command line.
    pub(crate) fn new(config: &'a Config, line: &'a [OsString]) -> (Self, &'a [OsString]) {
        let is_program = |arg: &&OsString| !arg.to_string_lossy().starts_with(['-', '@']) && !is_source(arg);
        let count = 1 + usize::from(line.get(1).is_some_and(|arg| is_program(&arg)));
        let (words, args) = line.split_at(count.min(line.len()));
        (Self { words: words.iter().map(OsString::as_os_str).collect(), config, macro_use: MacroUse::default() }, args)
    }

    /// A call, by way of the wrapper that the user has.
    pub(crate) fn chained(&self) -> Command {
        let chained = self.config.chained.as_ref().map(|path| path.as_os_str());
        self.compile(&chained.into_iter().chain(self.words.iter().copied()).collect::<Vec<_>>())
    }

    /// A call without that wrapper: what is compiled is not what it would
    /// think.
    pub(crate) fn direct(&self) -> Command {
        self.compile(&self.words)
    }

    /// A call of rustc itself, which is last.
    pub(crate) fn bare(&self) -> Command {
        command(self.words.get(self.words.len().saturating_sub(1)..).unwrap_or_default())
    }

    /// A command that may load proc macros with counters in them.
    fn compile(&self, words: &[&OsStr]) -> Command {
        let mut command = command(words);
        self.macro_use.prepare(&mut command);
        command
    }

    pub(crate) fn name(&self) -> String {
        self.words.last().map(|word| word.to_string_lossy().into_owned()).unwrap_or_default()
    }

    pub(crate) fn not_started(&self, error: io::Error) -> Error {
        Error::Start(self.name(), error)
    }

    fn spawn(&self, command: &mut Command, connect: &dyn Fn(&mut Command)) -> Result<(Child, Option<ArgFile>), Error> {
        let compiler = self.words.last().copied().unwrap_or_default();
        let started = argfile::spawn(command, compiler, &self.config.out.join("args"), connect);
        // It may be the user's wrapper that is not there.
        started.map_err(|error| Error::Start(command.get_program().display().to_string(), error))
    }

    /// Runs a call to its end.
    pub(crate) fn status(&self, command: &mut Command) -> Result<ExitStatus, Error> {
        let (mut child, _args) = self.spawn(command, &|_| {})?;
        child.wait().map_err(|error| self.not_started(error))
    }

    /// Runs a call to its end, and holds back all that it says.
    pub(crate) fn output(&self, command: &mut Command) -> Result<Output, Error> {
        let (child, _args) = self.spawn(command, &|command| {
            command.stdout(Stdio::null()).stderr(Stdio::piped());
        })?;
        child.wait_with_output().map_err(|error| self.not_started(error))
    }

    /// Runs a call and holds back what it says, except that a file is there:
    /// cargo then goes on with other crates.
    pub(crate) fn held(&self, command: &mut Command) -> Result<Compiled, Error> {
        let (mut child, _args) = self.spawn(command, &|command| {
            command.stderr(Stdio::piped());
        })?;
        let mut messages = Vec::new();
        let mut is_announced = false;
        if let Some(stderr) = child.stderr.take() {
            let mut stderr = BufReader::new(stderr);
            let mut line = Vec::new();
            while stderr.read_until(b'\n', &mut line).is_ok_and(|len| len > 0) {
                if is_artifact(&line) {
                    is_announced |= contains(&line, b".rmeta\"");
                    // Without cargo there is nobody to compile for.
                    io::stderr().write_all(&line).ok();
                } else {
                    messages.extend_from_slice(&line);
                }
                line.clear();
            }
        }
        let status = child.wait().map_err(|error| self.not_started(error))?;
        Ok(Compiled { status, messages, is_announced })
    }
}

fn command(words: &[&OsStr]) -> Command {
    let mut command = Command::new(words.first().copied().unwrap_or(OsStr::new("rustc")));
    command.args(words.get(1..).unwrap_or_default());
    command
}

/// Whether a line is rustc's notice that it has written a file.
pub(crate) fn is_artifact(line: &[u8]) -> bool {
    line.starts_with(b"{\"$message_type\":\"artifact\"")
}

fn contains(line: &[u8], part: &[u8]) -> bool {
    line.windows(part.len()).any(|window| window == part)
}

fn is_source(arg: &OsStr) -> bool {
    Path::new(arg).extension().is_some_and(|extension| extension == "rs")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrapper_for_the_workspace_comes_first() {
        let config = Config { chained: Some("sccache".into()), ..Config::default() };
        let check = |line: &str, chained: &str, bare: &str, rest: usize| {
            let line: Vec<OsString> = line.split(' ').map(OsString::from).collect();
            let (compiler, args) = Compiler::new(&config, &line);
            let shown = format!("{:?}", compiler.chained()).replace('"', "");
            assert!(shown.ends_with(chained), "{shown}");
            assert_eq!(compiler.bare().get_program(), bare);
            assert_eq!(args.len(), rest);
        };
        check("/bin/rustc -vV", "sccache /bin/rustc", "/bin/rustc", 1);
        check(
            "clippy-driver /bin/rustc --crate-name a src/lib.rs",
            "sccache clippy-driver /bin/rustc",
            "/bin/rustc",
            3,
        );
        check("rustc src/lib.rs", "sccache rustc", "rustc", 1);
        check("rustc - --print=cfg", "sccache rustc", "rustc", 2);
    }

    #[test]
    fn only_notices_go_through_at_once() {
        assert!(is_artifact(
            b"{\"$message_type\":\"artifact\",\"artifact\":\"/t/liba.rmeta\",\"emit\":\"metadata\"}\n"
        ));
        assert!(!is_artifact(b"{\"$message_type\":\"diagnostic\",\"message\":\"x\"}\n"));
    }
}
