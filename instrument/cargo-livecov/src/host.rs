//! Counts of code that runs while something is built: proc macros and build
//! scripts.
//!
//! Such code runs when cargo builds, which it does once; later runs take what
//! is built. Its counts belong to all of them. So they are kept beside the
//! build, and each run gets a copy:
//!
//! * A *unit* is a crate as cargo compiles it, and is known by the name of its
//!   file without extension. Units that are instrumented proc macros, or have one
//!   among their dependencies, are recorded here, in a directory each.
//! * The compiler of such a unit writes the counts of the proc macros that it
//!   loads to `data` there. What the last compile of a unit left counts.
//! * A record is out of date if one of its proc macros was compiled after it, as
//!   its counts are those of other code then, or if its root file or that of a
//!   proc macro was changed or removed.
//! * A build script's counts come with those of the run that started it, and are
//!   moved here.
//!
//! A crate that cargo compiles in another directory, called by a test, belongs
//! to the run of that test. Its counts go there at once. So that they do in each
//! run, cargo is made to compile it each time: it is told that the crate depends
//! on a variable that has another value in each run.

use crate::by_hand::without_patterns;
use crate::data::{self, Program};
use crate::error::Error;
use crate::files;
use crate::protocol::{Config, RUN};
use crate::rustc::Call;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;
use std::{env, fs};

/// Where the counts of this code are kept, in the directory of a build.
fn place(out: &Path) -> PathBuf {
    out.join("host")
}

/// Where build scripts write to while nothing runs but the build.
pub(crate) fn staging(out: &Path) -> PathBuf {
    out.join("host-runs").join(std::process::id().to_string())
}

/// What is known of a unit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Record {
    /// Its root file.
    root: PathBuf,
    /// Where cargo puts it.
    out_dir: PathBuf,
    /// The instrumented proc macros that its compiler may load, by their units.
    loads: BTreeSet<String>,
    /// Those that the compiler of a crate that depends on it may load.
    provides: BTreeSet<String>,
}

/// A unit that loads instrumented proc macros, or none.
#[derive(Debug, Default)]
pub(crate) struct MacroUse {
    /// Its directory; none if it loads no such macros.
    folder: Option<PathBuf>,
    /// Whether cargo was called by a test, or builds elsewhere.
    is_foreign: bool,
}

impl MacroUse {
    /// Finds out what a call of the compiler loads, and records it.
    pub(crate) fn open(config: &Config, call: &Call, root: &Path) -> Result<Self, Error> {
        let place = place(&config.out);
        let mut loads = BTreeSet::new();
        for name in call.extern_files.iter().filter_map(|path| unit_of(path)) {
            if let Some(record) = load(&place.join(&name)) {
                loads.extend(record.provides);
            }
        }
        if loads.is_empty() {
            return Ok(Self::default());
        }
        let folder = place.join(call.unit_name());
        let out_dir = call.out_dir.clone().unwrap_or_default();
        let is_foreign = !out_dir.starts_with(&config.out);
        let is_macro = call.is_proc_macro && !call.is_test;
        let provides = if is_macro { BTreeSet::new() } else { loads.clone() };
        save(&folder, &Record { root: root.to_owned(), out_dir, loads, provides })?;
        Ok(Self { folder: Some(folder), is_foreign })
    }

    /// Tells the compiler where counts of proc macros go. What an earlier call
    /// for this unit left goes.
    pub(crate) fn prepare(&self, command: &mut Command) {
        match &self.folder {
            None => {
                command.env_remove("LIVECOV_DIR").env_remove("GOCOVERDIR");
            }
            Some(_) if self.is_foreign => {}
            Some(folder) => {
                let data = folder.join("data");
                // Without a directory, the runtime says that there is none.
                let _ = files::remove_folder(&data).and_then(|()| files::create_folder(&data));
                command.env("LIVECOV_DIR", without_patterns(&data));
            }
        }
    }

    /// Has cargo compile the unit again in the next run, if this is a unit of a
    /// run: adds that to rustc's list of what the crate was made from.
    pub(crate) fn depend_on_run(&self, call: &Call) -> Result<(), Error> {
        let Some(path) = call.dep_info().filter(|_| self.is_foreign && self.folder.is_some()) else { return Ok(()) };
        let Ok(mut text) = fs::read_to_string(&path) else { return Ok(()) };
        // Without a run there is only a directory, which may be another the next time.
        let of_run = [RUN, "LIVECOV_DIR"].into_iter().find_map(|name| Some((name, env::var(name).ok()?)));
        let Some((name, value)) = of_run else { return Ok(()) };
        let value = value.replace('\\', "\\\\").replace('\n', "\\n").replace('\r', "\\r");
        text.push_str(&format!("# env-dep:{name}={value}\n"));
        files::write(&path, text.as_bytes())
    }
}

/// Records that an instrumented proc macro was compiled.
pub(crate) fn record_macro(config: &Config, call: &Call, root: &Path) -> Result<(), Error> {
    let folder = place(&config.out).join(call.unit_name());
    let loads = load(&folder).map(|record| record.loads).unwrap_or_default();
    let out_dir = call.out_dir.clone().unwrap_or_default();
    save(&folder, &Record { root: root.to_owned(), out_dir, loads, provides: BTreeSet::from([call.unit_name()]) })
}

/// The opposite: it has no probes now.
pub(crate) fn forget_macro(config: &Config, call: &Call) -> Result<(), Error> {
    let folder = place(&config.out).join(call.unit_name());
    let Some(record) = load(&folder) else { return Ok(()) };
    save(&folder, &Record { provides: BTreeSet::new(), ..record })
}

/// The name of the unit that a file is of.
fn unit_of(file: &Path) -> Option<String> {
    let stem = file.file_stem()?.to_str()?;
    Some(stem.strip_prefix("lib").unwrap_or(stem).to_owned())
}

fn load(folder: &Path) -> Option<Record> {
    fs::read(folder.join("unit.json")).ok().and_then(|text| serde_json::from_slice(&text).ok())
}

fn save(folder: &Path, record: &Record) -> Result<(), Error> {
    let path = folder.join("unit.json");
    let text = serde_json::to_vec(record).map_err(|error| Error::Config(path.clone(), error))?;
    files::write(&path, &text)
}

fn modified(path: &Path) -> Option<SystemTime> {
    path.metadata().and_then(|metadata| metadata.modified()).ok()
}

/// Whether what a unit's compiler left still holds.
fn is_valid(place: &Path, folder: &Path, record: &Record) -> bool {
    let is_older = |path: &Path, other: &Path| {
        modified(path).is_some_and(|time| modified(other).is_some_and(|other_time| time <= other_time))
    };
    let own = folder.join("unit.json");
    is_older(&record.root, &own)
        && record.loads.iter().map(|unit| place.join(unit)).all(|folder| {
            let unit = folder.join("unit.json");
            is_older(&unit, &own) && load(&folder).is_some_and(|record| is_older(&record.root, &unit))
        })
}

/// What a run uses of a build.
pub(crate) struct Used<'a> {
    /// When its build began: what is newer is part of it.
    pub(crate) since: SystemTime,
    /// The name of the directory of its profile; none for all.
    pub(crate) profile: Option<&'a str>,
    /// Has cargo name the files that it would build.
    pub(crate) files: &'a dyn Fn() -> Option<Vec<PathBuf>>,
}

/// Adds the counts of a build to the data of a run that uses it. Where cargo
/// does not say what the run uses, that is all that was built for its profile.
pub(crate) fn collect(out: &Path, used: &Used<'_>, data: &Path) -> Result<(), Error> {
    let place = place(out);
    let mut files = None;
    for folder in files::entries(&place).unwrap_or_default() {
        let kept = files::entries(&folder.join("data")).unwrap_or_default();
        let Some(record) = load(&folder).filter(|_| !kept.is_empty()) else { continue };
        let below = record.out_dir.strip_prefix(out).unwrap_or(Path::new(""));
        let is_other = used.profile.is_some_and(|profile| !below.iter().any(|part| part == profile));
        if is_other || !is_valid(&place, &folder, &record) {
            continue;
        }
        let is_new = modified(&folder.join("unit.json")).is_some_and(|time| time >= used.since);
        if !is_new
            && let Some(files) = files.get_or_insert_with(used.files)
            && !is_built(&folder, &record, files)
        {
            continue;
        }
        for file in kept {
            let to = data.join(file.file_name().unwrap_or_default());
            fs::copy(&file, &to).map_err(|error| Error::io("copy", &file, error))?;
        }
    }
    Ok(())
}

/// Whether a unit is among the files that cargo names. Of programs it names a
/// copy that it puts elsewhere.
fn is_built(folder: &Path, record: &Record, files: &[PathBuf]) -> bool {
    if files.contains(&record.root) {
        return true;
    }
    let unit = folder.file_name().unwrap_or_default().to_string_lossy();
    let names = [format!("{unit}"), format!("lib{unit}.rmeta"), format!("lib{unit}.rlib"), format!("lib{unit}.so")];
    let own: Vec<PathBuf> = names.iter().map(|name| record.out_dir.join(name)).filter(|path| path.exists()).collect();
    own.iter().any(|own| files.iter().any(|file| own == file || is_copy(own, file)))
}

fn is_copy(one: &Path, other: &Path) -> bool {
    let (Ok(one_is), Ok(other_is)) = (one.metadata(), other.metadata()) else { return false };
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        if (one_is.dev(), one_is.ino()) == (other_is.dev(), other_is.ino()) {
            return true;
        }
    }
    one_is.len() == other_is.len() && fs::read(one).is_ok_and(|one| fs::read(other).is_ok_and(|other| one == other))
}

/// Sorts out, of the data in `files`, those of code that ran while something
/// was built. Of build scripts they are kept beside the build if they are
/// instrumented; else nobody asked for them.
pub(crate) fn sort_out(config: &Config, files: &[PathBuf]) -> Result<(), Error> {
    let mut seen = BTreeSet::new();
    for path in files {
        let Some(program) = data::program(path) else { continue };
        match program {
            Program::BuildScript(program) if config.counts_build_scripts => {
                keep_script(config, path, &program, seen.insert(program.clone()))?;
            }
            Program::Rustdoc if config.counts_proc_macros => {}
            // It stays, at worst.
            Program::BuildScript(_) | Program::Rustdoc => drop(fs::remove_file(path)),
            Program::Other => {}
        }
    }
    Ok(())
}

/// Moves what a build script left to the directory of the script, in the place of
/// what an earlier call left if this `is_first`.
fn keep_script(config: &Config, path: &Path, program: &Path, is_first: bool) -> Result<(), Error> {
    let folder = place(&config.out).join(format!("script-{}", files::digest(&program.display().to_string())));
    let data = folder.join("data");
    if is_first {
        files::remove_folder(&data)?;
        files::create_folder(&data)?;
        let out_dir = program.parent().unwrap_or(program).to_owned();
        save(&folder, &Record { root: program.to_owned(), out_dir, ..Record::default() })?;
    }
    let name = path.file_name().unwrap_or_default();
    for (from, to) in [(path.to_owned(), data.join(name))].into_iter().chain(meta_files(path, &data)) {
        fs::copy(&from, &to).map_err(|error| Error::io("copy", &from, error))?;
    }
    fs::remove_file(path).map_err(|error| Error::io("remove", path, error))
}

/// The meta files that a counter file may go with, and where copies are to be.
fn meta_files(counters: &Path, to: &Path) -> Vec<(PathBuf, PathBuf)> {
    let name = counters.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let Some(tag) = name.split('.').nth(1) else { return Vec::new() };
    let beside = counters.parent().and_then(|folder| files::entries(folder).ok()).unwrap_or_default();
    let is_its = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.strip_prefix("covmeta.").is_some_and(|rest| rest == tag || rest.starts_with(&format!("{tag}.")))
    };
    let found = beside.into_iter().filter(is_its);
    found.map(|path| (path.clone(), to.join(path.file_name().unwrap_or_default()))).collect()
}
