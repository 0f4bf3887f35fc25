//! The configuration file: `livecov.toml`, or a table in `Cargo.toml`.
//!
//! [`find`] looks for it, [`mod@file`] says what it may have and reads it, [`complete`] puts that in the place of flags that
//! the command line does not have. [`mod@build`] is what `cargo livecov` reads of the same file.

pub mod build;
pub mod complete;
pub mod file;
pub mod find;
