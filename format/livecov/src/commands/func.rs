//! `func`: the share of statements that ran, function by function.

use crate::cli::FuncOpts;
use crate::error::Error;
use crate::modes::ModeRule;
use crate::report::collect::collect;
use crate::report::columns::Columns;
use crate::report::rows::{Rows, Statements};
use crate::session::Session;

/// Runs the command.
///
/// # Errors
///
/// Those of the inputs and outputs.
pub fn run(session: &mut Session<'_>, opts: &FuncOpts) -> Result<(), Error> {
    let aggregate = collect(session, &opts.common, &opts.selection, ModeRule::Largest)?;
    let Some(mode) = aggregate.mode else { return Ok(()) };
    let mut columns = Columns::default();
    let mut all = Statements::default();
    for package in aggregate.packages.values() {
        for row in Rows::new(package, mode).functions() {
            all.add(row.statements);
            // Literals count in the total only: they have no name to be found by.
            if !row.function.is_literal {
                let mut place = row.function.file.to_vec();
                place.extend(format!(":{}:", row.line).bytes());
                columns.push([&place, row.function.name, percent(row.statements).as_bytes()]);
            }
        }
    }
    columns.push([b"total", b"(statements)", percent(all).as_bytes()]);
    columns.write(session.out).map_err(Error::output)
}

fn percent(statements: Statements) -> String {
    format!("{:.1}%", statements.percent())
}
