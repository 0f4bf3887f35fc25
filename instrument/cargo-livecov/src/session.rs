//! The commands, from a command line to an exit status.

use crate::announce::Announcement;
use crate::artifacts;
use crate::by_hand::{ByHand, CONFIG_FILE, without_patterns};
use crate::clean::clean;
use crate::cli::{Action, CargoCommand, Cli, HELP};
use crate::data;
use crate::error::Error;
use crate::files;
use crate::host::{self, Used};
use crate::housekeeping::{self, InUse};
use crate::line::Line;
use crate::messages::{self, Artifact, split_format};
use crate::near;
use crate::notes;
use crate::notices::{NOTICES, Notices, Written};
use crate::project::Project;
use crate::protocol::{CONFIG, Config, RUN};
use crate::report::{Report, configured};
use crate::run::Run;
use crate::runtime::{self, Request};
use crate::settings::Settings;
use crate::shared_macros;
use crate::shell::assignments;
use crate::store::Store;
use crate::supervise::{exit_status, supervise};
use std::cell::OnceCell;
use std::ffi::OsString;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};
use std::{env, iter};

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
        Action::Report => report(cli),
        Action::Env => {
            near::check(&cli.near_misses, CargoCommand::Build)?;
            print(&assignments(&cli.shell, &Session::new(cli)?.variables()?))
        }
        Action::Cargo(command) => {
            near::check(&cli.near_misses, *command)?;
            Session::new(cli)?.cargo(*command)
        }
    }
}

fn print(text: &str) -> Result<i32, Error> {
    let mut out = io::stdout();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        // A reader that has read enough.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Error::io("write to", Path::new("standard output"), error))
        }
        _ => Ok(0),
    }
}

/// Reports on the data that the user names, or that were written last.
fn report(cli: &Cli) -> Result<i32, Error> {
    let project = Project::load(cli)?;
    let store = project.store();
    if let Some(folder) = &cli.data_folder {
        return Report::of(cli, &project).of_earlier(folder);
    }
    let live = store.live();
    let Some(latest) = store.latest().filter(|latest| data::is_there(&latest.data)) else {
        return Err(Error::NoData { folder: store.public_data(), live: live.first().cloned() });
    };
    if let Some(by_hand) = project.by_hand.as_ref().filter(|by_hand| by_hand.data.as_ref() == Some(&latest.data)) {
        // Of a build by hand nobody knows what was used of it.
        let used = Used { since: UNIX_EPOCH, profile: None, files: &|| None };
        host::collect(by_hand.out(), &used, &latest.data)?;
    }
    for folder in &live {
        eprintln!("livecov: a run is not at its end yet; for its data so far: --data-dir {}", folder.display());
    }
    if latest.is_unfinished {
        eprintln!("warning: livecov: the last run was killed; this is what it left in {}", latest.data.display());
    }
    Report::of(cli, &project).of_earlier(&latest.data)
}

/// How cargo left a run.
struct End<'a> {
    command: CargoCommand,
    code: i32,
    /// Whether nothing of what it used is instrumented.
    is_empty: &'a dyn Fn() -> bool,
}

/// A build, and what runs.
struct Session {
    cli: Cli,
    config: Config,
    config_file: PathBuf,
    store: Store,
    by_hand: Option<ByHand>,
    report: Report,
    rustdoc_flags: Vec<String>,
    has_wrapper_table: bool,
    /// The machine that builds.
    host: String,
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
        for target in targets(&cli, &settings, host, project.counts_host(&cli)) {
            for form in project.runtime_forms() {
                let (runtime, mark) = request.build(target.as_deref(), form)?;
                runtimes.push(runtime);
                in_use.push(mark);
            }
        }
        let config = project.config(&cli, &compiler_version, settings.wrapper(), runtimes);
        in_use.push(InUse::mark(&config.out));
        let own = project.target_folder.join("livecov");
        housekeeping::sweep_builds(&own);
        runtime::cache()
            .into_iter()
            .chain([own.join("runtime")])
            .for_each(|folder| housekeeping::sweep_runtimes(&folder));
        let config_file = config.out.join(CONFIG_FILE);
        config.save(&config_file)?;
        shared_macros::prepare(&config.out)?;
        let report = Report::of(&cli, &project);
        let rustdoc_flags = settings.rustdoc_flags(host);
        let (host, has_wrapper_table) = (host.to_owned(), settings.has_wrapper_table());
        let (store, by_hand) = (project.store(), project.by_hand);
        Ok(Self {
            cli,
            config,
            config_file,
            store,
            by_hand,
            report,
            rustdoc_flags,
            has_wrapper_table,
            host,
            _in_use: in_use,
        })
    }

    /// The variables that make cargo, called by hand, count.
    fn variables(&self) -> Result<Vec<(String, String)>, Error> {
        let text = |path: &Path| path.display().to_string();
        let named = self.cli.data_folder.as_ref().map(|folder| absolute(folder));
        let data = named.unwrap_or_else(|| self.store.by_hand().to_owned());
        files::create_folder(&data)?;
        let variables = [
            ("RUSTC_WRAPPER", text(&own_path()?)),
            (CONFIG, text(&self.config_file)),
            ("CARGO_TARGET_DIR", text(&self.config.out)),
            ("CARGO_BUILD_BUILD_DIR", text(&self.config.out)),
            ("LIVECOV_DIR", text(Path::new(&without_patterns(&data)))),
            ("CARGO_ENCODED_RUSTDOCFLAGS", self.encoded_rustdoc_flags()),
        ];
        Ok(variables.map(|(name, value)| (name.to_owned(), value)).into())
    }

    /// Doctests are compiled by rustdoc, which has to find the runtime too.
    fn encoded_rustdoc_flags(&self) -> String {
        let folders = self.config.runtimes.iter().flat_map(|runtime| &runtime.folders);
        let ours: Vec<_> = folders.map(|folder| format!("-Ldependency={}", folder.display())).collect();
        // In the shell of `env` they are there already.
        let others = self.rustdoc_flags.iter().filter(|flag| !ours.contains(flag));
        others.chain(&ours).cloned().collect::<Vec<_>>().join("\u{1f}")
    }

    fn cargo(&self, command: CargoCommand) -> Result<i32, Error> {
        let runs = !self.cli.builds_only();
        if !runs {
            self.check_no_report_is_asked_for(command)?;
        }
        if self.cli.artifact_folder.is_some() && command != CargoCommand::Build {
            return Err(Error::Usage("--artifact-dir is for `build`".to_owned()));
        }
        if runs {
            return self.run(command);
        }
        let before = notes::Before::new(&self.config.out);
        let (code, artifacts) = if self.config.counts_build_scripts {
            let staging = host::staging(&self.config.out);
            files::create_folder(&staging)?;
            let done = self.call_until_done(command, &[("LIVECOV_DIR", without_patterns(&staging))])?;
            host::sort_out(&self.config, &data::files(&staging)?)?;
            files::remove_folder(&staging)?;
            done
        } else {
            self.call_until_done(command, &[])?
        };
        if code == 0 {
            self.print_notes(&before, || artifacts.as_deref());
            let asked = if artifacts.is_none() { self.units(command) } else { None };
            if self.is_nothing_instrumented(artifacts.as_deref().or(asked.as_deref())) {
                return Ok(FAILURE);
            }
            self.publish(artifacts.as_deref().unwrap_or_default())?;
        }
        Ok(code)
    }

    /// A report or a limit that nobody looks at must not pass for one that is met.
    fn check_no_report_is_asked_for(&self, command: CargoCommand) -> Result<(), Error> {
        let is_for_all = |flag: &str| ["--color", "--config", "--no-config"].contains(&flag);
        let flags = self.cli.report_args.iter().map(|arg| arg.to_string_lossy()).filter(|arg| arg.starts_with("--"));
        let Some(flag) = flags.into_iter().find(|flag| !is_for_all(flag.split('=').next().unwrap_or(flag))) else {
            return Ok(());
        };
        let words = command.words().join(" ");
        let no_run = if command.runs() { " --no-run" } else { "" };
        Err(Error::Usage(format!("{flag} is for reports, and `{words}{no_run}` makes none: give it to `report`")))
    }

    /// Gives programs a name that does not change, and says which.
    fn publish(&self, artifacts: &[Artifact]) -> Result<(), Error> {
        let named = self.cli.artifact_folder.as_ref().map(|folder| absolute(folder));
        let own = self.config.out.parent().unwrap_or(&self.config.out);
        let published = artifacts::publish(artifacts, &self.config.out, own, named.as_deref())?;
        let mut args = self.cli.cargo_args.iter().take_while(|arg| *arg != "--");
        if published.is_empty() || args.any(|arg| arg == "-q" || arg == "--quiet") {
            return Ok(());
        }
        let here = env::current_dir().unwrap_or_default();
        for path in &published {
            eprintln!("livecov: built {}", path.strip_prefix(&here).unwrap_or(path).display());
        }
        eprintln!("livecov: data are kept where LIVECOV_DIR=DIRECTORY is set when it runs");
        Ok(())
    }

    /// Calls cargo for a command by which programs run, and reports on the
    /// data that they leave.
    fn run(&self, command: CargoCommand) -> Result<i32, Error> {
        self.report.check()?;
        let named = self.cli.data_folder.as_ref().map(|folder| absolute(folder));
        let run = Run::start(&self.store, named.as_deref(), self.cli.keeps_data)?;
        let notices = Notices::listen();
        if let Err(error) = &notices {
            cannot("listen to what programs say of their data", error);
        }
        let socket = notices.as_ref().ok().and_then(Notices::address);
        let announced = Announcement::new(&self.config.out, run.data(), socket.as_deref());
        if let Err(error) = &announced {
            cannot("write where data go for programs that are told by no variable", error);
        }
        let mut variables = vec![("LIVECOV_DIR", without_patterns(run.data()))];
        variables.extend(socket.map(|socket| (NOTICES, OsString::from(socket))));
        let since = SystemTime::now();
        let name = since.duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
        variables.push((RUN, format!("{}.{name}", std::process::id()).into()));
        let before = notes::Before::new(&self.config.out);
        let (code, _) = self.call_until_done(command, &variables)?;
        host::sort_out(&self.config, &run.own_files())?;
        let asked = OnceCell::new();
        let units = || asked.get_or_init(|| self.units(command)).as_deref();
        if code == 0 || run.has_data() {
            let files = || units().map(|units| units.iter().flat_map(|unit| unit.files.clone()).collect());
            let used = Used { since, profile: Some(&self.cli.profile()), files: &files };
            host::collect(&self.config.out, &used, run.data())?;
            self.print_notes(&before, units);
        } else {
            notes::print(before.news().0);
        }
        let end = End { command, code, is_empty: &|| self.is_nothing_instrumented(units()) };
        self.conclude(run, notices.ok(), &end)
    }

    /// The end of a run; the exit status.
    fn conclude(&self, run: Run, notices: Option<Notices>, end: &End<'_>) -> Result<i32, Error> {
        let &End { command, code, is_empty } = end;
        let data = run.data().to_owned();
        // Merging takes the processes' names away.
        let written = Written::new(&run.own_files(), &data, &without_patterns(&data));
        let say = |notices| say(notices, &written);
        let has_run = code == 0 || (command == CargoCommand::Nextest && code == NO_TESTS);
        let is_lost = !run.has_data();
        if is_lost && !has_run {
            // Nothing could be built, or what ran has failed: the data of the last run stay.
            say(notices);
            if run.abandon() {
                eprintln!("livecov: this run left no data; those of the run before it are still there");
            }
            return Ok(code);
        }
        run.finish(&data::tidy)?;
        let is_empty = is_lost && is_empty();
        if !data::is_there(&data) {
            let is_failure = say(notices) || is_empty;
            return self.conclude_without_data(&data, is_failure, code);
        }
        if is_lost {
            eprintln!("warning: livecov: this run left no data: no instrumented code has run");
        }
        let reported = if self.cli.no_report { Ok(code) } else { self.report.make(&data) };
        say(notices);
        let reported = reported?;
        if is_empty && code == 0 && reported == 0 {
            return Ok(FAILURE);
        }
        Ok(if code == 0 || self.cli.ignores_failure { reported } else { code })
    }

    /// The end of a run that left nothing, which is a failure if programs
    /// complained, or could have left nothing.
    fn conclude_without_data(&self, data: &Path, is_failure: bool, code: i32) -> Result<i32, Error> {
        let lost = if self.cli.no_report {
            let folder = data.display();
            eprintln!("warning: livecov: no data in {folder}: no instrumented code has run, or none could write");
            if is_failure { FAILURE } else { code }
        } else {
            self.report.without_data(data)?
        };
        Ok(if code == 0 { lost } else { code })
    }

    /// Whether nothing has counters of the units that a call used; says so, and
    /// why.
    fn is_nothing_instrumented(&self, artifacts: Option<&[Artifact]>) -> bool {
        if self.uses_archive() {
            // It was built elsewhere.
            return false;
        }
        let Some(reasons) = notes::why_nothing(&self.config.out, artifacts) else { return false };
        eprintln!("error: nothing was instrumented");
        reasons.iter().for_each(|reason| eprintln!("livecov: {reason}"));
        if self.config.packages.is_empty() {
            eprintln!("livecov: every package is excluded; see --exclude-from-report, and `exclude` in livecov.toml");
        } else if reasons.is_empty() {
            eprintln!(
                "livecov: cargo compiled no crate of the workspace that is to be instrumented; for dependencies, use \
                 --include PACKAGE or --include-deps"
            );
        }
        true
    }

    fn uses_archive(&self) -> bool {
        let mut own = self.cli.cargo_args.iter().take_while(|arg| *arg != "--");
        let is_nextest = self.cli.action == Action::Cargo(CargoCommand::Nextest);
        is_nextest && own.any(|arg| arg.to_string_lossy().starts_with("--archive-file"))
    }

    /// Calls cargo, and again where a crate was compiled without probes after
    /// others had been compiled against it, or is to be without those of a
    /// macro: they are all right the next time.
    fn call_until_done(
        &self,
        command: CargoCommand,
        variables: &[(&str, OsString)],
    ) -> Result<(i32, Option<Vec<Artifact>>), Error> {
        let mut done = (FAILURE, None);
        for _ in 0..=ATTEMPTS {
            let before = self.marks_of_retries();
            done = self.call(command, variables)?;
            if done.0 == 0 || self.marks_of_retries() == before {
                break;
            }
        }
        Ok(done)
    }

    /// What the wrapper leaves if cargo is to be called again. Another build in
    /// the same directory may go on now, so that nobody can remove it.
    fn marks_of_retries(&self) -> Vec<(PathBuf, Option<SystemTime>)> {
        let time = |path: &PathBuf| path.metadata().ok()?.modified().ok();
        let marks = files::entries(&self.config.out.join("again")).unwrap_or_default();
        marks.into_iter().map(|path| (path.clone(), time(&path))).collect()
    }

    /// Calls cargo. Its exit status, and for `build` what it is made of.
    fn call(
        &self,
        command: CargoCommand,
        variables: &[(&str, OsString)],
    ) -> Result<(i32, Option<Vec<Artifact>>), Error> {
        let goes_on = self.cli.ignores_failure && matches!(command, CargoCommand::Test | CargoCommand::Nextest);
        let mut args: Vec<OsString> = goes_on.then(|| "--no-fail-fast".into()).into_iter().collect();
        args.extend(self.cli.cargo_args.iter().filter(|arg| !goes_on || *arg != "--no-fail-fast").cloned());
        let mut shows = true;
        if command == CargoCommand::Build {
            let (others, formats) = split_format(&args);
            shows = formats.iter().any(|format| format.starts_with("json"));
            let own = if formats.iter().any(|format| format == "short") { ",json-diagnostic-short" } else { "" };
            let format = if shows { formats.join(",") } else { format!("json-render-diagnostics{own}") };
            args = iter::once(OsString::from(format!("--message-format={format}"))).chain(others).collect();
        }
        let mut call = self.command(command, &args)?;
        if command == CargoCommand::Build {
            call.stdout(Stdio::piped());
        }
        call.envs(variables.iter().map(|(name, value)| (name, value)));
        let name = call.get_program().display().to_string();
        let (status, artifacts) =
            supervise(&mut call, |stdout| messages::read(stdout, shows)).map_err(|error| Error::Start(name, error))?;
        Ok((exit_status(status), artifacts))
    }

    /// Cargo with probes.
    fn command(&self, command: CargoCommand, args: &[OsString]) -> Result<Command, Error> {
        let mut call = Command::new(env::var_os("CARGO").unwrap_or("cargo".into()));
        let line = Line {
            command,
            wrapper: &own_path()?,
            target_folder: &self.config.out,
            config_args: &self.cli.config_args,
            has_wrapper_table: self.has_wrapper_table,
            args,
        };
        call.args(line.arguments());
        // It would go before what the command line says.
        call.env_remove("RUSTC_WRAPPER");
        call.env(CONFIG, &self.config_file).env("CARGO_ENCODED_RUSTDOCFLAGS", self.encoded_rustdoc_flags());
        if self.by_hand.is_some() {
            // Tests that call cargo must not build without probes where ours are.
            call.env_remove("CARGO_TARGET_DIR").env_remove("CARGO_BUILD_BUILD_DIR");
        }
        Ok(call)
    }

    /// The units of a build that is done, by asking cargo once more; none if it
    /// does not say.
    fn units(&self, command: CargoCommand) -> Option<Vec<Artifact>> {
        let (args, _) = split_format(&self.cli.cargo_args);
        let flags: &[&str] = match command {
            CargoCommand::Build | CargoCommand::Run => &["--message-format=json"],
            CargoCommand::Test | CargoCommand::Bench => &["--no-run", "--message-format=json"],
            CargoCommand::Nextest => &["--no-run", "--cargo-message-format=json"],
            CargoCommand::Archive => return None,
        };
        let others = args.into_iter().filter(|arg| arg != "--no-run");
        let args: Vec<OsString> = flags.iter().map(OsString::from).chain(others).collect();
        let mut call = self.command(command, &args).ok()?;
        // The program is not to run again.
        for target in self.config.runtimes.iter().filter_map(|runtime| runtime.target.as_ref()).chain([&self.host]) {
            call.env(format!("CARGO_TARGET_{}_RUNNER", target.to_uppercase().replace(['-', '.'], "_")), "true");
        }
        let output = call.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
        output.status.success().then(|| messages::read(&*output.stdout, false))
    }

    /// What was left out, which cargo would not show of what is built already.
    fn print_notes<'a>(&self, before: &notes::Before, artifacts: impl FnOnce() -> Option<&'a [Artifact]>) {
        let (mut notes, mut old) = before.news();
        if !old.is_empty()
            && let Some(artifacts) = artifacts()
        {
            old.retain(|note| notes::is_used(note, artifacts, &self.config.out));
        }
        notes.extend(old);
        notes::print(notes);
    }
}

fn absolute(folder: &Path) -> PathBuf {
    std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned())
}

/// Shows what programs had to say, and which have not written; whether that was anything.
fn say(notices: Option<Notices>, written: &Written) -> bool {
    let lines = notices.map(|notices| notices.close(written)).unwrap_or_default();
    lines.iter().for_each(|line| eprintln!("warning: livecov: {line}"));
    !lines.is_empty()
}

/// Says what does not work, although the run does.
fn cannot(what: &str, error: &io::Error) {
    eprintln!("warning: livecov: cannot {what}: {error}");
}

fn own_path() -> Result<PathBuf, Error> {
    env::current_exe().map_err(|error| Error::io("find", Path::new("cargo-livecov"), error))
}

/// What is built for: none stands for the machine that builds, where cargo is
/// told no target.
fn targets(cli: &Cli, settings: &Settings, host: &str, counts_host: bool) -> Vec<Option<String>> {
    let named = if cli.targets.is_empty() { settings.targets() } else { cli.targets.clone() };
    let resolved = named.into_iter().map(|target| if target == "host-tuple" { host.to_owned() } else { target });
    let mut targets: Vec<_> = resolved.map(Some).collect();
    if targets.is_empty() || (counts_host && !targets.iter().flatten().any(|target| target == host)) {
        targets.push(None);
    }
    targets
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_by_flag_or_none() {
        let parse = |line: &str| Cli::parse(line.split(' ').map(OsString::from)).unwrap();
        let targets = |line: &str| targets(&parse(line), &Settings::default(), "h", line.ends_with('x'));
        assert_eq!(targets("test"), [None]);
        assert_eq!(targets("test --target=a --target host-tuple"), [Some("a".to_owned()), Some("h".to_owned())]);
        assert_eq!(targets("test --target a x"), [Some("a".to_owned()), None]);
    }
}
