//! `textfmt`: the text profile that `go tool cover` reads.

use crate::cli::ProfileOpts;
use crate::error::Error;
use crate::modes::ModeRule;
use crate::output::OutputFile;
use crate::report::aggregate::Aggregate;
use crate::report::collect::collect;
use crate::report::rows::Rows;
use crate::session::Session;
use livecov_format::profile;
use std::io;
use std::path::Path;

/// Runs the command.
///
/// # Errors
///
/// Those of the inputs and outputs.
pub fn run(session: &mut Session<'_>, opts: &ProfileOpts) -> Result<(), Error> {
    opts.common.inputs()?;
    let output = opts.output().ok_or_else(|| Error::Usage("select output file name with '-o' option".into()))?;
    let output = create(output)?;
    let aggregate = collect(session, &opts.common, &opts.selection, ModeRule::Equal)?;
    write(&aggregate, output)
}

/// Starts the file that a text profile goes to.
///
/// # Errors
///
/// [`Error::Usage`] in the words of Go's tool: that it cannot be.
pub fn create(output: &Path) -> Result<OutputFile, Error> {
    OutputFile::create(output).map_err(|error| match error {
        Error::File { path, source, .. } => {
            let reason = crate::error::reason(&source);
            Error::Usage(format!("unable to open textfmt output file {path:?}: open {}: {reason}", path.display()))
        }
        other => other,
    })
}

/// Writes the text profile of all packages.
///
/// # Errors
///
/// Those of the output.
pub fn write(aggregate: &Aggregate, mut output: OutputFile) -> Result<(), Error> {
    write_profile(aggregate, &mut output).map_err(Error::output)?;
    output.commit()
}

fn write_profile(aggregate: &Aggregate, output: &mut OutputFile) -> io::Result<()> {
    let Some(mode) = aggregate.mode else { return Ok(()) };
    profile::write_mode(output, mode)?;
    for package in aggregate.packages.values() {
        for (file, row) in Rows::new(package, mode).units() {
            profile::write_unit(output, file, &row.unit, row.count)?;
        }
    }
    Ok(())
}
