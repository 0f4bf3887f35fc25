//! What became of lines and functions between two data sets.

use super::pair::{Basis, function_pairs, is_same_content, pair};
use crate::coverage::diff::cover::runs;
use crate::coverage::diff::parse::FileChange;
use crate::coverage::diff::places::{Placed, best_end};
use crate::coverage::model::{File, Function, Line, Project};
use crate::coverage::source::Sources;
use livecov_format::hash::Hash;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// A project beside an older state of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Comparison {
    /// The directories of the older data.
    pub baseline: Vec<String>,
    /// The sum over all files.
    pub totals: Tally,
    /// The files, in the order of the report; behind them, those that only the older data have.
    pub files: Vec<ComparedFile>,
    /// Functions that ran before and do not now.
    pub lost_functions: Vec<NamedFunction>,
    /// Functions that run now and did not before.
    pub gained_functions: Vec<NamedFunction>,
    /// Files that only the older data have, and whose source is not there any more.
    pub removed: Vec<String>,
    /// Files whose content in the older data is not the one that the diff goes back to.
    #[serde(skip)]
    pub of_other_bases: Vec<String>,
}

/// Numbers of lines that count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// New or changed, and ran.
    pub new_covered: u64,
    /// New or changed, and did not run.
    pub new_uncovered: u64,
    /// As before, but that they ran then and do not now.
    pub lost: u64,
    /// As before, but that they did not run then and do now.
    pub gained: u64,
    /// As before, and ran both times.
    pub still_covered: u64,
    /// As before, and did not run either time.
    pub still_uncovered: u64,
}

/// A file in two data sets.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ComparedFile {
    /// Its path in the report.
    pub path: String,
    /// Its path in the older data, if that is another.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old_path: Option<String>,
    /// How its lines were matched.
    pub basis: Basis,
    /// The sums.
    pub totals: Tally,
    /// Lines that are new or changed and did not run, as `[first, last]`.
    pub new_uncovered: Vec<[u32; 2]>,
    /// Lines that ran before and do not now.
    pub lost: Vec<[u32; 2]>,
    /// Lines that run now and did not before.
    pub gained: Vec<[u32; 2]>,
}

/// A function and where it stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct NamedFunction {
    /// Path of its file.
    pub path: String,
    /// Line of its declaration.
    pub line: u32,
    /// Name.
    pub name: String,
}

/// What a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    NewCovered,
    NewUncovered,
    Lost,
    Gained,
    StillCovered,
    StillUncovered,
}

impl Fate {
    const fn of(before: Option<bool>, is_covered: bool) -> Self {
        match (before, is_covered) {
            (None, true) => Self::NewCovered,
            (None, false) => Self::NewUncovered,
            (Some(true), false) => Self::Lost,
            (Some(false), true) => Self::Gained,
            (Some(true), true) => Self::StillCovered,
            (Some(false), false) => Self::StillUncovered,
        }
    }
}

impl Tally {
    const fn count(&mut self, fate: Fate) {
        let number = match fate {
            Fate::NewCovered => &mut self.new_covered,
            Fate::NewUncovered => &mut self.new_uncovered,
            Fate::Lost => &mut self.lost,
            Fate::Gained => &mut self.gained,
            Fate::StillCovered => &mut self.still_covered,
            Fate::StillUncovered => &mut self.still_uncovered,
        };
        *number += 1;
    }

    const fn add(&mut self, other: &Self) {
        self.new_covered += other.new_covered;
        self.new_uncovered += other.new_uncovered;
        self.lost += other.lost;
        self.gained += other.gained;
        self.still_covered += other.still_covered;
        self.still_uncovered += other.still_uncovered;
    }

    /// Whether any line is not as it was.
    #[must_use]
    pub const fn differs(&self) -> bool {
        self.new_covered + self.new_uncovered + self.lost + self.gained > 0
    }

    /// Lines that ran both times or neither time.
    #[must_use]
    pub const fn unchanged(&self) -> u64 {
        self.still_covered + self.still_uncovered
    }
}

/// Tells whether the diff goes back to a content of the file with this path; none if that is not known.
pub type IsBase<'c> = &'c dyn Fn(&str, Hash) -> Option<bool>;

/// Compares `new` with `old`; lines that a diff moved are matched by it.
#[must_use]
pub fn compare(new: &Project, old: &Project, placed: &Placed, sources: &Sources, is_base: IsBase<'_>) -> Comparison {
    let mut olds: Olds<'_> = old.files.iter().map(|file| (file.path.as_str(), file)).collect();
    let mut renamed = renamed(new, old);
    let mut comparison = Comparison::default();
    for (number, file) in new.files.iter().enumerate() {
        let change = placed.changes.get(&number);
        let partner = match renamed.remove(&number) {
            Some(partner) => partner.and_then(|old| olds.remove(old.path.as_str())),
            None => partner(file, change, &mut olds),
        };
        comparison.add_file(file, partner, change, is_base);
    }
    let paths: BTreeSet<&str> = new.files.iter().map(|file| file.path.as_str()).collect();
    for file in olds.into_values() {
        let is_there = !paths.contains(file.path.as_str()) && sources.of(old, file).is_some();
        comparison.add_gone(file, is_there);
    }
    comparison
}

/// The files of the older data that have no partner yet.
type Olds<'p> = BTreeMap<&'p str, &'p File>;

/// The older states of files that have the names of their packages in only one of the data, because only there another
/// package has a file of the same path; none for those that the older data do not have.
fn renamed<'p>(new: &Project, old: &'p Project) -> BTreeMap<usize, Option<&'p File>> {
    let named = |project: &Project| -> BTreeSet<String> {
        project.files.iter().filter_map(|file| file.plain_path.clone()).collect()
    };
    let (named_now, named_before) = (named(new), named(old));
    let changes_name = |path: &str| named_now.contains(path) != named_before.contains(path);
    let mut olds: BTreeMap<&str, Vec<&File>> = BTreeMap::new();
    for file in old.files.iter().filter(|file| changes_name(file.plain_path())) {
        olds.entry(file.plain_path()).or_default().push(file);
    }
    let of_same_package = |file: &File| {
        let owners = new.owners_of(file);
        let mut possible = olds.get(file.plain_path()).into_iter().flatten();
        possible.find(|before| !owners.is_disjoint(&old.owners_of(before))).copied()
    };
    let files = new.files.iter().enumerate().filter(|(_, file)| changes_name(file.plain_path()));
    files.map(|(number, file)| (number, of_same_package(file))).collect()
}

/// The older state of a file: that of the same path, or of the path that it had before.
fn partner<'p>(file: &File, change: Option<&FileChange>, olds: &mut Olds<'p>) -> Option<&'p File> {
    let renamed = change.filter(|change| change.old_path != change.new_path);
    let before = renamed.and_then(|change| change.old_path.as_deref());
    // The older data may be from after the file was renamed.
    let path = before.and_then(|before| best_end(before, olds.keys().copied())).unwrap_or(&file.path);
    olds.remove(path)
}

/// Whether the diff goes back to another content than the older data have, so that it says nothing of their lines.
fn is_of_other_base(file: &File, old: &File, change: &FileChange, is_base: IsBase<'_>) -> bool {
    let (Some(path), Some(hash)) = (&change.old_path, old.content_hash) else { return false };
    !is_same_content(file, old) && is_base(path, hash) == Some(false)
}

impl Comparison {
    fn add_file(&mut self, file: &File, partner: Option<&File>, change: Option<&FileChange>, is_base: IsBase<'_>) {
        let mut change = change;
        if let (Some(known), Some(old)) = (change, partner)
            && is_of_other_base(file, old, known, is_base)
        {
            self.of_other_bases.push(file.path.clone());
            change = None;
        }
        let pairing = pair(file, partner, change);
        let old_path = partner.map(|old| old.path.clone()).filter(|old| *old != file.path);
        let compared = ComparedFile { old_path, ..compared(file, pairing.basis, &pairing.before) };
        self.totals.add(&compared.totals);
        self.files.push(compared);
        if let Some(partner) = partner {
            self.add_functions(file, partner);
        }
    }

    fn add_functions(&mut self, new: &File, old: &File) {
        for (_, function, before) in function_pairs(new, old) {
            match (before.totals.functions.covered, function.totals.functions.covered) {
                (1.., 0) => self.lost_functions.push(named(new, function)),
                (0, 1..) => self.gained_functions.push(named(new, function)),
                _ => {}
            }
        }
    }

    /// Counts a file that only the older data have. If its source is still there, it does not run any more.
    fn add_gone(&mut self, file: &File, is_there: bool) {
        if !is_there {
            return self.removed.push(file.path.clone());
        }
        let covered = |line: &Line| line.count > 0;
        let lost = runs(&file.lines, covered);
        let totals =
            Tally { lost: file.totals.lines.covered, still_uncovered: file.totals.lines.missed(), ..Tally::default() };
        self.totals.add(&totals);
        let functions = file.functions.iter().filter(|function| function.totals.functions.covered > 0);
        self.lost_functions.extend(functions.map(|function| named(file, function)));
        let path = file.path.clone();
        self.files.push(ComparedFile { path, basis: Basis::Gone, totals, lost, ..ComparedFile::default() });
    }
}

fn named(file: &File, function: &Function) -> NamedFunction {
    NamedFunction { path: file.path.clone(), line: function.span.start_line, name: function.name.clone() }
}

fn compared(file: &File, basis: Basis, before: &[Option<bool>]) -> ComparedFile {
    let fate = |(line, before): (&Line, &Option<bool>)| Fate::of(*before, line.count > 0);
    let fates: Vec<Fate> = file.lines.iter().zip(before).map(fate).collect();
    let mut totals = Tally::default();
    fates.iter().for_each(|fate| totals.count(*fate));
    let of = |wanted: Fate| {
        let mut fates = fates.iter();
        runs(&file.lines, |_| fates.next() == Some(&wanted))
    };
    ComparedFile {
        path: file.path.clone(),
        old_path: None,
        basis,
        totals,
        new_uncovered: of(Fate::NewUncovered),
        lost: of(Fate::Lost),
        gained: of(Fate::Gained),
    }
}
