//! The units of a package in the order of reports, each once.

use super::aggregate::{FunctionRef, PackageSum, sum};
use livecov_format::model::Unit;
use livecov_format::vocab::CounterMode;
use rustc_hash::{FxHashMap, FxHashSet};

/// A unit with its count.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// Number of the source file among the package's, in the order of names.
    file: u32,
    /// The unit.
    pub unit: Unit,
    /// Number of the function among the package's.
    function: u32,
    /// Its count.
    pub count: u32,
}

/// A package's units, sorted.
#[derive(Debug, Default)]
pub struct Rows<'a> {
    functions: Vec<FunctionRef<'a>>,
    files: Vec<&'a [u8]>,
    rows: Vec<Row>,
}

/// A function's share of a package.
#[derive(Clone, Copy, Debug)]
pub struct FunctionRow<'a> {
    /// The function.
    pub function: FunctionRef<'a>,
    /// Line of its first unit.
    pub line: u32,
    /// Its statements.
    pub statements: Statements,
}

/// Statements, and how many of them ran.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Statements {
    /// All statements.
    pub total: u64,
    /// Those that ran.
    pub covered: u64,
}

impl Statements {
    /// A package's statements, if it is plain that no unit stands in it twice:
    /// then they need not be sorted.
    #[must_use]
    pub fn of(package: &PackageSum) -> Option<Self> {
        let [version] = package.versions.as_slice() else { return None };
        let mut names = FxHashSet::default();
        let mut sorted = Vec::new();
        let mut statements = Self::default();
        for (function, units) in version.functions() {
            let counts = version.counts.get(units.clone())?;
            let units = version.units.get(units)?;
            sorted.clear();
            sorted.extend_from_slice(units);
            sorted.sort_unstable();
            if !names.insert(function) || sorted.array_windows().any(|[a, b]| a == b) {
                return None;
            }
            for (unit, count) in units.iter().zip(counts) {
                statements.count(unit, *count);
            }
        }
        Some(statements)
    }

    fn count(&mut self, unit: &Unit, count: u32) {
        let statements = u64::from(unit.statement_count);
        self.total += statements;
        if count != 0 {
            self.covered += statements;
        }
    }

    /// Counts more statements in.
    pub const fn add(&mut self, other: Self) {
        self.total += other.total;
        self.covered += other.covered;
    }

    /// The share that ran, in percent, with the arithmetic of Go's tools.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "Go's tools lose it too, and the digits must agree")]
    pub fn percent(self) -> f64 {
        100.0 * self.covered as f64 / self.total.max(1) as f64
    }
}

impl<'a> Rows<'a> {
    /// Sorts the units of all versions of a package: by file, start line, end
    /// line, start column, end column and statements, which is Go's order,
    /// then by function.
    #[must_use]
    pub fn new(package: &'a PackageSum, mode: CounterMode) -> Self {
        let mut rows = Self::default();
        let has_versions = package.versions.len() > 1;
        let mut numbers = FxHashMap::default();
        for version in &package.versions {
            for (function, units) in version.functions() {
                let number = if has_versions {
                    *numbers.entry(function).or_insert_with(|| rows.push_function(function))
                } else {
                    rows.push_function(function)
                };
                let counts = version.counts.get(units.clone()).unwrap_or_default();
                let units = version.units.get(units).unwrap_or_default();
                rows.rows.extend(units.iter().zip(counts).map(|(unit, count)| Row {
                    file: 0,
                    unit: *unit,
                    function: number,
                    count: *count,
                }));
            }
        }
        rows.number_files();
        rows.sort(mode);
        rows
    }

    fn push_function(&mut self, function: FunctionRef<'a>) -> u32 {
        self.functions.push(function);
        u32::try_from(self.functions.len() - 1).unwrap_or(u32::MAX)
    }

    fn number_files(&mut self) {
        self.files = self.functions.iter().map(|function| function.file).collect();
        self.files.sort_unstable();
        self.files.dedup();
        let number = |function: &FunctionRef<'_>| {
            let place = self.files.binary_search(&function.file).unwrap_or_else(|place| place);
            u32::try_from(place).unwrap_or(u32::MAX)
        };
        let numbers: Vec<u32> = self.functions.iter().map(number).collect();
        for row in &mut self.rows {
            row.file = numbers.get(row.function as usize).copied().unwrap_or(u32::MAX);
        }
    }

    fn sort(&mut self, mode: CounterMode) {
        let functions = &self.functions;
        let function = |row: &Row| functions.get(row.function as usize);
        self.rows.sort_unstable_by(|a, b| {
            a.key().cmp(&b.key()).then_with(|| function(a).cmp(&function(b))).then_with(|| a.function.cmp(&b.function))
        });
        self.rows.dedup_by(|again, first| {
            let is_same = again.key() == first.key() && function(again) == function(first);
            if is_same {
                first.count = sum(mode, first.count, again.count);
            }
            is_same
        });
    }

    /// The units with their source files.
    pub fn units(&self) -> impl Iterator<Item = (&'a [u8], &Row)> {
        self.rows.iter().map(|row| (self.files.get(row.file as usize).copied().unwrap_or_default(), row))
    }

    /// The package's statements.
    #[must_use]
    pub fn statements(&self) -> Statements {
        let mut statements = Statements::default();
        for row in &self.rows {
            statements.count(&row.unit, row.count);
        }
        statements
    }

    /// The functions that have units, in the order of their first ones.
    #[must_use]
    pub fn functions(&self) -> Vec<FunctionRow<'a>> {
        let mut places = vec![usize::MAX; self.functions.len()];
        let mut rows: Vec<FunctionRow<'a>> = Vec::new();
        for row in &self.rows {
            let (Some(place), Some(function)) =
                (places.get_mut(row.function as usize), self.functions.get(row.function as usize))
            else {
                continue;
            };
            if *place == usize::MAX {
                *place = rows.len();
                let statements = Statements::default();
                rows.push(FunctionRow { function: *function, line: row.unit.start_line, statements });
            }
            if let Some(function) = rows.get_mut(*place) {
                function.statements.count(&row.unit, row.count);
            }
        }
        rows
    }
}

impl Row {
    const fn key(&self) -> (u32, u32, u32, u32, u32, u32) {
        let [start_line, start_col, end_line, end_col, statement_count] = self.unit.numbers();
        (self.file, start_line, end_line, start_col, end_col, statement_count)
    }
}
