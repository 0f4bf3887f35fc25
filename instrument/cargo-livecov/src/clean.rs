//! `clean`: what this tool has left is removed, except for what is in use.

use crate::by_hand::{ByHand, CONFIG_FILE};
use crate::cli::Cli;
use crate::data;
use crate::error::Error;
use crate::files;
use crate::flags::nearest;
use crate::housekeeping;
use crate::project::{self, Project};
use crate::protocol::Config;
use crate::runtime;
use crate::session::FAILURE;
use crate::shared_macros;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Flags of cargo's that change nothing here.
const OTHERS: [&str; 9] =
    ["--workspace", "--color", "-v", "-q", "--verbose", "--quiet", "--locked", "--offline", "--frozen"];

pub(crate) fn clean(cli: &Cli) -> Result<i32, Error> {
    let mut args = cli.cargo_args.iter().map(|arg| arg.to_string_lossy());
    while let Some(arg) = args.next() {
        if matches!(&*arg, "--manifest-path" | "--color") {
            args.next();
        } else if !OTHERS.contains(&&*arg) {
            let like = nearest(&arg, OTHERS.into_iter().chain(["--data", "--old", "--cache", "--data-dir"]));
            return Err(Error::Usage(format!(
                "`clean` takes no {arg}{like}: it removes what this tool has of the whole project"
            )));
        }
    }
    if cli.only_cache {
        return Ok(clean_cache());
    }
    let project = Project::load(cli)?;
    let own = project.target_folder.join("livecov");
    if cli.only_old {
        let is_old = |folder: &PathBuf| !Config::is_of(&folder.join(CONFIG_FILE), &project::tool_stamp());
        let old: Vec<_> = housekeeping::builds(&own).into_iter().filter(is_old).collect();
        return Ok(say_removed("builds of other versions", &own, housekeeping::sweep(&old, Duration::ZERO)));
    }
    let mut held = clean_data(cli, &project)?;
    if !cli.only_data {
        held.extend(clean_all(&project, &own)?);
    }
    if let Some(folder) = project.by_hand.as_ref().and_then(|by_hand| by_hand.data.as_ref()) {
        // Programs that are called in this shell make only the last part of it.
        files::create_folder(folder)?;
    }
    say_held(&held);
    Ok(if held.is_empty() { 0 } else { FAILURE })
}

/// Removes data; which runs have to stay.
fn clean_data(cli: &Cli, project: &Project) -> Result<Vec<PathBuf>, Error> {
    if let Some(folder) = &cli.data_folder {
        data::remove_files(folder)?;
        return Ok(Vec::new());
    }
    project.store().clear()
}

/// Removes all that this tool has of a project; what has to stay. Where `env`
/// was called for the shell around, cargo needs the configuration.
fn clean_all(project: &Project, own: &Path) -> Result<Vec<PathBuf>, Error> {
    let builds = housekeeping::builds(own);
    let (_, mut held) = housekeeping::sweep(&builds, Duration::ZERO);
    let needed = project.by_hand.as_ref().filter(|by_hand| by_hand.out().starts_with(own));
    for path in files::entries(own).unwrap_or_default() {
        let is_needed = path.ends_with("runtime") && needed.is_some();
        if path.ends_with("runs") {
            held.extend(clean_runs(&path)?);
        } else if !is_needed && !builds.contains(&path) {
            files::remove(&path)?;
        }
    }
    if let Some(ByHand { config: Some(config), .. }) = needed {
        config.save(&config.out.join(CONFIG_FILE))?;
        shared_macros::prepare(&config.out)?;
    }
    // If anything has to stay, so has this.
    let _ = std::fs::remove_dir(own);
    Ok(held)
}

/// Removes the runs of all workspaces; what has to stay.
fn clean_runs(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut held = Vec::new();
    for workspace in files::entries(folder)? {
        let runs: Vec<_> = files::entries(&workspace)?.into_iter().filter(|path| path.join("used").exists()).collect();
        let (_, in_use) = housekeeping::sweep(&runs, Duration::ZERO);
        if in_use.is_empty() {
            files::remove_folder(&workspace)?;
        }
        held.extend(in_use);
    }
    // If anything has to stay, so has this.
    let _ = std::fs::remove_dir(folder);
    Ok(held)
}

fn clean_cache() -> i32 {
    let Some(cache) = runtime::cache() else { return 0 };
    say_removed("runtimes", &cache, housekeeping::sweep(&housekeeping::runtimes(&cache), Duration::ZERO))
}

fn say_removed(what: &str, folder: &Path, (count, held): (usize, Vec<PathBuf>)) -> i32 {
    eprintln!("livecov: removed {count} {what} from {}", folder.display());
    say_held(&held);
    if held.is_empty() { 0 } else { FAILURE }
}

fn say_held(held: &[PathBuf]) {
    for path in held {
        eprintln!("warning: livecov: {} is in use, or cannot be removed", path.display());
    }
}
