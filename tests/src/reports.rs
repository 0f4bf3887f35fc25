//! Made-up programs with source, for suites of `livecov report`: units are told by their text.

use crate::files::write;
use crate::model::{Function, Package, Program, Record, Run, Segment};
use livecov_format::encode::counters::CounterHeader;
use livecov_format::hash::{Algorithm, Hasher};
use livecov_format::layout::{ARG_EPOCH, ARG_INSTANCE, ARG_LABEL, ARG_SEQ, ARG_START, ARG_TIME};
use livecov_format::model::{
    Extension, FileInfo, FunctionInfo, Omission, OmissionReason, Span, Unit, UnitInfo, UnitKind,
};
use livecov_format::vocab::{CounterMode, Granularity};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// A source file and what is counted in it.
#[derive(Clone, Debug)]
pub struct Source {
    /// Path.
    pub path: String,
    /// Text.
    pub text: String,
    functions: Vec<(Function, FunctionInfo)>,
    code_lines: Vec<[u32; 2]>,
}

/// A unit: its kind, where it starts and ends, and what decides whether it runs.
#[derive(Clone, Copy, Debug)]
pub struct Part<'t> {
    /// Kind; conditions are parts of statements.
    pub kind: UnitKind,
    /// Text that it starts with; the first of its function.
    pub from: &'t str,
    /// Text that it ends with; the first from there.
    pub to: &'t str,
    /// The unit that decides whether it runs.
    pub owner: Option<u32>,
    /// Number of the decision.
    pub decision: u32,
}

/// A [`Part`] that nothing decides on.
pub const fn part<'t>(kind: UnitKind, from: &'t str, to: &'t str) -> Part<'t> {
    Part { kind, from, to, owner: None, decision: 0 }
}

/// A [`Part`] that unit `owner` decides on.
pub const fn way<'t>(kind: UnitKind, from: &'t str, to: &'t str, owner: u32, decision: u32) -> Part<'t> {
    Part { kind, from, to, owner: Some(owner), decision }
}

impl Source {
    /// A file without functions; code is on each line that has more than braces and comments.
    pub fn new(path: &str, text: &str) -> Self {
        let is_code =
            |line: &str| !line.trim().trim_matches(['{', '}', ')', ';']).is_empty() && !line.trim().starts_with("//");
        let mut code_lines: Vec<[u32; 2]> = Vec::new();
        for (number, _) in (1u32..).zip(text.lines()).filter(|(_, line)| is_code(line)) {
            match code_lines.last_mut().filter(|run| run[1] == number) {
                Some(run) => run[1] += 1,
                None => code_lines.push([number, number + 1]),
            }
        }
        Self { path: path.into(), text: text.into(), functions: Vec::new(), code_lines }
    }

    /// Adds a function that starts with the text `from`, up to the first `}` in the first column.
    #[must_use]
    pub fn function(mut self, name: &str, from: &str, parts: &[Part<'_>]) -> Self {
        let start = self.text.find(from).unwrap_or_else(|| panic!("{from:?} is not in {}", self.path));
        let end = start + self.text[start..].find("\n}").expect("functions end in the first column") + 2;
        let spans = parts.iter().map(|part| (part, self.find(start, part)));
        let units: Vec<Unit> = spans.map(|(part, span)| unit(&span, part.kind != UnitKind::Condition)).collect();
        let infos = parts.iter().map(|part| UnitInfo {
            kind: part.kind,
            is_intra_line: part.kind == UnitKind::Condition,
            owner: part.owner,
            decision: part.decision,
        });
        let info = FunctionInfo { declaration: self.span(start, end), units: infos.collect() };
        let file = self.path.clone().into_bytes();
        self.functions.push((Function { name: name.into(), file, units, is_literal: false }, info));
        self
    }

    fn find(&self, after: usize, part: &Part<'_>) -> Span {
        let missing = |text: &str| panic!("{text:?} is not in {}", self.path);
        let start = after + self.text[after..].find(part.from).unwrap_or_else(|| missing(part.from));
        let end = start + self.text[start..].find(part.to).unwrap_or_else(|| missing(part.to)) + part.to.len();
        self.span(start, end)
    }

    fn span(&self, start: usize, end: usize) -> Span {
        let position = |offset: usize| {
            let before = &self.text[..offset];
            let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
            (number(before.matches('\n').count() + 1), number(offset - line_start + 1))
        };
        let ((start_line, start_col), (end_line, end_col)) = (position(start), position(end));
        Span { start_line, start_col, end_line, end_col }
    }

    /// What the extension says of the file.
    pub fn info(&self) -> FileInfo {
        let mut hasher = Hasher::new(Algorithm::Md5);
        hasher.update(self.text.as_bytes());
        let (path, content_hash) = (self.path.clone().into_bytes(), hasher.finish());
        FileInfo { path, content_hash, code_lines: self.code_lines.clone() }
    }

    /// Writes the file below a directory.
    pub fn write(&self, root: &Path) {
        let path = root.join(&self.path);
        std::fs::create_dir_all(path.parent().expect("a file has a directory")).expect("a directory");
        write(&path, self.text.as_bytes());
    }
}

fn number(number: usize) -> u32 {
    number.try_into().expect("sources of tests are short")
}

fn unit(span: &Span, is_statement: bool) -> Unit {
    let Span { start_line, start_col, end_line, end_col } = *span;
    Unit { start_line, start_col, end_line, end_col, statement_count: u32::from(is_statement) }
}

/// A package with the functions of all sources.
pub fn package(path: &str, sources: &[&Source]) -> Package {
    let (functions, infos) = sources.iter().flat_map(|source| source.functions.iter().cloned()).unzip();
    let files = sources.iter().map(|source| source.info()).collect();
    Package {
        path: path.into(),
        name: path.rsplit('/').next().unwrap_or_default().into(),
        module_path: format!("{path}@1.0.0").into(),
        functions,
        extension: Extension { files, functions: infos, omissions: Vec::new() },
    }
}

/// A program.
pub fn program(mode: CounterMode, packages: Vec<Package>) -> Program {
    Program { mode, granularity: Granularity::PerBlock, packages }
}

/// Says that lines of a file were left out.
pub fn omission(path: &str, lines: [u32; 2], reason: OmissionReason, detail: &str) -> Omission {
    let [start_line, end_line] = lines;
    let col = u32::from(start_line > 0);
    let span = Span { start_line, start_col: col, end_line, end_col: col };
    Omission { path: path.into(), span, reason, detail: detail.into() }
}

/// Counters by the names of functions.
pub type Counts<'c> = &'c [(&'c str, &'c [u32])];

/// Writes the program's meta file and a counter file for each run.
pub fn write_pod(dir: &Path, program: &Program, runs: &[Counts<'_>]) {
    write(&dir.join(format!("covmeta.{}", program.tag())), &program.encode());
    for (number, counts) in runs.iter().enumerate() {
        let records = counts.iter().map(|(name, counters)| record(program, name, counters)).collect();
        let segments = vec![Segment { args: Vec::new(), records }];
        let run = Run { header: CounterHeader::new(program.hash()), segments };
        let path = dir.join(format!("covcounters.{}.{}.{}", program.tag(), number + 1, number + 1));
        write(&path, &run.encode(64));
    }
}

/// What a process says of itself in its data.
#[derive(Clone, Copy, Debug, Default)]
pub struct Process<'p> {
    /// Tells processes apart.
    pub instance: u8,
    /// Label; may be empty.
    pub label: &'p str,
    /// Name of the program, and arguments.
    pub args: &'p [&'p str],
    /// When it started, in seconds since 1970.
    pub started: u64,
    /// When the counters were written.
    pub written: u64,
}

impl Process<'_> {
    fn to_args(self) -> Vec<(Vec<u8>, Vec<u8>)> {
        let nanos = |seconds: u64| format!("{seconds}000000000");
        let mut args = vec![
            ("argc".into(), self.args.len().to_string()),
            (ARG_INSTANCE.into(), format!("{:032x}", self.instance)),
            (ARG_EPOCH.into(), "0".into()),
            (ARG_SEQ.into(), "1".into()),
            (ARG_START.into(), nanos(self.started)),
            (ARG_TIME.into(), nanos(self.written)),
        ];
        args.extend(self.args.iter().enumerate().map(|(number, arg)| (format!("argv{number}"), (*arg).to_owned())));
        if !self.label.is_empty() {
            args.push((ARG_LABEL.to_owned(), self.label.to_owned()));
        }
        args.into_iter().map(|(key, value): (String, String)| (key.into_bytes(), value.into_bytes())).collect()
    }
}

/// Writes the program's meta file and a counter file of a process, of an epoch and a snapshot in it. Returns its path.
pub fn write_snapshot(
    dir: &Path,
    program: &Program,
    process: Process<'_>,
    [epoch, seq]: [u32; 2],
    counts: Counts<'_>,
) -> PathBuf {
    write(&dir.join(format!("covmeta.{}", program.tag())), &program.encode());
    let mut args = process.to_args();
    for (key, value) in &mut args {
        match std::str::from_utf8(key) {
            Ok(ARG_EPOCH) => *value = epoch.to_string().into_bytes(),
            Ok(ARG_SEQ) => *value = seq.to_string().into_bytes(),
            _ => {}
        }
    }
    let records = counts.iter().map(|(name, counters)| record(program, name, counters)).collect();
    let run = Run { header: CounterHeader::new(program.hash()), segments: vec![Segment { args, records }] };
    let pid = u32::from(process.instance) + 100;
    let path = dir.join(format!("covcounters.{}.{pid}.{}", program.tag(), 1000 * epoch + seq));
    write(&path, &run.encode(64));
    path
}

/// Writes the program's meta file and a counter file of a process.
pub fn write_process(dir: &Path, program: &Program, process: Process<'_>, counts: Counts<'_>) {
    write(&dir.join(format!("covmeta.{}", program.tag())), &program.encode());
    let records = counts.iter().map(|(name, counters)| record(program, name, counters)).collect();
    let segments = vec![Segment { args: process.to_args(), records }];
    let run = Run { header: CounterHeader::new(program.hash()), segments };
    let number = u32::from(process.instance) + 100;
    write(&dir.join(format!("covcounters.{}.{number}.{number}", program.tag())), &run.encode(64));
}

/// Writes the program's meta file and one counter file with a record for each function, `count` for each unit.
///
/// # Errors
///
/// Those of `count`.
pub fn write_run<E>(dir: &Path, program: &Program, mut count: impl FnMut(usize) -> Result<u32, E>) -> Result<(), E> {
    let mut records = Vec::new();
    for (package, content) in program.packages.iter().enumerate() {
        for (function, described) in content.functions.iter().enumerate() {
            let counters = (0..described.units.len()).map(&mut count).collect::<Result<_, E>>()?;
            records.push(Record { package: number(package), function: number(function), counters });
        }
    }
    write(&dir.join(format!("covmeta.{}", program.tag())), &program.encode());
    let segments = vec![Segment { args: Vec::new(), records }];
    let run = Run { header: CounterHeader::new(program.hash()), segments };
    write(&dir.join(format!("covcounters.{}.1.1", program.tag())), &run.encode(64));
    Ok(())
}

fn record(program: &Program, name: &str, counters: &[u32]) -> Record {
    let mut places = program.packages.iter().enumerate().filter_map(|(package, content)| {
        let function = content.functions.iter().position(|function| function.name == name.as_bytes())?;
        Some((number(package), number(function)))
    });
    let (package, function) = places.next().unwrap_or_else(|| panic!("there is no function {name}"));
    Record { package, function, counters: counters.to_vec() }
}

/// Status, standard output and standard error of `livecov report` in this process.
pub fn report(args: &[&str]) -> (u8, String, String) {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let args = ["livecov", "report"].iter().chain(args).map(OsString::from);
    let status = livecov::run(args, &mut out, &mut err);
    let text = |bytes| String::from_utf8(bytes).expect("reports are text");
    (status, text(out), text(err))
}

/// A shop: branches of each kind, in two files of one crate.
pub fn shop_sources() -> [Source; 2] {
    [price_source(), stock_source()]
}

/// The text of `src/price.rs`.
const PRICE: &str = "\
//! Prices.

pub fn price(count: u32, member: bool) -> Option<u32> {
    let base = lookup(count)?;
    if member && base > 10 {
        return Some(base - 1);
    }
    Some(base)
}

fn lookup(count: u32) -> Option<u32> {
    match count {
        0 => None,
        1..=9 => Some(count * 2),
        _ => {
            let half = count / 2;
            Some(half)
        }
    }
}

fn never() {
    println!(\"never\");
}
";

fn price_source() -> Source {
    use UnitKind::{Arm, Body, Condition, Continuation, Then};
    Source::new("src/price.rs", PRICE)
        .function(
            "price::price",
            "pub fn price",
            &[
                part(Body, "pub fn price", "?;"),
                part(Continuation, "if member", "\n    }"),
                way(Condition, "base > 10", "base > 10", 1, 0),
                way(Then, "{\n        return", "\n    }", 1, 1),
                part(Continuation, "Some(base)\n", "Some(base)"),
            ],
        )
        .function(
            "price::lookup",
            "fn lookup",
            &[
                part(Body, "fn lookup", "\n    }"),
                way(Arm, "None,", "None", 0, 1),
                way(Arm, "Some(count * 2)", "Some(count * 2)", 0, 1),
                way(Arm, "{\n            let half", "\n        }", 0, 1),
            ],
        )
        .function("price::never", "fn never", &[part(Body, "fn never", ";")])
}

/// The text of `src/stock/größe &<]]>.rs`.
const STOCK: &str = "\
fn take(&mut self, wanted: Option<u32>) -> u32 {
    let Some(wanted) = wanted else {
        return 0;
    };
    let mut taken = 0;
    for _ in 0..wanted { taken += 1; }
    let weigh = |n: u32| n * 3; weigh(taken)
}
";

fn stock_source() -> Source {
    use UnitKind::{Body, Closure, Continuation, LetElse, Loop};
    Source::new("src/stock/größe &<]]>.rs", STOCK).function(
        "stock::<Shelf<A, B> as \"Take\">::take",
        "fn take",
        &[
            part(Body, "fn take", "};"),
            way(LetElse, "{\n        return", "\n    }", 0, 0),
            part(Continuation, "let mut taken", "taken += 1; }"),
            way(Loop, "{ taken", "}", 2, 0),
            part(Continuation, "let weigh", "weigh(taken)"),
            way(Closure, "n * 3", "n * 3", 4, 0),
        ],
    )
}

/// The shop as one program, with what was left out of it.
pub fn shop(mode: CounterMode) -> Program {
    let [price, stock] = shop_sources();
    let mut package = package("shop", &[&price, &stock]);
    package.extension.omissions = vec![
        omission("src/gen.rs", [0, 0], OmissionReason::Unparsed, "unexpected `~`"),
        omission("src/price.rs", [90, 99], OmissionReason::Test, ""),
    ];
    program(mode, vec![package])
}

/// One day in the shop, with a count at its limit.
pub const DAY: Counts<'static> = &[
    ("price::price", &[7, 5, 4, 3, 2]),
    ("price::lookup", &[7, 2, 5, 0]),
    ("stock::<Shelf<A, B> as \"Take\">::take", &[3, 1, 2, u32::MAX, 2, 0]),
];

/// The same day without a count at its limit, of which each report warns.
pub const CALM_DAY: Counts<'static> = &[
    ("price::price", &[7, 5, 4, 3, 2]),
    ("price::lookup", &[7, 2, 5, 0]),
    ("stock::<Shelf<A, B> as \"Take\">::take", &[3, 1, 2, 40, 2, 0]),
];
