//! Where each function's counters lie.

use crate::decode::{DecodeErrorKind, FunctionIndex, MetaFile, Records};
use core::ops::Range;
use std::vec::Vec;

/// The functions of a meta file, numbered through, and the places of their
/// counters among those of all functions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionTable {
    /// The number of each package's first function, and of all functions.
    package_starts: Vec<usize>,
    /// The place of each function's first counter, and the number of all.
    pub(super) unit_starts: Vec<u32>,
}

/// A record of a function that the meta file does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownFunction {
    /// Package number in the record.
    pub package: u32,
    /// Function number in the record.
    pub function: u32,
    /// Number of functions of that package; zero where there is none.
    pub function_count: usize,
    /// Number of counters in the record.
    pub counter_count: usize,
}

impl FunctionTable {
    /// The table of a meta file.
    #[must_use]
    pub fn new(meta: &MetaFile<'_>) -> Self {
        let mut table = Self { package_starts: std::vec![0], unit_starts: std::vec![0] };
        let mut unit_count = 0;
        for package in &meta.packages {
            for function in &package.functions {
                unit_count += function.units.len();
                // The decoder's limits keep this far below 32 bits.
                table.unit_starts.push(u32::try_from(unit_count).unwrap_or(u32::MAX));
            }
            table.package_starts.push(table.unit_starts.len() - 1);
        }
        table
    }

    /// Number of packages.
    #[must_use]
    pub fn package_count(&self) -> usize {
        self.package_starts.len() - 1
    }

    /// Number of functions in all packages.
    #[must_use]
    pub fn function_count(&self) -> usize {
        self.unit_starts.len() - 1
    }

    /// Number of counters in all functions.
    #[must_use]
    pub fn unit_count(&self) -> usize {
        self.unit_starts.last().map_or(0, |count| *count as usize)
    }

    /// The numbers of a package's functions among all functions.
    #[must_use]
    pub fn functions(&self, package: usize) -> Range<usize> {
        match self.package_starts.get(package..) {
            Some([start, end, ..]) => *start..*end,
            _ => 0..0,
        }
    }

    /// The number of a function among all functions.
    #[must_use]
    pub fn number(&self, package: u32, function: u32) -> Option<usize> {
        let functions = self.functions(package as usize);
        let number = functions.start + function as usize;
        functions.contains(&number).then_some(number)
    }

    /// The places of the counters of function `number` of all functions.
    #[must_use]
    pub fn units(&self, number: usize) -> Range<usize> {
        match self.unit_starts.get(number..) {
            Some([start, end, ..]) => *start as usize..*end as usize,
            _ => 0..0,
        }
    }

    /// The number of a record's function and the places of its counters; none
    /// if the program has no such function.
    ///
    /// # Errors
    ///
    /// [`DecodeErrorKind::CounterCount`]: what follows such a record in its
    /// file cannot be trusted either.
    pub fn place(&self, function: FunctionIndex, len: usize) -> Result<Option<(usize, Range<usize>)>, DecodeErrorKind> {
        let Some(number) = self.number(function.package, function.function) else { return Ok(None) };
        let units = self.units(number);
        if units.len() == len {
            return Ok(Some((number, units)));
        }
        let FunctionIndex { package, function } = function;
        Err(DecodeErrorKind::CounterCount { package, function, found: len as u64, expected: units.len() as u64 })
    }

    /// What there is to say of a record that has no place.
    #[must_use]
    pub fn unknown(&self, function: FunctionIndex, counter_count: usize) -> UnknownFunction {
        let FunctionIndex { package, function } = function;
        UnknownFunction { package, function, function_count: self.functions(package as usize).len(), counter_count }
    }

    /// Checks that records fit, and gives those of unknown functions.
    ///
    /// # Errors
    ///
    /// As [`place`](Self::place).
    pub fn check(&self, records: &Records) -> Result<Vec<UnknownFunction>, DecodeErrorKind> {
        let mut unknown = Vec::new();
        for (record, counters) in records.iter() {
            let function = FunctionIndex { package: record.package, function: record.function };
            if self.place(function, counters.len())?.is_none() {
                unknown.push(self.unknown(function, counters.len()));
            }
        }
        Ok(unknown)
    }
}
