//! Makes a directory with sources and with coverage data in `data`, for the checks of the HTML report.
//!
//! ```text
//! page_data shop DIR              # few files, with all that a page has to say
//! page_data large DIR FILES       # so many files of about a hundred lines
//! page_data long DIR LINES        # a file of so many lines, of which the first and the last count
//! ```

use livecov_format::model::{OmissionReason, UnitKind};
use livecov_format::vocab::CounterMode;
use livecov_tests::reports::{
    DAY, Process, Source, omission, package, part, program, shop, shop_sources, way, write_pod, write_process,
    write_run,
};
use std::convert::Infallible;
use std::fmt::Write;
use std::path::{Path, PathBuf};

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args.as_slice() {
        ["shop", dir] => make_shop(Path::new(dir)),
        ["large", dir, files] => make_large(Path::new(dir), files.parse().expect("a number of files")),
        ["long", dir, lines] => make_long(Path::new(dir), lines.parse().expect("a number of lines")),
        _ => panic!("usage: page_data shop DIR | page_data large DIR FILES | page_data long DIR LINES"),
    }
}

fn data_dir(dir: &Path) -> PathBuf {
    let data = dir.join("data");
    std::fs::create_dir_all(&data).expect("a directory");
    data
}

/// A path that would end a script, and start another.
const HOSTILE: &str = "src/odd/</script><script>alert(1)</script>.rs";

/// The shop of the suites, and a second program: with a source that is gone, one that was changed, and one of an odd name.
fn make_shop(dir: &Path) {
    let data = data_dir(dir);
    let mut first = shop(CounterMode::Count);
    let whole = omission("src/price.rs", [20, 22], OmissionReason::Attribute, "#[coverage(off)]");
    first.packages[0].extension.omissions.push(whole);
    write_pod(&data, &first, &[DAY]);
    shop_sources().iter().for_each(|source| source.write(dir));
    let others = [HOSTILE, "src/gone.rs", "src/changed.rs", "tests/deep/er/and/deeper.rs"].map(small);
    let second = program(CounterMode::Count, vec![package("warehouse", &others.each_ref())]);
    write_run(&data, &second, |unit| Ok::<_, Infallible>(if unit == 0 { 120_000 } else { 0 })).expect("counts");
    for source in &others[..] {
        source.write(dir);
    }
    // A process that says what it was for; the first one does not.
    let night = Process {
        instance: 1,
        label: "night shift",
        args: &["warehouse"],
        started: 1_767_225_600,
        written: 1_767_229_200,
    };
    write_process(&data, &second, night, &[("src/changed.rs::small", &[30_000, 0, 0])]);
    let day = Process { instance: 2, label: "", args: &["/t/debug/deps/warehouse-0123456789abcdef"], ..night };
    write_process(&data, &second, day, &[("src/changed.rs::small", &[2, 0, 0])]);
    std::fs::remove_file(dir.join("src/gone.rs")).expect("it was written");
    let text = format!("// A line more.\n{}", others[2].text);
    std::fs::write(dir.join("src/changed.rs"), text).expect("it was written");
    std::fs::write(data.join("covmeta.00000000000000000000000000000000"), b"damaged").expect("a file");
}

fn small(path: &str) -> Source {
    let text = "fn small(n: u32) -> u32 {\n    let </script>\u{fc} = \"]]>\"; if n > 1 { return 2; }\n    n\n}\n";
    let parts = [
        part(UnitKind::Body, "fn small", "if n > 1 "),
        way(UnitKind::Then, "{ return", "}", 0, 0),
        part(UnitKind::Continuation, "n\n", "n"),
    ];
    Source::new(path, text).function(&format!("{path}::small"), "fn small", &parts)
}

/// Numbers that look like chance and are the same each time (xorshift64*).
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % limit
    }

    fn one_of<'t>(&mut self, texts: &[&'t str]) -> &'t str {
        let place = usize::try_from(self.below(texts.len() as u64)).expect("small");
        texts[place]
    }

    /// A name of two or three words, as those of programs.
    fn name(&mut self) -> String {
        let mut name = self.one_of(WORDS).to_owned();
        for _ in 0..=self.below(2) {
            name.push('_');
            name.push_str(self.one_of(WORDS));
        }
        name
    }

    fn sentence(&mut self) -> String {
        let words: Vec<&str> = (0..6 + self.below(9)).map(|_| self.one_of(WORDS)).collect();
        words.join(" ")
    }
}

const WORDS: &[&str] = &[
    "account", "address", "batch", "block", "body", "buffer", "cache", "chunk", "client", "column", "config", "count",
    "cursor", "decode", "delta", "depth", "digest", "entry", "error", "event", "field", "filter", "flag", "frame",
    "group", "handle", "header", "index", "input", "item", "iter", "key", "label", "layer", "length", "level", "limit",
    "line", "list", "lock", "map", "mask", "match", "merge", "meta", "mode", "name", "node", "number", "object",
    "offset", "option", "order", "output", "owner", "packet", "page", "parser", "part", "path", "pattern", "peer",
    "place", "point", "pool", "prefix", "query", "queue", "range", "rate", "reader", "record", "region", "request",
    "result", "retry", "root", "route", "row", "rule", "scope", "section", "segment", "server", "session", "shard",
    "signal", "size", "slot", "source", "span", "stack", "state", "step", "store", "stream", "suffix", "table", "tag",
    "target", "task", "text", "thread", "token", "total", "trace", "tree", "unit", "user", "value", "vector",
    "version", "view", "visit", "weight", "window", "worker", "writer",
];

/// More lines than a browser can make an element high, with one function at the start and one at the end that never ran.
fn make_long(dir: &Path, line_count: usize) {
    let data = data_dir(dir);
    let text = format!("fn first() {{\n    a();\n}}\n{}fn last() {{\n    z();\n}}\n", "//\n".repeat(line_count - 6));
    let part = |name: &'static str| [part(UnitKind::Body, name, ";")];
    let source = Source::new("src/long.rs", &text).function("first", "fn first", &part("fn first")).function(
        "last",
        "fn last",
        &part("fn last"),
    );
    source.write(dir);
    let long = program(CounterMode::Count, vec![package("long", &[&source])]);
    write_pod(&data, &long, &[&[("first", &[1])]]);
}

/// Functions in each made-up file: about a hundred lines.
const FUNCTIONS: usize = 5;
/// Files in each made-up crate.
const CRATE_SIZE: usize = 200;

fn make_large(dir: &Path, file_count: usize) {
    let data = data_dir(dir);
    let mut chance = Chance(0x9e37_79b9_7f4a_7c15);
    let mut line_count = 0;
    let mut packages = Vec::new();
    for number in 0..file_count.div_ceil(CRATE_SIZE) {
        let name = format!("{}_{number}", chance.one_of(WORDS));
        let size = CRATE_SIZE.min(file_count - number * CRATE_SIZE);
        let sources: Vec<Source> = (0..size).map(|file| large_source(&name, file, &mut chance)).collect();
        sources.iter().for_each(|source| source.write(dir));
        line_count += sources.iter().map(|source| source.text.lines().count()).sum::<usize>();
        packages.push(package(&name, &sources.iter().collect::<Vec<_>>()));
    }
    let large = program(CounterMode::Count, packages);
    let mut count = |_| {
        let size = chance.below(20);
        Ok::<_, Infallible>(if chance.below(4) == 0 {
            0
        } else {
            u32::try_from(chance.below(1 << size)).expect("small")
        })
    };
    write_run(&data, &large, &mut count).expect("counts");
    println!("{file_count} files, {line_count} lines");
}

fn large_source(package: &str, number: usize, chance: &mut Chance) -> Source {
    let dir = [chance.one_of(&WORDS[..12]), chance.one_of(&WORDS[12..20])].join("/");
    let path = format!("crates/{package}/src/{dir}/{}_{number}.rs", chance.name());
    let mut text = format!("//! {}.\n\nuse std::collections::BTreeMap;\n\n", chance.sentence());
    let names: Vec<String> = (0..FUNCTIONS).map(|place| format!("{}_{place}", chance.name())).collect();
    for name in &names {
        large_function(&mut text, name, chance);
    }
    names.iter().fold(Source::new(&path, &text), |source, name| {
        source.function(&format!("{}::{name}", dir.replace('/', "::")), &format!("pub fn {name}("), PARTS)
    })
}

const PARTS: &[livecov_tests::reports::Part<'_>] = &[
    part(UnitKind::Body, "pub fn", "?;"),
    part(UnitKind::Continuation, "if ", "\n    }"),
    way(UnitKind::Condition, "&& ", " {", 1, 0),
    way(UnitKind::Then, "{\n        return", "\n    }", 1, 1),
    part(UnitKind::Continuation, "let mut", "\n    }\n}"),
    way(UnitKind::Loop, "{\n        let", "\n    }", 4, 0),
    way(UnitKind::Arm, "0 => ", ",", 4, 2),
    way(UnitKind::Arm, "1 => ", ",", 4, 2),
    way(UnitKind::Arm, "_ => ", ",", 4, 2),
];

fn large_function(text: &mut String, name: &str, chance: &mut Chance) {
    let [a, b, c, d, e, f] = std::array::from_fn(|_| chance.name());
    let (doc, why, limit) = (chance.sentence(), chance.sentence(), chance.below(5000));
    write!(
        text,
        "/// {doc}.\npub fn {name}({a}: &Record, {b}: usize) -> Option<u32> {{\n    let {c} = {a}.{d}({b})?;\n    \
        // {why}.\n    if {c} > {limit} && {b} != {a}.{e}.len() {{\n        return None;\n    }}\n    \
        let mut {f} = BTreeMap::new();\n    for place in 0..{b} {{\n        let {e} = {a}.{d}(place + {limit});\n        \
        {f}.insert({e}, place);\n    }}\n    match {f}.len() {{\n        0 => None,\n        1 => Some({c}),\n        \
        _ => {f}.get(&{limit}).copied().and_then(|found| found.checked_add({c})),\n    }}\n}}\n\n"
    )
    .expect("memory takes it");
}
