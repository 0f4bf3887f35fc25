//! Codecov's JSON: for each file, for each line its count, or the share of its branches if some were not taken.

use crate::coverage::model::{File, Line, PlacedBranch, Project};
use serde::{Serialize, Serializer};
use std::io::{self, Write};

#[derive(Serialize)]
struct Report<'p> {
    coverage: Files<'p>,
}

struct Files<'p>(&'p [File]);

impl Serialize for Files<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|file| (&file.path, Lines(file))))
    }
}

struct Lines<'p>(&'p File);

impl Serialize for Lines<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let branches = self.0.branches_by_line();
        serializer.collect_map(self.0.lines.iter().map(|line| (line.number, value(line, &branches))))
    }
}

#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
enum Value {
    Count(u32),
    Share(String),
}

/// Codecov takes a share of nothing for a miss: so where the line ran and no branch was taken, the line counts as one.
fn value(line: &Line, branches: &[PlacedBranch]) -> Value {
    let mut ratio = super::ratio(super::on_line(branches, line.number));
    if line.count == 0 || ratio.missed() == 0 {
        return Value::Count(line.count);
    }
    if ratio.covered == 0 {
        ratio.count(true);
    }
    Value::Share(format!("{}/{}", ratio.covered, ratio.total))
}

/// Writes a report.
///
/// # Errors
///
/// Those of `out`.
pub fn write(project: &Project, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer(&mut *out, &Report { coverage: Files(&project.files) })?;
    writeln!(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_ran_are_never_misses() {
        let branch = |count| PlacedBranch { line: 1, point: 0, number: 0, count };
        let line = |count| Line { number: 1, count, ..Line::default() };
        for (count, branches, expected) in [
            (3, vec![], Value::Count(3)),
            (0, vec![branch(0)], Value::Count(0)),
            (3, vec![branch(1), branch(2)], Value::Count(3)),
            (3, vec![branch(3), branch(0)], Value::Share("1/2".into())),
            (3, vec![branch(0)], Value::Share("1/2".into())),
        ] {
            assert_eq!(value(&line(count), &branches), expected);
        }
    }
}
