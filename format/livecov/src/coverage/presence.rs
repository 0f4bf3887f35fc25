//! Whether functions that never ran are in the code of the programs at all.
//!
//! The data have each function of the source, also those that the compiler never made code of (generic ones that nobody uses)
//! and those that the linker dropped (nothing calls them). With dependencies these are most of what never ran. A program's
//! file tells which they are ([`find_functions`]), if it is at hand: named by `--binary`, or where the data say that
//! it was called from. A file is that of the data if both have the same packages, which the hash of its meta file says.
//!
//! A function is absent only if each program that has it in its data was looked at, and none has code of it. Builds of one
//! source share a hash. So a file that is newer than the first of the processes says nothing, unless the user named it, nor does
//! one that lacks a function that ran. Of `cargo run` only its data are certain to be newer than the program.

use crate::binary::image::Image;
use crate::binary::probes::find_functions;
use crate::commands::meta::{read_program, unsuitable};
use crate::error::Error;
use crate::provenance::Runs;
use crate::session::Session;
use livecov_format::hash::Hash;
use livecov_format::merge::{Counters, FunctionTable};
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

/// Whether a function is in the code of programs. Of several programs the last of these decides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Presence {
    /// No program has code of it.
    Absent,
    /// Nobody knows.
    #[default]
    Unknown,
    /// A program has code of it.
    Present,
}

/// For each package and function of a program, whether it is in its code.
type Functions = Vec<Option<Vec<Option<bool>>>>;

/// How much too early data may state the start of a process: by a tick of the system, and where clocks of virtual machines
/// differ by some tenths of a second. No other build takes the place of a program so soon after it started.
const START_ERROR: Duration = Duration::from_secs(2);

/// The programs that are looked at.
#[derive(Debug, Default)]
pub struct Programs {
    /// Those that the user named, by the hash of their meta files.
    named: FxHashMap<Hash, Vec<(PathBuf, Functions)>>,
    /// Whether programs are looked for where the data say that they ran.
    looks: bool,
    /// The directory of builds that relative paths lead into, from one of those around it.
    builds: Option<PathBuf>,
    /// What was found there.
    found: BTreeMap<PathBuf, Option<(Hash, Functions)>>,
    /// Hashes of the data.
    met: BTreeSet<Hash>,
    /// Programs of which nothing is known, as the data call them.
    unknown: BTreeSet<String>,
}

impl Programs {
    /// Reads the programs that the user named. Others are looked for where they ran if this `looks`, also by relative paths
    /// that lead into the directory `builds`.
    ///
    /// # Errors
    ///
    /// Files that are no instrumented programs.
    pub fn read(paths: &[PathBuf], looks: bool, builds: Option<&Path>) -> Result<Self, Error> {
        let mut programs = Self { looks, builds: builds.map(Path::to_owned), ..Self::default() };
        for path in paths {
            let bytes = read_program(path)?;
            let image = Image::parse(&bytes).map_err(|error| unsuitable(path, error))?;
            programs.named.entry(image.hash).or_default().push((path.clone(), find_functions(&image)));
        }
        Ok(programs)
    }

    /// Looks at the programs of a pod: for each of its functions, whether it is in their code.
    pub fn look(
        &mut self,
        session: &mut Session<'_>,
        hash: Hash,
        runs: &Runs,
        (table, counters): (&FunctionTable, &Counters),
    ) -> Vec<Presence> {
        self.met.insert(hash);
        let unknown = vec![Presence::Unknown; table.function_count()];
        if !self.looks && self.named.is_empty() {
            return unknown;
        }
        let called = runs.programs();
        if !self.named.contains_key(&hash) && self.looks {
            for path in called {
                // `cargo run` becomes the program, so that the process is older than the build; it has relative paths.
                let is_relative = path_of(path).is_relative();
                self.find(self.place(path), if is_relative { runs.first_written() } else { runs.started() });
            }
        }
        let programs = match self.named.get(&hash) {
            Some(named) => named.iter().map(|(path, functions)| Some((path, functions))).collect::<Vec<_>>(),
            // Each of them has to be there: what one lacks another may have.
            None => called.iter().map(|path| self.found_with(hash, &self.place(path)?)).collect(),
        };
        let Some(programs) = programs.into_iter().collect::<Option<Vec<_>>>().filter(|programs| !programs.is_empty())
        else {
            self.unknown.extend(called.iter().map(|path| String::from_utf8_lossy(path).into_owned()));
            return unknown;
        };
        let mut presences = vec![Presence::Absent; unknown.len()];
        for (_, functions) in &programs {
            for (presence, more) in presences.iter_mut().zip(presences_in(functions, table)) {
                *presence = (*presence).max(more);
            }
        }
        // Of several programs of one hash, each may lack what another has.
        let mut numbers = presences.iter().enumerate().filter(|(_, presence)| **presence == Presence::Absent);
        if numbers.any(|(number, _)| has_run(table, counters, number)) {
            let names: Vec<String> = programs.iter().map(|(path, _)| path.display().to_string()).collect();
            session.warn(&format!(
                "{}: not of the build that ran, as functions ran that are not there; what was dropped is not known",
                names.join(", ")
            ));
            return unknown;
        }
        presences
    }

    /// Reads a program where the data say that it was called from; not if it was made after the moment `earliest`.
    fn find(&mut self, path: Option<PathBuf>, earliest: Option<u64>) {
        let Some(path) = path.filter(|path| !self.found.contains_key(path)) else { return };
        let made = path.metadata().and_then(|metadata| metadata.modified());
        let made = made.ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        let is_older =
            made.zip(earliest).is_some_and(|(made, earliest)| made < Duration::from_nanos(earliest) + START_ERROR);
        // It may be gone, or be something else by now: then nothing is known of it, and nothing is claimed.
        let bytes = read_program(&path).ok().filter(|_| is_older);
        let image = bytes.as_ref().and_then(|bytes| Image::parse(bytes).ok());
        let found = image.map(|image| (image.hash, find_functions(&image)));
        self.found.insert(path, found);
    }

    /// Where a program is that was called so. What a relative path led to depends on where that was: `cargo run` does it in
    /// a directory around the builds.
    fn place(&self, called: &[u8]) -> Option<PathBuf> {
        let path = path_of(called);
        if path.is_absolute() {
            return Some(path);
        }
        let builds = self.builds.as_deref()?;
        let mut places = builds.ancestors().map(|around| around.join(&path));
        places.find(|place| place.starts_with(builds) && place.exists())
    }

    fn found_with(&self, hash: Hash, path: &Path) -> Option<(&PathBuf, &Functions)> {
        let (path, found) = self.found.get_key_value(path)?;
        found.as_ref().filter(|(found, _)| *found == hash).map(|(_, functions)| (path, functions))
    }

    /// Names programs that the user named and that the data are not of.
    pub fn report(&self, session: &mut Session<'_>) {
        for (path, _) in self.named.iter().filter(|(hash, _)| !self.met.contains(*hash)).flat_map(|(_, named)| named) {
            session.warn(&format!("--binary {} fits none of the data: they are of other builds", path.display()));
        }
    }

    /// Programs of the data that nothing is known of.
    #[must_use]
    pub fn unknown(&self) -> Vec<String> {
        self.unknown.iter().cloned().collect()
    }
}

fn path_of(bytes: &[u8]) -> PathBuf {
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt;
        PathBuf::from(std::ffi::OsStr::from_bytes(bytes))
    }
    #[cfg(not(unix))]
    PathBuf::from(String::from_utf8_lossy(bytes).into_owned())
}

fn has_run(table: &FunctionTable, counters: &Counters, number: usize) -> bool {
    counters.function(table, number).is_some_and(|counts| counts.iter().any(|count| *count > 0))
}

/// What a program says of the functions of a table.
fn presences_in(functions: &Functions, table: &FunctionTable) -> Vec<Presence> {
    let mut presences = vec![Presence::Unknown; table.function_count()];
    for (package, functions) in functions.iter().enumerate() {
        for (number, is_there) in table.functions(package).zip(functions.iter().flatten()) {
            if let (Some(presence), Some(is_there)) = (presences.get_mut(number), is_there) {
                *presence = if *is_there { Presence::Present } else { Presence::Absent };
            }
        }
    }
    presences
}
