//! The counters of all functions of one program, and their arithmetic.

use super::table::FunctionTable;
use crate::decode::Records;
use crate::vocab::CounterMode;
use std::vec::Vec;

/// One counter for each unit of a [`FunctionTable`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counters {
    pub(super) values: Vec<u32>,
    /// Whether any file had a record of the function.
    pub(super) present: Vec<bool>,
    pub(super) unites: bool,
}

impl Counters {
    /// Counters that are all zero, of functions that no file has.
    #[must_use]
    pub fn new(table: &FunctionTable, mode: CounterMode) -> Self {
        Self {
            values: std::vec![0; table.unit_count()],
            present: std::vec![false; table.function_count()],
            unites: mode.unites(),
        }
    }

    /// Whether a counter is at the largest number: there sums stop, and
    /// programs stop counting.
    #[must_use]
    pub fn is_saturated(&self) -> bool {
        self.values.contains(&u32::MAX)
    }

    /// The counters of function `number`; none if no file had any.
    #[must_use]
    pub fn function(&self, table: &FunctionTable, number: usize) -> Option<&[u32]> {
        let is_present = self.present.get(number).copied().unwrap_or(false);
        self.values.get(table.units(number)).filter(|_| is_present)
    }

    /// The functions that some file had, as package number, function number
    /// and counters, in ascending order.
    pub fn functions<'s>(&'s self, table: &'s FunctionTable) -> impl Iterator<Item = (u32, u32, &'s [u32])> {
        (0u32..).zip(0..table.package_count()).flat_map(move |(package, index)| {
            let functions = (0u32..).zip(table.functions(index));
            functions.filter_map(move |(function, number)| Some((package, function, self.function(table, number)?)))
        })
    }

    /// Counts records of another process in.
    pub fn add_records(&mut self, table: &FunctionTable, records: &Records) {
        let combine = if self.unites { unite } else { add };
        self.combine_records(table, records, combine);
    }

    /// Counts records of a later or earlier moment of the same process in.
    pub fn max_records(&mut self, table: &FunctionTable, records: &Records) {
        let combine = if self.unites { unite } else { maximum };
        self.combine_records(table, records, combine);
    }

    fn combine_records(&mut self, table: &FunctionTable, records: &Records, combine: fn(&mut [u32], &[u32])) {
        for (record, counters) in records.iter() {
            let Some(number) = table.number(record.package, record.function) else { continue };
            if let (Some(values), Some(present)) =
                (self.values.get_mut(table.units(number)), self.present.get_mut(number))
            {
                *present = true;
                combine(values, counters);
            }
        }
    }

    /// Counts the counters of other processes in.
    pub fn add(&mut self, other: &Self) {
        self.combine(other, if self.unites { unite } else { add });
    }

    /// Counts the counters of another moment of the same process in.
    pub fn max(&mut self, other: &Self) {
        self.combine(other, if self.unites { unite } else { maximum });
    }

    fn combine(&mut self, other: &Self, combine: fn(&mut [u32], &[u32])) {
        combine(&mut self.values, &other.values);
        for (present, also) in self.present.iter_mut().zip(&other.present) {
            *present |= *also;
        }
    }

    /// Replaces `counted`, which is part of these sums, by `maximum`, which is
    /// nowhere less, for one function.
    ///
    /// Exact even after a sum has stopped at the largest number: what is added
    /// is not negative.
    pub fn raise_function(&mut self, table: &FunctionTable, number: usize, counted: &Self, maximum: &Self) {
        let (Some(values), Some(present)) = (self.values.get_mut(table.units(number)), self.present.get_mut(number))
        else {
            return;
        };
        let Some(maximum) = maximum.function(table, number) else { return };
        *present = true;
        if self.unites {
            return unite(values, maximum);
        }
        let counted = counted.values.get(table.units(number)).unwrap_or_default();
        for ((value, maximum), counted) in values.iter_mut().zip(maximum).zip(counted) {
            *value = value.saturating_add(maximum.saturating_sub(*counted));
        }
    }

    /// Makes the counters of one function zero, which no file has then.
    pub fn clear_function(&mut self, table: &FunctionTable, number: usize) {
        if let (Some(values), Some(present)) = (self.values.get_mut(table.units(number)), self.present.get_mut(number))
        {
            values.fill(0);
            *present = false;
        }
    }

    /// Takes what an earlier moment of the same process had counted off. In
    /// `set` mode, what had run then is zero.
    pub fn take_off(&mut self, earlier: &Self) {
        for (value, earlier) in self.values.iter_mut().zip(&earlier.values) {
            *value = if self.unites && *earlier != 0 { 0 } else { value.saturating_sub(*earlier) };
        }
    }

    /// Whether no counter is less than in `earlier`: only then these can be
    /// of a later moment of the same process.
    #[must_use]
    pub fn covers(&self, earlier: &Self) -> bool {
        self.values.iter().zip(&earlier.values).all(|(value, earlier)| value >= earlier)
    }

    /// Makes zero what `other` has run.
    pub fn subtract(&mut self, other: &Self) {
        for (value, other) in self.values.iter_mut().zip(&other.values) {
            if *other != 0 {
                *value = 0;
            }
        }
    }

    /// Makes zero what `other` has not run, and drops the functions that it
    /// does not have.
    pub fn intersect(&mut self, other: &Self) {
        for (value, other) in self.values.iter_mut().zip(&other.values) {
            if *other == 0 {
                *value = 0;
            }
        }
        for (present, also) in self.present.iter_mut().zip(&other.present) {
            *present &= *also;
        }
    }
}

/// Adds, and stops at the largest number.
pub(super) fn add(values: &mut [u32], others: &[u32]) {
    for (value, other) in values.iter_mut().zip(others) {
        *value = value.saturating_add(*other);
    }
}

pub(super) fn unite(values: &mut [u32], others: &[u32]) {
    for (value, other) in values.iter_mut().zip(others) {
        *value |= u32::from(*other != 0);
    }
}

fn maximum(values: &mut [u32], others: &[u32]) {
    for (value, other) in values.iter_mut().zip(others) {
        *value = (*value).max(*other);
    }
}
