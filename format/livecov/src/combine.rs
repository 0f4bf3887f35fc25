//! The counter files of a pod in one set of counters, read by several threads.
//!
//! Each thread adds what it reads to counters of its own, and these are added
//! up at the end. Files that name their process are counted at once too, as
//! long as they are the only ones of their window; of the few windows with
//! several files the maximum is put in the place of what was counted first.
//! So all files are read once, and only those of such windows again.
//!
//! Records are added as they are decoded. If a file turns out to be damaged
//! when some of it is in, all is done again without that file: damage is rare,
//! and looking twice at every file would cost every user.

use crate::error::{Error, reason};
use crate::input::{FileReader, LoadedPod};
use crate::provenance::Runs;
use crate::selection::Selection;
use crate::session::Session;
use crate::since::{Met, Outcome, Since, Standing};
use crate::summary::ArgsSummary;
use livecov_format::decode::{CounterFile, DecodeError, Records, Segment};
use livecov_format::merge::{Counters, FunctionTable, Tally, UnknownFunction};
use livecov_format::pods::FoundFile;
use livecov_format::snapshot::SnapshotKey;
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, BTreeSet};
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

/// The sources of each window as they were met; the first was counted.
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
    /// The contributions that name no process.
    pub unnamed: Vec<Source>,
    /// The windows of processes that are named.
    pub windows: Windows,
    /// What the arguments of all files agree in.
    pub args: ArgsSummary,
    /// The same of the files that name no process.
    pub anonymous_args: ArgsSummary,
    /// What the files say of the runs that they are from.
    pub runs: Runs,
    /// The files that were counted.
    pub used: Vec<FoundFile>,
    /// What there is to say of the processes of earlier data.
    pub since: Outcome,
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
    /// Which contributions are taken; all if there is none.
    pub selection: Option<&'a Selection>,
    /// The data that the counts are to be taken off from.
    pub since: Option<&'a Since<'a>>,
}

impl<'a> Task<'a> {
    /// All that is in the files.
    #[must_use]
    pub const fn new(pod: &'a LoadedPod<'a>, table: &'a FunctionTable, files: &'a [FoundFile]) -> Self {
        Self { pod, table, files, selection: None, since: None }
    }
}

/// What the threads share.
struct Shared<'a> {
    task: Task<'a>,
    /// The files that were found damaged before, and why.
    damaged: &'a BTreeMap<usize, String>,
    next: AtomicUsize,
    windows: Mutex<FxHashMap<SnapshotKey, Vec<Source>>>,
    /// The processes of earlier data.
    met: Mutex<Met>,
}

/// What one thread has got together.
struct Worker<'s, 'a> {
    shared: &'s Shared<'a>,
    records: Records,
    /// What files say that name their process; made for the first one.
    named: Option<Tally>,
    anonymous: Tally,
    unnamed: Vec<Source>,
    has_anonymous: bool,
    args: ArgsSummary,
    anonymous_args: ArgsSummary,
    runs: Runs,
    /// Files of which nothing was taken.
    passed_over: Vec<usize>,
    /// Files that are damaged, and why.
    damaged: Vec<(usize, String)>,
    /// Records of functions that the meta file does not have.
    unknown: UnknownByFile,
    /// Whether a part of a damaged file was counted.
    is_tainted: bool,
}

/// Reads files and combines their counters.
///
/// # Errors
///
/// Damage under `--strict`.
pub fn combine(session: &mut Session<'_>, task: Task<'_>) -> Result<Combined, Error> {
    let mut damaged = BTreeMap::new();
    let (mut combined, unknown, passed_over) = loop {
        let attempt = attempt(session, task, &damaged)?;
        damaged.extend(attempt.damaged);
        if let Some((combined, unknown)) = attempt.counted {
            break (combined, unknown, attempt.passed_over);
        }
    };
    for (number, file) in task.files.iter().enumerate() {
        let path = file.path.display();
        if let Some(why) = damaged.get(&number) {
            session.leave_out(&format!("leaving out counter data file {path}: {why}"))?;
        }
        if let Some(records) = unknown.get(&number) {
            report_unknown(session, &file.path, records)?;
        }
        if !damaged.contains_key(&number) && !passed_over.contains(&number) {
            combined.used.push(file.clone());
        }
    }
    if combined.total.is_saturated() {
        session.warn("some counts do not fit 32 bits, and stay at 4294967295");
    }
    Ok(combined)
}

/// Records of unknown functions, by the number of the file.
type UnknownByFile = BTreeMap<usize, Vec<UnknownFunction>>;

/// What became of reading all files once.
struct Attempt {
    /// Files that were found to be damaged, and why.
    damaged: Vec<(usize, String)>,
    /// Files of which nothing was taken.
    passed_over: BTreeSet<usize>,
    /// What was counted, and the records of unknown functions by file; none if
    /// a part of a damaged file is in it.
    counted: Option<(Combined, UnknownByFile)>,
}

/// Reads all files but those that are known to be damaged.
fn attempt(session: &Session<'_>, task: Task<'_>, damaged: &BTreeMap<usize, String>) -> Result<Attempt, Error> {
    let (windows, met) = (Mutex::default(), Mutex::default());
    let shared = Shared { task, damaged, next: AtomicUsize::new(0), windows, met };
    let bar = session.progress().bar();
    // A thread costs as much as a few files.
    let threads = session.threads().min(task.files.len().div_ceil(4)).max(1);
    let mut workers = std::thread::scope(|scope| {
        let work = || Worker::new(&shared).run(|| bar.advance());
        let helpers: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let mut workers = vec![work()];
        for helper in helpers {
            workers.push(helper.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        workers
    });
    let found: Vec<_> = workers.iter_mut().flat_map(|worker| std::mem::take(&mut worker.damaged)).collect();
    let passed_over = workers.iter_mut().flat_map(|worker| std::mem::take(&mut worker.passed_over)).collect();
    if workers.iter().any(|worker| worker.is_tainted) {
        return Ok(Attempt { damaged: found, passed_over, counted: None });
    }
    let unknown = workers.iter_mut().flat_map(|worker| std::mem::take(&mut worker.unknown)).collect();
    Ok(Attempt { damaged: found, passed_over, counted: Some((gather(workers, &shared)?, unknown)) })
}

/// Adds up what the threads have.
/// # Errors
///
/// A file that has changed since it was read.
fn gather(workers: Vec<Worker<'_, '_>>, shared: &Shared<'_>) -> Result<Combined, Error> {
    let task = shared.task;
    let windows = std::mem::take(&mut *shared.windows.lock().unwrap_or_else(PoisonError::into_inner));
    let mut workers = workers.into_iter();
    let first = workers.next().unwrap_or_else(|| Worker::new(shared));
    let mut named = first.named.map(Tally::finish);
    let mut combined = Combined {
        total: first.anonymous.finish(),
        anonymous: Counters::new(task.table, task.pod.meta.mode),
        has_anonymous: first.has_anonymous,
        unnamed: first.unnamed,
        windows: windows.into_iter().collect(),
        args: first.args,
        anonymous_args: first.anonymous_args,
        runs: first.runs,
        used: Vec::new(),
        since: Outcome::default(),
    };
    for worker in workers {
        match (&mut named, worker.named.map(Tally::finish)) {
            (Some(named), Some(more)) => named.add(&more),
            (named, more) => *named = named.take().or(more),
        }
        combined.total.add(&worker.anonymous.finish());
        combined.has_anonymous |= worker.has_anonymous;
        combined.unnamed.extend(worker.unnamed);
        combined.args.merge(worker.args);
        combined.anonymous_args.merge(worker.anonymous_args);
        combined.runs.merge(worker.runs);
    }
    if let Some(mut named) = named {
        let mut settler = Settler::new(task);
        for sources in combined.windows.values().filter(|sources| sources.len() > 1) {
            settler.settle(&mut named, sources);
        }
        settler.reader.finish()?;
        combined.anonymous.clone_from(&combined.total);
        combined.total.add(&named);
    }
    if let Some(since) = task.since {
        let met = shared.met.lock().unwrap_or_else(PoisonError::into_inner);
        combined.since = since.add_differences(task, &met, &mut combined)?;
    }
    Ok(combined)
}

/// Puts the maximum of a window's snapshots in the place of the first, which
/// was counted. It looks only at functions that the window has: there may be
/// thousands of windows.
struct Settler<'a> {
    task: Task<'a>,
    reader: SourceReader<'a>,
    counted: Counters,
    maximum: Counters,
    /// The functions that these have.
    functions: Vec<usize>,
}

impl<'a> Settler<'a> {
    fn new(task: Task<'a>) -> Self {
        let counted = Counters::new(task.table, task.pod.meta.mode);
        Self { task, reader: SourceReader::new(task), maximum: counted.clone(), counted, functions: Vec::new() }
    }

    fn settle(&mut self, named: &mut Counters, sources: &[Source]) {
        let Self { task, reader, counted, maximum, functions } = self;
        let table = task.table;
        for (number, source) in sources.iter().enumerate() {
            reader.with(*source, |_, records| {
                if number == 0 {
                    counted.max_records(table, records);
                }
                maximum.max_records(table, records);
                functions
                    .extend(records.iter().filter_map(|(record, _)| table.number(record.package, record.function)));
            });
        }
        functions.sort_unstable();
        functions.dedup();
        for number in functions.drain(..) {
            named.raise_function(table, number, counted, maximum);
            counted.clear_function(table, number);
            maximum.clear_function(table, number);
        }
    }
}

/// Reads contributions again that were found sound before.
pub struct SourceReader<'a> {
    task: Task<'a>,
    reader: FileReader<'a>,
    records: Records,
    /// A file that no longer had what it had when it was counted.
    changed: Option<&'a Path>,
}

impl<'a> SourceReader<'a> {
    /// A reader for the files of `task`.
    #[must_use]
    pub fn new(task: Task<'a>) -> Self {
        Self { task, reader: FileReader::new(task.pod.archive), records: Records::default(), changed: None }
    }

    /// That all that was read again was there.
    ///
    /// # Errors
    ///
    /// Names a file that has changed since it was counted: what was made of
    /// it lacks a part.
    pub fn finish(&self) -> Result<(), Error> {
        self.changed.map_or(Ok(()), |path| {
            let path = path.display();
            Err(Error::Unsuitable(format!(
                "{path} was changed or removed while it was being read: run the command again"
            )))
        })
    }

    /// Calls `work` with a contribution that is not decoded again; not if the
    /// file has changed since it was read, and no longer has it.
    pub fn with_segment<T>(&mut self, source: Source, work: impl FnOnce(&Segment<'_>) -> T) -> Option<T> {
        let found = contribution(self.task, &mut self.reader, source, |segment| {
            segment.verify_checksum().ok()?;
            Some(work(segment))
        });
        self.note(source, found)
    }

    /// Calls `work` with a contribution and its records; not if the file has
    /// changed since it was read, and no longer has them.
    pub fn with<T>(&mut self, source: Source, work: impl FnOnce(&Segment<'_>, &Records) -> T) -> Option<T> {
        let Self { task, reader, records, .. } = self;
        let found = contribution(*task, reader, source, |segment| {
            segment.decode(records).ok()?;
            task.table.check(records).ok()?;
            Some(work(segment, records))
        });
        self.note(source, found)
    }

    fn note<T>(&mut self, source: Source, found: Option<T>) -> Option<T> {
        if found.is_none() {
            self.changed = self.task.files.get(source.file).map(|file| file.path.as_path());
        }
        found
    }
}

fn contribution<T>(
    task: Task<'_>,
    reader: &mut FileReader<'_>,
    source: Source,
    work: impl FnOnce(&Segment<'_>) -> Option<T>,
) -> Option<T> {
    let bytes = reader.read(&task.files.get(source.file)?.path).ok()?;
    let file = CounterFile::parse(bytes).ok()?;
    work(file.contributions().get(source.contribution)?)
}

impl<'s, 'a> Worker<'s, 'a> {
    fn new(shared: &'s Shared<'a>) -> Self {
        let Task { pod, table, .. } = shared.task;
        Self {
            shared,
            records: Records::default(),
            named: None,
            anonymous: Tally::new(table, pod.meta.mode),
            unnamed: Vec::new(),
            has_anonymous: false,
            args: ArgsSummary::default(),
            anonymous_args: ArgsSummary::default(),
            runs: Runs::default(),
            passed_over: Vec::new(),
            damaged: Vec::new(),
            unknown: BTreeMap::new(),
            is_tainted: false,
        }
    }

    fn run(mut self, advance: impl Fn()) -> Self {
        let mut reader = FileReader::new(self.shared.task.pod.archive);
        loop {
            let number = self.shared.next.fetch_add(1, Ordering::Relaxed);
            let Some(file) = self.shared.task.files.get(number) else { return self };
            if self.shared.damaged.contains_key(&number) {
                continue;
            }
            if let Err(why) = self.count(number, &mut reader, &file.path) {
                self.damaged.push((number, why));
            }
            advance();
        }
    }

    /// Counts a file.
    fn count(&mut self, number: usize, reader: &mut FileReader<'_>, path: &Path) -> Result<(), String> {
        let task = self.shared.task;
        let bytes = reader.read(path).map_err(|error| reason(&error))?;
        let file = CounterFile::parse(bytes).map_err(|error| error.to_string())?;
        if file.meta_hash != task.pod.meta.hash {
            return Err(format!("its header names another meta-data file than {}", task.pod.meta_path.display()));
        }
        let contributions = file.contributions();
        if file.segments.len() != contributions.len() {
            // Go's tools see this segment only: if it is damaged, so is the file.
            let total = file.segments.first();
            total.map_or(Ok(()), |total| total.decode(&mut self.records)).map_err(|error| error.to_string())?;
        }
        let mut unknown = Vec::new();
        let takes = |segment: &Segment<'_>| task.selection.is_none_or(|selection| selection.takes(&segment.args, path));
        let mut is_passed_over = !contributions.is_empty();
        for (contribution, segment) in contributions.iter().enumerate().filter(|(_, segment)| takes(segment)) {
            is_passed_over = false;
            let seq = segment.args.snapshot().map_or(0, |key| key.seq);
            let source = Source { file: number, contribution, seq };
            self.count_segment(segment, source, path, &mut unknown).map_err(|error| {
                self.is_tainted = true;
                error.to_string()
            })?;
            self.runs.add(&segment.args, path);
        }
        self.passed_over.extend(is_passed_over.then_some(number));
        if !unknown.is_empty() {
            self.unknown.insert(number, unknown);
        }
        Ok(())
    }

    /// Counts a contribution, unless one of its window has been counted.
    fn count_segment(
        &mut self,
        segment: &Segment<'_>,
        source: Source,
        path: &Path,
        unknown: &mut Vec<UnknownFunction>,
    ) -> Result<(), DecodeError> {
        let table = self.shared.task.table;
        self.args.add(&segment.args);
        if let Some(since) = self.shared.task.since {
            let standing = since.standing(&segment.args, path);
            let mut met = self.shared.met.lock().unwrap_or_else(PoisonError::into_inner);
            since.meet(&mut met, &segment.args, source, standing);
            drop(met);
            if standing != Standing::Later {
                return self.check_segment(segment, unknown);
            }
        }
        let Some(key) = segment.args.snapshot() else {
            self.has_anonymous = true;
            self.unnamed.push(source);
            self.anonymous_args.add(&segment.args);
            return self.anonymous.add_segment(table, segment, unknown);
        };
        let is_first = {
            let mut windows = self.shared.windows.lock().unwrap_or_else(PoisonError::into_inner);
            let sources = windows.entry(key.window()).or_default();
            sources.push(source);
            sources.len() == 1
        };
        if is_first {
            let mode = self.shared.task.pod.meta.mode;
            let named = self.named.get_or_insert_with(|| Tally::new(table, mode));
            return named.add_segment(table, segment, unknown);
        }
        self.check_segment(segment, unknown)
    }

    /// Makes sure that a contribution is sound, which is counted later or not at all.
    fn check_segment(&mut self, segment: &Segment<'_>, unknown: &mut Vec<UnknownFunction>) -> Result<(), DecodeError> {
        let table = self.shared.task.table;
        segment.decode(&mut self.records)?;
        let checked = table.check(&self.records);
        unknown.extend(checked.map_err(|kind| DecodeError { offset: 0, kind })?);
        Ok(())
    }
}

/// How many records of unknown functions are named.
const NAMED_RECORDS: usize = 10;

fn report_unknown(session: &mut Session<'_>, path: &Path, unknown: &[UnknownFunction]) -> Result<(), Error> {
    let path = path.display();
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
