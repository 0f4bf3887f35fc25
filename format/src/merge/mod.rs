//! Counters of many files in one: adding up, maxima, differences.
//!
//! Counters lie flat, one function after the other in the order of the meta
//! file ([`FunctionTable`]). [`Counters`] has the arithmetic, [`Tally`] the fast
//! sum of many files; [`SnapshotSet`] knows which files are from the same process.

mod bulk;
mod counters;
mod snapshots;
mod table;

pub use bulk::Tally;
pub use counters::Counters;
pub use snapshots::SnapshotSet;
pub use table::{FunctionTable, UnknownFunction};
