//! The command line: our flags are taken out, cargo's go on to cargo.

use crate::error::Error;
use crate::flags::{
    self, CARGO_VALUES, Known, LISTS, METADATA_SWITCHES, OWN_VALUES, REPORT_FLAGS, nearest, one_of, takes_value,
};
use crate::near::{NearMiss, near_miss};
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::PathBuf;

/// The help text.
pub const HELP: &str = include_str!("help.txt");

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// `cargo build`, `run`, `test`, `bench` or `nextest run`.
    Cargo(CargoCommand),
    /// Remove what builds and runs have left.
    Clean,
    /// Print variables for calling cargo by hand.
    Env,
    /// Report on the data at hand.
    Report,
    /// A command of `livecov`, with its arguments.
    Data(Vec<OsString>),
    /// Print the header of the functions that shared libraries export.
    Header,
    /// Print the help text.
    Help,
    /// Print the version.
    Version,
}

/// A command of cargo's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CargoCommand {
    /// `cargo build`.
    Build,
    /// `cargo run`.
    Run,
    /// `cargo test`.
    Test,
    /// `cargo bench`.
    Bench,
    /// `cargo nextest run`.
    Nextest,
    /// `cargo nextest archive`.
    Archive,
}

impl CargoCommand {
    /// The words behind `cargo`.
    #[must_use]
    pub const fn words(self) -> &'static [&'static str] {
        match self {
            Self::Build => &["build"],
            Self::Run => &["run"],
            Self::Test => &["test"],
            Self::Bench => &["bench"],
            Self::Nextest => &["nextest", "run"],
            Self::Archive => &["nextest", "archive"],
        }
    }

    /// Whether programs run, and leave data.
    #[must_use]
    pub const fn runs(self) -> bool {
        !matches!(self, Self::Build | Self::Archive)
    }
}

/// A command line, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cli {
    /// What is to be done.
    pub action: Action,
    /// `--mode`.
    pub mode: String,
    /// `--granularity`, in the words of the files.
    pub granularity: String,
    /// `--include-deps`.
    pub includes_dependencies: bool,
    /// `--include`.
    pub included: Vec<String>,
    /// `--exclude-from-report` and cargo's `--exclude`.
    pub excluded: Vec<String>,
    /// `--tests-too`.
    pub counts_tests: bool,
    /// `--proc-macros`.
    pub counts_proc_macros: bool,
    /// `--build-scripts`.
    pub counts_build_scripts: bool,
    /// `--no-cfg-coverage`.
    pub no_cfg_coverage: bool,
    /// `--no-cfg-coverage-nightly`.
    pub no_cfg_coverage_nightly: bool,
    /// `--no-const-fn`.
    pub skips_const_fn: bool,
    /// `--no-signals`.
    pub no_signals: bool,
    /// `--no-exports`.
    pub no_exports: bool,
    /// `--no-clean`.
    pub keeps_data: bool,
    /// `--no-report`.
    pub no_report: bool,
    /// `--ignore-run-fail`.
    pub ignores_failure: bool,
    /// `--output-dir`.
    pub output_folder: Option<PathBuf>,
    /// `--data-dir`.
    pub data_folder: Option<PathBuf>,
    /// `--artifact-dir` of `build`.
    pub artifact_folder: Option<PathBuf>,
    /// `--format` of `env`.
    pub shell: String,
    /// `--data` of `clean`.
    pub only_data: bool,
    /// `--old` of `clean`.
    pub only_old: bool,
    /// `--cache` of `clean`.
    pub only_cache: bool,
    /// `--open`.
    pub opens: bool,
    /// What goes on to the report.
    pub report_args: Vec<OsString>,
    /// What goes on to cargo.
    pub cargo_args: Vec<OsString>,
    /// Cargo's `--manifest-path`.
    pub manifest_path: Option<PathBuf>,
    /// Cargo's `--target`, each.
    pub targets: Vec<String>,
    /// Cargo's `--config`, each, with the flag before it.
    pub config_args: Vec<OsString>,
    /// Cargo's `--target-dir`, which is not for cargo to see.
    pub target_folder: Option<PathBuf>,
    /// Cargo's flags that `cargo metadata` has to know as well.
    pub metadata_args: Vec<String>,
    /// Keys of the configuration file that the command line decides about, and flags of ours that had their one value.
    pub given: BTreeSet<&'static str>,
    /// Flags for cargo that are nearly ours.
    pub near_misses: Vec<NearMiss>,
}

impl Default for Cli {
    fn default() -> Self {
        Self {
            action: Action::Help,
            mode: "set".to_owned(),
            granularity: "perblock".to_owned(),
            includes_dependencies: false,
            included: Vec::new(),
            excluded: Vec::new(),
            counts_tests: false,
            counts_proc_macros: true,
            counts_build_scripts: false,
            no_cfg_coverage: false,
            no_cfg_coverage_nightly: false,
            skips_const_fn: false,
            no_signals: false,
            no_exports: false,
            keeps_data: false,
            no_report: false,
            ignores_failure: false,
            output_folder: None,
            data_folder: None,
            artifact_folder: None,
            shell: "sh".to_owned(),
            only_data: false,
            only_old: false,
            only_cache: false,
            opens: false,
            report_args: Vec::new(),
            cargo_args: Vec::new(),
            manifest_path: None,
            targets: Vec::new(),
            config_args: Vec::new(),
            target_folder: None,
            metadata_args: Vec::new(),
            given: BTreeSet::new(),
            near_misses: Vec::new(),
        }
    }
}

/// The commands on data, which are those of `livecov`.
const DATA_COMMANDS: [&str; 8] =
    ["percent", "pkglist", "func", "textfmt", "merge", "subtract", "intersect", "debugdump"];

/// All other words that a command line can start with.
const COMMANDS: [&str; 15] = [
    "build",
    "b",
    "run",
    "r",
    "test",
    "t",
    "bench",
    "nextest",
    "nextest-archive",
    "clean",
    "env",
    "show-env",
    "report",
    "header",
    "help",
];

/// Whether a command line can start with this word.
#[must_use]
pub fn is_command(word: &str) -> bool {
    word.starts_with('-') || DATA_COMMANDS.contains(&word) || COMMANDS.contains(&word)
}

impl Cli {
    /// Takes the arguments apart, the program's name and `livecov` left out.
    ///
    /// # Errors
    ///
    /// [`Error::Usage`] if a flag lacks its value or the command is unknown.
    pub fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Self, Error> {
        let mut args = args.into_iter().peekable();
        let mut cli = Self::default();
        let is_flag = |arg: &OsString| arg.to_string_lossy().starts_with('-');
        let is_about_us = |arg: &OsString| ["-h", "--help", "-V", "--version"].iter().any(|flag| arg == flag);
        // Flags alone are for the tests.
        let command = match args.next_if(|arg| !is_flag(arg) || is_about_us(arg)) {
            Some(command) => command,
            None if args.peek().is_some() => "test".into(),
            None => return Ok(cli),
        };
        cli.action = match &*command.to_string_lossy() {
            "build" | "b" => Action::Cargo(CargoCommand::Build),
            "run" | "r" => Action::Cargo(CargoCommand::Run),
            "test" | "t" => Action::Cargo(CargoCommand::Test),
            "bench" => Action::Cargo(CargoCommand::Bench),
            "nextest" => Action::Cargo(CargoCommand::Nextest),
            "nextest-archive" => Action::Cargo(CargoCommand::Archive),
            "clean" => Action::Clean,
            "env" | "show-env" => Action::Env,
            "report" => Action::Report,
            "header" => Action::Header,
            word if DATA_COMMANDS.contains(&word) => {
                let words = [OsString::from("livecov"), command];
                return Ok(Self { action: Action::Data(words.into_iter().chain(args).collect()), ..cli });
            }
            "-h" | "--help" | "help" => return Ok(cli),
            "-V" | "--version" => return Ok(Self { action: Action::Version, ..cli }),
            other => {
                let like = nearest(other, COMMANDS.into_iter().chain(DATA_COMMANDS));
                return Err(Error::Usage(format!(
                    "no such command: {other:?}{like} (`cargo livecov help` lists them)"
                )));
            }
        };
        cli.flags(args)?;
        Ok(cli)
    }

    fn flags(&mut self, args: impl Iterator<Item = OsString>) -> Result<(), Error> {
        let mut args = args.peekable();
        // `cargo nextest run` is what people write.
        if self.action == Action::Cargo(CargoCommand::Nextest) {
            args.next_if(|arg| arg == "run");
        }
        while let Some(arg) = args.next() {
            let text = arg.to_string_lossy().into_owned();
            if text == "--" {
                self.cargo_args.push(arg);
                self.cargo_args.extend(args);
                break;
            }
            if matches!(text.as_str(), "-h" | "--help") {
                self.action = Action::Help;
                return Ok(());
            }
            let (mut name, inline) = match text.split_once('=') {
                Some((name, value)) if name.starts_with("--") => (name.to_owned(), Some(value.to_owned())),
                _ => (text.clone(), None),
            };
            let mut arg = arg;
            match flags::known(&name) {
                Some(Known::Always) => continue,
                Some(Known::Never(why)) => return Err(Error::Usage(format!("{name} is not to be had: {why}"))),
                Some(Known::As(other)) => {
                    arg = text.replacen(&name, other, 1).into();
                    other.clone_into(&mut name);
                }
                None => {}
            }
            if self.switch(&name, inline.as_deref())? {
                continue;
            }
            if REPORT_FLAGS.get(&name) == Some(&false) {
                self.report_args.push(arg);
                continue;
            }
            // Nothing of a report's is for cargo: what is not known `livecov` names.
            if self.action == Action::Report && !OWN_VALUES.contains(&&*name) && name != "--manifest-path" {
                self.report_args.push(arg);
                continue;
            }
            if !takes_value(&name) {
                self.near_misses.extend(near_miss(&name));
                self.cargo_args.push(arg);
                if CARGO_VALUES.contains(&&*text) {
                    self.cargo_args.extend(args.next());
                } else if self.action == Action::Cargo(CargoCommand::Run) && !text.starts_with('-') {
                    // All behind the first word is the program's.
                    self.cargo_args.extend(args);
                    break;
                }
                continue;
            }
            let missing = || Error::Usage(format!("{name} needs a value"));
            let value = match inline {
                Some(value) => OsString::from(value),
                None => args.next().ok_or_else(missing)?,
            };
            self.value(&name, value)?;
        }
        Ok(())
    }

    /// Whether the command builds only, by its nature or by `--no-run`.
    #[must_use]
    pub fn builds_only(&self) -> bool {
        let own = self.cargo_args.iter().take_while(|arg| *arg != "--");
        let runs = matches!(self.action, Action::Cargo(command) if command.runs());
        !runs || own.into_iter().any(|arg| arg == "--no-run")
    }

    /// Takes a flag that is on or, with `=false` behind it, off; whether it is
    /// ours.
    fn switch(&mut self, name: &str, inline: Option<&str>) -> Result<bool, Error> {
        let mut is_opposite = false;
        let (key, place) = match name {
            "--include-deps" => ("include-deps", &mut self.includes_dependencies),
            "--tests-too" | "--include-tests" => ("tests-too", &mut self.counts_tests),
            "--proc-macros" | "--no-proc-macros" => {
                is_opposite = name == "--no-proc-macros";
                ("proc-macros", &mut self.counts_proc_macros)
            }
            "--build-scripts" | "--include-build-script" => ("build-scripts", &mut self.counts_build_scripts),
            "--cfg-coverage" | "--no-cfg-coverage" => {
                is_opposite = name == "--cfg-coverage";
                ("cfg-coverage", &mut self.no_cfg_coverage)
            }
            "--cfg-coverage-nightly" | "--no-cfg-coverage-nightly" => {
                is_opposite = name == "--cfg-coverage-nightly";
                ("cfg-coverage-nightly", &mut self.no_cfg_coverage_nightly)
            }
            "--const-fn" | "--no-const-fn" => {
                is_opposite = name == "--const-fn";
                ("const-fn", &mut self.skips_const_fn)
            }
            "--signals" | "--no-signals" => {
                is_opposite = name == "--signals";
                ("signals", &mut self.no_signals)
            }
            "--exports" | "--no-exports" => {
                is_opposite = name == "--exports";
                ("exports", &mut self.no_exports)
            }
            "--no-clean" => ("", &mut self.keeps_data),
            "--no-report" => ("", &mut self.no_report),
            "--ignore-run-fail" => ("", &mut self.ignores_failure),
            "--data" | "--profraw-only" if self.action == Action::Clean => ("", &mut self.only_data),
            "--old" if self.action == Action::Clean => ("", &mut self.only_old),
            "--cache" if self.action == Action::Clean => ("", &mut self.only_cache),
            "--open" => ("", &mut self.opens),
            _ if self.action == Action::Env && flags::shell(name).is_some() => {
                self.shell = flags::shell(name).unwrap_or_default().to_owned();
                return Ok(true);
            }
            _ => {
                if METADATA_SWITCHES.contains(&name) {
                    self.metadata_args.push(name.to_owned());
                }
                return Ok(false);
            }
        };
        let is_on = match inline {
            None | Some("true") => true,
            Some("false") => false,
            Some(other) => return Err(Error::Usage(format!("{name} is true or false, not {other:?}"))),
        };
        *place = is_on != is_opposite;
        self.given.insert(key);
        Ok(true)
    }

    fn value(&mut self, name: &str, value: OsString) -> Result<(), Error> {
        let text = value.to_string_lossy().into_owned();
        // One of the values would be dropped in silence.
        let own = OWN_VALUES.into_iter().find(|own| *own == name && !LISTS.contains(own));
        if own.is_some_and(|own| !self.given.insert(own)) {
            return Err(Error::Usage(format!("{name} cannot be used multiple times")));
        }
        match name {
            "--mode" => {
                self.mode = one_of(name, &text, &["set", "count", "atomic"])?;
                self.given.insert("mode");
            }
            "--granularity" => {
                self.given.insert("granularity");
                let word = one_of(name, &text, &["unit", "function"])?;
                self.granularity = if word == "unit" { "perblock" } else { "perfunc" }.to_owned();
            }
            "--include" => self.included.push(text),
            "--exclude-from-report" => self.excluded.push(text),
            "--exclude-from-test" => self.cargo_args.extend(["--exclude".into(), value]),
            "--output-dir" => self.output_folder = Some(PathBuf::from(value)),
            "--data-dir" => self.data_folder = Some(PathBuf::from(value)),
            "--artifact-dir" => self.artifact_folder = Some(PathBuf::from(value)),
            "--format" => self.shell = one_of(name, &text, &["sh", "fish", "pwsh", "json"])?,
            "--target-dir" => self.target_folder = Some(PathBuf::from(value)),
            "--livecov-config" => self.report_args.extend(["--config".into(), value]),
            "--color" => {
                self.report_args.extend([name.into(), value.clone()]);
                self.cargo_args.extend([name.into(), value]);
            }
            _ if REPORT_FLAGS.contains_key(name) => self.report_args.extend([name.into(), value]),
            _ => {
                match name {
                    "--manifest-path" => self.manifest_path = Some(PathBuf::from(&value)),
                    "--target" => self.targets.push(text),
                    // It comes before settings of ours.
                    "--config" => {
                        self.config_args.extend([name.into(), value]);
                        return Ok(());
                    }
                    "--exclude" => self.excluded.push(text),
                    "--features" | "-F" => self.metadata_args.extend(["--features".to_owned(), text]),
                    _ => {}
                }
                self.cargo_args.extend([name.into(), value]);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use livecov::coverage::config::build::{Build, Granularity, Mode};

    fn parse(line: &str) -> Result<Cli, Error> {
        Cli::parse(line.split_whitespace().map(OsString::from))
    }

    #[test]
    fn ours_are_taken_out_and_the_rest_goes_on() {
        let cli = parse("test --mode=count -p a --include-deps --features x,y --lcov --output-path o.info --release --jobs 3 t -- --mode z").unwrap();
        assert_eq!(cli.action, Action::Cargo(CargoCommand::Test));
        assert_eq!((cli.mode.as_str(), cli.includes_dependencies), ("count", true));
        assert_eq!(cli.report_args, ["--lcov", "--output-path", "o.info"]);
        assert_eq!(
            cli.cargo_args,
            ["-p", "a", "--features", "x,y", "--release", "--jobs", "3", "t", "--", "--mode", "z"]
        );
        assert_eq!(cli.metadata_args, ["--features", "x,y"]);
    }

    #[test]
    fn a_flag_drops_no_value_in_silence() {
        for name in OWN_VALUES {
            let words = [("--mode", "set"), ("--granularity", "unit"), ("--format", "sh")];
            let value = words.iter().find(|(flag, _)| *flag == name).map_or("x", |(_, word)| word);
            let again = parse(&format!("test {name} {value} {name}={value}"));
            assert_eq!(again.is_ok(), LISTS.contains(&name), "{name}: {again:?}");
        }
        assert_eq!(parse("test --include a --include b").unwrap().included, ["a", "b"]);
        assert!(parse("test --no-clean --no-clean --const-fn --const-fn=false").is_ok());
    }

    #[test]
    fn the_configuration_file_says_what_the_command_line_does_not() {
        let build = || Build {
            mode: Some(Mode::Count),
            granularity: Some(Granularity::Function),
            include_deps: Some(true),
            include: vec!["a".to_owned()],
            exclude: vec!["b".to_owned()],
            tests_too: Some(true),
            proc_macros: Some(true),
            build_scripts: Some(true),
            cfg_coverage: Some(false),
            cfg_coverage_nightly: Some(false),
            const_fn: Some(false),
            signals: Some(false),
            exports: Some(false),
        };
        let of = |line: &str| {
            let mut cli = parse(line).unwrap();
            cli.complete(build());
            let switches = [
                cli.includes_dependencies,
                cli.counts_tests,
                cli.counts_proc_macros,
                cli.counts_build_scripts,
                cli.no_cfg_coverage,
                cli.no_cfg_coverage_nightly,
                cli.skips_const_fn,
                cli.no_signals,
                cli.no_exports,
            ];
            (cli.mode, cli.granularity, cli.included.join(" "), cli.excluded.join(" "), switches)
        };
        let text = str::to_owned;
        assert_eq!(of("test"), (text("count"), text("perfunc"), text("a"), text("b"), [true; 9]));
        let line = "test --mode set --granularity=unit --include x --exclude-from-report y --include-deps=false --tests-too=false \
                    --proc-macros=false --build-scripts=false --cfg-coverage --no-cfg-coverage-nightly=false --const-fn --signals=true --exports";
        assert_eq!(of(line), (text("set"), text("perblock"), text("x a"), text("y b"), [false; 9]));
        assert_eq!(
            of("test --no-const-fn=false --no-signals=false").4,
            [true, true, true, true, true, true, false, false, true]
        );
        let mut cli = parse("test --tests-too --no-const-fn").unwrap();
        cli.complete(Build::default());
        assert_eq!((cli.mode.as_str(), cli.counts_tests, cli.skips_const_fn), ("set", true, true));
    }

    #[test]
    fn what_builds_only() {
        for (line, expected) in [("build", true), ("test --no-run", true), ("test", false), ("run -- --no-run", false)]
        {
            assert_eq!(parse(line).unwrap().builds_only(), expected, "{line}");
        }
    }

    #[test]
    fn every_command_is_known_as_one() {
        for word in DATA_COMMANDS.iter().chain(&COMMANDS) {
            assert!(parse(word).is_ok() && is_command(word), "{word}");
        }
        assert!(!is_command("rustc") && !is_command("/bin/rustc"));
    }

    #[test]
    fn mistakes_are_named() {
        for (line, part) in [
            ("test --mode", "--mode needs a value"),
            ("test --mode x", "set, count, atomic"),
            ("tset", "no such command: \"tset\"; do you mean test?"),
            ("test --include-ffi", "--include-ffi is not to be had: code in C and C++"),
            ("test --tests-too=maybe", "--tests-too is true or false, not \"maybe\""),
        ] {
            let message = parse(line).unwrap_err().to_string();
            assert!(message.contains(part), "{message}");
        }
    }

    #[test]
    fn flags_of_the_report() {
        let cli = parse("test --show --fail-under-file-units 5 --html=a --missing=false --livecov-config l --config c x --diff main --color never").unwrap();
        let expected = "--show --fail-under-file-units 5 --html=a --missing=false --config l --diff main --color never";
        assert_eq!(cli.report_args, expected.split(' ').collect::<Vec<_>>());
        assert_eq!(cli.cargo_args, ["x", "--color", "never"]);
        assert_eq!(cli.config_args, ["--config", "c"]);
        let cli = parse("report --manifest-path m --data-dir d --config l --nonsense").unwrap();
        assert_eq!(cli.report_args, ["--config", "l", "--nonsense"]);
        assert_eq!((cli.manifest_path, cli.data_folder), (Some("m".into()), Some("d".into())));
    }

    #[test]
    fn names_that_people_know() {
        let cli = parse(
            "--show-missing-lines --fail-under-regions=5 --branch --hide-instantiations --exclude-from-test a --dep-coverage b -- --branch",
        );
        let cli = cli.unwrap();
        assert_eq!(cli.action, Action::Cargo(CargoCommand::Test));
        assert_eq!(cli.report_args, ["--missing", "--fail-under-units", "5"]);
        assert_eq!(cli.cargo_args, ["--exclude", "a", "--", "--branch"]);
        assert_eq!((cli.included, cli.excluded), (vec!["b".to_owned()], Vec::new()));
        for (line, shell) in
            [("show-env --export-prefix", "sh"), ("env --with-pwsh-env-prefix", "pwsh"), ("env --fish", "fish")]
        {
            assert_eq!(parse(line).unwrap().shell, shell, "{line}");
        }
        let cli = parse("nextest-archive --archive-file a.tar.zst").unwrap();
        assert!(cli.builds_only() && cli.cargo_args == ["--archive-file", "a.tar.zst"]);
        assert!(parse("test --ignore-run-fail").unwrap().ignores_failure);
        assert_eq!(parse("--version").unwrap().action, Action::Version);
        assert!(parse("clean --workspace --profraw-only").unwrap().only_data);
    }

    #[test]
    fn what_is_the_program_s_stays_so() {
        let cli = parse("run -p a --open --bin b --mode count word --open --mode x").unwrap();
        assert_eq!(cli.cargo_args, ["-p", "a", "--bin", "b", "word", "--open", "--mode", "x"]);
        assert_eq!((cli.mode.as_str(), cli.opens), ("count", true));
        assert!(!parse("test word --open").unwrap().cargo_args.contains(&"--open".into()));
    }

    #[test]
    fn data_commands_keep_their_flags() {
        let cli = parse("textfmt -i=x --mode y").unwrap();
        assert_eq!(cli.action, Action::Data(["livecov", "textfmt", "-i=x", "--mode", "y"].map(OsString::from).into()));
        assert_eq!(parse("nextest run -p x").unwrap().cargo_args, ["-p", "x"]);
    }
}
