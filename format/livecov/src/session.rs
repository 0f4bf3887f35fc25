//! One run of the tool: where it writes to, what it was told, what it met.

use crate::cli::Common;
use crate::error::Error;
use crate::progress::Progress;
use std::io::{IsTerminal, Write};

/// The surroundings of a command.
pub struct Session<'a> {
    /// Reports go here.
    pub out: &'a mut dyn Write,
    /// Warnings go here.
    err: &'a mut dyn Write,
    is_strict: bool,
    verbosity: i64,
    threads: usize,
    progress: Progress,
    /// Whether this is a program of its own, whose standard output is that of the process.
    is_program: bool,
    warnings: Vec<String>,
    left_out_count: u64,
}

impl<'a> Session<'a> {
    /// A session with the options that all commands share.
    pub fn new(out: &'a mut dyn Write, err: &'a mut dyn Write, common: &Common, shows_progress: bool) -> Self {
        let cores = || std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            out,
            err,
            is_strict: common.strict || common.panic_on_warning,
            verbosity: common.verbosity,
            threads: common.threads.map_or_else(cores, usize::from),
            progress: Progress::new(shows_progress),
            is_program: shows_progress,
            warnings: Vec::new(),
            left_out_count: 0,
        }
    }

    /// A session of a command that reads no data.
    pub fn bare(out: &'a mut dyn Write, err: &'a mut dyn Write) -> Self {
        Self {
            out,
            err,
            is_strict: false,
            verbosity: 0,
            threads: 1,
            progress: Progress::new(false),
            is_program: false,
            warnings: Vec::new(),
            left_out_count: 0,
        }
    }

    fn tell(&mut self, line: std::fmt::Arguments<'_>) {
        // Nobody is left to be told if this fails.
        writeln!(self.err, "{line}").ok();
    }

    /// Says something that does not change the outcome.
    pub fn warn(&mut self, message: &str) {
        self.tell(format_args!("warning: {message}"));
        self.warnings.push(message.into());
    }

    /// Says something that costs nothing, but that somebody may want to put right.
    pub fn note(&mut self, message: &str) {
        self.tell(format_args!("note: {message}"));
    }

    /// Keeps something that a report has to say, but that is no warning.
    pub fn record(&mut self, message: &str) {
        self.warnings.push(message.into());
    }

    /// The warnings so far, without the word itself.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// How many columns the user wants lines to have: shells set `COLUMNS` for themselves only, so that what is in the
    /// environment was put there on purpose. What is no number was put there for others.
    pub fn wished_columns(&self) -> Option<usize> {
        let columns = std::env::var("COLUMNS").ok().filter(|_| self.is_program)?;
        columns.parse().ok().filter(|columns| *columns > 0)
    }

    /// How many of the warnings say that something was left out.
    pub const fn left_out_count(&self) -> u64 {
        self.left_out_count
    }

    /// Whether reports go to a terminal.
    pub fn is_on_terminal(&self) -> bool {
        self.is_program && std::io::stdout().is_terminal()
    }

    /// Says that an input was left out.
    ///
    /// # Errors
    ///
    /// [`Error::Strict`] if that must not be.
    pub fn leave_out(&mut self, message: &str) -> Result<(), Error> {
        if self.is_strict {
            return Err(Error::Strict(message.into()));
        }
        self.left_out_count += 1;
        self.warn(message);
        Ok(())
    }

    /// From now on, nothing may be left out.
    pub fn be_strict(&mut self) {
        self.is_strict = true;
    }

    /// Says what is being done, if `-v` asks for it.
    pub fn trace(&mut self, level: i64, message: impl FnOnce() -> String) {
        if self.verbosity >= level {
            let message = message();
            self.tell(format_args!("{message}"));
        }
    }

    /// How many threads may work.
    pub fn threads(&self) -> usize {
        self.threads.max(1)
    }

    /// How far the command is.
    pub fn progress(&self) -> &Progress {
        &self.progress
    }
}
