//! Dumps by signal handlers do no harm, whatever the program is doing, and keep to what the runtime says of them. The
//! program is `tests/programs/rust/storm`.

mod descriptors;
mod stack;
mod storm;
mod system_calls;

use livecov_tests::command::{Outcome, capture_within};
use livecov_tests::rust::{Mode, Profile, program, recorded};
use std::path::Path;
use std::time::Duration;

/// None of these runs takes ten seconds.
const LIMIT: Duration = Duration::from_secs(60);

const PROFILES: [Profile; 2] = [Profile::Debug, Profile::Release];

/// Runs the program with its data in `dir`.
fn run(profile: Profile, dir: &Path, args: &[&str]) -> Outcome {
    let program = program("storm", Mode::Atomic, profile);
    capture_within(LIMIT, recorded(&program, dir).args(args))
}
