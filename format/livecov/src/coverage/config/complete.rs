//! Flags of the command line, completed by the configuration file.

use super::find::{Found, find, read};
use crate::coverage::opts::CoverageOpts;
use crate::error::Error;
use crate::session::Session;
use std::path::{Path, PathBuf};

/// The options with what the configuration file says where the command line says nothing.
///
/// # Errors
///
/// A configuration file that cannot be read, or is wrong.
pub fn complete(session: &mut Session<'_>, opts: &CoverageOpts) -> Result<CoverageOpts, Error> {
    let mut opts = opts.clone();
    let found = match &opts.config {
        _ if opts.no_config => None,
        Some(path) => Some(read(path)?),
        None => find(&std::env::current_dir().unwrap_or_default())?,
    };
    if let Some(found) = found {
        session.trace(1, || format!("configured by {}", found.path.display()));
        apply(&mut opts, found);
    }
    if opts.common.strict {
        session.be_strict();
    }
    Ok(opts)
}

fn apply(opts: &mut CoverageOpts, found: Found) {
    let Found { path, config } = found;
    let dir = path.parent().unwrap_or_else(|| Path::new("")).to_owned();
    let in_dir = |path: PathBuf| dir.join(path);
    opts.by = opts.by.or(config.by);
    opts.sort = opts.sort.or(config.sort);
    opts.color = opts.color.or(config.color);
    opts.reverse = opts.reverse.or(config.reverse);
    opts.missing = opts.missing.or(config.missing);
    opts.omissions = opts.omissions.or(config.omissions);
    opts.common.strict |= config.strict;
    if opts.filter.is_empty() {
        opts.filter = config.filter;
    }
    opts.exclude_files.extend(config.exclude_files);
    opts.ignore_filename_regex.extend(config.ignore_filename_regex);
    // Those of the command line are looked at first.
    opts.source_root.extend(config.source_root.into_iter().map(in_dir));
    // Of several rules that fit, the last counts.
    opts.remap.splice(..0, config.remap);
    if !opts.changes.has_diff() {
        opts.changes.diff = config.diff;
    }
    if opts.changes.baseline.is_empty() {
        opts.changes.baseline = config.baseline.into_iter().map(|path| in_dir(path).into()).collect();
    }
    opts.formats.complete(config.formats, &dir);
    for (scope, measure, limit) in config.thresholds.all() {
        opts.limits.complete(scope, measure, limit);
    }
}
