//! Units of all programs by package, free of the files they came from.

use livecov_format::decode::{MetaFile, Package};
use livecov_format::hash::Hash;
use livecov_format::merge::{Counters, FunctionTable};
use livecov_format::model::Unit;
use livecov_format::vocab::CounterMode;
use std::collections::BTreeMap;
use std::ops::Range;

use crate::pattern::PackageFilter;

/// Counts by package.
#[derive(Debug, Default)]
pub struct Aggregate {
    /// The packages by import path.
    pub packages: BTreeMap<Vec<u8>, PackageSum>,
    /// The mode of the first program, in which the sums are taken.
    pub mode: Option<CounterMode>,
}

/// The counts of one package in all programs.
#[derive(Debug, Default)]
pub struct PackageSum {
    /// The contents that packages of this path have had: one, unless programs
    /// were built from different sources.
    pub versions: Vec<Version>,
}

/// A package as one or more programs have it.
#[derive(Debug)]
pub struct Version {
    hash: Hash,
    /// Bytes of all names.
    names: Vec<u8>,
    functions: Vec<FunctionNames>,
    /// The units, one function after the other.
    pub units: Vec<Unit>,
    /// A count for each unit.
    pub counts: Vec<u32>,
}

/// A function of a [`Version`].
#[derive(Clone, Debug, PartialEq, Eq)]
struct FunctionNames {
    name: Range<usize>,
    file: Range<usize>,
    is_literal: bool,
    units: Range<usize>,
}

/// A function of a [`Version`], to look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FunctionRef<'a> {
    /// Source file.
    pub file: &'a [u8],
    /// Name.
    pub name: &'a [u8],
    /// Whether this is a function literal outside of functions.
    pub is_literal: bool,
}

impl Aggregate {
    /// Counts a program in.
    pub fn add(&mut self, meta: MetaFile<'_>, table: &FunctionTable, counters: &Counters, filter: &PackageFilter) {
        // What a merge of nothing leaves behind has no mode to report in.
        if meta.mode == CounterMode::Invalid {
            return;
        }
        let mode = *self.mode.get_or_insert(meta.mode);
        for (number, package) in meta.packages.into_iter().enumerate() {
            if !filter.takes(&package) {
                continue;
            }
            let sum = self.packages.entry(package.path.to_vec()).or_default();
            let version = sum.version(package);
            version.add(table, table.functions(number), counters, mode);
        }
    }
}

impl PackageSum {
    fn version(&mut self, package: Package<'_>) -> &mut Version {
        let known = self.versions.iter().position(|version| version.is(&package));
        let place = known.unwrap_or_else(|| {
            self.versions.push(Version::new(package));
            self.versions.len() - 1
        });
        &mut self.versions[place]
    }
}

impl Version {
    fn new(package: Package<'_>) -> Self {
        let mut names = Vec::new();
        let mut file = 0..0;
        let functions = package.functions.iter().map(|function| {
            // Functions of one file follow each other.
            if names.get(file.clone()) != Some(function.file) {
                file = push(&mut names, function.file);
            }
            let name = push(&mut names, function.name);
            FunctionNames { name, file: file.clone(), is_literal: function.is_literal, units: function.units.clone() }
        });
        Self {
            hash: package.hash,
            functions: functions.collect(),
            names,
            counts: vec![0; package.units.len()],
            units: package.units,
        }
    }

    /// Whether a package has this content. Hashes have been verified; the
    /// units guard against two contents that were made to have the same.
    fn is(&self, package: &Package<'_>) -> bool {
        self.hash == package.hash && self.units == package.units && self.functions.len() == package.functions.len()
    }

    fn add(&mut self, table: &FunctionTable, numbers: Range<usize>, counters: &Counters, mode: CounterMode) {
        for (function, number) in self.functions.iter().zip(numbers) {
            let Some(more) = counters.function(table, number) else { continue };
            let counts = self.counts.get_mut(function.units.clone()).unwrap_or_default();
            for (count, more) in counts.iter_mut().zip(more) {
                *count = sum(mode, *count, *more);
            }
        }
    }

    /// The functions with the places of their units.
    pub fn functions(&self) -> impl Iterator<Item = (FunctionRef<'_>, Range<usize>)> {
        self.functions.iter().map(|function| {
            let name = self.names.get(function.name.clone()).unwrap_or_default();
            let file = self.names.get(function.file.clone()).unwrap_or_default();
            (FunctionRef { file, name, is_literal: function.is_literal }, function.units.clone())
        })
    }
}

fn push(names: &mut Vec<u8>, name: &[u8]) -> Range<usize> {
    let start = names.len();
    names.extend_from_slice(name);
    start..names.len()
}

/// Two counts of the same unit in one, in the mode of the report.
#[must_use]
pub const fn sum(mode: CounterMode, a: u32, b: u32) -> u32 {
    if mode.unites() { (a != 0 || b != 0) as u32 } else { a.saturating_add(b) }
}
