//! From a command line to an exit status.

use crate::cli::{Cli, Command, Common, normalize};
use crate::commands::set_operation::{self, SetOperation};
use crate::commands::{debugdump, func, merge, meta, percent, pkglist, report, shell, textfmt};
use crate::error::Error;
use crate::exit;
use crate::session::Session;
use clap::{CommandFactory, Parser, Subcommand};
use std::ffi::OsString;
use std::io::Write;

/// Runs a command line, the program's name first, with reports to `out` and
/// messages to `err`, and gives the exit status.
pub fn run(args: impl IntoIterator<Item = OsString>, out: &mut dyn Write, err: &mut dyn Write) -> u8 {
    Run { args: args.into_iter().collect(), out, err, shows_progress: false }.run()
}

/// The same for a program of its own, where long work may show its progress on
/// the terminal.
pub fn run_program(args: impl IntoIterator<Item = OsString>, out: &mut dyn Write, err: &mut dyn Write) -> u8 {
    Run { args: args.into_iter().collect(), out, err, shows_progress: true }.run()
}

struct Run<'a> {
    args: Vec<OsString>,
    out: &'a mut dyn Write,
    err: &'a mut dyn Write,
    shows_progress: bool,
}

impl Run<'_> {
    fn run(&mut self) -> u8 {
        if let Err(message) = self.check_command() {
            return self.usage(None, &message);
        }
        let cli = match Cli::try_parse_from(normalize(self.args.iter().cloned())) {
            Ok(cli) => cli,
            Err(error) => return self.parser_message(&error),
        };
        let done = self.dispatch(&cli.command).and_then(|()| self.out.flush().map_err(Error::output));
        match done {
            Ok(()) => exit::SUCCESS,
            Err(Error::Usage(message)) => self.usage(Some(&cli.command), &message),
            Err(Error::ClosedPipe) => exit::SUCCESS,
            Err(error) => {
                self.complain(format_args!("error: {error}\n"));
                error.exit_status()
            }
        }
    }

    /// The words of Go's tool for what is not a command.
    fn check_command(&self) -> Result<(), String> {
        let Some(command) = self.args.get(1) else { return Err("missing command selector".into()) };
        let text = command.to_string_lossy();
        if Command::has_subcommand(&text) || text.starts_with('-') || text == "help" {
            return Ok(());
        }
        Err(format!("unknown command selector {text:?}"))
    }

    fn usage(&mut self, command: Option<&Command>, message: &str) -> u8 {
        let mut parser = Cli::command();
        parser.build();
        let name = command.map(Command::name);
        let subcommand = name.and_then(|name| parser.find_subcommand_mut(name));
        let help = match subcommand {
            // It has so many flags that nobody would see what was wrong.
            Some(subcommand) if matches!(command, Some(Command::Report(_))) => {
                format!("{}\n\nFor more information, try '--help'.", subcommand.render_usage())
            }
            Some(subcommand) => subcommand.render_help().to_string(),
            None => parser.render_help().to_string(),
        };
        self.complain(format_args!("error: {message}\n\n{help}\n"));
        exit::USAGE
    }

    fn parser_message(&mut self, error: &clap::Error) -> u8 {
        if error.use_stderr() {
            self.complain(format_args!("{}", error.render()));
            return exit::USAGE;
        }
        // Help and version.
        let written = write!(self.out, "{}", error.render()).and_then(|()| self.out.flush());
        match written.map_err(Error::output) {
            Ok(()) | Err(Error::ClosedPipe) => exit::SUCCESS,
            Err(error) => {
                self.complain(format_args!("error: {error}\n"));
                error.exit_status()
            }
        }
    }

    fn complain(&mut self, message: std::fmt::Arguments<'_>) {
        // Nobody is left to be told if this fails.
        self.err.write_fmt(message).ok();
    }

    fn dispatch(&mut self, command: &Command) -> Result<(), Error> {
        let Some(common) = command.common() else {
            return match command {
                Command::Completions(opts) => shell::completions(self.out, opts),
                Command::Meta(opts) => meta::run(&mut Session::bare(self.out, self.err), opts),
                _ => shell::man(self.out),
            };
        };
        if !common.profile.is_empty() {
            self.complain(format_args!(
                "warning: this tool does not profile itself: -cpuprofile and the like are ignored\n"
            ));
        }
        let mut command_line = self.args.join(&OsString::from(" "));
        let mut session = Session::new(self.out, self.err, common, self.shows_progress);
        let session = &mut session;
        match command {
            Command::Percent(opts) => percent::run(session, opts),
            Command::Pkglist(opts) => pkglist::run(session, opts),
            Command::Func(opts) => func::run(session, opts),
            Command::Textfmt(opts) => textfmt::run(session, opts),
            Command::Report(opts) => report::run(session, opts),
            Command::Merge(opts) => merge::run(session, opts),
            Command::Subtract(opts) => set_operation::run(session, opts, SetOperation::Subtract),
            Command::Intersect(opts) => set_operation::run(session, opts, SetOperation::Intersect),
            Command::Debugdump(opts) => {
                let line = std::mem::take(&mut command_line).into_encoded_bytes();
                debugdump::run(session, opts, &line)
            }
            Command::Meta(_) | Command::Completions(_) | Command::Man => Ok(()),
        }
    }
}

impl Command {
    /// The flags that commands on data share.
    const fn common(&self) -> Option<&Common> {
        match self {
            Self::Percent(opts) => Some(&opts.common),
            Self::Pkglist(opts) => Some(&opts.common),
            Self::Func(opts) => Some(&opts.common),
            Self::Textfmt(opts) => Some(&opts.common),
            Self::Report(opts) => Some(&opts.common),
            Self::Merge(opts) => Some(&opts.common),
            Self::Subtract(opts) | Self::Intersect(opts) => Some(&opts.common),
            Self::Debugdump(opts) => Some(&opts.common),
            Self::Meta(_) | Self::Completions(_) | Self::Man => None,
        }
    }

    const fn name(&self) -> &'static str {
        match self {
            Self::Percent(_) => "percent",
            Self::Pkglist(_) => "pkglist",
            Self::Func(_) => "func",
            Self::Textfmt(_) => "textfmt",
            Self::Report(_) => "report",
            Self::Merge(_) => "merge",
            Self::Subtract(_) => "subtract",
            Self::Intersect(_) => "intersect",
            Self::Debugdump(_) => "debugdump",
            Self::Meta(_) => "meta",
            Self::Completions(_) => "completions",
            Self::Man => "man",
        }
    }
}
