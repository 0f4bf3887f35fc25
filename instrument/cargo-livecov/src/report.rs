//! The report at the end of a run, and later.

use crate::cli::Cli;
use crate::data;
use crate::error::Error;
use crate::files;
use crate::project::Project;
use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// What is to be reported, and how.
#[derive(Clone, Debug)]
pub(crate) struct Report {
    data: PathBuf,
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
                page = Some(project.target_folder.join("livecov").join("report.html"));
            } else {
                page = text.strip_prefix("--html=").filter(|name| *name != "-").map(PathBuf::from).or(page);
                args.push(arg.clone());
            }
        }
        if cli.opens && page.is_none() {
            page = Some(project.target_folder.join("livecov").join("report.html"));
        }
        if let Some(page) = &page
            && !args.iter().any(|arg| arg.to_string_lossy().starts_with("--html="))
        {
            let mut html = OsString::from("--html=");
            html.push(page);
            args.push(html);
        }
        args.extend(configuration(cli, project));
        Self { data: crate::session::data_folder(cli, project), args, page, opens: cli.opens }
    }

    /// Reports on the data; the exit status.
    pub(crate) fn make(&self) -> Result<i32, Error> {
        if !files::entries(&self.data).is_ok_and(|entries| !entries.is_empty()) {
            let folder = self.data.display();
            eprintln!("warning: livecov: no data in {folder}: nothing that is counted has run");
            return Ok(0);
        }
        if let Some(folder) = self.page.as_deref().and_then(Path::parent) {
            files::create_folder(folder)?;
        }
        let mut line: Vec<OsString> = vec!["livecov".into(), "report".into()];
        line.extend(self.args.iter().cloned());
        line.push((&self.data).into());
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
