//! Where we mean to differ from Go's `covdata`: one test for each difference, with what Go does beside it, so that a Go
//! that changes is noticed too. The list for readers is `docs/GO-DIFFERENCES.md`.

#![allow(clippy::unwrap_used, reason = "a test says so by failing")]

mod left_out;
mod outputs;
mod programs;
mod reports;
mod units;
