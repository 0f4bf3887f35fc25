//! SonarQube's generic test coverage.

use super::xml::Xml;
use crate::coverage::model::{File, Line, PlacedBranch, Project};
use std::io::{self, Write};

/// Writes a document.
///
/// # Errors
///
/// Those of `out`.
pub fn write(project: &Project, out: &mut dyn Write) -> io::Result<()> {
    let mut xml = Xml::new(out)?;
    xml.element("coverage", &[("version", "1")], |xml| {
        project.files.iter().try_for_each(|file| write_file(xml, file))
    })?;
    xml.finish()
}

fn write_file<W: Write>(xml: &mut Xml<W>, file: &File) -> io::Result<()> {
    let branches = file.branches_by_line();
    xml.element("file", &[("path", &file.path)], |xml| {
        file.lines.iter().try_for_each(|line| write_line(xml, line, &branches))
    })
}

fn write_line<W: Write>(xml: &mut Xml<W>, line: &Line, branches: &[PlacedBranch]) -> io::Result<()> {
    let number = line.number.to_string();
    let is_covered = if line.count > 0 { "true" } else { "false" };
    let ratio = super::ratio(super::on_line(branches, line.number));
    let [total, covered] = [ratio.total, ratio.covered].map(|n| n.to_string());
    let attributes = [
        ("lineNumber", number.as_str()),
        ("covered", is_covered),
        ("branchesToCover", &total),
        ("coveredBranches", &covered),
    ];
    let count = if ratio.total > 0 { 4 } else { 2 };
    xml.empty("lineToCover", attributes.get(..count).unwrap_or_default())
}
