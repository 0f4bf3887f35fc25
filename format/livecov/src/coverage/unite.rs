//! What several programs say of one source file, added up.
//!
//! A library and its unit tests have the same functions, and a file may belong to several crates. Functions are the same
//! if name and place are, units if their places are. Text of another time has other places: where the data know the
//! file's content, only one content of it counts.

use super::gather::{Version, VersionFunction};
use super::naming::owner;
use super::presence::Presence;
use super::source::Sources;
use crate::session::Session;
use livecov_format::hash::Hash;
use livecov_format::model::{FileInfo, FunctionInfo, Span, Unit, UnitInfo};
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, BTreeSet};

/// A source file of one content.
#[derive(Debug, Default)]
pub struct FileSum {
    /// The path before remapping.
    pub original_path: String,
    /// The path without the name of its package, if it was given that.
    pub plain_path: Option<String>,
    /// MD5 of the content.
    pub content_hash: Option<Hash>,
    /// Lines with code, as runs `[first, behind)`; none if the data do not say.
    pub code_lines: Option<Vec<[u32; 2]>>,
    /// The functions.
    pub functions: Vec<FunctionSum>,
    known: FxHashMap<FunctionKey, usize>,
    newest: u64,
}

/// What functions that are the same have in common: name, whether they are literals, and where they start.
type FunctionKey = (String, bool, (u32, u32));

/// A function in all programs.
#[derive(Debug)]
pub struct FunctionSum {
    /// Name.
    pub name: String,
    /// Path of the package that comes first.
    pub package: String,
    /// The cargo package of that one, or Go's module.
    pub owner: String,
    /// Paths of the other packages.
    pub other_packages: Vec<String>,
    /// Whether this is a function literal outside of functions.
    pub is_literal: bool,
    /// Whether it is in the code of programs.
    pub presence: Presence,
    /// Where the declaration stands.
    pub declaration: Option<Span>,
    /// The units.
    pub units: Vec<UnitSum>,
}

/// A unit in all programs.
#[derive(Clone, Copy, Debug)]
pub struct UnitSum {
    /// The unit.
    pub unit: Unit,
    /// Its count.
    pub count: u32,
    /// More about it; owners are places in [`FunctionSum::units`].
    pub info: Option<UnitInfo>,
}

/// The files by path.
pub type FileSums = BTreeMap<String, FileSum>;

/// Adds up what all versions say of each file.
///
/// # Errors
///
/// Under `--strict`, data of several contents of a file.
pub fn unite(
    session: &mut Session<'_>,
    versions: &[Version],
    sources: &Sources,
) -> Result<FileSums, crate::error::Error> {
    let mut contents: BTreeMap<&str, Vec<FileSum>> = BTreeMap::new();
    let mut order: Vec<&Version> = versions.iter().collect();
    // The first package of a function is the one that sorts first, whatever the order of the inputs.
    order.sort_by(|a, b| a.path.cmp(&b.path));
    for version in order {
        add_version(&mut contents, version);
    }
    let mut sums = FileSums::new();
    for (path, mut contents) in contents {
        if contents.len() > 1 {
            let chosen = choose(&contents, path, sources);
            contents.swap(0, chosen);
            let count = contents.len() - 1;
            let packages = packages_of(&contents);
            session.leave_out(&format!(
                "leaving out data of {count} other contents of {path}: package {packages} was changed between builds. \
                 If several packages have that name, report their data one by one"
            ))?;
        }
        sums.extend(contents.into_iter().next().map(|sum| (path.to_owned(), sum)));
    }
    Ok(sums)
}

/// The packages that have functions in any of the contents.
fn packages_of(contents: &[FileSum]) -> String {
    let functions = contents.iter().flat_map(|sum| &sum.functions);
    let packages: BTreeSet<&str> = functions.map(|function| function.owner.as_str()).collect();
    packages.into_iter().collect::<Vec<_>>().join(", ")
}

/// The content that is there now, else the one that ran last.
fn choose(contents: &[FileSum], path: &str, sources: &Sources) -> usize {
    let current = || {
        let original = contents.first().map_or(path, |sum| sum.original_path.as_str());
        let plain = contents.first().and_then(|sum| sum.plain_path.as_deref());
        let names = [path, plain.unwrap_or(path), original];
        if plain.is_none() {
            let current = sources.find(names, &[], None)?.hash;
            return contents.iter().position(|sum| sum.content_hash == Some(current));
        }
        // The first source that is found may be another package's.
        let is_there = |hash: Hash| sources.find(names, &[], Some(hash)).is_some_and(|source| source.hash == hash);
        contents.iter().position(|sum| sum.content_hash.is_some_and(is_there))
    };
    let newest = || (0..contents.len()).max_by_key(|place| contents.get(*place).map_or(0, |sum| sum.newest));
    current().or_else(newest).unwrap_or(0)
}

fn add_version<'v>(contents: &mut BTreeMap<&'v str, Vec<FileSum>>, version: &'v Version) {
    let infos: FxHashMap<&[u8], &FileInfo> =
        version.extension.files.iter().map(|info| (info.path.as_slice(), info)).collect();
    // Functions of one file follow each other.
    let mut current: Option<(&str, usize)> = None;
    for (number, function) in version.functions.iter().enumerate() {
        let path = function.file.as_str();
        let sums = contents.entry(path).or_default();
        let place = match current.filter(|(file, _)| *file == path) {
            Some((_, place)) => place,
            None => meet_file(sums, infos.get(path.as_bytes()).copied(), function, version.newest),
        };
        current = Some((path, place));
        if let Some(sum) = sums.get_mut(place) {
            sum.add(version, function, version.extension.functions.get(number));
        }
    }
}

/// The place of the sum for a file of this content.
fn meet_file(sums: &mut Vec<FileSum>, info: Option<&FileInfo>, function: &VersionFunction, newest: u64) -> usize {
    let content_hash = info.map(|info| info.content_hash);
    let known = sums.iter().position(|sum| sum.content_hash == content_hash);
    let place = known.unwrap_or_else(|| {
        let (original_path, plain_path) = (function.original_file.clone(), function.plain_file.clone());
        sums.push(FileSum { original_path, plain_path, content_hash, ..FileSum::default() });
        sums.len() - 1
    });
    if let Some(sum) = sums.get_mut(place) {
        sum.newest = sum.newest.max(newest);
        if let Some(info) = info {
            let lines = sum.code_lines.take().unwrap_or_default();
            sum.code_lines = Some(unite_runs(lines, &info.code_lines));
        }
    }
    place
}

/// The lines of either, as runs that do not touch.
fn unite_runs(mut runs: Vec<[u32; 2]>, more: &[[u32; 2]]) -> Vec<[u32; 2]> {
    if runs == more {
        return runs;
    }
    runs.extend(more);
    runs.sort_unstable();
    let mut united: Vec<[u32; 2]> = Vec::new();
    for [first, behind] in runs {
        match united.last_mut().filter(|last| first <= last[1]) {
            Some(last) => last[1] = last[1].max(behind),
            None => united.push([first, behind]),
        }
    }
    united
}

impl FileSum {
    fn add(&mut self, version: &Version, function: &VersionFunction, info: Option<&FunctionInfo>) {
        let units = version.units.get(function.units.clone()).unwrap_or_default();
        let counts = version.counts.get(function.units.clone()).unwrap_or_default();
        let infos = info.map(|info| info.units.as_slice()).unwrap_or_default();
        let sums = units.iter().zip(counts).enumerate().map(|(number, (unit, count))| UnitSum {
            unit: *unit,
            count: *count,
            info: infos.get(number).copied(),
        });
        let declaration = info.map(|info| info.declaration).filter(|span| *span != Span::default());
        let start = declaration.map(|span| (span.start_line, span.start_col));
        let start = start.or_else(|| units.first().map(|unit| (unit.start_line, unit.start_col)));
        let key = (function.name.clone(), function.is_literal, start.unwrap_or_default());
        match self.known.get(&key).and_then(|place| self.functions.get_mut(*place)) {
            Some(known) => {
                known.add(&version.path, &sums.collect::<Vec<_>>(), declaration);
                known.presence = known.presence.max(function.presence);
            }
            None => {
                self.known.insert(key, self.functions.len());
                let packages = [&version.path, owner(&version.path, &version.module_path)];
                self.functions.push(FunctionSum::new(packages, function, sums.collect(), declaration));
            }
        }
    }
}

impl FunctionSum {
    fn new(
        [package, owner]: [&str; 2],
        function: &VersionFunction,
        units: Vec<UnitSum>,
        declaration: Option<Span>,
    ) -> Self {
        let mut sum = Self {
            name: function.name.clone(),
            package: package.to_owned(),
            owner: owner.to_owned(),
            other_packages: Vec::new(),
            is_literal: function.is_literal,
            presence: function.presence,
            declaration,
            units: Vec::new(),
        };
        if is_ascending(&units) {
            sum.units = units;
        } else {
            sum.merge(&units);
        }
        sum
    }

    fn add(&mut self, package: &str, units: &[UnitSum], declaration: Option<Span>) {
        if self.package != package && self.other_packages.iter().all(|other| other != package) {
            self.other_packages.push(package.to_owned());
        }
        self.declaration = self.declaration.or(declaration);
        let is_same = self.units.len() == units.len()
            && self.units.iter().zip(units).all(|(ours, theirs)| ours.unit == theirs.unit && ours.info == theirs.info);
        if !is_same {
            return self.merge(units);
        }
        for (ours, theirs) in self.units.iter_mut().zip(units) {
            ours.count = ours.count.saturating_add(theirs.count);
        }
    }

    /// Counts units in by their places; those that are new go to the end.
    fn merge(&mut self, units: &[UnitSum]) {
        let mut places: FxHashMap<Place, usize> =
            self.units.iter().enumerate().map(|(number, unit)| (place(unit), number)).collect();
        let old_count = self.units.len();
        let mut targets = Vec::with_capacity(units.len());
        for unit in units {
            let target = *places.entry(place(unit)).or_insert(self.units.len());
            targets.push(target);
            match self.units.get_mut(target) {
                Some(known) => known.add(unit),
                None => self.units.push(*unit),
            }
        }
        let decisions = self.decisions(units, &targets, old_count);
        for unit in self.units.iter_mut().skip(old_count) {
            if let Some(info) = &mut unit.info {
                let owner = info.owner.and_then(|owner| targets.get(owner as usize));
                // More units than 32 bits can number have no room in memory.
                info.owner = owner.and_then(|owner| u32::try_from(*owner).ok());
                info.decision = decisions.get(&info.decision).copied().unwrap_or(0);
            }
        }
    }

    /// Their decisions in our numbers: the same as a unit that both have, else a new one.
    fn decisions(&self, units: &[UnitSum], targets: &[usize], old_count: usize) -> FxHashMap<u32, u32> {
        let decision = |unit: &UnitSum| unit.info.map_or(0, |info| info.decision);
        let mut decisions = FxHashMap::default();
        for (unit, target) in units.iter().zip(targets).filter(|(unit, _)| decision(unit) != 0) {
            let ours = self.units.get(*target).filter(|_| *target < old_count).map_or(0, decision);
            if ours != 0 {
                decisions.entry(decision(unit)).or_insert(ours);
            }
        }
        let mut last = self.units.iter().take(old_count).map(decision).max().unwrap_or(0);
        for unit in units.iter().filter(|unit| decision(unit) != 0) {
            decisions.entry(decision(unit)).or_insert_with(|| {
                last = last.saturating_add(1);
                last
            });
        }
        decisions
    }
}

/// What units of one function that are the same have in common: their span, and whether they are parts of statements.
type Place = ([u32; 4], bool);

fn place(unit: &UnitSum) -> Place {
    let [start_line, start_col, end_line, end_col, _] = unit.unit.numbers();
    ([start_line, start_col, end_line, end_col], unit.info.is_some_and(|info| info.is_intra_line))
}

impl UnitSum {
    fn add(&mut self, other: &Self) {
        self.count = self.count.saturating_add(other.count);
        self.unit.statement_count = self.unit.statement_count.max(other.unit.statement_count);
    }
}

/// Whether no two units can have the same place.
fn is_ascending(units: &[UnitSum]) -> bool {
    units.array_windows().all(|[a, b]| place(a) < place(b))
}

#[cfg(test)]
mod tests {
    use super::*;
    use livecov_format::model::UnitKind;

    fn unit(line: u32, count: u32, owner: Option<u32>, decision: u32) -> UnitSum {
        let kind = UnitKind::Then;
        UnitSum {
            unit: Unit::from_numbers([line, 1, line, 9, 1]),
            count,
            info: Some(UnitInfo { kind, is_intra_line: false, owner, decision }),
        }
    }

    fn function(units: Vec<UnitSum>) -> FunctionSum {
        let function = VersionFunction {
            name: "f".into(),
            file: "a.rs".into(),
            plain_file: None,
            original_file: "a.rs".into(),
            is_literal: false,
            units: 0..units.len(),
            presence: Presence::Unknown,
        };
        FunctionSum::new(["p"; 2], &function, units, None)
    }

    #[test]
    fn units_of_two_configurations_keep_their_owners_and_decisions() {
        let mut sum = function(vec![unit(1, 5, None, 0), unit(2, 3, Some(0), 1), unit(3, 2, Some(0), 1)]);
        // The other configuration has a decision in front, so that numbers and places differ.
        sum.add(
            "q",
            &[unit(1, 10, None, 0), unit(7, 4, Some(0), 1), unit(2, 6, Some(0), 2), unit(9, 1, Some(1), 2)],
            None,
        );
        let found: Vec<_> = sum
            .units
            .iter()
            .map(|sum| (sum.unit.start_line, sum.count, sum.info.unwrap().owner, sum.info.unwrap().decision))
            .collect();
        let expected =
            [(1, 15, None, 0), (2, 9, Some(0), 1), (3, 2, Some(0), 1), (7, 4, Some(0), 2), (9, 1, Some(3), 1)];
        assert_eq!(found, expected);
        assert_eq!(sum.other_packages, ["q"]);
    }

    #[test]
    fn a_unit_that_stands_twice_in_a_function_counts_once() {
        let sum = function(vec![unit(1, u32::MAX, None, 0), unit(1, 2, None, 0)]);
        assert_eq!(sum.units.len(), 1);
        assert_eq!(sum.units[0].count, u32::MAX);
    }

    #[test]
    fn runs_unite() {
        assert_eq!(unite_runs(vec![[1, 3], [8, 9]], &[[3, 4], [6, 7], [8, 12]]), [[1, 4], [6, 7], [8, 12]]);
    }
}
