//! `percent`: the share of statements that ran, package by package.

use super::textfmt;
use crate::cli::ProfileOpts;
use crate::error::Error;
use crate::modes::ModeRule;
use crate::report::collect::collect;
use crate::report::rows::{Rows, Statements};
use crate::session::Session;
use livecov_format::vocab::CounterMode;

/// Runs the command.
///
/// # Errors
///
/// Those of the inputs and outputs.
pub fn run(session: &mut Session<'_>, opts: &ProfileOpts) -> Result<(), Error> {
    opts.common.inputs()?;
    let profile = opts.output().map(textfmt::create).transpose()?;
    let aggregate = collect(session, &opts.common, &opts.selection, ModeRule::Largest)?;
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
        Some(profile) => {
            // They may be the same terminal.
            session.out.flush().map_err(Error::output)?;
            textfmt::write(&aggregate, profile)
        }
        None => Ok(()),
    }
}
