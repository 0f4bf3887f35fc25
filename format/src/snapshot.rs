//! Which moment of which process a set of counters is from.

use crate::hash::Hash;

/// What makes snapshots comparable.
///
/// Counters only grow within one instance and epoch. So snapshots that agree
/// in all but `seq` combine by maximum, and any others add up, or unite in
/// `set` mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SnapshotKey {
    /// One run of one process, at random.
    pub instance: Hash,
    /// The number of clears so far.
    pub epoch: u64,
    /// The program that the counters came from, where they were moved into
    /// the file of a combination of programs.
    pub origin: Option<Hash>,
    /// The number of the snapshot within its instance.
    pub seq: u64,
}

impl SnapshotKey {
    /// The key without `seq`: what two snapshots must agree in to combine by
    /// maximum.
    #[must_use]
    pub const fn window(self) -> Self {
        Self { seq: 0, ..self }
    }
}
