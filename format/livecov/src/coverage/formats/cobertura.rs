//! Cobertura's XML, as its `coverage-04.dtd` has it: packages are crates, classes are source files.

use super::xml::Xml;
use crate::coverage::model::{File, Function, Line, PlacedBranch, Project, Ratio, Totals};
use std::io::{self, Write};

/// Writes a document; `timestamp` is in seconds since 1970.
///
/// # Errors
///
/// Those of `out`.
pub fn write(project: &Project, timestamp: u64, out: &mut dyn Write) -> io::Result<()> {
    let mut xml = Xml::new(out)?;
    let Totals { lines, branches, .. } = project.totals;
    let numbers = [lines.covered, lines.total, branches.covered, branches.total, timestamp].map(|n| n.to_string());
    let [lines_covered, lines_valid, branches_covered, branches_valid, timestamp] = &numbers;
    let rates = Rates::new(&project.totals);
    let attributes = [
        ("line-rate", rates.lines.as_str()),
        ("branch-rate", &rates.branches),
        ("lines-covered", lines_covered),
        ("lines-valid", lines_valid),
        ("branches-covered", branches_covered),
        ("branches-valid", branches_valid),
        ("complexity", "0"),
        ("version", concat!("livecov ", env!("CARGO_PKG_VERSION"))),
        ("timestamp", timestamp),
    ];
    xml.element("coverage", &attributes, |xml| {
        xml.element("sources", &[], |xml| xml.text_element("source", "."))?;
        xml.element("packages", &[], |xml| {
            by_package(project).into_iter().try_for_each(|(name, files)| write_package(xml, &name, &files))
        })
    })?;
    xml.finish()
}

struct Rates {
    lines: String,
    branches: String,
}

impl Rates {
    fn new(totals: &Totals) -> Self {
        Self { lines: rate(totals.lines), branches: rate(totals.branches) }
    }
}

fn rate(ratio: Ratio) -> String {
    format!("{:.4}", ratio.rate())
}

/// The files by their first package: a file is in a document once.
fn by_package(project: &Project) -> Vec<(String, Vec<&File>)> {
    let mut packages: Vec<(String, Vec<&File>)> =
        project.packages.iter().map(|package| (package.path.clone(), Vec::new())).collect();
    for file in &project.files {
        let number = file.packages.first().copied().unwrap_or_default();
        if let Some((_, files)) = packages.get_mut(number as usize) {
            files.push(file);
        }
    }
    packages.retain(|(_, files)| !files.is_empty());
    packages
}

fn write_package<W: Write>(xml: &mut Xml<W>, name: &str, files: &[&File]) -> io::Result<()> {
    let mut totals = Totals::default();
    files.iter().for_each(|file| totals.add(&file.totals));
    let rates = Rates::new(&totals);
    let attributes =
        [("name", name), ("line-rate", &rates.lines), ("branch-rate", &rates.branches), ("complexity", "0")];
    xml.element("package", &attributes, |xml| {
        xml.element("classes", &[], |xml| files.iter().try_for_each(|file| write_file(xml, file)))
    })
}

fn write_file<W: Write>(xml: &mut Xml<W>, file: &File) -> io::Result<()> {
    let rates = Rates::new(&file.totals);
    let name = file.path.rsplit('/').next().unwrap_or_default();
    let attributes = [
        ("name", name),
        ("filename", &file.path),
        ("line-rate", &rates.lines),
        ("branch-rate", &rates.branches),
        ("complexity", "0"),
    ];
    let branches = file.branches_by_line();
    let mut by_function: Vec<Vec<&Line>> = vec![Vec::new(); file.functions.len()];
    for line in &file.lines {
        let unit = file.units.get(line.unit as usize);
        let lines = unit.and_then(|unit| by_function.get_mut(unit.function as usize));
        lines.into_iter().for_each(|lines| lines.push(line));
    }
    xml.element("class", &attributes, |xml| {
        xml.element("methods", &[], |xml| {
            let mut functions = file.functions.iter().zip(&by_function).filter(|(_, lines)| !lines.is_empty());
            functions.try_for_each(|(function, lines)| write_function(xml, function, lines, &branches))
        })?;
        xml.element("lines", &[], |xml| file.lines.iter().try_for_each(|line| write_line(xml, line, &branches)))
    })
}

fn write_function<W: Write>(
    xml: &mut Xml<W>,
    function: &Function,
    lines: &[&Line],
    branches: &[PlacedBranch],
) -> io::Result<()> {
    let rates = Rates::new(&function.totals);
    let attributes = [
        ("name", function.name.as_str()),
        ("signature", ""),
        ("line-rate", &rates.lines),
        ("branch-rate", &rates.branches),
        ("complexity", "0"),
    ];
    xml.element("method", &attributes, |xml| {
        xml.element("lines", &[], |xml| lines.iter().try_for_each(|line| write_line(xml, line, branches)))
    })
}

fn write_line<W: Write>(xml: &mut Xml<W>, line: &Line, branches: &[PlacedBranch]) -> io::Result<()> {
    let [number, hits] = [line.number, line.count].map(|n| n.to_string());
    let on_line = super::on_line(branches, line.number);
    if on_line.is_empty() {
        return xml.empty("line", &[("number", &number), ("hits", &hits), ("branch", "false")]);
    }
    let ratio = super::ratio(on_line);
    let percent = ratio.covered * 100 / ratio.total.max(1);
    let condition_coverage = format!("{percent}% ({}/{})", ratio.covered, ratio.total);
    let attributes =
        [("number", number.as_str()), ("hits", &hits), ("branch", "true"), ("condition-coverage", &condition_coverage)];
    xml.empty("line", &attributes)
}
