//! Decoders. They borrow from the bytes of a file, check every number against
//! the bytes that are left before they allocate, and never panic.

#![deny(clippy::indexing_slicing, clippy::panic, clippy::expect_used, clippy::unreachable)]

pub mod args;
pub mod counters;
mod cursor;
pub mod error;
mod extension;
pub mod meta;
pub mod package;
pub mod records;

pub use args::Args;
pub use counters::{CounterFile, Segment};
pub use error::{DecodeError, DecodeErrorKind};
pub use meta::MetaFile;
pub use package::{Function, Package};
pub use records::{FunctionIndex, Record, RecordVisitor, Records};
