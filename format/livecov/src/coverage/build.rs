//! From the sums of all programs to the [`Project`] that is shown.

use super::branches::find_branches;
use super::gather::{Gathered, Version};
use super::lines::count_lines;
use super::model::{File, Function, Line, Package, Project, Ratio, Totals, Unit};
use super::omissions;
use super::unite::{FileSum, FileSums, FunctionSum, UnitSum};
use crate::provenance::Provenance;
use livecov_format::hash::Hash;
use livecov_format::model::Span;
use livecov_format::vocab::CounterMode;
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, BTreeSet};

/// Lines of all files together. Data may claim billions; no project has as many as this.
const LINE_LIMIT: usize = 1 << 25;

/// Builds the project.
#[must_use]
pub fn build(gathered: &Gathered, sums: FileSums) -> Project {
    let mut builder = Builder::new(gathered);
    let mut files = Vec::with_capacity(sums.len());
    for (path, sum) in sums {
        files.push(builder.file(path, sum));
    }
    find_namesakes(&mut files);
    let mut project = Project {
        mode: gathered.mode,
        granularity: gathered.granularity,
        omissions: omissions::collect(&gathered.versions, &files),
        provenance: Provenance { saturated_count: saturated_count(&files), ..gathered.runs.summary() },
        packages: builder.packages,
        files,
        ..Project::default()
    };
    if builder.lines_left == 0 {
        project.notes.push(format!("the data claim more than {LINE_LIMIT} lines: those beyond are left out"));
    }
    project.sum_up();
    project
}

/// How many units have a count that stands for more.
fn saturated_count(files: &[File]) -> u64 {
    files.iter().flat_map(|file| &file.units).filter(|unit| unit.count == u32::MAX).count() as u64
}

/// Tells files of one path what the others are.
fn find_namesakes(files: &mut [File]) {
    let mut contents: BTreeMap<String, BTreeSet<Hash>> = BTreeMap::new();
    for file in &*files {
        if let (Some(path), Some(hash)) = (&file.plain_path, file.content_hash) {
            contents.entry(path.clone()).or_default().insert(hash);
        }
    }
    for file in files {
        let others = file.plain_path.as_ref().and_then(|path| contents.get(path)).into_iter().flatten();
        file.namesakes = others.copied().filter(|hash| file.content_hash != Some(*hash)).collect();
    }
}

struct Builder {
    packages: Vec<Package>,
    numbers: FxHashMap<String, u32>,
    mode: CounterMode,
    lines_left: usize,
}

impl Builder {
    fn new(gathered: &Gathered) -> Self {
        let mut packages: BTreeMap<&str, Package> = BTreeMap::new();
        for version in &gathered.versions {
            packages.entry(&version.path).or_insert_with(|| package(version));
        }
        let packages: Vec<Package> = packages.into_values().collect();
        let numbers = (0u32..).zip(&packages).map(|(number, package)| (package.path.clone(), number)).collect();
        let mode = gathered.mode.unwrap_or(CounterMode::Invalid);
        Self { packages, numbers, mode, lines_left: LINE_LIMIT }
    }

    fn file(&mut self, path: String, mut sum: FileSum) -> File {
        let mut functions = std::mem::take(&mut sum.functions);
        functions.sort_by(|a, b| (start(a), &a.name).cmp(&(start(b), &b.name)));
        let FileSum { original_path, plain_path, content_hash, .. } = sum;
        let mut file = File { path, original_path, plain_path, content_hash, ..File::default() };
        for function in functions {
            self.add_function(&mut file, function);
        }
        file.packages.sort_unstable();
        file.packages.dedup();
        file.lines = count_lines(&file.units, sum.code_lines.as_deref(), self.lines_left);
        self.lines_left -= file.lines.len();
        file.branch_points = find_branches(&file, !self.mode.unites());
        place_on_lines(&mut file);
        mark_partial(&mut file);
        sum_up(&mut file);
        file
    }

    fn number(&self, package: &str) -> u32 {
        self.numbers.get(package).copied().unwrap_or_default()
    }

    fn add_function(&self, file: &mut File, sum: FunctionSum) {
        let number = u32::try_from(file.functions.len()).unwrap_or(u32::MAX);
        let first = file.units.len();
        let mode = self.mode;
        file.units.extend(sum.units.iter().map(|unit| build_unit(unit, mode, number, first)));
        let units = file.units.get(first..).unwrap_or_default();
        let calls = units.first().map_or(0, |unit| unit.count);
        let most = units.iter().map(|unit| unit.count).max().unwrap_or(0);
        let package = self.number(&sum.package);
        file.packages.push(package);
        file.packages.extend(sum.other_packages.iter().map(|package| self.number(package)));
        file.functions.push(Function {
            span: sum.declaration.unwrap_or_else(|| extent(units)),
            name: sum.name,
            package,
            is_literal: sum.is_literal,
            units: first..file.units.len(),
            count: if calls == 0 { most } else { calls },
            presence: sum.presence,
            totals: Totals::default(),
        });
    }
}

fn package(version: &Version) -> Package {
    Package {
        path: version.path.clone(),
        name: version.name.clone(),
        module_path: version.module_path.clone(),
        is_dependency: version.is_dependency,
        totals: Totals::default(),
    }
}

fn start(function: &FunctionSum) -> (u32, u32) {
    let first = function.units.first().map(|sum| (sum.unit.start_line, sum.unit.start_col));
    let declared = || function.declaration.map(|span| (span.start_line, span.start_col));
    first.or_else(declared).unwrap_or_default()
}

/// From the start of the first unit to the end of the last one.
fn extent(units: &[Unit]) -> Span {
    let start = units.iter().map(|unit| (unit.span.start_line, unit.span.start_col)).min();
    let end = units.iter().map(|unit| (unit.span.end_line, unit.span.end_col)).max();
    let (start_line, start_col) = start.unwrap_or_default();
    let (end_line, end_col) = end.unwrap_or_default();
    Span { start_line, start_col, end_line, end_col }
}

fn build_unit(sum: &UnitSum, mode: CounterMode, function: u32, first: usize) -> Unit {
    let [start_line, start_col, end_line, end_col, statement_count] = sum.unit.numbers();
    let info = sum.info.unwrap_or_default();
    // More units than 32 bits can number have no room in memory.
    let owner = info.owner.and_then(|owner| u32::try_from(first + owner as usize).ok());
    Unit {
        span: Span { start_line, start_col, end_line, end_col },
        statement_count,
        count: if mode.unites() { sum.count.min(1) } else { sum.count },
        function,
        kind: sum.info.map(|info| info.kind),
        is_intra_line: info.is_intra_line,
        owner,
        decision: info.decision,
        contexts: 0,
    }
}

/// Moves branches to lines that count: the brace that a branch starts with may stand on a line of its own.
fn place_on_lines(file: &mut File) {
    let File { lines, branch_points, .. } = file;
    if lines.is_empty() {
        // Formats show branches on lines: without these, some would have other sums.
        branch_points.clear();
    }
    let nearest = |number: u32| {
        let behind = lines.partition_point(|line| line.number <= number);
        let line = lines.get(behind.saturating_sub(1));
        line.map_or(number, |line| line.number)
    };
    for point in branch_points.iter_mut() {
        point.line = nearest(point.line);
        for branch in &mut point.branches {
            branch.line = nearest(branch.line);
        }
    }
    branch_points.sort_by_key(|point| point.line);
}

/// Marks lines that ran, on which a branch was not taken or a part of a statement did not run.
fn mark_partial(file: &mut File) {
    let parts = file.units.iter().filter(|unit| unit.is_intra_line && unit.count == 0);
    let mut missed: Vec<u32> = parts.map(|unit| unit.span.start_line).collect();
    let branches = file.branch_points.iter().flat_map(|point| &point.branches);
    missed.extend(branches.filter(|branch| branch.count == 0).map(|branch| branch.line));
    missed.sort_unstable();
    for line in &mut file.lines {
        line.is_partial |= line.count > 0 && missed.binary_search(&line.number).is_ok();
    }
}

fn sum_up(file: &mut File) {
    let File { functions, units, lines, branch_points, totals, .. } = file;
    for function in functions.iter_mut() {
        let units = units.get(function.units.clone()).unwrap_or_default();
        count_units(&mut function.totals, units);
    }
    for line in lines.iter() {
        if let Some(function) = function_of(functions, units, line) {
            function.totals.lines.count(line.count > 0);
        }
    }
    for point in branch_points {
        if let Some(function) = functions.get_mut(point.function as usize) {
            point.branches.iter().for_each(|branch| function.totals.branches.count(branch.count > 0));
        }
    }
    *totals = Totals::default();
    functions.iter().for_each(|function| totals.add(&function.totals));
}

fn function_of<'f>(functions: &'f mut [Function], units: &[Unit], line: &Line) -> Option<&'f mut Function> {
    functions.get_mut(units.get(line.unit as usize)?.function as usize)
}

fn count_units(totals: &mut Totals, units: &[Unit]) {
    for unit in units.iter().filter(|unit| !unit.is_intra_line) {
        let statements = u64::from(unit.statement_count);
        totals.units.count(unit.count > 0);
        totals.statements.add(Ratio { covered: if unit.count > 0 { statements } else { 0 }, total: statements });
    }
    if !units.is_empty() {
        totals.functions.count(units.iter().any(|unit| unit.count > 0));
    }
}
