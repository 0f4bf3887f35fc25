//! What runs have left: sorted, merged, reported.

use crate::error::Error;
use crate::files;
use livecov::leftovers::remove_leftovers;
use livecov_format::decode::CounterFile;
use livecov_format::layout::{COUNTER_PREFIX, META_PREFIX, TEMPORARY_PREFIX};
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// Calls the tool for data.
pub(crate) fn livecov(args: Vec<OsString>) -> i32 {
    livecov::run(args, &mut io::stdout(), &mut io::stderr()).into()
}

/// The coverage data in a directory.
pub(crate) fn files(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let is_ours = |path: &PathBuf| has_prefix(path, META_PREFIX) || is_counters(path);
    Ok(files::entries(folder)?.into_iter().filter(is_ours).collect())
}

/// Whether a directory has coverage data.
pub(crate) fn is_there(folder: &Path) -> bool {
    files(folder).is_ok_and(|files| !files.is_empty())
}

/// When the newest of them were written; none if there are none.
pub(crate) fn newest(folder: &Path) -> Option<SystemTime> {
    files(folder).ok()?.iter().filter_map(|path| path.metadata().ok()?.modified().ok()).max()
}

pub(crate) fn is_counters(path: &Path) -> bool {
    has_prefix(path, COUNTER_PREFIX)
}

fn has_prefix(path: &Path, prefix: &str) -> bool {
    let name = path.file_name().map(|name| name.as_encoded_bytes()).unwrap_or_default();
    name.strip_prefix(prefix.as_bytes()).is_some_and(|rest| rest.starts_with(b"."))
}

/// What a meta file and its counters have in common.
pub(crate) fn tag(path: &Path) -> Option<String> {
    path.file_name()?.to_str()?.split('.').nth(1).map(str::to_owned)
}

/// Removes coverage data, what writers that are gone have left of them, and
/// the directory if nothing else is in it.
pub(crate) fn remove_files(folder: &Path) -> Result<(), Error> {
    if !folder.is_dir() {
        return Ok(());
    }
    for path in files::entries(folder)? {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let name = name.strip_prefix(TEMPORARY_PREFIX).unwrap_or(&name);
        if has_prefix(Path::new(name), META_PREFIX) || is_counters(Path::new(name)) {
            remove_file(&path)?;
        }
    }
    // It has more in it, or is a link: then it is for the user to remove.
    let _ = std::fs::remove_dir(folder);
    Ok(())
}

/// Removes a file, if it is there.
pub(crate) fn remove_file(path: &Path) -> Result<(), Error> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Error::io("remove", path, error)),
        _ => Ok(()),
    }
}

/// What wrote a counter file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Program {
    /// A build script, with its path.
    BuildScript(PathBuf),
    /// Rustdoc, with proc macros in it.
    Rustdoc,
    /// Any other program.
    Other,
}

/// The program that wrote a counter file; none if it is no counter file.
pub(crate) fn program(path: &Path) -> Option<Program> {
    let bytes = std::fs::read(path).ok().filter(|_| is_counters(path))?;
    let file = CounterFile::parse(&bytes).ok()?;
    let mut programs = file.segments.iter().map(|segment| {
        let path = PathBuf::from(String::from_utf8_lossy(segment.args.program().first()?).into_owned());
        let name = path.file_stem()?.to_str()?.to_owned();
        if name.starts_with("build-script-") || name.starts_with("build_script_") {
            return Some(Program::BuildScript(path));
        }
        Some(if name == "rustdoc" { Program::Rustdoc } else { Program::Other })
    });
    let first = programs.next()??;
    Some(if programs.all(|program| program.as_ref() == Some(&first)) { first } else { Program::Other })
}

/// Puts the data of a run in order. What dead processes left must be of an
/// age at which nobody on another machine writes to it.
pub(crate) fn tidy(folder: &Path, leftover_age: Duration) {
    match remove_leftovers(folder, leftover_age) {
        Ok(left) => {
            if let Some(message) = left.message() {
                eprintln!("livecov: {message}");
            }
        }
        Err(error) => eprintln!("warning: livecov: cannot read {}: {error}", folder.display()),
    }
    merge(folder);
}

/// Makes one counter file of all that belong to one program.
fn merge(folder: &Path) {
    let is_empty = files::entries(folder).is_ok_and(|entries| entries.is_empty());
    // The command separates folders by commas.
    if is_empty || folder.as_os_str().to_string_lossy().contains(',') {
        return;
    }
    let option = |name: &str| {
        let mut option = OsString::from(name);
        option.push(folder);
        option
    };
    // What cannot be merged is named, and stays.
    livecov(vec!["livecov".into(), "merge".into(), option("-i="), option("-o=")]);
}
