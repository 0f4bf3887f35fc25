//! The runtime in a service that nobody watches: a signal that is to dump never kills, no data are lost without a word,
//! and the service itself is not disturbed. The program is `tests/programs/rust/service`.

#![allow(clippy::unwrap_used, reason = "a step that fails is a test that fails, in helpers too")]

mod directories;
mod failures;
mod frozen;
mod leaving;
mod privileges;
mod runs;
mod service;
mod signals;
