//! Go's text profile, in the order in which Go's tool has it.

use crate::coverage::model::{File, Project, Unit};
use livecov_format::model;
use livecov_format::profile;
use std::io::{self, Write};

/// Writes a profile.
///
/// # Errors
///
/// Those of `out`.
pub fn write(project: &Project, mut out: &mut dyn Write) -> io::Result<()> {
    let Some(mode) = project.mode else { return Ok(()) };
    profile::write_mode(&mut out, mode)?;
    let mut files: Vec<&File> = project.files.iter().collect();
    files.sort_by(|a, b| (&a.packages, &a.path).cmp(&(&b.packages, &b.path)));
    for file in files {
        let mut units: Vec<(model::Unit, u32)> = file.units.iter().map(|unit| (plain(unit), unit.count)).collect();
        units.sort_by_key(|(unit, _)| (unit.start_line, unit.end_line, unit.start_col, unit.end_col));
        for (unit, count) in &units {
            profile::write_unit(&mut out, file.path.as_bytes(), unit, *count)?;
        }
    }
    Ok(())
}

const fn plain(unit: &Unit) -> model::Unit {
    model::Unit {
        start_line: unit.span.start_line,
        start_col: unit.span.start_col,
        end_line: unit.span.end_line,
        end_col: unit.span.end_col,
        statement_count: unit.statement_count,
    }
}
