//! The report at the end of a run, and later.

use crate::cli::Cli;
use crate::data;
use crate::error::Error;
use crate::files;
use crate::project::Project;
use crate::session::FAILURE;
use clap::Parser;
use livecov::coverage::config::complete::complete;
use livecov::coverage::opts::CoverageOpts;
use std::env;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

/// What is to be reported, and how.
#[derive(Clone, Debug)]
pub(crate) struct Report {
    args: Vec<OsString>,
    /// The page that is to be opened, or else named.
    page: Option<PathBuf>,
    opens: bool,
}

impl Report {
    pub(crate) fn of(cli: &Cli, project: &Project) -> Self {
        let (mut args, mut page) = (Vec::new(), None);
        let is_bare = !cli.report_args.iter().any(|arg| arg == "--output-path");
        for arg in &cli.report_args {
            let text = arg.to_string_lossy();
            if text == "--html" && is_bare {
                page = Some(default_page(cli, project));
            } else {
                page = text.strip_prefix("--html=").filter(|name| *name != "-").map(PathBuf::from).or(page);
                args.push(arg.clone());
            }
        }
        if (cli.opens || cli.output_folder.is_some()) && page.is_none() {
            page = Some(default_page(cli, project));
        }
        if let Some(page) = &page
            && !args.iter().any(|arg| arg.to_string_lossy().starts_with("--html="))
        {
            let mut html = OsString::from("--html=");
            html.push(page);
            args.push(html);
        }
        args.extend(configuration(cli, project));
        args.extend(source_root(project));
        // Data elsewhere may be of another workspace's programs, with the same paths from there.
        if cli.data_folder.is_none() {
            args.extend(["--builds".into(), project.target_folder.join("livecov").into()]);
        }
        Self { args, page, opens: cli.opens }
    }

    /// Finds what is wrong with its flags before anything runs.
    pub(crate) fn check(&self) -> Result<(), Error> {
        self.options().map(drop)
    }

    /// The flags, completed by the configuration file.
    fn options(&self) -> Result<CoverageOpts, Error> {
        let parsed = livecov::cli::Cli::try_parse_from(self.line()).map_err(|error| {
            let text = error.to_string();
            Error::Usage(text.trim_start_matches("error: ").trim_end().to_owned())
        })?;
        let livecov::cli::Command::Report(opts) = parsed.command else {
            return Err(Error::Usage("no report".to_owned()));
        };
        let (mut out, mut err) = (io::sink(), io::sink());
        let mut session = livecov::session::Session::new(&mut out, &mut err, &opts.common, false);
        Ok(complete(&mut session, &opts)?)
    }

    /// Reports on data that must be there.
    pub(crate) fn of_earlier(&self, data: &Path) -> Result<i32, Error> {
        self.check()?;
        data::check(data)?;
        self.make(data)
    }

    fn line(&self) -> Vec<OsString> {
        let mut line: Vec<OsString> = vec!["livecov".into(), "report".into()];
        line.extend(self.args.iter().cloned());
        line
    }

    /// Says that a run left nothing to report on; the exit status. A report of
    /// an earlier run does not stay in the place of the one that is missing.
    pub(crate) fn without_data(&self, data: &Path) -> Result<i32, Error> {
        let opts = self.options()?;
        let limits = opts.limits.names().into_iter().chain(opts.count_limits.names()).collect::<Vec<_>>();
        let limits_text = if limits.is_empty() { String::new() } else { format!("{}: ", limits.join(", ")) };
        let folder = data.display();
        eprintln!("error: {limits_text}no data in {folder}: no instrumented code has run, or none could write");
        eprintln!("livecov: does a filter leave no test, or is every package excluded?");
        for path in outputs(&opts).into_iter().filter(|path| path.is_file()) {
            match std::fs::remove_file(path) {
                Ok(()) => eprintln!("livecov: removed {}, the report of an earlier run", path.display()),
                Err(error) => {
                    eprintln!("warning: livecov: {} is of an earlier run; cannot remove it: {error}", path.display());
                }
            }
        }
        Ok(if limits.is_empty() { FAILURE } else { livecov::exit::THRESHOLD.into() })
    }

    /// Reports on the data; the exit status.
    pub(crate) fn make(&self, data: &Path) -> Result<i32, Error> {
        if let Some(folder) = self.page.as_deref().and_then(Path::parent) {
            files::create_folder(folder)?;
        }
        let mut line = self.line();
        line.push(data.into());
        let code = data::livecov(line);
        // Also where coverage is below a limit: that is status 3.
        if let Some(page) = self.page.as_deref().filter(|page| matches!(code, 0 | 3) && page.exists()) {
            eprintln!("livecov: report in {}", page.display());
            self.open(page);
        }
        Ok(code)
    }

    fn open(&self, page: &Path) {
        if self.opens
            && let Err(error) = opener::open(page)
        {
            eprintln!("warning: livecov: cannot open {}: {error}", page.display());
        }
    }
}

/// The files that a report is written to.
fn outputs(opts: &CoverageOpts) -> Vec<&Path> {
    let formats = opts.formats.wanted().into_iter().filter_map(|(_, path)| path);
    formats.chain(opts.formats.output_path()).collect()
}

/// Where the page is put: in a folder of reports as cargo-llvm-cov does it, for
/// scripts that take it from there.
fn default_page(cli: &Cli, project: &Project) -> PathBuf {
    match &cli.output_folder {
        Some(folder) => folder.join("html").join("index.html"),
        None => project.target_folder.join("livecov").join("report.html"),
    }
}

/// The configuration file that the flags name, or the one of the project; none
/// if there is none, or is to be none.
fn configuration_file(cli: &Cli) -> Result<Option<PathBuf>, Error> {
    let args = &cli.report_args;
    if args.iter().any(|arg| arg == "--no-config") {
        return Ok(None);
    }
    if let Some(named) = args.iter().position(|arg| arg == "--config").and_then(|at| args.get(at + 1)) {
        return Ok(Some(PathBuf::from(named)));
    }
    let here = env::current_dir().unwrap_or_default();
    let folder = cli.manifest_path.as_deref().and_then(Path::parent).map_or(here.clone(), |folder| here.join(folder));
    Ok(livecov::coverage::config::find::find(&folder)?.map(|found| found.path))
}

/// The command line with what the table `[build]` of the configuration file
/// says. What is wrong with the rest of it is found before anything is built,
/// too.
pub(crate) fn configured(cli: &Cli) -> Result<Cli, Error> {
    let mut cli = cli.clone();
    if let Some(path) = configuration_file(&cli)? {
        livecov::coverage::config::find::read(&path)?;
        cli.complete(livecov::coverage::config::find::read_build(&path)?);
    }
    Ok(cli)
}

/// Where the sources are, for who is called from elsewhere.
fn source_root(project: &Project) -> Vec<OsString> {
    let is_inside = env::current_dir().is_ok_and(|here| here.starts_with(&project.workspace_root));
    if is_inside { Vec::new() } else { vec!["--source-root".into(), (&project.workspace_root).into()] }
}

/// The configuration file of a project that is not the one around us:
/// `livecov` would not find it.
fn configuration(cli: &Cli, project: &Project) -> Vec<OsString> {
    let is_chosen = cli.report_args.iter().any(|arg| arg == "--config" || arg == "--no-config");
    if is_chosen || cli.manifest_path.is_none() {
        return Vec::new();
    }
    match configuration_file(cli) {
        Ok(Some(path)) => vec!["--config".into(), path.into()],
        // What is wrong with it is said when it is read.
        Err(_) => vec!["--config".into(), project.workspace_root.join("livecov.toml").into()],
        Ok(None) => vec!["--no-config".into()],
    }
}
