//! What reports have in common: all pods, read and added up.

use super::aggregate::Aggregate;
use crate::cli::Common;
use crate::combine::{Task, combine};
use crate::error::Error;
use crate::input::Inputs;
use crate::modes::{ModeRule, Modes};
use crate::pattern::PackageFilter;
use crate::selection::{Selection, SelectionOpts};
use crate::session::Session;
use crate::since::{Outcome, Since};
use livecov_format::merge::FunctionTable;

/// Reads all inputs of a report.
///
/// # Errors
///
/// Inputs that cannot be read, or whose modes do not go together.
pub fn collect(
    session: &mut Session<'_>,
    common: &Common,
    selected: &SelectionOpts,
    rule: ModeRule,
) -> Result<Aggregate, Error> {
    let filter = PackageFilter::new(&common.packages).workspace_only(selected.workspace_only);
    let selection = Selection::new(selected)?;
    let earlier = selected.earlier(session);
    let mut inputs = Inputs::find_since(session, common, earlier.clone())?;
    let mut outcome = Outcome::default();
    let mut modes = Modes::new(rule);
    let mut aggregate = Aggregate::default();
    inputs.for_each_pod(session, |session, pod| {
        modes.meet(pod.meta_path, &pod.meta)?;
        let table = FunctionTable::new(&pod.meta);
        let since = Since::read(session, &pod, &table)?;
        let task = Task::new(&pod, &table, &pod.pod.counter_files);
        let combined = combine(session, Task { selection: selection.as_ref(), since: since.as_ref(), ..task })?;
        outcome.add(combined.since);
        drop(since);
        aggregate.add(pod.meta, &table, &combined.total, &filter);
        Ok(())
    })?;
    if let Some(selection) = selection {
        selection.report(session);
    }
    outcome.report(session, &earlier)?;
    Ok(aggregate)
}

/// Reads the packages of all inputs, and no counters.
///
/// # Errors
///
/// As [`collect`].
pub fn collect_packages(session: &mut Session<'_>, common: &Common) -> Result<Vec<Vec<u8>>, Error> {
    let filter = PackageFilter::new(&common.packages);
    let mut inputs = Inputs::find(session, common)?;
    let mut modes = Modes::new(ModeRule::Largest);
    let mut paths = Vec::new();
    inputs.for_each_pod(session, |_, pod| {
        modes.meet(pod.meta_path, &pod.meta)?;
        let chosen = pod.meta.packages.iter().filter(|package| filter.matches(package.path));
        paths.extend(chosen.map(|package| package.path.to_vec()));
        Ok(())
    })?;
    paths.sort();
    paths.dedup();
    Ok(paths)
}
