//! Exit statuses, which are those of `go tool covdata`.

/// Everything went well; what was left out was named on standard error.
pub const SUCCESS: u8 = 0;
/// The command failed, or `--strict` was given and something was left out.
pub const FAILURE: u8 = 1;
/// The command line is not one that the tool takes.
pub const USAGE: u8 = 2;
/// `report` did its work, and coverage is below a `--fail-under` limit; Go's tool has no such status.
pub const THRESHOLD: u8 = 3;
