//! Which runs the data are from.

use livecov_format::decode::Args;
use livecov_format::hash::Hash;
use livecov_format::layout::{ARG_LABEL, ARG_START, ARG_TIME};
use rustc_hash::FxHashSet;
use serde::Serialize;
use std::collections::BTreeSet;
use std::path::Path;

/// More labels than this are counted, not named.
const LABEL_LIMIT: usize = 100;

/// What a report says of the runs that its data are from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Provenance {
    /// Programs and libraries: meta-data files that were read.
    pub program_count: u64,
    /// Counter files that were counted.
    pub counter_file_count: u64,
    /// Processes that their data name.
    pub process_count: u64,
    /// Contributions of which the data do not say which process they are from, such as all of Go's.
    pub unnamed_count: u64,
    /// When the first of the processes started, in nanoseconds since 1970, if they say.
    pub started: Option<u64>,
    /// When the first and the last counters were written, in nanoseconds since 1970.
    pub written: Option<[u64; 2]>,
    /// Labels that the program gave its data, in the order of the alphabet; no more than a hundred.
    pub labels: Vec<String>,
    /// The number of all labels.
    pub label_count: u64,
    /// Warnings about inputs that were left out.
    pub left_out_count: u64,
    /// Units whose count is at its limit.
    pub saturated_count: u64,
}

/// What contributions say of their runs, as they are read.
#[derive(Clone, Debug, Default)]
pub struct Runs {
    unnamed_count: u64,
    started: Option<u64>,
    written: Option<[u64; 2]>,
    labels: BTreeSet<Vec<u8>>,
    programs: BTreeSet<Vec<u8>>,
}

/// The runs of all programs.
#[derive(Clone, Debug, Default)]
pub struct AllRuns {
    runs: Runs,
    program_count: u64,
    counter_file_count: u64,
    processes: FxHashSet<Hash>,
}

impl Runs {
    /// Takes one more contribution, of the file at `path`, into account.
    pub fn add(&mut self, args: &Args<'_>, path: &Path) {
        self.unnamed_count += u64::from(args.snapshot().is_none());
        if let Some(start) = number(args, ARG_START) {
            self.started = Some(self.started.map_or(start, |known| known.min(start)));
        }
        if let Some(time) = written_at(args, path) {
            self.written = Some(span(self.written, [time; 2]));
        }
        if let Some(label) = args.get(ARG_LABEL).filter(|label| !label.is_empty() && !self.labels.contains(*label)) {
            self.labels.insert(label.to_vec());
        }
        if let Some(program) = args.program().first().filter(|program| !self.programs.contains(**program)) {
            self.programs.insert(program.to_vec());
        }
    }

    /// The programs, by what they were called as.
    #[must_use]
    pub const fn programs(&self) -> &BTreeSet<Vec<u8>> {
        &self.programs
    }

    /// When the first of the processes started, in nanoseconds since 1970, if they say.
    #[must_use]
    pub const fn started(&self) -> Option<u64> {
        self.started
    }

    /// When the first counters were written, in nanoseconds since 1970, if that is known.
    #[must_use]
    pub fn first_written(&self) -> Option<u64> {
        self.written.map(|[first, _]| first)
    }

    /// Whether no contribution has a label.
    #[must_use]
    pub fn has_no_labels(&self) -> bool {
        self.labels.is_empty()
    }

    /// Takes what others say into account.
    pub fn merge(&mut self, other: Self) {
        self.unnamed_count += other.unnamed_count;
        self.started = self.started.into_iter().chain(other.started).min();
        self.written = other.written.map(|more| span(self.written, more)).or(self.written);
        self.labels.extend(other.labels);
        self.programs.extend(other.programs);
    }
}

/// The number that an argument has; zero stands for none.
pub(crate) fn number(args: &Args<'_>, key: &str) -> Option<u64> {
    std::str::from_utf8(args.get(key)?).ok()?.parse().ok().filter(|number| *number > 0)
}

/// The time that the name of a counter file states, as Go has it.
pub fn time_of_name(path: &Path) -> Option<u64> {
    path.file_name()?.to_str()?.rsplit('.').next()?.parse().ok()
}

/// When a contribution of the counter file at `path` was written, if that is known.
pub fn written_at(args: &Args<'_>, path: &Path) -> Option<u64> {
    number(args, ARG_TIME).or_else(|| time_of_program(path))
}

/// The same, if a program wrote the file: tools name no process, and say when they combined files.
fn time_of_program(path: &Path) -> Option<u64> {
    let pid = path.file_name()?.to_str()?.rsplit('.').nth(1)?;
    time_of_name(path).filter(|_| pid != "0")
}

fn span(known: Option<[u64; 2]>, more: [u64; 2]) -> [u64; 2] {
    known.map_or(more, |[first, last]| [first.min(more[0]), last.max(more[1])])
}

impl AllRuns {
    /// Takes the runs of one program into account.
    pub fn add(&mut self, runs: Runs, counter_files: usize, processes: impl Iterator<Item = Hash>) {
        self.runs.merge(runs);
        self.program_count += 1;
        self.counter_file_count += counter_files as u64;
        // A process has several programs if it loads libraries.
        self.processes.extend(processes);
    }

    /// What a report says of them, but for what others know.
    #[must_use]
    pub fn summary(&self) -> Provenance {
        let labels = self.runs.labels.iter().take(LABEL_LIMIT);
        Provenance {
            program_count: self.program_count,
            counter_file_count: self.counter_file_count,
            process_count: self.processes.len() as u64,
            unnamed_count: self.runs.unnamed_count,
            started: self.runs.started,
            written: self.runs.written,
            labels: labels.map(|label| String::from_utf8_lossy(label).into_owned()).collect(),
            label_count: self.runs.labels.len() as u64,
            left_out_count: 0,
            saturated_count: 0,
        }
    }
}
