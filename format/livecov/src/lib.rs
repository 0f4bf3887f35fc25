//! The `livecov` tool as a library: everything that `go tool covdata` does.
//!
//! [`run()`] takes a command line and gives an exit status ([`exit`]). Behind
//! it, a command is one module of [`commands`]; [`input`] finds and reads
//! files, [`combine`] adds up counters on several threads, [`report`] sorts
//! them out for people, [`store`] and [`output`] write.

#![deny(unsafe_code)]

pub mod binary;
pub mod cli;
pub mod combine;
pub mod commands;
pub mod coverage;
pub mod error;
pub mod exit;
pub mod input;
pub mod leftovers;
pub mod modes;
pub mod output;
pub mod pattern;
pub mod programs;
pub mod progress;
pub mod provenance;
pub mod report;
mod run;
pub mod selection;
pub mod session;
pub mod since;
pub mod store;
pub mod summary;
pub mod time;

pub use run::{run, run_program};
