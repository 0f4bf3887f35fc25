//! lcov's tracefile, as `geninfo(1)` describes it.

use crate::coverage::model::{File, Function, Project};
use std::collections::BTreeMap;
use std::io::{self, Write};

/// Writes a tracefile.
///
/// # Errors
///
/// Those of `out`.
pub fn write(project: &Project, out: &mut dyn Write) -> io::Result<()> {
    for file in &project.files {
        writeln!(out, "TN:\nSF:{}", one_line(&file.path))?;
        write_functions(file, out)?;
        write_branches(file, out)?;
        for line in &file.lines {
            writeln!(out, "DA:{},{}", line.number, line.count)?;
        }
        let lines = file.totals.lines;
        writeln!(out, "LF:{}\nLH:{}\nend_of_record", lines.total, lines.covered)?;
    }
    Ok(())
}

/// A record is a line: what would end it is replaced.
fn one_line(text: &str) -> String {
    text.replace(char::is_control, "\u{fffd}")
}

fn write_functions(file: &File, out: &mut dyn Write) -> io::Result<()> {
    let named = names(file);
    for (function, name) in &named {
        writeln!(out, "FN:{},{name}", function.span.start_line)?;
    }
    for (function, name) in &named {
        writeln!(out, "FNDA:{},{name}", function.count)?;
    }
    let functions = file.totals.functions;
    writeln!(out, "FNF:{}\nFNH:{}", functions.total, functions.covered)
}

/// The functions that count, by names that are different: readers take functions of one name for one.
fn names(file: &File) -> Vec<(&Function, String)> {
    let mut uses: BTreeMap<&str, u32> = BTreeMap::new();
    let functions = file.functions.iter().filter(|function| !function.units.is_empty());
    let mut named = Vec::new();
    for function in functions {
        let number = uses.entry(&function.name).or_default();
        *number += 1;
        // Some readers split at every comma.
        let name = one_line(&function.name).replace(',', ";");
        named.push((function, if *number == 1 { name } else { format!("{name}#{number}") }));
    }
    named
}

/// Points are numbered within the file, branches within their point.
fn write_branches(file: &File, out: &mut dyn Write) -> io::Result<()> {
    for branch in file.branches_by_line() {
        let is_reached = file.branch_points.get(branch.point).is_some_and(|point| point.is_reached);
        write!(out, "BRDA:{},{},{},", branch.line, branch.point, branch.number)?;
        match is_reached {
            true => writeln!(out, "{}", branch.count)?,
            false => writeln!(out, "-")?,
        }
    }
    let branches = file.totals.branches;
    if branches.total > 0 {
        writeln!(out, "BRF:{}\nBRH:{}", branches.total, branches.covered)?;
    }
    Ok(())
}
