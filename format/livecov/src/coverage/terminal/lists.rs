//! What stands under the table: lines that did not run, and what was left out.

use super::paint::harmless;
use crate::coverage::model::{Omission, Project};
use crate::coverage::omissions::{reason_name, reason_text};
use livecov_format::model::Span;
use std::io::{self, Write};

/// Writes the lines that did not run as `src/a.rs:40,52-58`, one file each.
///
/// # Errors
///
/// Those of `out`.
pub fn write_missing(project: &Project, out: &mut dyn Write) -> io::Result<()> {
    for file in &project.files {
        let range = |[first, last]: [u32; 2]| if first == last { first.to_string() } else { format!("{first}-{last}") };
        let ranges: Vec<String> = file.missed_lines().into_iter().map(range).collect();
        if !ranges.is_empty() {
            writeln!(out, "{}:{}", harmless(&file.path), ranges.join(","))?;
        }
    }
    Ok(())
}

/// Writes what was left out, and why, one line each.
///
/// # Errors
///
/// Those of `out`.
pub fn write_omissions(omissions: &[Omission], out: &mut dyn Write) -> io::Result<()> {
    for omission in omissions {
        let detail =
            if omission.detail.is_empty() { String::new() } else { format!(": {}", harmless(&omission.detail)) };
        let (place, reason) = (place(omission), omission.reason);
        writeln!(out, "{place} {} ({}){detail}", reason_name(reason), reason_text(reason))?;
    }
    Ok(())
}

fn place(omission: &Omission) -> String {
    let path = harmless(&omission.path);
    let Span { start_line, end_line, .. } = omission.span;
    match (start_line, end_line) {
        (0, 0) => path,
        (first, last) if first >= last => format!("{path}:{first}"),
        (first, last) => format!("{path}:{first}-{last}"),
    }
}
