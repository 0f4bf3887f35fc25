//! What reports have in common: all pods, read and added up.

use super::aggregate::Aggregate;
use crate::cli::Common;
use crate::combine::{Task, combine};
use crate::error::Error;
use crate::input::Inputs;
use crate::modes::{ModeRule, Modes};
use crate::pattern::PackageFilter;
use crate::session::Session;
use livecov_format::merge::FunctionTable;

/// Reads all inputs of a report.
///
/// # Errors
///
/// Inputs that cannot be read, or whose modes do not go together.
pub fn collect(session: &mut Session<'_>, common: &Common, rule: ModeRule) -> Result<Aggregate, Error> {
    let filter = PackageFilter::new(common.packages.as_deref());
    let mut inputs = Inputs::find(session, common.inputs()?)?;
    let mut modes = Modes::new(rule);
    let mut aggregate = Aggregate::default();
    inputs.for_each_pod(session, |session, pod| {
        modes.meet(pod.meta_path, &pod.meta)?;
        let table = FunctionTable::new(&pod.meta);
        let combined = combine(session, Task { pod: &pod, table: &table, files: &pod.pod.counter_files })?;
        aggregate.add(pod.meta, &table, &combined.total, &filter);
        Ok(())
    })?;
    Ok(aggregate)
}

/// Reads the packages of all inputs, and no counters.
///
/// # Errors
///
/// As [`collect`].
pub fn collect_packages(session: &mut Session<'_>, common: &Common) -> Result<Vec<Vec<u8>>, Error> {
    let filter = PackageFilter::new(common.packages.as_deref());
    let mut inputs = Inputs::find(session, common.inputs()?)?;
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
