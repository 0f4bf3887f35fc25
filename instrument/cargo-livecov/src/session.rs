//! The commands, from a command line to an exit status.

use crate::cli::{Action, CargoCommand, Cli, HELP};
use crate::error::Error;
use crate::files;
use crate::project::Project;
use crate::protocol::{CONFIG, Config, Note};
use crate::runtime::Request;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use std::env;
use std::ffi::OsString;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};

/// Exit status for a wrong command line.
pub const USAGE: i32 = 2;
/// Exit status if the command failed without cargo's having a say.
pub const FAILURE: i32 = 1;

/// Runs a command line, `cargo` and `livecov` left out, and gives the exit
/// status.
pub fn run(args: impl IntoIterator<Item = OsString>) -> i32 {
    let done = Cli::parse(args).and_then(|cli| dispatch(&cli));
    done.unwrap_or_else(|error| {
        eprintln!("error: {error}");
        if matches!(error, Error::Usage(_)) { USAGE } else { FAILURE }
    })
}

fn dispatch(cli: &Cli) -> Result<i32, Error> {
    match &cli.action {
        Action::Help => print(HELP),
        Action::Version => print(concat!("cargo-livecov ", env!("CARGO_PKG_VERSION"), "\n")),
        Action::Data(args) => Ok(livecov(args.clone())),
        Action::Clean => clean(cli),
        Action::Report => report(&data_folder(cli, &Project::load(cli)?), cli),
        Action::Env => Session::new(cli)?.print_variables(),
        Action::Cargo(command) => Session::new(cli)?.cargo(*command),
    }
}

fn print(text: &str) -> Result<i32, Error> {
    // Nobody is left to be told if this fails.
    io::stdout().write_all(text.as_bytes()).ok();
    Ok(0)
}

/// Calls the tool for data.
fn livecov(args: Vec<OsString>) -> i32 {
    livecov::run(args, &mut io::stdout(), &mut io::stderr()).into()
}

fn data_folder(cli: &Cli, project: &Project) -> PathBuf {
    let own = || project.target_folder.join("livecov").join("data");
    let folder = cli.data_folder.clone().unwrap_or_else(own);
    std::path::absolute(&folder).unwrap_or(folder)
}

fn report(data: &Path, cli: &Cli) -> Result<i32, Error> {
    if !files::entries(data).is_ok_and(|entries| !entries.is_empty()) {
        eprintln!("warning: livecov: no data in {}: nothing that is counted has run", data.display());
        return Ok(0);
    }
    let mut args: Vec<OsString> = vec!["livecov".into(), "report".into(), "-i".into(), data.into()];
    args.extend(cli.report_args.iter().cloned());
    Ok(livecov(args))
}

fn clean(cli: &Cli) -> Result<i32, Error> {
    let project = Project::load(cli)?;
    files::remove_folder(&data_folder(cli, &project))?;
    if !cli.only_data {
        files::remove_folder(&project.target_folder.join("livecov"))?;
    }
    Ok(0)
}

/// A build, and what runs.
struct Session<'a> {
    cli: &'a Cli,
    config: Config,
    config_file: PathBuf,
    data: PathBuf,
}

impl<'a> Session<'a> {
    fn new(cli: &'a Cli) -> Result<Self, Error> {
        let project = Project::load(cli)?;
        let request = Request {
            target_folder: &project.target_folder,
            workspace_root: &project.workspace_root,
            target: cli.target.as_deref(),
        };
        let config = project.config(cli, request.build()?);
        let config_file = config.out.join("config.json");
        config.save(&config_file)?;
        Ok(Self { cli, config, config_file, data: data_folder(cli, &project) })
    }

    /// The variables that make cargo count.
    fn variables(&self) -> Result<Vec<(&'static str, OsString)>, Error> {
        let own = env::current_exe().map_err(|error| Error::io("find", Path::new("cargo-livecov"), error))?;
        let (name, flags) = self.rustdoc_flags();
        Ok(vec![
            ("RUSTC_WRAPPER", own.into()),
            (CONFIG, self.config_file.clone().into()),
            ("CARGO_TARGET_DIR", self.config.out.clone().into()),
            ("LIVECOV_DIR", self.data.clone().into()),
            (name, flags),
        ])
    }

    /// Doctests are compiled by rustdoc, which has to find the runtime too.
    fn rustdoc_flags(&self) -> (&'static str, OsString) {
        let folders = self.config.runtime.folders.iter().map(|folder| format!("-Ldependency={}", folder.display()));
        if let Some(mut flags) = env::var_os("CARGO_ENCODED_RUSTDOCFLAGS") {
            folders.for_each(|flag| flags.push(format!("\u{1f}{flag}")));
            return ("CARGO_ENCODED_RUSTDOCFLAGS", flags);
        }
        let own = env::var("RUSTDOCFLAGS").unwrap_or_default();
        let flags: Vec<String> = own.split_whitespace().map(str::to_owned).chain(folders).collect();
        ("CARGO_ENCODED_RUSTDOCFLAGS", flags.join("\u{1f}").into())
    }

    fn print_variables(&self) -> Result<i32, Error> {
        let mut text = String::new();
        let variables = self.variables()?;
        if self.cli.shell == "json" {
            let map: serde_json::Map<_, _> =
                variables.iter().map(|(name, value)| ((*name).to_owned(), value.to_string_lossy().into())).collect();
            return print(&format!("{}\n", serde_json::Value::from(map)));
        }
        for (name, value) in variables {
            let value = value.to_string_lossy();
            text.push_str(&match self.cli.shell.as_str() {
                "fish" => format!("set -gx {name} '{}'\n", value.replace('\\', "\\\\").replace('\'', "\\'")),
                "pwsh" => format!("$env:{name} = '{}'\n", value.replace('\'', "''")),
                _ => format!("export {name}='{}'\n", value.replace('\'', "'\\''")),
            });
        }
        print(&text)
    }

    fn cargo(&self, command: CargoCommand) -> Result<i32, Error> {
        if command.runs() {
            if !self.cli.keeps_data {
                files::remove_folder(&self.data)?;
            }
            files::create_folder(&self.data)?;
        }
        let cargo = env::var_os("CARGO").unwrap_or("cargo".into());
        let mut call = Command::new(&cargo);
        call.args(command.words()).args(&self.cli.cargo_args);
        for (name, value) in self.variables()? {
            // Building alone leaves no data behind, unless build scripts do.
            if name != "LIVECOV_DIR" || command.runs() {
                call.env(name, value);
            }
        }
        let status = supervise(&mut call).map_err(|error| Error::Start(cargo.display().to_string(), error))?;
        self.print_notes();
        let code = exit_status(status);
        if !command.runs() || self.cli.no_report {
            return Ok(code);
        }
        let reported = report(&self.data, self.cli)?;
        Ok(if code == 0 { reported } else { code })
    }

    /// What was left out, which cargo would not show of what is built already.
    fn print_notes(&self) {
        let Ok(entries) = files::entries(&self.config.out.join("notes")) else { return };
        let notes = entries.iter().filter_map(|path| serde_json::from_slice::<Note>(&std::fs::read(path).ok()?).ok());
        let mut lines: Vec<String> = notes
            .flat_map(|note| {
                let Note { crate_name, warnings } = note;
                warnings.into_iter().map(move |warning| format!("warning: livecov: crate {crate_name}: {warning}"))
            })
            .collect();
        lines.sort();
        lines.dedup();
        lines.iter().for_each(|line| eprintln!("{line}"));
    }
}

/// Runs a command that outlives signals from the terminal: it gets them too,
/// and there is a report to be written when it is done.
fn supervise(command: &mut Command) -> io::Result<ExitStatus> {
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP])?;
    let mut child = command.spawn()?;
    let pid = i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw);
    let handle = signals.handle();
    let forward = std::thread::spawn(move || {
        for signal in signals.forever() {
            // The terminal has sent an interrupt to the child as well.
            let (Some(pid), false) = (pid, signal == SIGINT) else { continue };
            let signal = if signal == SIGTERM { rustix::process::Signal::TERM } else { rustix::process::Signal::HUP };
            // A child that is gone needs no signal.
            let _ = rustix::process::kill_process(pid, signal);
        }
    });
    let status = child.wait();
    handle.close();
    // The thread has nothing to say.
    let _ = forward.join();
    status
}

fn exit_status(status: ExitStatus) -> i32 {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return 128 + signal;
    }
    status.code().unwrap_or(FAILURE)
}
