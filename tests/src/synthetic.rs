//! A made-up program of a given size with its runs, written by our encoders: the same bytes for the same shape.
//!
//! Real programs of this size take minutes to build and never run the same way twice; a measurement that is to be
//! repeated elsewhere needs neither.

use livecov_format::encode::args::{Arg, Key};
use livecov_format::encode::counters::{CounterFileEncoder, CounterHeader};
use livecov_format::encode::meta::{MetaHeader, encode_meta_file};
use livecov_format::encode::package::PackageBuilder;
use livecov_format::hash::{Algorithm, Hash, hex, meta_hash};
use livecov_format::layout::{ARG_EPOCH, ARG_INSTANCE, ARG_SEQ, COUNTER_PREFIX, META_PREFIX};
use livecov_format::model::{FunctionDesc, Unit};
use livecov_format::vocab::{CounterMode, Granularity};
use std::fs;
use std::io;
use std::path::Path;

/// The splitmix64 generator: its whole state is a counter, and any seed is a good one.
#[derive(Clone, Debug)]
pub struct SplitMix64(u64);

impl SplitMix64 {
    /// A generator with its own sequence for each seed.
    pub fn new(seed: u64) -> SplitMix64 {
        SplitMix64(seed)
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// A number below `end`, all nearly as likely.
    pub fn below(&mut self, end: u32) -> u32 {
        let scaled = u64::from(end) * (self.bits() >> 32);
        u32::try_from(scaled >> 32).expect("below `end`")
    }

    /// True `permille` times in 1,000.
    pub fn chance(&mut self, permille: u32) -> bool {
        self.below(1000) < permille
    }

    fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        let end = u32::try_from(items.len()).expect("a short list");
        items[self.below(end) as usize]
    }
}

/// The order of the records in a counter file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordOrder {
    /// By number of counters, as Go's linker lays them out.
    Size,
    /// By package and function, as our runtime walks them.
    Source,
}

/// How large a program is, and how much of it a run reaches.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// Name on the command line.
    pub name: &'static str,
    /// Number of packages.
    pub package_count: usize,
    /// Number of functions in all packages.
    pub function_count: u32,
    /// Number of units in all functions, one counter each.
    pub unit_count: u32,
    /// Number of functions that a run reaches, nearly.
    pub live_count: u32,
    /// How many in a thousand of a reached function's units usually run, besides the first.
    pub unit_permille: u32,
    /// The order of the records.
    pub order: RecordOrder,
}

/// A server with its whole standard library, as `go build -cover -coverpkg=all` instruments it.
pub const GO_BIG: Shape = Shape {
    name: "go-big",
    package_count: 306,
    function_count: 18_237,
    unit_count: 114_546,
    live_count: 2_000,
    unit_permille: 600,
    order: RecordOrder::Size,
};

/// Five Rust crates in one executable; LLVM had 15.6 % of its counters non-zero.
pub const W_BIG: Shape = Shape {
    name: "w-big",
    package_count: 24,
    function_count: 15_421,
    unit_count: 36_684,
    live_count: 3_050,
    unit_permille: 580,
    order: RecordOrder::Source,
};

/// How many runs reach a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Heat {
    /// None: most of a program with its libraries is like that.
    Cold,
    /// One in twenty.
    Warm,
    /// All but one in twenty.
    Hot,
}

/// A function of a [`Program`].
#[derive(Clone, Debug)]
pub struct Function {
    /// Name.
    pub name: String,
    /// Source file.
    pub file: String,
    /// Whether it is a function literal.
    pub is_literal: bool,
    /// Its units.
    pub units: Vec<Unit>,
    heat: Heat,
    /// How often each unit runs in most runs that reach the function.
    usual_counts: Vec<u32>,
}

/// A package of a [`Program`].
#[derive(Clone, Debug)]
pub struct Package {
    /// Import path.
    pub path: String,
    /// Name.
    pub name: String,
    /// Its functions.
    pub functions: Vec<Function>,
}

/// Go's names for what a record belongs to, and its counters.
pub type FunctionRecord = (u32, u32, Vec<u32>);

/// A made-up program.
#[derive(Clone, Debug)]
pub struct Program {
    packages: Vec<Package>,
    mode: CounterMode,
    blobs: Vec<Vec<u8>>,
    hash: Hash,
    /// Package and function numbers in the order of records.
    order: Vec<(u32, u32)>,
}

impl Program {
    /// The program of a shape, instrumented in `mode`.
    pub fn new(shape: Shape, mode: CounterMode) -> Program {
        let packages = packages(&shape, &mut SplitMix64::new(0x006c_6976_6563_6f76));
        let encoded = packages.iter().map(encode_package);
        let (hashes, blobs): (Vec<Hash>, Vec<Vec<u8>>) = encoded.unzip();
        let hash = meta_hash(Algorithm::Md5, &hashes, mode, Granularity::PerBlock);
        let order = record_order(&packages, shape.order);
        Program { packages, mode, blobs, hash, order }
    }

    /// The packages.
    pub fn packages(&self) -> &[Package] {
        &self.packages
    }

    /// The meta file's name and bytes.
    pub fn meta_file(&self) -> (String, Vec<u8>) {
        let header = MetaHeader { hash: self.hash, mode: self.mode, granularity: Granularity::PerBlock };
        let mut bytes = Vec::new();
        encode_meta_file(&mut bytes, &header, self.blobs.iter().map(Vec::as_slice)).expect("memory takes every byte");
        (format!("{META_PREFIX}.{}", self.tag()), bytes)
    }

    fn tag(&self) -> String {
        String::from_utf8_lossy(&hex(&self.hash)).into_owned()
    }

    /// What run number `run` counts.
    pub fn records(&self, run: u32) -> Vec<FunctionRecord> {
        let mut rng = SplitMix64::new(u64::from(run) << 32);
        let mut records = Vec::new();
        for &(package, number) in &self.order {
            let function = &self.packages[package as usize].functions[number as usize];
            let permille = match function.heat {
                Heat::Cold => 0,
                Heat::Warm => 50,
                Heat::Hot => 950,
            };
            if rng.chance(permille) {
                records.push((package, number, self.counters(function, &mut rng)));
            }
        }
        records
    }

    /// Runs of a program differ, but not by much: nearly every unit runs, or does not, as often as in other runs.
    fn counters(&self, function: &Function, rng: &mut SplitMix64) -> Vec<u32> {
        let mut counter = |(number, usual): (usize, &u32)| {
            let is_usual = number == 0 || rng.chance(960);
            let count = if is_usual { *usual } else { u32::from(*usual == 0) };
            if self.mode == CounterMode::Set { count.min(1) } else { count - count / 4 + rng.below(1 + count / 2) }
        };
        function.usual_counts.iter().enumerate().map(&mut counter).collect()
    }

    /// The counter file of run number `run`: its name and bytes. With `has_instance` it says which process it is
    /// from, each file another.
    pub fn counter_file(&self, run: u32, has_instance: bool) -> (String, Vec<u8>) {
        let [argv1, instance] = [format!("-shard={}", run % 8), format!("{:032x}", u128::from(run) + 1)];
        let mut args = vec![
            Arg::new("argc", b"2"),
            Arg { key: Key::Argv(0), value: b"./server" },
            Arg { key: Key::Argv(1), value: argv1.as_bytes() },
            Arg::new("GOOS", b"linux"),
            Arg::new("GOARCH", b"amd64"),
        ];
        if has_instance {
            args.push(Arg::new(ARG_INSTANCE, instance.as_bytes()));
            args.extend([Arg::new(ARG_EPOCH, b"0"), Arg::new(ARG_SEQ, b"1")]);
        }
        let name = format!("{COUNTER_PREFIX}.{}.{}.{}", self.tag(), 1000 + run, 1_800_000_000_000 + u64::from(run));
        (name, encode_counters(CounterHeader::new(self.hash), &args, &self.records(run)))
    }

    /// Writes the meta file and the counter files of `runs` into `dir`.
    ///
    /// # Errors
    ///
    /// Those of the file system.
    pub fn save(&self, dir: &Path, runs: std::ops::Range<u32>, has_instance: bool) -> io::Result<()> {
        fs::create_dir_all(dir)?;
        let (name, bytes) = self.meta_file();
        fs::write(dir.join(name), bytes)?;
        for run in runs {
            let (name, bytes) = self.counter_file(run, has_instance);
            fs::write(dir.join(name), bytes)?;
        }
        Ok(())
    }
}

/// A counter file with one segment.
pub fn encode_counters(header: CounterHeader, args: &[Arg<'_>], records: &[FunctionRecord]) -> Vec<u8> {
    const FULL: &str = "memory takes every byte";
    let mut buffer = [0; 4096];
    let mut encoder = CounterFileEncoder::new(Vec::new(), &mut buffer, header).expect(FULL);
    let mut segment = encoder.segment(args.iter().copied(), None).expect("short arguments");
    for (package, function, counters) in records {
        segment.function(*package, *function, counters.iter().copied()).expect(FULL);
    }
    let patch = segment.finish().expect(FULL);
    let mut bytes = encoder.finish().expect(FULL);
    patch.apply(&mut bytes);
    bytes
}

fn encode_package(package: &Package) -> (Hash, Vec<u8>) {
    let (path, name) = (package.path.as_bytes(), package.name.as_bytes());
    let mut builder = PackageBuilder::new(path, name, b"example.org/shop").expect("the path is not empty");
    for function in &package.functions {
        builder.add_function(&FunctionDesc {
            name: function.name.as_bytes(),
            file: function.file.as_bytes(),
            units: &function.units,
            is_literal: function.is_literal,
        });
    }
    let blob = builder.finish().expect("a small package");
    (blob.hash, blob.bytes)
}

fn record_order(packages: &[Package], order: RecordOrder) -> Vec<(u32, u32)> {
    let mut numbers = Vec::new();
    for (package, number) in packages.iter().zip(0u32..) {
        for (function, place) in package.functions.iter().zip(0u32..) {
            numbers.push((function.units.len(), (number, place)));
        }
    }
    if order == RecordOrder::Size {
        numbers.sort_unstable();
    }
    numbers.into_iter().map(|(_, number)| number).collect()
}

/// Splits `total` into `count` parts of at least one; few are large, most are small, as functions and packages are.
fn parts(total: u32, count: usize, rng: &mut SplitMix64) -> Vec<u32> {
    let weights: Vec<u64> = (0..count).map(|_| u64::from(65_536 / (1 + rng.below(256)))).collect();
    let sum: u64 = weights.iter().sum();
    let spare = u64::from(total) - count as u64;
    let (mut seen, mut given) = (0, 0);
    let mut part = |weight: u64| {
        seen += weight;
        let part = spare * seen / sum - given;
        given += part;
        1 + u32::try_from(part).expect("a part of a 32-bit number")
    };
    weights.into_iter().map(&mut part).collect()
}

fn packages(shape: &Shape, rng: &mut SplitMix64) -> Vec<Package> {
    let mut unit_counts = parts(shape.unit_count, shape.function_count as usize, rng).into_iter();
    let function_counts = parts(shape.function_count, shape.package_count, rng);
    let package = |(number, function_count): (usize, u32)| {
        let name = rng.pick(NOUNS);
        let path = format!("{}{number}/{name}", rng.pick(NOUNS));
        let mut functions = Vec::new();
        let mut source = Source::new(&path, rng);
        for unit_count in unit_counts.by_ref().take(function_count as usize) {
            let heat = match rng.below(shape.function_count) {
                place if place < shape.live_count => Heat::Hot,
                place if place < 2 * shape.live_count => Heat::Warm,
                _ => Heat::Cold,
            };
            functions.push(source.function(unit_count, shape.unit_permille, heat, rng));
        }
        Package { name: name.to_owned(), path, functions }
    };
    function_counts.into_iter().enumerate().map(package).collect()
}

/// Where the next function of a package stands.
struct Source<'p> {
    package: &'p str,
    file: String,
    line: u32,
    /// Number of functions so far.
    count: u32,
}

impl<'p> Source<'p> {
    fn new(package: &'p str, rng: &mut SplitMix64) -> Source<'p> {
        Source { package, file: format!("{package}/{}.go", rng.pick(NOUNS)), line: 20, count: 0 }
    }

    fn function(&mut self, unit_count: u32, unit_permille: u32, heat: Heat, rng: &mut SplitMix64) -> Function {
        if self.line > 300 && rng.chance(60) {
            // The number keeps names apart: functions of two files never mix.
            self.file = format!("{}/{}{}.go", self.package, rng.pick(NOUNS), self.count);
            self.line = 10 + rng.below(30);
        }
        self.count += 1;
        self.line += 2 + rng.below(12);
        let is_literal = self.count > 1 && rng.chance(10);
        let name = match is_literal {
            true => format!("func.L{}.C{}", self.line, 10 + rng.below(30)),
            false => function_name(self.count, rng),
        };
        let units = (0..unit_count).map(|_| self.unit(rng)).collect();
        let is_reached = |number| number == 0 || rng.chance(unit_permille);
        let reached: Vec<bool> = (0..unit_count).map(is_reached).collect();
        let usual_counts = reached.iter().map(|is_reached| if *is_reached { usual_count(rng) } else { 0 }).collect();
        let mut function = Function { name, file: self.file.clone(), is_literal, units, heat, usual_counts };
        // Go numbers what follows a branch before the branch itself.
        for pair in function.units.chunks_exact_mut(2) {
            if rng.chance(300) {
                pair.reverse();
            }
        }
        function
    }

    fn unit(&mut self, rng: &mut SplitMix64) -> Unit {
        let (start_line, line_count) = (self.line, 1 + rng.below(4));
        self.line += line_count;
        let indent = 2 + rng.below(4);
        Unit {
            start_line,
            start_col: indent + rng.below(40),
            end_line: self.line,
            end_col: indent,
            statement_count: 1 + rng.below(line_count),
        }
    }
}

/// Half of the counts are 1, every eleventh needs a second byte, and none is so large that 10,000 runs would overflow.
fn usual_count(rng: &mut SplitMix64) -> u32 {
    (4096 / (1 + rng.below(4096))).pow(2).min(300_000)
}

/// Distinct from that of the function before: neighbours of one name are one row in Go's reports.
fn function_name(count: u32, rng: &mut SplitMix64) -> String {
    let (verb, noun, other) = (rng.pick(VERBS), capital(rng.pick(NOUNS)), capital(rng.pick(NOUNS)));
    match count % 4 {
        0 => format!("{verb}{noun}"),
        1 => format!("*{noun}.{}{other}", capital(verb)),
        2 => format!("{noun}.{verb}{other}"),
        _ => format!("*{noun}{other}.{verb}"),
    }
}

fn capital(word: &str) -> String {
    let (first, rest) = word.split_at(1);
    first.to_uppercase() + rest
}

const NOUNS: &[&str] = &[
    "account", "address", "archive", "batch", "bill", "block", "book", "branch", "bucket", "budget", "cart", "catalog",
    "channel", "client", "clock", "config", "country", "coupon", "credit", "customer", "dispatch", "document", "entry",
    "event", "field", "filter", "frame", "gateway", "grant", "group", "header", "history", "image", "index", "invoice",
    "item", "journal", "label", "ledger", "limit", "list", "market", "message", "meter", "number", "offer", "order",
    "packet", "parcel", "payment", "pool", "price", "product", "queue", "quota", "rate", "receipt", "record", "region",
    "report", "request", "route", "sale", "schema", "score", "session", "shelf", "signal", "stock", "store",
    "supplier", "table", "tag", "tax", "ticket", "token", "trade", "user", "vendor", "voucher", "depot", "window",
];

const VERBS: &[&str] = &[
    "accept", "add", "append", "apply", "attach", "bind", "build", "check", "clear", "close", "collect", "commit",
    "copy", "decode", "delete", "drain", "encode", "expand", "export", "fetch", "fill", "find", "flush", "format",
    "grow", "has", "import", "insert", "is", "join", "load", "lock", "lookup", "make", "match", "merge", "move",
    "next", "open", "parse", "peek", "pop", "print", "push", "read", "release", "remove", "render", "reset", "resolve",
    "retry", "scan", "seek", "select", "send", "set", "sort", "split", "start", "stop", "sync", "trim", "update",
    "validate", "visit", "walk", "write",
];

#[cfg(test)]
mod tests {
    use super::*;
    use livecov_format::decode::{CounterFile, MetaFile, Records};

    fn count(program: &Program) -> (usize, usize, usize) {
        let functions = || program.packages().iter().flat_map(|package| &package.functions);
        (program.packages().len(), functions().count(), functions().map(|function| function.units.len()).sum())
    }

    #[test]
    fn the_go_program_has_the_size_of_a_real_one() {
        let program = Program::new(GO_BIG, CounterMode::Atomic);
        assert_eq!(count(&program), (306, 18_237, 114_546));
        let (_, meta) = program.meta_file();
        assert!((1_200_000..1_300_000).contains(&meta.len()), "{}", meta.len());
        assert_eq!(MetaFile::parse(&meta).unwrap().unit_count(), 114_546);
        for run in 0..8 {
            let (_, bytes) = program.counter_file(run, false);
            let live_count = CounterFile::parse(&bytes).unwrap().segments[0].record_count;
            assert!((1_850..2_150).contains(&live_count), "{live_count}");
            assert!((19_500..22_500).contains(&bytes.len()), "{}", bytes.len());
        }
    }

    #[test]
    fn the_rust_program_reaches_as_many_counters_as_the_real_one() {
        let program = Program::new(W_BIG, CounterMode::Count);
        assert_eq!(count(&program), (24, 15_421, 36_684));
        let reached = program.records(3).into_iter().flat_map(|(_, _, counters)| counters);
        let permille = reached.filter(|counter| *counter != 0).count() * 1000 / 36_684;
        assert!((152..160).contains(&permille), "{permille}");
    }

    #[test]
    fn runs_differ_and_repeat() {
        let program = Program::new(W_BIG, CounterMode::Set);
        assert_eq!(program.counter_file(1, true), program.counter_file(1, true));
        assert_ne!(program.records(1), program.records(2));
        let (_, bytes) = program.counter_file(1, true);
        let file = CounterFile::parse(&bytes).unwrap();
        let segment = &file.segments[0];
        assert!(segment.args.snapshot().is_some());
        let mut records = Records::default();
        segment.decode(&mut records).unwrap();
        let decoded = records.iter().map(|(record, counters)| (record.package, record.function, counters.to_vec()));
        assert_eq!(decoded.collect::<Vec<_>>(), program.records(1));
    }
}
