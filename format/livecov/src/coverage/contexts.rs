//! Who ran what: for each unit, the runs whose data have it.
//!
//! A run is called after the label of its data, else after its program: `smoke`, or `test_version`. A process that runs one
//! test alone, as nextest starts them, is called after that as well: `test_version leap_years`. Units that the same runs have
//! share one set of them. What a snapshot has ran up to it since the process began, or since counters were last cleared.

use super::gather::{Gathered, text};
use super::model::Project;
use crate::combine::{Combined, Task};
use crate::input::FileReader;
use crate::selection::without_hash;
use crate::since::Standing;
use livecov_format::decode::{Args, CounterFile, Records};
use livecov_format::hash::Hash;
use livecov_format::layout::ARG_LABEL;
use livecov_format::merge::Counters;
use livecov_format::model::Unit;
use livecov_format::pods::FoundFile;
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, BTreeSet};

/// More runs than this say more than anybody can read.
const CONTEXT_LIMIT: usize = 2000;
/// Members of all sets together: more would be most of a page.
const MEMBER_LIMIT: usize = 4_000_000;

/// Names of runs, and the different sets of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contexts {
    /// The names, in the order of the alphabet.
    pub names: Vec<String>,
    /// The sets, as ascending places of names; the first is empty.
    pub sets: Vec<Vec<u32>>,
}

/// Sets of runs while data are read.
#[derive(Clone, Debug)]
pub struct ContextSets {
    names: FxHashMap<String, u32>,
    sets: Vec<Vec<u32>>,
    known: FxHashMap<Vec<u32>, u32>,
    unions: FxHashMap<(u32, u32), u32>,
    member_count: usize,
    /// Whether there is more of it than is kept.
    is_full: bool,
}

impl Default for ContextSets {
    fn default() -> Self {
        Self {
            names: FxHashMap::default(),
            sets: vec![Vec::new()],
            known: FxHashMap::from_iter([(Vec::new(), 0)]),
            unions: FxHashMap::default(),
            member_count: 0,
            is_full: false,
        }
    }
}

impl ContextSets {
    /// The set of this run alone.
    fn single(&mut self, name: String) -> u32 {
        let next = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        let context = *self.names.entry(name).or_insert(next);
        self.is_full |= self.names.len() > CONTEXT_LIMIT;
        if self.is_full { 0 } else { self.intern(vec![context]) }
    }

    fn intern(&mut self, set: Vec<u32>) -> u32 {
        if let Some(number) = self.known.get(&set) {
            return *number;
        }
        self.member_count += set.len();
        self.is_full |= self.member_count > MEMBER_LIMIT;
        if self.is_full {
            return 0;
        }
        let number = u32::try_from(self.sets.len()).unwrap_or(u32::MAX);
        self.sets.push(set.clone());
        self.known.insert(set, number);
        number
    }

    fn union(&mut self, left: u32, right: u32) -> u32 {
        if left == right || right == 0 {
            return left;
        }
        if left == 0 {
            return right;
        }
        let key = (left.min(right), left.max(right));
        if let Some(number) = self.unions.get(&key) {
            return *number;
        }
        let members = |number: u32| self.sets.get(number as usize).cloned().unwrap_or_default();
        let mut set = members(left);
        set.extend(members(right));
        set.sort_unstable();
        set.dedup();
        let number = self.intern(set);
        self.unions.insert(key, number);
        number
    }

    /// The sets of the units of a program, by their places in its table.
    pub fn read(&mut self, task: Task<'_>, combined: &Combined) -> Vec<u32> {
        let mut sets = vec![0; task.table.unit_count()];
        if let Some(program) = combined.args.only_program().filter(|_| combined.runs.has_no_labels()) {
            let set = program_name(&program).map_or(0, |name| self.single(name));
            let counts = |number| combined.total.function(task.table, number).map(|counts| (number, counts));
            for (number, counts) in (0..task.table.function_count()).filter_map(counts) {
                self.mark(&mut sets, task, number, counts, set);
            }
            return sets;
        }
        let (mut reader, mut records) = (FileReader::new(task.pod.archive), Records::default());
        for FoundFile { path, .. } in &combined.used {
            // They were read and found sound before: what has changed since has no names.
            let Ok(bytes) = reader.read(path) else { continue };
            let Ok(file) = CounterFile::parse(bytes) else { continue };
            for segment in file.contributions() {
                let standing = task.since.map_or(Standing::Later, |since| since.standing(&segment.args, path));
                let is_taken = task.selection.is_none_or(|selection| selection.takes(&segment.args, path));
                let Some(name) = context_name(&segment.args).filter(|_| is_taken && standing != Standing::Earlier)
                else {
                    continue;
                };
                if segment.decode(&mut records).is_err() || task.table.check(&records).is_err() {
                    continue;
                }
                let set = self.single(name);
                self.mark_records(&mut sets, task, &records, standing, set);
            }
        }
        sets
    }

    /// Adds a run to the units that ran in a contribution, or since the earlier data.
    fn mark_records(&mut self, sets: &mut [u32], task: Task<'_>, records: &Records, standing: Standing, set: u32) {
        if let (Some(since), Standing::Continues(continued)) = (task.since, standing) {
            let mut counters = Counters::new(task.table, task.pod.meta.mode);
            counters.add_records(task.table, records);
            let counters = since.difference(counters, continued);
            for number in 0..task.table.function_count() {
                let counts = counters.function(task.table, number).unwrap_or_default();
                self.mark(sets, task, number, counts, set);
            }
            return;
        }
        for (record, counts) in records.iter() {
            if let Some(number) = task.table.number(record.package, record.function) {
                self.mark(sets, task, number, counts, set);
            }
        }
    }

    /// Adds a run to the units of a function that ran.
    fn mark(&mut self, sets: &mut [u32], task: Task<'_>, number: usize, counts: &[u32], set: u32) {
        let units = sets.get_mut(task.table.units(number)).unwrap_or_default();
        for (unit, _) in units.iter_mut().zip(counts).filter(|(_, count)| **count > 0) {
            *unit = self.union(*unit, set);
        }
    }

    /// Adds more sets to those of the same units.
    pub fn unite(&mut self, sets: &mut [u32], more: &[u32]) {
        for (set, more) in sets.iter_mut().zip(more) {
            *set = self.union(*set, *more);
        }
    }
}

/// What a run is called; none if its data do not say.
fn context_name(args: &Args<'_>) -> Option<String> {
    match args.get(ARG_LABEL).filter(|label| !label.is_empty()) {
        Some(label) => Some(text(label)),
        None => program_name(&args.program()),
    }
}

/// The name of a program, with that of the one test that it was to run.
fn program_name(args: &[impl AsRef<[u8]>]) -> Option<String> {
    let path = text(args.first()?.as_ref());
    let mut parts = path.rsplit(['/', '\\']);
    let name = parts.next().filter(|name| !name.is_empty())?;
    if parts.next().is_some_and(|dir| dir.starts_with("rustdoctest")) {
        return Some("doctests".into());
    }
    let name = without_hash(name);
    let mut rest = args.iter().skip(1).map(|arg| text(arg.as_ref()));
    match rest.any(|arg| arg == "--exact").then(|| rest.find(|arg| !arg.starts_with('-'))).flatten() {
        Some(test) => Some(format!("{name} {test}")),
        None => Some(name.to_owned()),
    }
}

/// Where a unit stands in a file.
type Place = ([u32; 4], bool);

fn place(unit: &Unit, is_intra_line: bool) -> Place {
    ([unit.start_line, unit.start_col, unit.end_line, unit.end_col], is_intra_line)
}

/// Adds to the units of a project who ran them; nothing if all is of one run. Returns what there is to tell.
pub fn attach(project: &mut Project, gathered: &mut Gathered) -> Option<String> {
    if gathered.contexts.is_full {
        return Some(format!(
            "there are more than {CONTEXT_LIMIT} runs, or too much of them: who ran a line is not told"
        ));
    }
    if gathered.contexts.names.len() < 2 {
        return None;
    }
    let mut by_file = places(gathered);
    for file in &mut project.files {
        let Some(sets) = by_file.remove(&(file.path.clone(), file.content_hash)) else { continue };
        for unit in &mut file.units {
            let span = unit.span;
            let key = ([span.start_line, span.start_col, span.end_line, span.end_col], unit.is_intra_line);
            unit.contexts = sets.get(&key).copied().unwrap_or(0);
        }
    }
    project.contexts = gathered.contexts.sorted();
    project.contexts.keep_used(&mut project.files);
    None
}

/// The sets of all units by file, its content, and place.
fn places(gathered: &mut Gathered) -> FxHashMap<(String, Option<Hash>), FxHashMap<Place, u32>> {
    let mut by_file: FxHashMap<(String, Option<Hash>), FxHashMap<Place, u32>> = FxHashMap::default();
    let Gathered { versions, contexts, .. } = gathered;
    for version in &*versions {
        let hashes: FxHashMap<&[u8], Hash> =
            version.extension.files.iter().map(|info| (info.path.as_slice(), info.content_hash)).collect();
        for (number, function) in version.functions.iter().enumerate() {
            let hash = hashes.get(function.file.as_bytes()).copied();
            let infos = version.extension.functions.get(number).map(|info| info.units.as_slice()).unwrap_or_default();
            let units = version.units.get(function.units.clone()).unwrap_or_default();
            let sets = version.contexts.get(function.units.clone()).unwrap_or_default();
            let known = by_file.entry((function.file.clone(), hash)).or_default();
            for (number, (unit, set)) in units.iter().zip(sets).enumerate().filter(|(_, (_, set))| **set > 0) {
                let is_intra_line = infos.get(number).is_some_and(|info| info.is_intra_line);
                let before = known.entry(place(unit, is_intra_line)).or_default();
                *before = contexts.union(*before, *set);
            }
        }
    }
    by_file
}

impl ContextSets {
    /// The names in their order, and the sets with the places that these have then.
    fn sorted(&self) -> Contexts {
        let ordered: BTreeMap<&String, u32> = self.names.iter().map(|(name, number)| (name, *number)).collect();
        let mut places = vec![0; ordered.len()];
        for (place, number) in (0u32..).zip(ordered.values()) {
            if let Some(slot) = places.get_mut(*number as usize) {
                *slot = place;
            }
        }
        let sorted = |set: &Vec<u32>| {
            let mut set: Vec<u32> = set.iter().filter_map(|number| places.get(*number as usize).copied()).collect();
            set.sort_unstable();
            set
        };
        Contexts { names: ordered.into_keys().cloned().collect(), sets: self.sets.iter().map(sorted).collect() }
    }
}

impl Contexts {
    /// Drops sets that no unit has, and numbers the others in the order of the units.
    fn keep_used(&mut self, files: &mut [super::model::File]) {
        let mut numbers: FxHashMap<u32, u32> = FxHashMap::from_iter([(0, 0)]);
        let mut sets = vec![Vec::new()];
        for unit in files.iter_mut().flat_map(|file| &mut file.units) {
            let next = u32::try_from(sets.len()).unwrap_or(u32::MAX);
            unit.contexts = *numbers.entry(unit.contexts).or_insert_with(|| {
                sets.push(self.sets.get(unit.contexts as usize).cloned().unwrap_or_default());
                next
            });
        }
        self.sets = sets;
        self.drop_idle();
        if self.names.len() < 2 {
            *self = Self::default();
            files.iter_mut().flat_map(|file| &mut file.units).for_each(|unit| unit.contexts = 0);
        }
    }

    /// Drops runs that ran nothing, such as those that only listed their tests.
    fn drop_idle(&mut self) {
        let used: BTreeSet<u32> = self.sets.iter().flatten().copied().collect();
        let numbers: FxHashMap<u32, u32> = used.iter().copied().zip(0..).collect();
        let mut place = 0;
        self.names.retain(|_| {
            place += 1;
            used.contains(&(place - 1))
        });
        for member in self.sets.iter_mut().flatten() {
            *member = numbers.get(member).copied().unwrap_or_default();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_called_as_people_call_them() {
        let name = |args: &[&str]| program_name(args);
        assert_eq!(name(&["/t/debug/deps/test_version-a5dd028995e26bb6"]).unwrap(), "test_version");
        assert_eq!(
            name(&["/t/debug/deps/re-ad-dd028995e26bb6a5", "--exact", "t::a", "--nocapture"]).unwrap(),
            "re-ad t::a"
        );
        assert_eq!(name(&["deps/a-0123456789abcdef", "a test", "--exact"]).unwrap(), "a");
        assert_eq!(name(&["/tmp/rustdoctest99UdX/rust_out"]).unwrap(), "doctests");
        assert_eq!(name(&["server-2026", "--exact"]).unwrap(), "server-2026");
        assert_eq!([name(&[]), name(&["/"])], [None, None]);
    }

    #[test]
    fn sets_that_are_the_same_are_one() {
        let mut sets = ContextSets::default();
        let [b, a, c] = ["b", "a", "c"].map(|name| sets.single(name.into()));
        let ab = sets.union(a, b);
        assert_eq!((sets.union(b, a), sets.union(ab, a), sets.union(0, c), sets.union(c, 0)), (ab, ab, c, c));
        let [abc, bca] = [sets.union(ab, c), sets.union(c, a)];
        assert_eq!(sets.union(bca, b), abc);
        let sorted = sets.sorted();
        assert_eq!(sorted.names, ["a", "b", "c"]);
        assert_eq!(sorted.sets[ab as usize], [0, 1]);
    }

    #[test]
    fn too_many_runs_are_told() {
        let mut sets = ContextSets::default();
        for number in 0..=CONTEXT_LIMIT {
            sets.single(number.to_string());
        }
        assert!(sets.is_full);
    }
}
