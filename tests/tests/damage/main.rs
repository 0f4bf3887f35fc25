//! Every truncation and every change of a single byte of small data files, through the decoders and every command.
//!
//! What came out is counted in the tables of `docs/DAMAGE.md`, which these tests hold against what they count; with
//! `UPDATE_EXPECT=1` in the environment they write them.

mod commands;
mod decoders;
mod kinds;
mod table;

use livecov_tests::samples::{self, Pod};

/// A file to be damaged, in the place that it has in a pod.
struct Case {
    /// What the tables call it.
    name: &'static str,
    /// The pod, the undamaged file in it.
    pod: Pod,
    part: Part,
    /// Whether a checksum, hashes or the structure cover all that a report shows.
    is_covered: bool,
}

/// Which file of a pod is damaged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Meta,
    /// The first counter file.
    Counters,
}

impl Case {
    const fn new(name: &'static str, pod: Pod, part: Part, is_covered: bool) -> Self {
        Self { name, pod, part, is_covered }
    }

    fn bytes(&self) -> &[u8] {
        match self.part {
            Part::Meta => &self.pod.meta,
            Part::Counters => &self.pod.runs[0],
        }
    }
}

/// The files that go through the commands.
fn cases() -> Vec<Case> {
    let with_run = |run| Pod { runs: [run, samples::ours().runs[1].clone()], ..samples::ours() };
    vec![
        Case::new("our meta file", samples::ours(), Part::Meta, true),
        Case::new("our counter file", samples::ours(), Part::Counters, true),
        Case::new("our merged counter file", with_run(samples::ours_merged()), Part::Counters, true),
        Case::new("Go's meta file", samples::go_tiny(), Part::Meta, true),
        Case::new("Go's counter file", samples::go_tiny(), Part::Counters, false),
    ]
}

/// More files, for the decoders alone.
fn more_cases() -> Vec<Case> {
    let with_run = |run| Pod { runs: [run, samples::ours().runs[1].clone()], ..samples::ours() };
    let mut cases = cases();
    cases.extend([
        Case::new("our raw counter file", with_run(samples::ours_raw(false)), Part::Counters, true),
        Case::new("our big-endian counter file", with_run(samples::ours_raw(true)), Part::Counters, true),
        Case::new("a bigger meta file of Go 1.27", samples::go("1.27", "set"), Part::Meta, true),
        Case::new("a bigger counter file of Go 1.27", samples::go("1.27", "set"), Part::Counters, false),
        Case::new("a bigger meta file of Go 1.23", samples::go("1.23", "atomic"), Part::Meta, true),
        Case::new("a bigger counter file of Go 1.23", samples::go("1.23", "atomic"), Part::Counters, false),
    ]);
    cases
}
