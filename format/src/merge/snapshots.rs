//! Counters by where they are from, so that merging is a join: the order, the
//! grouping and the repetition of what is merged make no difference.

use super::counters::Counters;
use super::table::FunctionTable;
use crate::decode::Records;
use crate::snapshot::SnapshotKey;
use crate::vocab::CounterMode;
use std::collections::BTreeMap;

/// What several files of one program say.
///
/// Files that do not say which process they are from add up each time they
/// are given, as in Go.
#[derive(Clone, Debug)]
pub struct SnapshotSet<'t> {
    table: &'t FunctionTable,
    mode: CounterMode,
    anonymous: Counters,
    windows: BTreeMap<SnapshotKey, Counters>,
}

impl<'t> SnapshotSet<'t> {
    /// The empty set.
    #[must_use]
    pub fn new(table: &'t FunctionTable, mode: CounterMode) -> Self {
        Self { table, mode, anonymous: Counters::new(table, mode), windows: BTreeMap::new() }
    }

    /// Counts the records of one segment in.
    pub fn insert(&mut self, key: Option<SnapshotKey>, records: &Records) {
        let table = self.table;
        match key {
            None => self.anonymous.add_records(table, records),
            Some(key) => self.window(key).max_records(table, records),
        }
    }

    fn window(&mut self, key: SnapshotKey) -> &mut Counters {
        self.windows.entry(key.window()).or_insert_with(|| Counters::new(self.table, self.mode))
    }

    /// Counts all of another set of the same program in.
    pub fn merge(&mut self, other: &Self) {
        self.anonymous.add(&other.anonymous);
        for (key, counters) in &other.windows {
            self.window(*key).max(counters);
        }
    }

    /// The sum over all processes.
    #[must_use]
    pub fn total(&self) -> Counters {
        let mut total = self.anonymous.clone();
        for counters in self.windows.values() {
            total.add(counters);
        }
        total
    }
}
