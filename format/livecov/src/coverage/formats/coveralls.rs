//! The JSON of Coveralls' API, without what only its uploaders know (token, build).

use crate::coverage::model::{File, Project};
use crate::coverage::source::Sources;
use livecov_format::hash::{Hash, hex};
use serde::{Serialize, Serializer};
use std::io::{self, Write};

#[derive(Serialize)]
struct Report<'p> {
    service_name: &'static str,
    source_files: Files<'p>,
}

struct Files<'p>(&'p Project, &'p Sources);

impl Serialize for Files<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(project, sources) = self;
        serializer.collect_seq(project.files.iter().map(|file| SourceFile::new(project, sources, file)))
    }
}

#[derive(Serialize)]
struct SourceFile<'p> {
    name: &'p str,
    /// MD5 of the source, which Coveralls knows a file's content by; missing if nobody knows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    source_digest: Option<String>,
    coverage: Lines<'p>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    branches: Vec<u64>,
}

impl<'p> SourceFile<'p> {
    fn new(project: &Project, sources: &Sources, file: &'p File) -> Self {
        let source = if file.content_hash.is_none() { sources.of(project, file) } else { None };
        let hash: Option<Hash> = file.content_hash.or(source.as_ref().map(|source| source.hash));
        let numbers = file.branches_by_line().into_iter();
        let numbers = numbers.flat_map(|branch| {
            [u64::from(branch.line), branch.point as u64, branch.number as u64, u64::from(branch.count)]
        });
        Self {
            name: &file.path,
            source_digest: hash.map(|hash| String::from_utf8_lossy(&hex(&hash)).into_owned()),
            coverage: Lines { file, count: source.map_or(0, |source| source.lines().len()) },
            branches: numbers.collect(),
        }
    }
}

/// A count for each line of the source, nothing for those that do not count.
struct Lines<'p> {
    file: &'p File,
    /// Number of lines that the source has at least.
    count: usize,
}

impl Serialize for Lines<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut lines = self.file.lines.iter().peekable();
        let last = self.file.lines.last().map_or(0, |line| line.number as usize).max(self.count);
        let count = |number: usize| lines.next_if(|line| line.number as usize == number).map(|line| line.count);
        serializer.collect_seq((1..=last).map(count))
    }
}

/// Writes a report.
///
/// # Errors
///
/// Those of `out`.
pub fn write(project: &Project, sources: &Sources, out: &mut dyn Write) -> io::Result<()> {
    let report = Report { service_name: "livecov", source_files: Files(project, sources) };
    serde_json::to_writer(&mut *out, &report)?;
    writeln!(out)
}
