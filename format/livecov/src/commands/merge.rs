//! `merge`: many data files in one, program by program or all together.

use crate::cli::MergeOpts;
use crate::combine::{Combined, SourceReader, Task, combine};
use crate::error::Error;
use crate::input::archive::Archive;
use crate::input::{Inputs, LoadedPod};
use crate::leftovers::{LEFTOVER_AGE, Leftovers, remove_leftovers};
use crate::modes::{ModeRule, Modes};
use crate::pattern::PackageFilter;
use crate::programs::{NewMeta, Programs, select};
use crate::session::Session;
use crate::store::{CounterFileWriter, FunctionMap, Store, maximum, with_origin};
use livecov_format::decode::MetaFile;
use livecov_format::merge::FunctionTable;
use livecov_format::pods::{FoundFile, Pod};
use livecov_format::vocab::CounterMode;
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;
use std::path::PathBuf;

/// Runs the command.
///
/// # Errors
///
/// Those of the inputs and outputs.
pub fn run(session: &mut Session<'_>, opts: &MergeOpts) -> Result<(), Error> {
    opts.common.inputs()?;
    let output = opts.output().ok_or_else(|| Error::Usage("select output directory with '-o' option".into()))?;
    let filter = PackageFilter::new(&opts.common.packages);
    let inputs = Inputs::find(session, &opts.common)?;
    let store = Store::open(output)?;
    if !filter.is_open() && inputs.directories().iter().any(|dir| store.is(dir)) {
        return Err(Error::Unsuitable(format!(
            "merging chosen packages into the input directory {} would lose the others: choose another output directory",
            output.display()
        )));
    }
    let mut dirs = inputs.directories();
    dirs.insert(output.to_owned());
    let mut merge = Merge { store, filter, flatten: opts.flatten, merged: Vec::new(), written: Vec::new() };
    if opts.combine_programs {
        merge.together(session, inputs)?;
    } else {
        merge.each(session, inputs)?;
    }
    merge.replace()?;
    remove_leftovers_of(session, &dirs);
    Ok(())
}

/// Removes what dead processes left in the directories. The merge is done: if it cannot be removed, that is no failure.
fn remove_leftovers_of(session: &mut Session<'_>, dirs: &BTreeSet<PathBuf>) {
    let mut leftovers = Leftovers::default();
    for dir in dirs {
        leftovers.add(remove_leftovers(dir, LEFTOVER_AGE).unwrap_or_default());
    }
    if let Some(message) = leftovers.message() {
        session.note(&message);
    }
}

/// A merge on its way.
struct Merge {
    store: Store,
    filter: PackageFilter,
    flatten: bool,
    /// Input files that the result stands for.
    merged: Vec<PathBuf>,
    /// Files of the result.
    written: Vec<PathBuf>,
}

impl Merge {
    /// Merges each program by itself.
    fn each(&mut self, session: &mut Session<'_>, mut inputs: Inputs) -> Result<(), Error> {
        inputs.for_each_pod(session, |session, pod| {
            if self.filter.is_open() {
                let tag = &pod.pod.tag;
                self.store.write_meta(tag, pod.meta_bytes, pod.meta_on_disk())?;
                let used = self.write(session, &pod, &pod.pod.counter_files, tag)?;
                self.merged.extend(used.into_iter().map(|file| file.path));
                return Ok(());
            }
            let (meta, map) = select(&pod.meta, &self.filter)?;
            let mut spool = Spool::create(&self.store, &meta)?;
            spool.add(session, &pod, &map, pod.meta.mode)?;
            self.write_spool(session, &meta, spool)
        })
    }

    /// Merges all programs into one.
    fn together(&mut self, session: &mut Session<'_>, mut inputs: Inputs) -> Result<(), Error> {
        let meta_files: Vec<Vec<PathBuf>> =
            inputs.pods.iter().map(|pod| pod.meta_files.iter().map(|file| file.path.clone()).collect()).collect();
        let mut programs = Programs::default();
        let mut modes = Modes::new(ModeRule::Largest);
        let mut maps = Vec::new();
        maps.resize_with(inputs.pods.len(), FunctionMap::new);
        inputs.for_each_pod(session, |_, pod| {
            modes.meet(pod.meta_path, &pod.meta)?;
            if let Some(map) = maps.get_mut(pod.number) {
                *map = programs.add(pod.meta_path, &pod.meta, &self.filter)?;
            }
            Ok(())
        })?;
        if inputs.pods.is_empty() {
            return Ok(());
        }
        let (mode, granularity) = modes.get();
        let meta = programs.finish(mode, granularity)?;
        let mut spool = Spool::create(&self.store, &meta)?;
        inputs.for_each_pod_again(session, |session, pod| {
            let used = spool.add(session, &pod, maps.get(pod.number).map_or(&Vec::new(), |map| map), mode)?;
            if used.len() == pod.pod.counter_files.len() {
                // Nothing is left that would be of no use without them.
                self.merged.extend(meta_files.get(pod.number).into_iter().flatten().cloned());
            }
            self.merged.extend(used.into_iter().map(|file| file.path));
            Ok(())
        })?;
        self.write_spool(session, &meta, spool)
    }

    fn write_spool(&mut self, session: &mut Session<'_>, new: &NewMeta, spool: Spool) -> Result<(), Error> {
        let path = self.store.meta_path(&new.tag);
        self.store.write_meta(&new.tag, &new.bytes, None)?;
        self.written.push(path.clone());
        let meta = MetaFile::parse(&new.bytes).map_err(|error| Error::Unsuitable(error.to_string()))?;
        let files = spool.finish()?;
        let pod = Pod { tag: new.tag.clone(), meta_files: Vec::new(), counter_files: Vec::new() };
        let (archive, earlier) = (&Archive::default(), &[]);
        let pod = LoadedPod { number: 0, pod: &pod, earlier, archive, meta_path: &path, meta_bytes: &new.bytes, meta };
        let found: Vec<FoundFile> = files.iter().map(|file| FoundFile { path: file.to_path_buf(), dir: 0 }).collect();
        self.write(session, &pod, &found, &new.tag).map(drop)
    }

    /// Writes the counter file of one program, and gives the files that it
    /// stands for.
    fn write(
        &mut self,
        session: &mut Session<'_>,
        pod: &LoadedPod<'_>,
        files: &[FoundFile],
        tag: &str,
    ) -> Result<Vec<FoundFile>, Error> {
        let table = FunctionTable::new(&pod.meta);
        let task = Task::new(pod, &table, files);
        let combined = combine(session, task)?;
        let path = self.store.write_combined(tag, task, &combined, self.flatten)?;
        self.written.push(path);
        Ok(combined.used)
    }

    /// Removes what was merged from the output directory: it would count twice
    /// beside the result.
    fn replace(self) -> Result<(), Error> {
        let mut dirs = FxHashMap::default();
        for path in &self.merged {
            let is_here = *dirs.entry(path.parent()).or_insert_with(|| self.store.holds(path));
            if is_here && !self.written.iter().any(|written| written.file_name() == path.file_name()) {
                std::fs::remove_file(path).map_err(|source| Error::file("removing merged file", path, source))?;
            }
        }
        Ok(())
    }
}

/// The counters of several programs in the numbers of their common meta file:
/// a counter file for the time of the merge.
struct Spool {
    file: tempfile::TempPath,
    writer: CounterFileWriter,
    is_empty: bool,
}

impl Spool {
    fn create(store: &Store, meta: &NewMeta) -> Result<Self, Error> {
        let file = store.temporary()?;
        let writer = CounterFileWriter::create(&file, meta.hash)?;
        Ok(Self { file, writer, is_empty: true })
    }

    /// Adds what the counter files of a program say, and gives those that were
    /// counted. `mode` is that of the result.
    fn add(
        &mut self,
        session: &mut Session<'_>,
        pod: &LoadedPod<'_>,
        map: &FunctionMap,
        mode: CounterMode,
    ) -> Result<Vec<FoundFile>, Error> {
        let table = FunctionTable::new(&pod.meta);
        let task = Task::new(pod, &table, &pod.pod.counter_files);
        let combined = combine(session, task)?;
        let Combined { total, anonymous, has_anonymous, windows, args, anonymous_args, used, .. } = combined;
        if used.is_empty() {
            return Ok(used);
        }
        self.is_empty = false;
        if windows.is_empty() || pod.meta.mode != mode && pod.meta.mode.unites() {
            // Processes unite within this program, but add up in the result.
            self.writer.encode(&args.to_args(), &table, &total, Some(map))?;
            return Ok(used);
        }
        if has_anonymous {
            self.writer.encode(&anonymous_args.to_args(), &table, &anonymous, Some(map))?;
        }
        let mut reader = SourceReader::new(task);
        for sources in windows.values() {
            let (mut args, counters) = maximum(&mut reader, task, sources);
            with_origin(&mut args, &pod.meta.hash);
            self.writer.encode(&args, &table, &counters, Some(map))?;
        }
        reader.finish()?;
        Ok(used)
    }

    /// The finished file; none if nothing was added.
    fn finish(self) -> Result<Option<tempfile::TempPath>, Error> {
        if self.is_empty {
            return Ok(None);
        }
        self.writer.commit()?;
        Ok(Some(self.file))
    }
}
