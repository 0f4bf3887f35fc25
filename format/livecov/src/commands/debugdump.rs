//! `debugdump`: everything in readable form.

use crate::cli::{Common, DebugdumpOpts};
use crate::combine::{Task, combine};
use crate::error::Error;
use crate::input::{FileReader, Inputs, LoadedPod};
use crate::pattern::PackageFilter;
use crate::provenance;
use crate::report::rows::Statements;
use crate::session::Session;
use crate::time::format_utc;
use livecov_format::decode::{Args, CounterFile, Function, Package};
use livecov_format::hash::{Hash, hex};
use livecov_format::layout::{ARG_LABEL, ARG_START, ARG_TIME};
use livecov_format::merge::FunctionTable;
use livecov_format::model::UnitInfo;
use livecov_format::snapshot::SnapshotKey;
use std::io::{self, Write};
use std::path::Path;

/// Runs the command. `command_line` is what the banner quotes.
///
/// # Errors
///
/// Those of the inputs and outputs.
pub fn run(session: &mut Session<'_>, opts: &DebugdumpOpts, command_line: &[u8]) -> Result<(), Error> {
    let Common { packages, .. } = &opts.common;
    let filter = PackageFilter::new(packages);
    opts.common.inputs()?;
    banner(session.out, command_line).map_err(Error::output)?;
    let mut inputs = Inputs::find(session, &opts.common)?;
    let mut totals = Statements::default();
    inputs.for_each_pod(session, |session, pod| dump_pod(session, &pod, &filter, opts.live, &mut totals))?;
    let Statements { total, covered } = totals;
    writeln!(session.out, "totalStmts: {total} coveredStmts: {covered}").map_err(Error::output)
}

fn banner(out: &mut dyn Write, command_line: &[u8]) -> io::Result<()> {
    out.write_all(b"/* A dump for people to read: its form may\n")?;
    out.write_all(b" * change with any version of livecov.\n *\n * made by:\n *\t")?;
    out.write_all(command_line)?;
    out.write_all(b"\n */\n")
}

fn dump_pod(
    session: &mut Session<'_>,
    pod: &LoadedPod<'_>,
    filter: &PackageFilter,
    only_live: bool,
    totals: &mut Statements,
) -> Result<(), Error> {
    let meta = &pod.meta;
    writeln!(session.out, "Cover mode: {}\nCover granularity: {}", meta.mode, meta.granularity)
        .map_err(Error::output)?;
    let table = FunctionTable::new(meta);
    let combined = combine(session, Task::new(pod, &table, &pod.pod.counter_files))?;
    let mut reader = FileReader::new(pod.archive);
    for file in &combined.used {
        describe_file(session.out, &mut reader, &file.path).map_err(Error::output)?;
    }
    for (number, package) in meta.packages.iter().enumerate() {
        if !filter.matches(package.path) {
            continue;
        }
        let mut dump = PackageDump { out: session.out, package, has_preamble: false, totals };
        let extension = package.extension().unwrap_or_default();
        let mut infos = extension.functions.iter();
        for (function, number) in package.functions.iter().zip(table.functions(number)) {
            let infos = infos.next().map_or(&[][..], |info| &info.units);
            let counters = combined.total.function(&table, number);
            let is_shown = counters.is_some() || !only_live;
            dump.function(function, counters, infos, is_shown).map_err(Error::output)?;
        }
    }
    Ok(())
}

/// The line of a counter file: its path and what it says of its program.
fn describe_file(out: &mut dyn Write, reader: &mut FileReader<'_>, path: &Path) -> io::Result<()> {
    out.write_all(b"data file ")?;
    out.write_all(path.as_os_str().as_encoded_bytes())?;
    let bytes = reader.read(path)?;
    // It was found sound before. If it has changed since, its line has the path only.
    let file = CounterFile::parse(bytes).ok();
    if let Some(segment) = file.as_ref().and_then(|file| file.segments.first()) {
        for (key, value) in [("GOOS", segment.args.goos()), ("GOARCH", segment.args.goarch())] {
            if !value.is_empty() {
                write!(out, " {key}=")?;
                out.write_all(value)?;
            }
        }
        let program = segment.args.program();
        if !program.is_empty() {
            out.write_all(b"  program args: [")?;
            out.write_all(&program.join(&b" "[..]))?;
            out.write_all(b"]\n")?;
        }
    }
    out.write_all(b"\n")?;
    let contributions = file.as_ref().map(CounterFile::contributions).unwrap_or_default();
    contributions.iter().try_for_each(|segment| describe_snapshot(out, &segment.args))
}

/// The line of a snapshot: whose it is, and when it was made. Go's files say nothing of that, and have no such line.
fn describe_snapshot(out: &mut dyn Write, args: &Args<'_>) -> io::Result<()> {
    let mut line = String::new();
    if let Some(SnapshotKey { instance, epoch, origin, seq }) = args.snapshot() {
        let hex = |hash: &Hash| String::from_utf8_lossy(&hex(hash)).into_owned();
        line += &format!(" instance={} epoch={epoch} sequence={seq}", hex(&instance));
        line += &origin.map_or_else(String::new, |origin| format!(" origin={}", hex(&origin)));
    }
    for (name, key) in [("started", ARG_START), ("written", ARG_TIME)] {
        if let Some(nanos) = provenance::number(args, key) {
            line += &format!(" {name}={}", format_utc(nanos));
        }
    }
    if let Some(label) = args.get(ARG_LABEL).filter(|label| !label.is_empty()) {
        line += &format!(" label={:?}", String::from_utf8_lossy(label));
    }
    if line.is_empty() { Ok(()) } else { writeln!(out, "snapshot:{line}") }
}

/// A package on its way to the output.
struct PackageDump<'a> {
    out: &'a mut dyn Write,
    package: &'a Package<'a>,
    has_preamble: bool,
    totals: &'a mut Statements,
}

impl PackageDump<'_> {
    fn function(
        &mut self,
        function: &Function<'_>,
        counters: Option<&[u32]>,
        infos: &[UnitInfo],
        is_shown: bool,
    ) -> io::Result<()> {
        if is_shown {
            self.preamble()?;
            field(self.out, b"\nFunc: ", function.name)?;
            field(self.out, b"Srcfile: ", function.file)?;
            writeln!(self.out, "Literal: {}", function.is_literal)?;
        }
        for (number, unit) in self.package.units_of(function).iter().enumerate() {
            let count = counters.and_then(|counters| counters.get(number)).copied().unwrap_or(0);
            let statements = u64::from(unit.statement_count);
            self.totals.add(Statements { total: statements, covered: if count == 0 { 0 } else { statements } });
            if is_shown {
                let [start_line, start_col, end_line, end_col, statement_count] = unit.numbers();
                write!(self.out, "{number}: L{start_line}:C{start_col} -- L{end_line}:C{end_col} ")?;
                match infos.get(number).filter(|info| info.is_intra_line).and_then(|info| info.owner) {
                    Some(parent) => writeln!(self.out, "Parent:{parent} = {count}")?,
                    None => writeln!(self.out, "NS={statement_count} = {count}")?,
                }
            }
        }
        Ok(())
    }

    fn preamble(&mut self) -> io::Result<()> {
        if std::mem::replace(&mut self.has_preamble, true) {
            return Ok(());
        }
        field(self.out, b"\nPackage path: ", self.package.path)?;
        field(self.out, b"Package name: ", self.package.name)?;
        field(self.out, b"Module path: ", self.package.module_path)
    }
}

fn field(out: &mut dyn Write, name: &[u8], value: &[u8]) -> io::Result<()> {
    out.write_all(name)?;
    out.write_all(value)?;
    out.write_all(b"\n")
}
