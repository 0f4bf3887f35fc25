//! `percent`: the share of statements that ran, package by package.

use super::textfmt;
use crate::cli::PercentOpts;
use crate::error::Error;
use crate::modes::ModeRule;
use crate::output::OutputFile;
use crate::report::collect::collect;
use crate::report::rows::{Rows, Statements};
use crate::session::Session;
use livecov_format::vocab::CounterMode;

/// Runs the command.
///
/// # Errors
///
/// Those of the inputs and outputs.
pub fn run(session: &mut Session<'_>, opts: &PercentOpts) -> Result<(), Error> {
    opts.common.inputs()?;
    let output = opts.output.as_deref().filter(|output| !output.as_os_str().is_empty());
    let profile = output.map(OutputFile::create).transpose()?;
    let aggregate = collect(session, &opts.common, ModeRule::Largest)?;
    let mode = aggregate.mode.unwrap_or(CounterMode::Invalid);
    for (path, package) in &aggregate.packages {
        let statements = Statements::of(package).unwrap_or_else(|| Rows::new(package, mode).statements());
        let mut line = Vec::from(b"\t");
        line.extend(path);
        line.extend(b"\t\t");
        if statements.total > 0 {
            line.extend(format!("coverage: {:.1}% of statements", statements.percent()).bytes());
        }
        line.push(b'\n');
        session.out.write_all(&line).map_err(Error::output)?;
    }
    match profile {
        Some(profile) => textfmt::write(&aggregate, profile),
        None => Ok(()),
    }
}
