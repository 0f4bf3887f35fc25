//! What holds for all data: encoding and decoding are each other's inverse, merging does not depend on order, grouping
//! and repetition, and `subtract` and `intersect` are what their names say.
//!
//! The oracle is [`naive`]: a few lines of maps and wide numbers. A failure prints a seed; `.seed(0x...)` in the place
//! of `.budget_ms(...)` runs it again.

mod merging;
mod naive;
mod round_trips;
mod sets;
mod snapshots;
mod tally;
mod tool;
mod world;
