//! `--baseline`: what ran in these data and not in others, and the other way round.
//!
//! [`pair`] finds the old line of each line, [`compare`] counts what became of them.

pub mod compare;
pub mod pair;
