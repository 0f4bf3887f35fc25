//! `cargo livecov`: builds and runs cargo projects with coverage probes.
//!
//! The program is called in two ways. As `cargo livecov ...` ([`session`]) it
//! takes its flags ([`cli`]), asks cargo about the project, builds the runtime
//! once, and runs cargo with itself in the place of the compiler. Called so
//! ([`wrapper`]), it puts probes into one crate and calls the real compiler.
//! [`protocol`] is what the two agree on.

#![deny(unsafe_code)]

mod announce;
mod argfile;
mod artifacts;
mod by_hand;
mod clean;
pub mod cli;
mod compiler;
mod complete;
mod data;
pub mod error;
mod fallback;
mod files;
mod flags;
mod host;
mod housekeeping;
mod isolation;
mod line;
mod messages;
mod missed;
pub mod near;
mod notes;
mod notices;
mod overlay;
mod profile;
mod project;
pub mod protocol;
mod report;
mod run;
mod runtime;
mod rustc;
pub mod session;
mod settings;
mod shared_macros;
mod shell;
mod store;
mod supervise;
mod tree;
mod vendor;
pub mod wrapper;
