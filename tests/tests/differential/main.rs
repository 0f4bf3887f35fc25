//! The same commands by Go's `covdata` and by ours, over data of real Go programs, must give the same bytes. What is
//! meant to differ has its tests in the suite `go_differences`.

mod everything;
mod flags;
mod formats;
mod mixtures;
mod reports;
mod results;
