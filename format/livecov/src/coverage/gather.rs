//! The data of all pods, each content of a package once.

use super::contexts::ContextSets;
use super::naming::tell_apart;
use super::presence::{Presence, Programs};
use super::remap::Remap;
use crate::combine::{Task, combine};
use crate::error::Error;
use crate::input::{Inputs, LoadedPod};
use crate::modes::{ModeRule, Modes};
use crate::pattern::{PackageFilter, is_dependency};
use crate::provenance::{AllRuns, time_of_name};
use crate::selection::Selection;
use crate::session::Session;
use crate::since::{Outcome, Since};
use livecov_format::decode::Package;
use livecov_format::hash::Hash;
use livecov_format::merge::{Counters, FunctionTable};
use livecov_format::model::{Extension, Unit};
use livecov_format::pods::FoundFile;
use livecov_format::vocab::{CounterMode, Granularity};
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;
use std::ops::Range;

/// What the pods say.
#[derive(Debug, Default)]
pub struct Gathered {
    /// The packages of all programs; those of the same path and content are one.
    pub versions: Vec<Version>,
    /// The mode that says most; none without data.
    pub mode: Option<CounterMode>,
    /// What has a counter.
    pub granularity: Option<Granularity>,
    /// The runs that the counters are from.
    pub runs: AllRuns,
    /// Sets of runs, if they are wanted.
    pub contexts: ContextSets,
    /// What there is to say of the processes of earlier data.
    pub since: Outcome,
    /// The import paths of all packages, wanted or not.
    pub paths: BTreeSet<Vec<u8>>,
    known: FxHashMap<(Vec<u8>, Hash), usize>,
}

/// A package as one or more programs have it.
#[derive(Debug)]
pub struct Version {
    /// Import path.
    pub path: String,
    /// Name.
    pub name: String,
    /// Path of its module.
    pub module_path: String,
    /// Whether it is a crate from a registry or from git.
    pub is_dependency: bool,
    /// The functions.
    pub functions: Vec<VersionFunction>,
    /// The units, one function after the other.
    pub units: Vec<Unit>,
    /// A count for each unit: sums, whatever the mode.
    pub counts: Vec<u32>,
    /// For each unit the runs that ran it, as a set of [`Gathered::contexts`]; empty if they are not wanted.
    pub contexts: Vec<u32>,
    /// What Go's part has no room for.
    pub extension: Extension,
    /// When its newest counters were written, in nanoseconds since 1970.
    pub newest: u64,
}

/// A function of a [`Version`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionFunction {
    /// Name.
    pub name: String,
    /// Source file, as the report names it.
    pub file: String,
    /// The same without the name of its package, if it was given that.
    pub plain_file: Option<String>,
    /// Source file, as the data have it.
    pub original_file: String,
    /// Whether this is a function literal outside of functions.
    pub is_literal: bool,
    /// Its units among the version's.
    pub units: Range<usize>,
    /// Whether it is in the code of programs.
    pub presence: Presence,
}

/// Which packages and files are read, and whether it is wanted who ran what.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'w> {
    /// The packages.
    pub packages: &'w PackageFilter,
    /// What paths are renamed to.
    pub remap: &'w Remap,
    /// Whether runs are told apart.
    pub has_contexts: bool,
    /// Which runs are read; all if there is none.
    pub selection: Option<&'w Selection>,
}

/// Reads all pods of the inputs.
///
/// # Errors
///
/// Inputs that cannot be read or do not go together.
pub fn gather(
    session: &mut Session<'_>,
    mut inputs: Inputs,
    wanted: Wanted<'_>,
    programs: &mut Programs,
) -> Result<Gathered, Error> {
    let mut modes = Modes::new(ModeRule::Largest);
    let mut gathered = Gathered::default();
    inputs.for_each_pod(session, |session, pod| {
        modes.meet(pod.meta_path, &pod.meta)?;
        // What a merge of nothing leaves behind has nothing to count.
        if pod.meta.mode == CounterMode::Invalid {
            return Ok(());
        }
        gathered.meet_mode(session, pod.meta.mode);
        gathered.granularity.get_or_insert(pod.meta.granularity);
        let table = FunctionTable::new(&pod.meta);
        let since = Since::read(session, &pod, &table)?;
        let task = Task::new(&pod, &table, &pod.pod.counter_files);
        let task = Task { selection: wanted.selection, since: since.as_ref(), ..task };
        let combined = combine(session, task)?;
        gathered.since.add(combined.since);
        let contexts = if wanted.has_contexts { gathered.contexts.read(task, &combined) } else { Vec::new() };
        let newest = newest(&combined.used);
        let presences = programs.look(session, pod.meta.hash, &combined.runs, (&table, &combined.total));
        let processes = combined.windows.keys().map(|window| window.instance);
        gathered.runs.add(combined.runs, combined.used.len(), processes);
        gathered.add(session, pod, wanted, &Counted { table, counters: combined.total, contexts, newest, presences })
    })?;
    tell_apart(&mut gathered.versions);
    Ok(gathered)
}

/// The counters of a pod.
struct Counted {
    table: FunctionTable,
    counters: Counters,
    /// Sets of runs by the units of the table; empty if they are not wanted.
    contexts: Vec<u32>,
    newest: u64,
    /// By the functions of the table.
    presences: Vec<Presence>,
}

/// The latest time that a counter file's name states.
fn newest(files: &[FoundFile]) -> u64 {
    files.iter().filter_map(|file| time_of_name(&file.path)).max().unwrap_or(0)
}

impl Gathered {
    fn meet_mode(&mut self, session: &mut Session<'_>, mode: CounterMode) {
        let before = *self.mode.get_or_insert(mode);
        if before.unites() != mode.unites() {
            session.warn(&format!(
                "programs of the modes {before} and {mode} are added up: the sums say what ran, not how often"
            ));
        }
        self.mode = Some(before.max(mode));
    }

    fn add(
        &mut self,
        session: &mut Session<'_>,
        pod: LoadedPod<'_>,
        wanted: Wanted<'_>,
        counted: &Counted,
    ) -> Result<(), Error> {
        for (number, package) in pod.meta.packages.into_iter().enumerate() {
            self.paths.insert(package.path.to_vec());
            if !wanted.packages.takes(&package) {
                continue;
            }
            let extension = package.extension().or_else(|error| {
                let (path, meta) = (text(package.path), pod.meta_path.display());
                let message = format!("leaving out the lines and branches of package {path} in {meta}: {error}");
                session.leave_out(&message).map(|()| Extension::default())
            })?;
            let place = self.version(package, extension, wanted.remap);
            let Some(version) = self.versions.get_mut(place) else { continue };
            version.newest = version.newest.max(counted.newest);
            version.count(counted, counted.table.functions(number));
            version.add_contexts(counted, counted.table.functions(number), &mut self.contexts);
        }
        Ok(())
    }

    fn version(&mut self, package: Package<'_>, extension: Extension, remap: &Remap) -> usize {
        let versions = &mut self.versions;
        let key = (package.path.to_vec(), package.hash);
        // Hashes have been verified; the number of units guards the addition of counters.
        let known = self.known.get(&key).copied();
        let known = known.filter(|place| versions.get(*place).is_some_and(|version| version.units == package.units));
        known.unwrap_or_else(|| {
            versions.push(Version::new(package, extension, remap));
            self.known.insert(key, versions.len() - 1);
            versions.len() - 1
        })
    }
}

impl Version {
    fn new(package: Package<'_>, mut extension: Extension, remap: &Remap) -> Self {
        for file in &mut extension.files {
            file.path = remap.apply(&text(&file.path)).into_bytes();
        }
        for omission in &mut extension.omissions {
            omission.path = remap.apply(&text(&omission.path)).into_bytes();
        }
        let functions = package.functions.iter().map(|function| VersionFunction {
            name: text(function.name),
            file: remap.apply(&text(function.file)),
            plain_file: None,
            original_file: text(function.file),
            is_literal: function.is_literal,
            units: function.units.clone(),
            // Of the programs that are still to come, the one with code of it decides.
            presence: Presence::Absent,
        });
        Self {
            path: text(package.path),
            name: text(package.name),
            module_path: text(package.module_path),
            is_dependency: is_dependency(&package),
            functions: functions.collect(),
            counts: vec![0; package.units.len()],
            units: package.units,
            contexts: Vec::new(),
            extension,
            newest: 0,
        }
    }

    /// The files that have omissions.
    pub fn omitted_paths(&self) -> impl Iterator<Item = String> {
        self.extension.omissions.iter().map(|omission| text(&omission.path))
    }

    fn add_contexts(&mut self, counted: &Counted, numbers: Range<usize>, sets: &mut ContextSets) {
        if counted.contexts.is_empty() {
            return;
        }
        self.contexts.resize(self.units.len(), 0);
        for (function, number) in self.functions.iter().zip(numbers) {
            let more = counted.contexts.get(counted.table.units(number)).unwrap_or_default();
            sets.unite(self.contexts.get_mut(function.units.clone()).unwrap_or_default(), more);
        }
    }

    fn count(&mut self, counted: &Counted, numbers: Range<usize>) {
        for (function, number) in self.functions.iter_mut().zip(numbers) {
            function.presence = function.presence.max(counted.presences.get(number).copied().unwrap_or_default());
            let Some(more) = counted.counters.function(&counted.table, number) else { continue };
            let counts = self.counts.get_mut(function.units.clone()).unwrap_or_default();
            for (count, more) in counts.iter_mut().zip(more) {
                *count = count.saturating_add(*more);
            }
        }
    }
}

/// Bytes as text; what is none is replaced.
pub(super) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
