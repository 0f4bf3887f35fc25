//! The commands, from a command line to an exit status.

use crate::cli::{Action, CargoCommand, Cli, HELP};
use crate::data;
use crate::error::Error;
use crate::files;
use crate::housekeeping::{self, InUse};
use crate::project::{self, Project};
use crate::protocol::{CONFIG, Config, Note};
use crate::report::{Report, configured};
use crate::runtime::{self, Request};
use crate::settings::Settings;
use crate::shared_macros;
use crate::shell::assignments;
use crate::supervise::{exit_status, supervise};
use std::env;
use std::ffi::OsString;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

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

/// Nextest's exit status if there was no test to run.
const NO_TESTS: i32 = 4;

/// How often cargo is called again at most.
const ATTEMPTS: usize = 3;

fn dispatch(cli: &Cli) -> Result<i32, Error> {
    match &cli.action {
        Action::Help => print(HELP),
        Action::Header => print(runtime::HEADER),
        Action::Version => print(concat!("cargo-livecov ", env!("CARGO_PKG_VERSION"), "\n")),
        Action::Data(args) => Ok(data::livecov(args.clone())),
        Action::Clean => clean(cli),
        Action::Report => Report::of(cli, &Project::load(cli)?).of_earlier(),
        Action::Env => print(&assignments(&cli.shell, &Session::new(cli)?.variables()?)),
        Action::Cargo(command) => Session::new(cli)?.cargo(*command),
    }
}

fn print(text: &str) -> Result<i32, Error> {
    // Nobody is left to be told if this fails.
    io::stdout().write_all(text.as_bytes()).ok();
    Ok(0)
}

pub(crate) fn data_folder(cli: &Cli, project: &Project) -> PathBuf {
    let own = || project.target_folder.join("livecov").join("data");
    let folder = cli.data_folder.clone().unwrap_or_else(own);
    std::path::absolute(&folder).unwrap_or(folder)
}

fn clean(cli: &Cli) -> Result<i32, Error> {
    let others = ["--workspace", "--manifest-path", "--color", "-v", "-q", "--verbose", "--quiet"];
    let is_known = |flag: &str| others.contains(&flag) || ["--locked", "--offline", "--frozen"].contains(&flag);
    let mut args = cli.cargo_args.iter().map(|arg| arg.to_string_lossy());
    while let Some(arg) = args.next() {
        if matches!(&*arg, "--manifest-path" | "--color") {
            args.next();
        } else if !is_known(&arg) {
            return Err(Error::Usage(format!(
                "`clean` takes no {arg}: it removes what this tool has of the whole project"
            )));
        }
    }
    if cli.only_cache {
        return Ok(clean_cache());
    }
    let project = Project::load(cli)?;
    let own = project.target_folder.join("livecov");
    if cli.only_old {
        let is_old = |folder: &PathBuf| !Config::is_of(&folder.join("config.json"), &project::tool_stamp());
        let old: Vec<_> = housekeeping::builds(&own).into_iter().filter(is_old).collect();
        return Ok(say_removed("builds of other versions", &own, housekeeping::sweep(&old, Duration::ZERO)));
    }
    files::remove_folder(&data_folder(cli, &project))?;
    if !cli.only_data {
        files::remove_folder(&own)?;
    }
    Ok(0)
}

fn clean_cache() -> i32 {
    let Some(cache) = runtime::cache() else { return 0 };
    say_removed("runtimes", &cache, housekeeping::sweep(&housekeeping::runtimes(&cache), Duration::ZERO))
}

fn say_removed(what: &str, folder: &Path, (count, held): (usize, Vec<PathBuf>)) -> i32 {
    eprintln!("livecov: removed {count} {what} from {}", folder.display());
    for path in &held {
        eprintln!("warning: livecov: {} is in use, or cannot be removed", path.display());
    }
    if held.is_empty() { 0 } else { FAILURE }
}

/// A build, and what runs.
struct Session {
    cli: Cli,
    config: Config,
    config_file: PathBuf,
    data: PathBuf,
    report: Report,
    rustdoc_flags: Vec<String>,
    /// What is not to be removed while cargo runs.
    _in_use: Vec<InUse>,
}

impl Session {
    fn new(cli: &Cli) -> Result<Self, Error> {
        let cli = configured(cli)?;
        let project = Project::load(&cli)?;
        project.check_names(&cli)?;
        let settings = Settings::load(&cli.config_args);
        let compiler_version = runtime::compiler_version(&settings, &project.workspace_root)?;
        let host = runtime::host(&compiler_version);
        let request = Request {
            settings: &settings,
            target_folder: &project.target_folder,
            workspace_root: &project.workspace_root,
            compiler_version: &compiler_version,
        };
        let (mut runtimes, mut in_use) = (Vec::new(), Vec::new());
        for target in targets(&cli, &settings, host) {
            for form in project.runtime_forms() {
                let (runtime, mark) = request.build(target.as_deref(), form)?;
                runtimes.push(runtime);
                in_use.push(mark);
            }
        }
        let config = project.config(&cli, settings.wrapper(), runtimes);
        in_use.push(InUse::mark(&config.out));
        let own = project.target_folder.join("livecov");
        housekeeping::sweep_builds(&own);
        runtime::cache()
            .into_iter()
            .chain([own.join("runtime")])
            .for_each(|folder| housekeeping::sweep_runtimes(&folder));
        let config_file = config.out.join("config.json");
        config.save(&config_file)?;
        shared_macros::prepare(&config.out)?;
        let data = data_folder(&cli, &project);
        let report = Report::of(&cli, &project);
        let rustdoc_flags = settings.rustdoc_flags(host);
        Ok(Self { cli, config, config_file, data, report, rustdoc_flags, _in_use: in_use })
    }

    /// The variables that make cargo, called by hand, count.
    fn variables(&self) -> Result<Vec<(String, String)>, Error> {
        let text = |path: &Path| path.display().to_string();
        let variables = [
            ("RUSTC_WRAPPER", text(&own_path()?)),
            (CONFIG, text(&self.config_file)),
            ("CARGO_TARGET_DIR", text(&self.config.out)),
            ("CARGO_BUILD_BUILD_DIR", text(&self.config.out)),
            ("LIVECOV_DIR", text(&self.data)),
            ("CARGO_ENCODED_RUSTDOCFLAGS", self.encoded_rustdoc_flags()),
        ];
        Ok(variables.map(|(name, value)| (name.to_owned(), value)).into())
    }

    /// Doctests are compiled by rustdoc, which has to find the runtime too.
    fn encoded_rustdoc_flags(&self) -> String {
        let folders = self.config.runtimes.iter().flat_map(|runtime| &runtime.folders);
        let ours = folders.map(|folder| format!("-Ldependency={}", folder.display()));
        self.rustdoc_flags.iter().cloned().chain(ours).collect::<Vec<_>>().join("\u{1f}")
    }

    fn cargo(&self, command: CargoCommand) -> Result<i32, Error> {
        let runs = !self.cli.builds_only();
        let for_all = ["--color", "--config", "--no-config", "auto", "always", "never"];
        if !command.runs()
            && let Some(flag) = self.cli.report_args.first().map(|arg| arg.to_string_lossy())
            && !for_all.contains(&&*flag)
        {
            let words = command.words().join(" ");
            return Err(Error::Usage(format!("{flag} is for reports, and `{words}` makes none: give it to `report`")));
        }
        if runs {
            self.report.check()?;
            if !self.cli.keeps_data {
                files::remove_folder(&self.data)?;
            }
            files::create_folder(&self.data)?;
        }
        let mut code = self.call(command, runs)?;
        // A crate was compiled again without probes after others had been
        // compiled against it, or is to be without those of a macro: they are
        // all right the next time.
        for _ in 0..ATTEMPTS {
            if code == 0 || !self.config.out.join("again").exists() {
                break;
            }
            code = self.call(command, runs)?;
        }
        if code == 0 || runs {
            self.print_notes();
        }
        if !runs {
            return Ok(code);
        }
        if !self.config.counts_host {
            data::remove_host_runs(&self.data);
        }
        data::merge(&self.data);
        self.report_on_run(command, code)
    }

    /// The report at the end of a run that cargo left with `code`; the exit
    /// status.
    fn report_on_run(&self, command: CargoCommand, code: i32) -> Result<i32, Error> {
        if self.report.has_data() {
            if self.cli.no_report {
                return Ok(code);
            }
            let reported = self.report.make()?;
            return Ok(if code == 0 || self.cli.ignores_failure { reported } else { code });
        }
        // Where nothing could be built there is nothing to be said of data.
        if code != 0 && !(command == CargoCommand::Nextest && code == NO_TESTS) {
            return Ok(code);
        }
        if self.cli.no_report {
            let folder = self.data.display();
            eprintln!("warning: livecov: no data in {folder}: no instrumented code has run");
            return Ok(code);
        }
        let lost = self.report.without_data()?;
        Ok(if code == 0 { lost } else { code })
    }

    /// Calls cargo, and gives its exit status.
    fn call(&self, command: CargoCommand, runs: bool) -> Result<i32, Error> {
        files::remove_folder(&self.config.out.join("again"))?;
        let cargo = env::var_os("CARGO").unwrap_or("cargo".into());
        let mut call = Command::new(&cargo);
        let goes_on = self.cli.ignores_failure && matches!(command, CargoCommand::Test | CargoCommand::Nextest);
        let mut args: Vec<OsString> = goes_on.then(|| "--no-fail-fast".into()).into_iter().collect();
        args.extend(self.cli.cargo_args.iter().filter(|arg| !goes_on || *arg != "--no-fail-fast").cloned());
        call.args(cargo_line(command, &own_path()?, &self.config.out, &args));
        // It would go before what the command line says.
        call.env_remove("RUSTC_WRAPPER");
        call.env(CONFIG, &self.config_file).env("CARGO_ENCODED_RUSTDOCFLAGS", self.encoded_rustdoc_flags());
        if runs {
            call.env("LIVECOV_DIR", &self.data);
        }
        let status = supervise(&mut call).map_err(|error| Error::Start(cargo.display().to_string(), error))?;
        Ok(exit_status(status))
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

fn own_path() -> Result<PathBuf, Error> {
    env::current_exe().map_err(|error| Error::io("find", Path::new("cargo-livecov"), error))
}

/// What is built for: none stands for the machine that builds, where cargo is
/// told no target.
fn targets(cli: &Cli, settings: &Settings, host: &str) -> Vec<Option<String>> {
    let named = if cli.targets.is_empty() { settings.targets() } else { cli.targets.clone() };
    let resolved = named.into_iter().map(|target| if target == "host-tuple" { host.to_owned() } else { target });
    let mut targets: Vec<_> = resolved.map(Some).collect();
    if targets.is_empty() || cli.counts_host {
        targets.push(None);
    }
    targets
}

/// The arguments that cargo gets. Ours are no variables: tests that call cargo
/// would pass those on. They stand in front, as behind the first word that is
/// no flag `cargo run` takes everything for the program's.
fn cargo_line(command: CargoCommand, wrapper: &Path, target_folder: &Path, args: &[OsString]) -> Vec<OsString> {
    // What JSON takes for a text TOML does too.
    let text = |path: &Path| serde_json::Value::from(path.display().to_string());
    // A directory that plain builds use too would have crates without probes, which cargo would take for the same.
    let settings = [("build.rustc-wrapper", wrapper), ("build.build-dir", target_folder)];
    let mut line: Vec<OsString> = command.words().iter().map(OsString::from).collect();
    let own = args.iter().take_while(|arg| *arg != "--").map(|arg| arg.to_string_lossy());
    let is_archive = command == CargoCommand::Nextest && own.into_iter().any(|arg| arg.starts_with("--archive-file"));
    // What is in an archive is built already, and nextest takes no flags about building then.
    if !is_archive {
        line.extend(
            settings.iter().flat_map(|(name, path)| ["--config".into(), format!("{name}={}", text(path)).into()]),
        );
        line.extend(["--target-dir".into(), target_folder.into()]);
    }
    line.extend(args.iter().cloned());
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cargo_is_called_with_our_flags_first() {
        let args = ["--release", "prog", "--", "-x"].map(OsString::from);
        let line = cargo_line(CargoCommand::Nextest, Path::new("/a \"b"), Path::new("/t"), &args);
        let expected = [
            "nextest",
            "run",
            "--config",
            "build.rustc-wrapper=\"/a \\\"b\"",
            "--config",
            "build.build-dir=\"/t\"",
            "--target-dir",
            "/t",
            "--release",
            "prog",
            "--",
            "-x",
        ];
        assert_eq!(line, expected);
    }

    #[test]
    fn nothing_is_built_of_an_archive() {
        let args = ["--archive-file", "a.tar.zst"].map(OsString::from);
        let line = |command| cargo_line(command, Path::new("/w"), Path::new("/t"), &args);
        assert_eq!(line(CargoCommand::Nextest), ["nextest", "run", "--archive-file", "a.tar.zst"]);
        assert!(line(CargoCommand::Archive).contains(&"--target-dir".into()));
    }

    #[test]
    fn targets_by_flag_or_none() {
        let parse = |line: &str| Cli::parse(line.split(' ').map(OsString::from)).unwrap();
        let targets = |line: &str| targets(&parse(line), &Settings::default(), "h");
        assert_eq!(targets("test"), [None]);
        assert_eq!(targets("test --target=a --target host-tuple"), [Some("a".to_owned()), Some("h".to_owned())]);
        assert_eq!(targets("test --target a --proc-macros"), [Some("a".to_owned()), None]);
    }
}
