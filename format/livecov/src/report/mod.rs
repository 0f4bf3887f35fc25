//! Reports over all pods of a command's inputs.

pub mod aggregate;
pub mod collect;
pub mod columns;
pub mod rows;
