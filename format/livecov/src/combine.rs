//! The counter files of a pod in one set of counters, read by several threads.
//!
//! Each thread adds what it reads to counters of its own, and these are added
//! up at the end. Files that name their process are counted at once too, as
//! long as they are the only ones of their window; of the few windows with
//! several files the maximum is put in the place of what was counted first.
//! So all files are read once, and only those of such windows again.

use crate::error::{Error, reason};
use crate::input::{FileReader, LoadedPod};
use crate::session::Session;
use crate::summary::ArgsSummary;
use livecov_format::decode::{CounterFile, Records, Segment};
use livecov_format::merge::{Counters, FunctionTable, UnknownFunction};
use livecov_format::pods::FoundFile;
use livecov_format::snapshot::SnapshotKey;
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// Where a contribution to the counters stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Source {
    /// Number of the counter file in the pod.
    pub file: usize,
    /// Number of the contribution in the file.
    pub contribution: usize,
    /// Number of the snapshot in its instance.
    pub seq: u64,
}

/// The sources of each window, best last: what was counted first comes first.
pub type Windows = BTreeMap<SnapshotKey, Vec<Source>>;

/// What the counter files of a pod say.
#[derive(Debug)]
pub struct Combined {
    /// The sum over all processes.
    pub total: Counters,
    /// The part of it that names no process.
    pub anonymous: Counters,
    /// Whether any file names no process.
    pub has_anonymous: bool,
    /// The windows of processes that are named.
    pub windows: Windows,
    /// What the arguments of all files agree in.
    pub args: ArgsSummary,
    /// The same of the files that name no process.
    pub anonymous_args: ArgsSummary,
    /// The files that were counted.
    pub used: Vec<FoundFile>,
}

impl Combined {
    /// The sources of the only window, if there is nothing but that.
    #[must_use]
    pub fn only_window(&self) -> Option<&[Source]> {
        let mut windows = self.windows.values();
        let only = windows.next()?;
        (windows.next().is_none() && !self.has_anonymous).then_some(only.as_slice())
    }
}

/// The pod whose files are read, for all threads.
#[derive(Clone, Copy, Debug)]
pub struct Task<'a> {
    /// The pod.
    pub pod: &'a LoadedPod<'a>,
    /// The places of its functions' counters.
    pub table: &'a FunctionTable,
    /// The counter files to read.
    pub files: &'a [FoundFile],
}

/// What a thread has to say of a file.
#[derive(Debug)]
enum Finding {
    /// It is damaged, and why.
    LeftOut(String),
    /// It has records of functions that the meta file does not have.
    Unknown(Vec<UnknownFunction>),
}

/// What the threads share.
struct Shared<'a> {
    task: Task<'a>,
    next: AtomicUsize,
    windows: Mutex<FxHashMap<SnapshotKey, Vec<Source>>>,
}

/// What one thread has got together.
struct Worker<'s, 'a> {
    shared: &'s Shared<'a>,
    reader: FileReader,
    records: Records,
    named: Counters,
    anonymous: Counters,
    has_anonymous: bool,
    args: ArgsSummary,
    anonymous_args: ArgsSummary,
    findings: Vec<(usize, Finding)>,
}

/// Reads files and combines their counters.
///
/// # Errors
///
/// Damage under `--strict`.
pub fn combine(session: &mut Session<'_>, task: Task<'_>) -> Result<Combined, Error> {
    let shared = Shared { task, next: AtomicUsize::new(0), windows: Mutex::default() };
    let progress = session.progress();
    progress.expect(task.files.len());
    // A thread costs as much as a few files.
    let threads = session.threads().min(task.files.len().div_ceil(4)).max(1);
    let mut workers = std::thread::scope(|scope| {
        let work = || Worker::new(&shared).run(|| progress.advance());
        let helpers: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let mut workers = vec![work()];
        for helper in helpers {
            workers.push(helper.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        workers
    });
    let mut findings: Vec<_> = workers.iter_mut().flat_map(|worker| std::mem::take(&mut worker.findings)).collect();
    findings.sort_by_key(|(file, _)| *file);
    let mut used: Vec<Option<&FoundFile>> = task.files.iter().map(Some).collect();
    for (file, finding) in findings {
        report(session, &task, file, &finding)?;
        if let (Finding::LeftOut(_), Some(slot)) = (&finding, used.get_mut(file)) {
            *slot = None;
        }
    }
    let used = used.into_iter().flatten().cloned().collect();
    let combined = gather(workers, &shared, used);
    if combined.total.overflowed() {
        session.warn("some counts do not fit 32 bits, and stay at 4294967295");
    }
    Ok(combined)
}

/// Adds up what the threads have.
fn gather(workers: Vec<Worker<'_, '_>>, shared: &Shared<'_>, used: Vec<FoundFile>) -> Combined {
    let task = shared.task;
    let windows = std::mem::take(&mut *shared.windows.lock().unwrap_or_else(PoisonError::into_inner));
    let mut workers = workers.into_iter();
    let first = workers.next().unwrap_or_else(|| Worker::new(shared));
    let mut named = first.named;
    let mut combined = Combined {
        total: first.anonymous,
        anonymous: Counters::new(task.table, task.pod.meta.mode),
        has_anonymous: first.has_anonymous,
        windows: windows.into_iter().collect(),
        args: first.args,
        anonymous_args: first.anonymous_args,
        used,
    };
    for worker in workers {
        named.add(&worker.named);
        combined.total.add(&worker.anonymous);
        combined.has_anonymous |= worker.has_anonymous;
        combined.args.merge(worker.args);
        combined.anonymous_args.merge(worker.anonymous_args);
    }
    for sources in combined.windows.values().filter(|sources| sources.len() > 1) {
        settle(&mut named, task, sources);
    }
    if !combined.windows.is_empty() {
        combined.anonymous.clone_from(&combined.total);
        combined.total.add(&named);
    }
    combined
}

/// Puts the maximum of a window's snapshots in the place of the first, which
/// was counted.
fn settle(named: &mut Counters, task: Task<'_>, sources: &[Source]) {
    let mut counted = Counters::new(task.table, task.pod.meta.mode);
    let mut maximum = counted.clone();
    let mut reader = SourceReader::new(task);
    for (number, source) in sources.iter().enumerate() {
        reader.with(*source, |_, records| {
            if number == 0 {
                counted.max_records(task.table, records);
            }
            maximum.max_records(task.table, records);
        });
    }
    named.raise(&counted, &maximum);
}

/// Reads contributions again that were found sound before.
pub struct SourceReader<'a> {
    task: Task<'a>,
    reader: FileReader,
    records: Records,
}

impl<'a> SourceReader<'a> {
    /// A reader for the files of `task`.
    #[must_use]
    pub fn new(task: Task<'a>) -> Self {
        Self { task, reader: FileReader::default(), records: Records::default() }
    }

    /// Calls `work` with a contribution; not if the file has changed since it
    /// was read, and no longer has it.
    pub fn with<T>(&mut self, source: Source, work: impl FnOnce(&Segment<'_>, &Records) -> T) -> Option<T> {
        let file = self.task.files.get(source.file)?;
        let bytes = self.reader.read(&file.path).ok()?;
        let file = CounterFile::parse(bytes).ok()?;
        let segment = file.contributions().get(source.contribution)?;
        segment.decode(&mut self.records).ok()?;
        self.task.table.check(&self.records).ok()?;
        Some(work(segment, &self.records))
    }
}

impl<'s, 'a> Worker<'s, 'a> {
    fn new(shared: &'s Shared<'a>) -> Self {
        let Task { pod, table, .. } = shared.task;
        let zero = Counters::new(table, pod.meta.mode);
        Self {
            shared,
            reader: FileReader::default(),
            records: Records::default(),
            named: zero.clone(),
            anonymous: zero,
            has_anonymous: false,
            args: ArgsSummary::default(),
            anonymous_args: ArgsSummary::default(),
            findings: Vec::new(),
        }
    }

    fn run(mut self, advance: impl Fn()) -> Self {
        loop {
            let number = self.shared.next.fetch_add(1, Ordering::Relaxed);
            let Some(file) = self.shared.task.files.get(number) else { return self };
            let mut reader = std::mem::take(&mut self.reader);
            if let Err(why) = self.count(number, &mut reader, &file.path) {
                self.findings.push((number, Finding::LeftOut(why)));
            }
            self.reader = reader;
            advance();
        }
    }

    /// Counts a file, all of it or none.
    fn count(&mut self, number: usize, reader: &mut FileReader, path: &Path) -> Result<(), String> {
        let task = self.shared.task;
        let bytes = reader.read(path).map_err(|error| reason(&error))?;
        let file = CounterFile::parse(bytes).map_err(|error| error.to_string())?;
        if file.meta_hash != task.pod.meta.hash {
            return Err(format!("its header names another meta-data file than {}", task.pod.meta_path.display()));
        }
        let contributions = file.contributions();
        let mut unknown = Vec::new();
        for segment in contributions {
            segment.decode(&mut self.records).map_err(|error| error.to_string())?;
            unknown.extend(task.table.check(&self.records).map_err(|error| error.to_string())?);
        }
        if file.segments.len() != contributions.len() {
            // Go's tools see this segment only: if it is damaged, so is the file.
            let total = file.segments.first();
            total.map_or(Ok(()), |total| total.decode(&mut self.records)).map_err(|error| error.to_string())?;
        }
        for (contribution, segment) in contributions.iter().enumerate() {
            if file.segments.len() > 1 {
                segment.decode(&mut self.records).map_err(|error| error.to_string())?;
            }
            self.offer(number, contribution, segment);
        }
        if !unknown.is_empty() {
            self.findings.push((number, Finding::Unknown(unknown)));
        }
        Ok(())
    }

    /// Counts the decoded records of a contribution, unless some of its window
    /// have been counted.
    fn offer(&mut self, file: usize, contribution: usize, segment: &Segment<'_>) {
        let table = self.shared.task.table;
        self.args.add(&segment.args);
        let Some(key) = segment.args.snapshot() else {
            self.has_anonymous = true;
            self.anonymous_args.add(&segment.args);
            self.anonymous.add_records(table, &self.records);
            return;
        };
        let source = Source { file, contribution, seq: key.seq };
        let mut windows = self.shared.windows.lock().unwrap_or_else(PoisonError::into_inner);
        let sources = windows.entry(key.window()).or_default();
        sources.push(source);
        if sources.len() == 1 {
            drop(windows);
            self.named.add_records(table, &self.records);
        }
    }
}

/// How many records of unknown functions are named.
const NAMED_RECORDS: usize = 10;

fn report(session: &mut Session<'_>, task: &Task<'_>, file: usize, finding: &Finding) -> Result<(), Error> {
    let path = task.files.get(file).map(|file| file.path.display().to_string()).unwrap_or_default();
    match finding {
        Finding::LeftOut(why) => session.leave_out(&format!("leaving out counter data file {path}: {why}")),
        Finding::Unknown(unknown) => {
            for record in unknown.iter().take(NAMED_RECORDS) {
                let UnknownFunction { package, function, function_count, counter_count } = record;
                session.leave_out(&format!(
                    "leaving out {counter_count} counters in {path}: \
                     they are of function {function} of package {package}, which has {function_count} functions"
                ))?;
            }
            match unknown.len().saturating_sub(NAMED_RECORDS) {
                0 => Ok(()),
                more => session.leave_out(&format!("leaving out {more} more such records in {path}")),
            }
        }
    }
}
