//! What runs have left: sorted, merged, reported.

use crate::error::Error;
use crate::files;
use crate::tree::{Links, Tree};
use livecov::leftovers::{Leftovers, remove_leftovers};
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

/// The coverage data in a directory and in those below it.
pub(crate) fn files(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    Tree::walk(folder, Links::Leave).map(|tree| tree.files)
}

/// Whether there are coverage data, as far as can be read.
pub(crate) fn is_there(folder: &Path) -> bool {
    // A file in its place is no data of a run.
    !folder.is_file() && check(folder).is_ok()
}

/// Makes sure that there is something to report on: coverage data in a directory, in those below it, or a file, which is an
/// archive if anything.
///
/// # Errors
///
/// There is nothing; directories cannot be read, and there is nothing in the others.
pub(crate) fn check(place: &Path) -> Result<(), Error> {
    if place.is_file() {
        return Ok(());
    }
    let nothing = || Error::NoData { folder: place.to_owned(), live: None };
    if !place.exists() {
        return Err(nothing());
    }
    let tree = Tree::walk(place, Links::Follow)?;
    let unreadable = tree.unreadable.into_iter().next();
    if tree.files.is_empty() { Err(unreadable.unwrap_or_else(nothing)) } else { Ok(()) }
}

/// When the newest of them were written; none if there are none. A file that is gone by now is not the newest.
pub(crate) fn newest(folder: &Path) -> Option<SystemTime> {
    let time = |path: &PathBuf| path.metadata().and_then(|metadata| metadata.modified()).ok();
    files(folder).unwrap_or_default().iter().filter_map(time).max()
}

/// Whether a file has a name of coverage data.
pub(crate) fn is_data(path: &Path) -> bool {
    has_prefix(path, META_PREFIX) || is_counters(path)
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
/// the directories if nothing else is in them.
pub(crate) fn remove_files(folder: &Path) -> Result<(), Error> {
    if !folder.is_dir() {
        return Ok(());
    }
    let tree = Tree::walk(folder, Links::Leave)?;
    for folder in tree.folders.iter().rev() {
        for path in files::entries(folder)? {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let name = name.strip_prefix(TEMPORARY_PREFIX).unwrap_or(&name);
            if is_data(Path::new(name)) && !path.is_dir() {
                remove_file(&path)?;
            }
        }
        // It has more in it, or is a link: then it is for the user to remove.
        let _ = std::fs::remove_dir(folder);
    }
    tree.unreadable.into_iter().next().map_or(Ok(()), Err)
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

/// The program that wrote a counter file; none if it is no counter file. One that is damaged stays, and is named by the report.
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

/// Puts the data of a run in order, each directory for itself. What dead processes left must be of an
/// age at which nobody on another machine writes to it.
pub(crate) fn tidy(folder: &Path, leftover_age: Duration) {
    let tree = Tree::walk(folder, Links::Leave).unwrap_or_else(|error| {
        let unreadable = vec![error];
        Tree { unreadable, ..Tree::default() }
    });
    for error in &tree.unreadable {
        eprintln!("warning: livecov: {error}; what is in it stays as it is");
    }
    let mut leftovers = Leftovers::default();
    for folder in &tree.folders {
        match remove_leftovers(folder, leftover_age) {
            Ok(left) => leftovers.add(left),
            Err(error) => eprintln!("warning: livecov: cannot read {}: {error}", folder.display()),
        }
    }
    if let Some(message) = leftovers.message() {
        eprintln!("livecov: {message}");
    }
    for folder in &tree.folders {
        merge(folder, tree.files.iter().filter(|path| is_counters(path) && path.parent() == Some(folder)).count());
    }
}

/// Makes one counter file of all that belong to one program, if there are several.
fn merge(folder: &Path, count: usize) {
    if count < 2 {
        return;
    }
    let option = |name: &str| {
        let mut option = OsString::from(name);
        option.push(folder);
        option
    };
    // A comma in its name separates nothing, as the directory is there. What cannot be merged is named, and stays.
    livecov(vec!["livecov".into(), "merge".into(), option("-i="), option("-o=")]);
}
