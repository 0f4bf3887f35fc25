//! `subtract` and `intersect`: what one directory covers and another does not,
//! and what all cover.

use crate::cli::SetOpts;
use crate::combine::{Task, combine};
use crate::error::Error;
use crate::input::{Inputs, LoadedPod, list};
use crate::pattern::PackageFilter;
use crate::programs::select;
use crate::session::Session;
use crate::store::{OwnedArgs, Store};
use livecov_format::merge::{Counters, FunctionTable};
use livecov_format::pods::FoundFile;

/// Which of the two commands runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetOperation {
    /// `subtract`
    Subtract,
    /// `intersect`
    Intersect,
}

/// Runs the command.
///
/// # Errors
///
/// Those of the inputs and outputs.
pub fn run(session: &mut Session<'_>, opts: &SetOpts, operation: SetOperation) -> Result<(), Error> {
    let dir_count = list::count(opts.common.inputs()?);
    if operation == SetOperation::Subtract && dir_count != 2 {
        return Err(Error::Usage("supply exactly two input dirs for subtract operation".into()));
    }
    let output = opts.output().ok_or_else(|| Error::Usage("select output directory with '-o' option".into()))?;
    let filter = PackageFilter::new(&opts.common.packages);
    let mut inputs = Inputs::find(session, &opts.common)?;
    let store = Store::open(output)?;
    if inputs.directories().iter().any(|dir| store.is(dir)) {
        return Err(Error::Unsuitable(format!(
            "the result would mix with the data in the input directory {}: choose another output directory",
            output.display()
        )));
    }
    inputs.for_each_pod(session, |session, pod| {
        let table = FunctionTable::new(&pod.meta);
        let counters = operate(session, &pod, &table, dir_count, operation)?;
        // The result is of no single run: as in Go, it has no arguments.
        let args = OwnedArgs::new();
        if filter.is_open() {
            let tag = &pod.pod.tag;
            store.write_meta(tag, pod.meta_bytes, pod.meta_on_disk())?;
            store.write_counters(tag, pod.meta.hash, &args, &table, &counters, None)?;
        } else {
            let (meta, map) = select(&pod.meta, &filter)?;
            store.write_meta(&meta.tag, &meta.bytes, None)?;
            store.write_counters(&meta.tag, meta.hash, &args, &table, &counters, Some(&map))?;
        }
        Ok(())
    })
}

/// The counters that are left of a program.
fn operate(
    session: &mut Session<'_>,
    pod: &LoadedPod<'_>,
    table: &FunctionTable,
    dir_count: usize,
    operation: SetOperation,
) -> Result<Counters, Error> {
    let mut result: Option<Counters> = None;
    for dir in 0..dir_count {
        let files = pod.pod.counter_files.iter().filter(|file| file.dir == dir).cloned();
        let files: Vec<FoundFile> = files.collect();
        let combined = combine(session, Task::new(pod, table, &files))?;
        match (&mut result, operation) {
            (None, _) => result = Some(combined.total),
            (Some(result), SetOperation::Subtract) => result.subtract(&combined.total),
            (Some(result), SetOperation::Intersect) => result.intersect(&combined.total),
        }
    }
    Ok(result.unwrap_or_else(|| Counters::new(table, pod.meta.mode)))
}
