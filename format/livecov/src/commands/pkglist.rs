//! `pkglist`: the import paths of all packages.

use crate::cli::ReportOpts;
use crate::error::Error;
use crate::report::collect::collect_packages;
use crate::session::Session;

/// Runs the command.
///
/// # Errors
///
/// Those of the inputs and outputs.
pub fn run(session: &mut Session<'_>, opts: &ReportOpts) -> Result<(), Error> {
    for mut path in collect_packages(session, &opts.common)? {
        path.push(b'\n');
        session.out.write_all(&path).map_err(Error::output)?;
    }
    Ok(())
}
