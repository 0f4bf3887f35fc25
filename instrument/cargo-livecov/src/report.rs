//! The report at the end of a run, and later.

use crate::cli::Cli;
use crate::data;
use crate::error::Error;
use crate::files;
use crate::project::Project;
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

/// The configuration file of a project that is not the one around us:
/// `livecov` would not find it.
fn configuration(cli: &Cli, project: &Project) -> Vec<OsString> {
    let is_chosen = cli.report_args.iter().any(|arg| arg == "--config" || arg == "--no-config");
    if is_chosen || cli.manifest_path.is_none() {
        return Vec::new();
    }
    match livecov::coverage::config::find::find(&project.workspace_root) {
        Ok(Some(found)) => vec!["--config".into(), found.path.into()],
        // What is wrong with it is said when it is read.
        Err(_) => vec!["--config".into(), project.workspace_root.join("livecov.toml").into()],
        Ok(None) => vec!["--no-config".into()],
    }
}
