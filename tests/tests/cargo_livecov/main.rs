//! `cargo livecov` on cargo projects that do not know of it: what it builds, runs and counts, and what it leaves alone.
//!
//! The projects are those of `tests/programs/cargo`, each copied to a folder of its own; marks beside their source name
//! what runs when.

mod arguments;
mod artifacts;
mod at_once;
mod build_table;
mod builds;
mod by_hand;
mod calls;
mod cfg_options;
mod configuration;
mod environment;
mod fallback;
mod housekeeping;
mod kinds;
mod losses;
mod modules;
mod never_ran;
mod no_std;
mod notes;
mod notices;
mod outside;
mod paths;
mod proc_macros;
mod project;
mod reports;
mod runs;
mod selection;
mod signals;
