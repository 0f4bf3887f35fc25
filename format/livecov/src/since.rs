//! `--since`: the counts of data less those of earlier data, process by process.
//!
//! For each process, the earlier data mark a moment: the last of its snapshots there. A process is known by its instance, and
//! counters that were cleared begin another epoch. So of a process that is in both data counts
//!
//! * nothing of epochs before the moment's,
//! * of the moment's epoch what the counters have more than then; in `set` mode the units that had not run,
//! * all of later epochs.
//!
//! All of a process counts that the earlier data do not have.
//!
//! Go's files do not name their process. There, files of one process number and program are taken for one process, as long as
//! no counter is less than it was before; else it is another process of that number, which counts whole.

use crate::combine::{Combined, Source, SourceReader, Task, combine};
use crate::error::Error;
use crate::input::LoadedPod;
use crate::selection::pid_of;
use crate::session::Session;
use livecov_format::decode::Args;
use livecov_format::hash::Hash;
use livecov_format::merge::{Counters, FunctionTable};
use livecov_format::snapshot::SnapshotKey;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// What a process is known by in one program's files: its instance, and the program that its counters came from.
type Instance = (Hash, Option<Hash>);

/// Who is in both data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Continued {
    /// A process that is named, in the epoch of the moment.
    Named(SnapshotKey),
    /// The files of a process number.
    Unnamed(u64),
}

/// How a contribution stands to the earlier data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// All of it is later.
    Later,
    /// All of it is earlier.
    Earlier,
    /// A part of it is earlier: what the process had counted by then.
    Continues(Continued),
}

/// The last snapshot of a process in the earlier data.
#[derive(Debug)]
struct Moment {
    epoch: u64,
    seq: u64,
    /// The snapshots of that epoch.
    sources: Vec<Source>,
}

/// The earlier data of a program.
#[derive(Debug)]
pub struct Since<'a> {
    task: Task<'a>,
    moments: BTreeMap<Instance, Moment>,
    /// What names no process, by process number.
    unnamed: BTreeMap<u64, Vec<Source>>,
}

/// What was met of the processes of the earlier data.
#[derive(Clone, Debug, Default)]
pub struct Met {
    /// Contributions that continue what was counted before.
    pub continued: BTreeMap<Continued, Vec<Source>>,
    /// The last snapshot, and the epochs from the moment's on.
    instances: BTreeMap<Instance, ([u64; 2], BTreeSet<u64>)>,
}

/// What there is to say of the processes of both data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Those that are in both.
    common_count: u64,
    /// Those whose earlier data are later.
    swapped_count: u64,
    /// Those that cleared their counters in between, where data of that are missing.
    gap_count: u64,
    /// Process numbers whose files do not continue what was there.
    whole_count: u64,
    /// Counters that may have counted more than files can tell.
    has_limit: bool,
}

impl<'a> Since<'a> {
    /// Reads what a program's earlier data have; none if it has none.
    ///
    /// # Errors
    ///
    /// Damage under `--strict`.
    pub fn read(
        session: &mut Session<'_>,
        pod: &'a LoadedPod<'a>,
        table: &'a FunctionTable,
    ) -> Result<Option<Self>, Error> {
        if pod.earlier.is_empty() {
            return Ok(None);
        }
        let task = Task::new(pod, table, pod.earlier);
        let combined = combine(session, task)?;
        let mut since = Self { task, moments: BTreeMap::new(), unnamed: BTreeMap::new() };
        for (window, sources) in combined.windows {
            let seq = sources.iter().map(|source| source.seq).max().unwrap_or(0);
            // Windows come in the order of their epochs.
            since.moments.insert(instance_of(&window), Moment { epoch: window.epoch, seq, sources });
        }
        for source in combined.unnamed {
            let pid = pod.earlier.get(source.file).and_then(|file| pid_of(&file.path));
            since.unnamed.entry(pid.unwrap_or(0)).or_default().push(source);
        }
        Ok(Some(since))
    }

    /// How a contribution of the counter file at `path` stands to these data.
    #[must_use]
    pub fn standing(&self, args: &Args<'_>, path: &Path) -> Standing {
        let Some(key) = args.snapshot() else {
            let pid = pid_of(path).unwrap_or(0);
            let is_known = self.unnamed.contains_key(&pid);
            return if is_known { Standing::Continues(Continued::Unnamed(pid)) } else { Standing::Later };
        };
        match self.moments.get(&instance_of(&key)) {
            Some(moment) if key.epoch < moment.epoch => Standing::Earlier,
            Some(moment) if key.epoch == moment.epoch => Standing::Continues(Continued::Named(key.window())),
            _ => Standing::Later,
        }
    }

    /// Notes a contribution that is counted, or may be.
    pub fn meet(&self, met: &mut Met, args: &Args<'_>, source: Source, standing: Standing) {
        if let Standing::Continues(continued) = standing {
            met.continued.entry(continued).or_default().push(source);
        }
        let Some(key) = args.snapshot() else { return };
        if let Some(moment) = self.moments.get(&instance_of(&key)) {
            let (last, epochs) = met.instances.entry(instance_of(&key)).or_default();
            *last = (*last).max([key.epoch, key.seq]);
            epochs.extend(Some(key.epoch).filter(|epoch| *epoch >= moment.epoch));
        }
    }

    /// Adds to `combined` what the processes of both data have more than then.
    ///
    /// # Errors
    ///
    /// A file that has changed since it was read.
    pub fn add_differences(&self, task: Task<'_>, met: &Met, combined: &mut Combined) -> Result<Outcome, Error> {
        let mut outcome = Outcome::default();
        let [mut now, mut then] = [SourceReader::new(task), SourceReader::new(self.task)];
        for (continued, sources) in &met.continued {
            let mut counters = sum(&mut now, task, sources, matches!(continued, Continued::Unnamed(_)));
            outcome.has_limit |= !task.pod.meta.mode.unites() && counters.is_saturated();
            let before = self.before(&mut then, *continued);
            match continued {
                Continued::Unnamed(_) if !counters.covers(&before) => outcome.whole_count += 1,
                Continued::Unnamed(_) => outcome.common_count += 1,
                Continued::Named(window) => {
                    combined.windows.insert(*window, sources.clone());
                }
            }
            if matches!(continued, Continued::Named(_)) || counters.covers(&before) {
                counters.take_off(&before);
            }
            combined.total.add(&counters);
        }
        for (instance, (last, epochs)) in &met.instances {
            let Some(moment) = self.moments.get(instance) else { continue };
            outcome.common_count += 1;
            outcome.swapped_count += u64::from(*last < [moment.epoch, moment.seq]);
            let epoch_count = last[0].checked_sub(moment.epoch).map_or(0, |later| later.saturating_add(1));
            outcome.gap_count += u64::from((epochs.len() as u64) < epoch_count);
        }
        now.finish()?;
        then.finish()?;
        Ok(outcome)
    }

    /// What a contribution has more than then, for those who ask who ran what.
    #[must_use]
    pub fn difference(&self, mut counters: Counters, continued: Continued) -> Counters {
        let before = self.before(&mut SourceReader::new(self.task), continued);
        if matches!(continued, Continued::Named(_)) || counters.covers(&before) {
            counters.take_off(&before);
        }
        counters
    }

    fn before(&self, reader: &mut SourceReader<'_>, continued: Continued) -> Counters {
        let (sources, adds_up) = match continued {
            Continued::Named(window) => (self.moments.get(&instance_of(&window)).map(|moment| &moment.sources), false),
            Continued::Unnamed(pid) => (self.unnamed.get(&pid), true),
        };
        sum(reader, self.task, sources.map(Vec::as_slice).unwrap_or_default(), adds_up)
    }
}

/// The counters of several contributions: their sum, or the largest of each.
fn sum(reader: &mut SourceReader<'_>, task: Task<'_>, sources: &[Source], adds_up: bool) -> Counters {
    let mut counters = Counters::new(task.table, task.pod.meta.mode);
    for source in sources {
        reader.with(*source, |_, records| match adds_up {
            true => counters.add_records(task.table, records),
            false => counters.max_records(task.table, records),
        });
    }
    counters
}

const fn instance_of(key: &SnapshotKey) -> Instance {
    (key.instance, key.origin)
}

impl Outcome {
    /// Takes that of another program into account.
    pub const fn add(&mut self, other: Self) {
        self.common_count += other.common_count;
        self.swapped_count += other.swapped_count;
        self.gap_count += other.gap_count;
        self.whole_count += other.whole_count;
        self.has_limit |= other.has_limit;
    }

    /// Says what the user has to know.
    ///
    /// # Errors
    ///
    /// Under `--strict`, data that do not belong together.
    pub fn report(self, session: &mut Session<'_>, earlier: &[PathBuf]) -> Result<(), Error> {
        if earlier.is_empty() {
            return Ok(());
        }
        let name = format!("--since {}", names(earlier).join(","));
        let processes = |count: u64| if count == 1 { "1 process".into() } else { format!("{count} processes") };
        if self.common_count == 0 {
            session.leave_out(&format!(
                "{name}: no process of the data has a snapshot there, so all of them count whole"
            ))?;
        }
        if self.swapped_count > 0 {
            let processes = processes(self.swapped_count);
            session.leave_out(&format!(
                "{name}: the snapshots of {processes} there are later than these: exchange the two"
            ))?;
        }
        if self.gap_count > 0 {
            let processes = processes(self.gap_count);
            session.leave_out(&format!(
                "{name}: {processes} cleared the counters in between, and the data up to then are not among the inputs: \
                 what ran until then is missing"
            ))?;
        }
        if self.whole_count > 0 {
            session.warn(&format!(
                "{name}: files of {} that they do not name do not continue what is there: they count whole",
                processes(self.whole_count)
            ));
        }
        if self.has_limit {
            session.warn(&format!(
                "{name}: some counts are at 4294967295 and may be more, so the differences may be too small"
            ));
        }
        Ok(())
    }
}

/// Inputs as they were named.
#[must_use]
pub fn names(inputs: &[PathBuf]) -> Vec<String> {
    inputs.iter().map(|input| input.display().to_string()).collect()
}
