//! What crosses the border: Go's `covdata` reads our files to the numbers that went in, and Go's files, re-encoded by
//! us, say the same to both sides.

#![allow(clippy::unwrap_used, reason = "a step that fails is a test that fails, in helpers too")]

use arbtest::arbtest;
use livecov_format::decode::MetaFile;
use livecov_format::encode::EncodeError;
use livecov_format::encode::args::{Arg, Key};
use livecov_format::encode::counters::{CounterFileEncoder, CounterHeader, Promise};
use livecov_format::encode::meta::{MetaHeader, encode_meta_file};
use livecov_format::model::{Extension, FileInfo, FunctionInfo, Omission, OmissionReason, Span, Unit, UnitInfo};
use livecov_format::sink::{NullSink, Sink, SliceSink};
use livecov_format::vocab::{CounterMode, Flavor, Granularity};
use livecov_tests::compare::{assert_same_text, scratch};
use livecov_tests::model::{Args, Function, Package, Program, Record, Run, Segment, number};
use livecov_tests::paths::{golden_dir, text};
use livecov_tests::synthetic::SplitMix64;
use livecov_tests::tool::Tool;
use livecov_tests::{corpus, dump, files};
use std::collections::BTreeMap;
use std::fmt::{Debug, Write};
use std::path::Path;

/// Flavour and byte order: all that the format allows.
const FLAVORS: [(Flavor, bool); 3] = [(Flavor::Uleb128, false), (Flavor::Raw, false), (Flavor::Raw, true)];

// What the model says.

/// The dump that Go should print of a program and its runs, in [`dump::normal`] form; independent of our tool.
fn expected_dump(program: &Program, runs: &[Run]) -> String {
    let mut out = format!("Cover mode: {}\nCover granularity: {}\n", program.mode, program.granularity);
    for run in runs {
        out.push_str(&data_file_line(&run.segments[0].args));
    }
    let sums = sums(program, runs);
    let (mut statements, mut covered) = (0, 0);
    for (package, package_number) in program.packages.iter().zip(0..) {
        for (function, number) in package.functions.iter().zip(0..) {
            if number == 0 {
                write!(out, "\nPackage path: {}\n", utf8(&package.path)).unwrap();
                write!(out, "Package name: {}\nModule path: {}\n", utf8(&package.name), utf8(&package.module_path))
                    .unwrap();
            }
            let counters = sums.get(&(package_number, number));
            push_function(&mut out, function, counters);
            for (place, unit) in function.units.iter().enumerate() {
                statements += unit.statement_count;
                covered += if counters.is_some_and(|sums| sums[place] != 0) { unit.statement_count } else { 0 };
            }
        }
    }
    out + &format!("totalStmts: {statements} coveredStmts: {covered}\n")
}

fn utf8(bytes: &[u8]) -> &str {
    str::from_utf8(bytes).unwrap()
}

fn data_file_line(args: &Args) -> String {
    let get = |key: &str| args.iter().find(|(name, _)| name == key.as_bytes()).map(|(_, value)| utf8(value));
    let mut line = String::from("data file PATH");
    for key in ["GOOS", "GOARCH"] {
        if let Some(value) = get(key) {
            write!(line, " {key}={value}").unwrap();
        }
    }
    if let Some(count) = get("argc").filter(|count| *count != "0") {
        let count: usize = count.parse().unwrap();
        let words: Vec<&str> = (0..count).map(|at| get(&format!("argv{at}")).unwrap_or("")).collect();
        writeln!(line, "  program args: [{}]", words.join(" ")).unwrap();
    }
    line + "\n"
}

fn push_function(out: &mut String, function: &Function, counters: Option<&Vec<u32>>) {
    write!(out, "\nFunc: {}\nSrcfile: {}\n", utf8(&function.name), utf8(&function.file)).unwrap();
    writeln!(out, "Literal: {}", function.is_literal).unwrap();
    for (place, unit) in function.units.iter().enumerate() {
        let [start_line, start_col, end_line, end_col, statement_count] = unit.numbers();
        let count = counters.map_or(0, |sums| sums[place]);
        write!(out, "{place}: L{start_line}:C{start_col} -- L{end_line}:C{end_col} ").unwrap();
        writeln!(out, "NS={statement_count} = {count}").unwrap();
    }
}

/// The counters of the first segments, as Go adds them up.
fn sums(program: &Program, runs: &[Run]) -> BTreeMap<(u32, u32), Vec<u32>> {
    let mut sums: BTreeMap<(u32, u32), Vec<u32>> = BTreeMap::new();
    for record in runs.iter().flat_map(|run| &run.segments[0].records) {
        let sum = sums.entry((record.package, record.function)).or_insert_with(|| vec![0; record.counters.len()]);
        for (sum, counter) in sum.iter_mut().zip(&record.counters) {
            *sum = match program.mode {
                CounterMode::Set => u32::from(*sum != 0 || *counter != 0),
                _ => sum.checked_add(*counter).expect("Go would warn"),
            };
        }
    }
    sums
}

// Programs and runs.

fn args(pairs: &[(&str, &str)]) -> Args {
    pairs.iter().map(|(key, value)| (key.as_bytes().to_vec(), value.as_bytes().to_vec())).collect()
}

fn usual_args() -> Args {
    args(&[("argc", "2"), ("argv0", "./shop"), ("argv1", "-v"), ("GOOS", "linux"), ("GOARCH", "amd64")])
}

fn function(name: &str, file: &str, units: &[[u32; 5]]) -> Function {
    let units = units.iter().map(|numbers| Unit::from_numbers(*numbers)).collect();
    Function { name: name.into(), file: file.into(), units, is_literal: name.starts_with("func.L") }
}

fn package(path: &str, name: &str, functions: Vec<Function>) -> Package {
    Package { path: path.into(), name: name.into(), module_path: b"ex.com/shop".to_vec(), functions, ..<_>::default() }
}

/// All that is odd but legal.
fn odd_program(mode: CounterMode, granularity: Granularity) -> Program {
    const MAX: u32 = u32::MAX;
    let cart = vec![
        // A function may bear its package's name: strings are shared.
        function("cart", "cart/cart.go", &[[3, 1, 5, 2, 1], [6, 2, 6, 40, 0], [7, 2, 9, 2, 3]]),
        function("nothing", "cart/cart.go", &[]),
        function("func.L12.C3", "cart/größe und mehr.go", &[[12, 3, 12, 30, 1]]),
        function("*Cart[go.shape.int].Add", "cart/far.go", &[[MAX, MAX, MAX, MAX, 1], [1, 1, 1, 1, 200]]),
    ];
    let packages = vec![
        package("ex.com/shop/empty", "empty", Vec::new()),
        package("ex.com/shop/cart", "cart", cart),
        Package { module_path: Vec::new(), ..package("loose", "main", vec![function("main", "main.go", &[])]) },
        package("ex.com/shop", "main", vec![function("main", "ex.com/shop/main.go", &[[1, 1, 2, 2, 1]])]),
    ];
    Program { mode, granularity, packages }
}

fn record(package: u32, function: u32, counters: &[u32]) -> Record {
    Record { package, function, counters: counters.to_vec() }
}

/// Two runs of [`odd_program`], with counters as large as the mode allows and not in the order of the meta file.
fn odd_runs(program: &Program, flavor: Flavor, big_endian: bool) -> Vec<Run> {
    let one = |count: u32| if program.mode == CounterMode::Set { u32::from(count != 0) } else { count };
    let header = CounterHeader { meta_hash: program.hash(), flavor, big_endian };
    let run = |records| Run { header, segments: vec![Segment { args: usual_args(), records }] };
    let first = vec![
        record(3, 0, &[one(127)]),
        record(1, 3, &[one(u32::MAX), 0]),
        record(1, 1, &[]),
        record(1, 0, &[one(128), 0, one(16_384)]),
    ];
    let second =
        vec![record(1, 2, &[one(300)]), record(1, 3, &[0, one(2)]), record(1, 0, &[one(1), 0, one(u32::MAX >> 1)])];
    vec![run(first), run(second)]
}

// Directories, and Go.

fn save(dir: &Path, program: &Program, runs: &[Run]) {
    let tag = program.tag();
    files::write(&dir.join(format!("covmeta.{tag}")), &program.encode());
    for (run, number) in runs.iter().zip(1..) {
        files::write(&dir.join(format!("covcounters.{tag}.{number}.{number}")), &run.encode(64));
    }
}

#[track_caller]
fn go_dump(dir: &Path) -> String {
    dump::normal(&Tool::Go.run(&["debugdump", &format!("-i={}", text(dir))]).quiet().stdout_text())
}

/// Go must read exactly what the model says.
#[track_caller]
fn go_agrees(what: &str, program: &Program, runs: &[Run]) {
    let dir = scratch();
    save(dir.path(), program, runs);
    assert_same_text(what, &go_dump(dir.path()), &expected_dump(program, runs));
}

#[test]
fn go_reads_every_flavor_mode_and_granularity() {
    for (flavor, big_endian) in FLAVORS {
        for mode in [CounterMode::Set, CounterMode::Count, CounterMode::Atomic] {
            for granularity in [Granularity::PerBlock, Granularity::PerFunc] {
                let program = odd_program(mode, granularity);
                let runs = odd_runs(&program, flavor, big_endian);
                go_agrees(&format!("{flavor}, big-endian {big_endian}, {mode}, {granularity}"), &program, &runs);
            }
        }
    }
}

#[test]
fn go_reads_the_first_of_several_segments() {
    let program = odd_program(CounterMode::Atomic, Granularity::PerBlock);
    for (flavor, big_endian) in FLAVORS {
        // Beyond 16 KiB Go reads through another path, which maps the file.
        for repetitions in [1, 900] {
            let mut runs = odd_runs(&program, flavor, big_endian);
            let other = runs[1].segments[0].clone();
            let first = &mut runs[0].segments[0].records;
            first.extend((1..repetitions).map(|count| record(1, 2, &[count])));
            runs[0].segments.extend([other.clone(), Segment::default(), other]);
            go_agrees(&format!("{flavor}, big-endian {big_endian}, {repetitions}"), &program, &runs);
        }
    }
}

#[test]
fn go_reads_arguments_of_any_key_and_length() {
    let program = odd_program(CounterMode::Count, Granularity::PerBlock);
    let long = "x".repeat(100_000);
    let many: Vec<String> = (0..300).map(|number| format!("argv{number}")).collect();
    let mut numbered = args(&[("argc", "300")]);
    numbered.extend(many.iter().map(|key| (key.clone().into_bytes(), format!("<{key}>").into_bytes())));
    let lists = [
        Args::new(),
        args(&[("GOOS", "linux")]),
        args(&[("argc", "1"), ("argv0", &long)]),
        args(&[("argc", "3"), ("argv2", "two"), ("argv0", "zero")]),
        args(&[
            ("livecov.instance", "00112233445566778899aabbccddeeff"),
            ("livecov.epoch", "7"),
            ("livecov.seq", "12"),
        ]),
        args(&[("", "empty key"), ("größe", "naïve"), ("argc", "0"), ("unknown", ""), ("\u{0}", "\n\t")]),
        numbered,
    ];
    for args in lists {
        let mut runs = odd_runs(&program, Flavor::Uleb128, false);
        runs[0].segments[0].args.clone_from(&args);
        go_agrees("a run with other arguments", &program, &runs);
        assert_eq!(Run::decode(&runs[0].encode(16)), Ok(runs[0].clone()));
    }
}

#[test]
fn go_ignores_an_extension() {
    let mut program = odd_program(CounterMode::Count, Granularity::PerBlock);
    for package in &mut program.packages {
        package.extension = extension(package);
    }
    go_agrees("a program with extensions", &program, &odd_runs(&program, Flavor::Uleb128, false));
    assert_eq!(Program::decode(&program.encode()), Ok(program));
}

fn extension(package: &Package) -> Extension {
    let span = Span { start_line: 1, start_col: 1, end_line: 300, end_col: 2 };
    let intra_line = |unit: &Unit| UnitInfo { is_intra_line: unit.statement_count == 0, ..UnitInfo::default() };
    let functions = package
        .functions
        .iter()
        .map(|function| FunctionInfo { declaration: span, units: function.units.iter().map(intra_line).collect() });
    let file = FileInfo { path: b"cart/cart.go".to_vec(), content_hash: [7; 16], code_lines: vec![[1, 9], [12, 13]] };
    let omission =
        Omission { path: b"cart/gen.go".to_vec(), span, reason: OmissionReason::Test, detail: b"why".to_vec() };
    Extension { files: vec![file], functions: functions.collect(), omissions: vec![omission] }
}

#[test]
fn go_reads_programs_made_up_at_random() {
    arbtest(|u| {
        let mut program = Program::any(u)?;
        // Go wants one of these, and prints names as they stand.
        program.mode = *u.choose(&[CounterMode::Set, CounterMode::Count, CounterMode::Atomic])?;
        program.granularity = *u.choose(&[Granularity::PerBlock, Granularity::PerFunc])?;
        let mut records = Vec::new();
        for (package, package_number) in program.packages.iter_mut().zip(0..) {
            for name in [&mut package.path, &mut package.name, &mut package.module_path] {
                printable(name);
            }
            for (function, number_in_package) in package.functions.iter_mut().zip(0..) {
                printable(&mut function.name);
                printable(&mut function.file);
                for unit in &mut function.units {
                    // Totals of Go are as wide as an int, ours here are not.
                    unit.statement_count &= 0xffff;
                }
                let counters = function.units.iter().map(|_| number(u)).collect::<Result<Vec<u32>, _>>()?;
                let counters = counters.iter().map(|counter| match program.mode {
                    CounterMode::Set => counter & 1,
                    _ => *counter,
                });
                records.push(record(package_number, number_in_package, &counters.collect::<Vec<_>>()));
            }
        }
        let (flavor, big_endian) = *u.choose(&FLAVORS)?;
        let header = CounterHeader { meta_hash: program.hash(), flavor, big_endian };
        let run = Run { header, segments: vec![Segment { args: usual_args(), records }] };
        go_agrees("a program made up at random", &program, &[run]);
        Ok(())
    })
    .budget_ms(3_000);
}

fn printable(name: &mut [u8]) {
    for byte in name {
        *byte = b'!' + *byte % 90;
    }
}

#[test]
fn what_go_merges_of_ours_decodes_to_the_sum() {
    for (flavor, big_endian) in FLAVORS {
        let program = odd_program(CounterMode::Atomic, Granularity::PerBlock);
        let runs = odd_runs(&program, flavor, big_endian);
        let (from, to) = (scratch(), scratch());
        save(from.path(), &program, &runs);
        let [input, output] = [format!("-i={}", text(from.path())), format!("-o={}", text(to.path()))];
        Tool::Go.run(&["merge", &input, &output]).quiet();
        assert_eq!(Program::decode(&files::read(&files::meta_file(to.path()))), Ok(program.clone()));
        let [merged] = files::counter_files(to.path()).try_into().expect("one counter file");
        let merged = Run::decode(&files::read(&merged)).unwrap();
        assert_eq!(merged.header.meta_hash, program.hash());
        let sums_of_merge = sums(&program, std::slice::from_ref(&merged));
        assert_eq!(sums_of_merge, sums(&program, &runs));
    }
}

// Go's files, re-encoded.

/// Every file of `from` decoded and encoded again, into `to`.
fn re_encode(from: &Path, to: &Path) {
    let program = Program::decode(&files::read(&files::meta_file(from))).unwrap();
    let encoded = program.encode();
    assert_eq!(Program::decode(&encoded), Ok(program.clone()), "{}", from.display());
    let runs = files::counter_files(from).into_iter().map(|path| {
        let mut run = Run::decode(&files::read(&path)).unwrap();
        run.header.meta_hash = program.hash();
        assert_eq!(Run::decode(&run.encode(4096)), Ok(run.clone()), "{}", path.display());
        run
    });
    save(to, &program, &runs.collect::<Vec<_>>());
}

#[test]
fn files_of_go_say_the_same_when_re_encoded() {
    let mut dirs = corpus::MODES.map(corpus::tiny).to_vec();
    dirs.extend([corpus::many(), corpus::QUIRKS.data(&[&[]])]);
    for version in ["go1.23", "go1.27"] {
        dirs.extend(["set", "atomic"].map(|mode| golden_dir().join(version).join(mode)));
    }
    for dir in dirs {
        let copy = scratch();
        re_encode(&dir, copy.path());
        let what = format!("dump of {}, re-encoded,", dir.display());
        assert_same_text(&what, &go_dump(&dir), &go_dump(copy.path()));
    }
}

#[test]
fn meta_files_of_go_come_out_of_their_parts_byte_for_byte() {
    for dir in [corpus::many(), corpus::tiny("set"), golden_dir().join("go1.23/set")] {
        let bytes = files::read(&files::meta_file(&dir));
        let meta = MetaFile::parse(&bytes).unwrap();
        let header = MetaHeader { hash: meta.hash, mode: meta.mode, granularity: meta.granularity };
        let mut encoded = Vec::new();
        encode_meta_file(&mut encoded, &header, meta.packages.iter().map(|package| package.blob)).unwrap();
        assert!(encoded == bytes, "{}", dir.display());
        for (package, model) in meta.packages.iter().zip(Program::decode(&bytes).unwrap().packages) {
            let ours = model.encode().bytes;
            // Package hashes are MD5 with us and in old Go, FNV since.
            assert!(ours[..16] == package.blob[..16] && ours[32..] == package.blob[32..], "{:?}", utf8(package.path));
        }
    }
}

// Numbers.

#[test]
fn numbers_agree_with_the_leb128_crate() {
    let mut rng = SplitMix64::new(7);
    let mut values: Vec<u32> = (0..32).flat_map(|bit| [(1 << bit) - 1, 1 << bit, u32::MAX >> bit]).collect();
    values.extend((0..50_000).map(|_| u32::try_from(rng.bits() >> (32 + rng.below(32))).unwrap()));
    let run = Run {
        header: CounterHeader::new([0; 16]),
        segments: vec![Segment { args: Args::new(), records: vec![record(200, 70_000, &values)] }],
    };
    for buffer_len in [0, 1, 7, 4096] {
        let file = run.encode(buffer_len);
        let [theirs] = files::records(&file).try_into().expect("one record");
        assert_eq!((theirs.package, theirs.function), (200, 70_000));
        let mut left = &file[theirs.counters];
        let decoded = std::iter::from_fn(|| (!left.is_empty()).then(|| leb128::read::unsigned(&mut left).unwrap()));
        assert!(decoded.eq(values.iter().map(|value| u64::from(*value))));
    }
    assert!(Run::decode(&counter_file_by_leb128(&values, 0)).as_ref() == Ok(&run));
    // Redundant bytes on top are legal: a writer may align a record with them.
    assert!(Run::decode(&counter_file_by_leb128(&values, 3)).as_ref() == Ok(&run));
}

/// A counter file with one record, written without our encoder; each number with `spare` more bytes than it needs.
fn counter_file_by_leb128(values: &[u32], spare: usize) -> Vec<u8> {
    let mut file = b"\0cwm\x01\0\0\0".to_vec();
    file.extend([0; 16]);
    file.extend([2, 0, 0, 0, 0, 0, 0, 0]);
    file.extend(1u64.to_le_bytes());
    // One empty string, no arguments and one byte of padding.
    file.extend([2, 0, 0, 0, 2, 0, 0, 0]);
    file.extend([1, 0, 0, 0]);
    let head = [u32::try_from(values.len()).unwrap(), 200, 70_000];
    for value in head.iter().chain(values) {
        leb128::write::unsigned(&mut file, u64::from(*value)).unwrap();
        if spare > 0 {
            *file.last_mut().unwrap() |= 0x80;
            file.extend(std::iter::repeat_n(0x80, spare - 1));
            file.push(0);
        }
    }
    file.extend(b"\0cwm\0\0\0\0\x01\0\0\0\0\0\0\0");
    file
}

// One file spelled out.

/// The program `ex.com/tiny`, of which Go 1.27.3 wrote the bytes below.
fn tiny() -> Package {
    let file = "ex.com/tiny/main.go";
    let functions = vec![
        function("pick", file, &[[6, 2, 6, 11, 1], [9, 2, 9, 10, 1], [7, 3, 8, 1, 1]]),
        function("func.L12.C11", file, &[[12, 24, 12, 34, 1]]),
        function("never", file, &[[14, 15, 14, 15, 0]]),
        function("main", file, &[[17, 2, 17, 29, 1], [18, 3, 19, 1, 1]]),
    ];
    Package { module_path: b"ex.com/tiny".to_vec(), ..package("ex.com/tiny", "main", functions) }
}

fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> = hex.bytes().filter(u8::is_ascii_hexdigit).collect();
    digits.as_chunks::<2>().0.iter().map(|pair| u8::from_str_radix(utf8(pair), 16).unwrap()).collect()
}

#[test]
fn a_meta_file_of_go_is_reproduced() {
    let go = bytes(
        "0063766d 01000000 f800000000000000 0100000000000000 179ee8093e82e0428e1a4488b572b65e 48000000 02000000 01 01
         000000000000 4a00000000000000 ae00000000000000 0100
         ae000000 02000000 01000000 01000000 4ff912db7d18782fd3c6b24187d12983 00000000 07000000 04000000
         7b000000 8e000000 97000000 a0000000
         07 00 0b65782e636f6d2f74696e79 046d61696e 047069636b 1365782e636f6d2f74696e792f6d61696e2e676f
         0c66756e632e4c31322e433131 056e65766572
         030304 0602060b01 0902090a01 0703080101 00
         010504 0c180c2201 01
         010604 0e0f0e0f00 00
         020204 1102111d01 1203130101 00",
    );
    assert_eq!(go.len(), 248);
    let program = Program { mode: CounterMode::Set, granularity: Granularity::PerBlock, packages: vec![tiny()] };
    assert_eq!(Program::decode(&go), Ok(program.clone()));
    let mut ours = program.encode();
    // Both hashes are Go's FNV-1a there and MD5 here.
    for hash in [0x18..0x28, 0x5a..0x6a] {
        ours[hash.clone()].copy_from_slice(&go[hash]);
    }
    assert_eq!(ours, go);
}

#[test]
fn a_counter_file_of_go_is_reproduced_but_for_its_arguments() {
    let go = bytes(
        "0063776d 01000000 179ee8093e82e0428e1a4488b572b65e 02 00 000000000000
         0300000000000000 3a000000 0e000000
         0b 00 056172677631 0568656c6c6f 04474f4f53 056c696e7578 06474f41524348 05616d643634 0461726763 0132
         056172677630 062e2f74696e79
         05 0506 0304 0708 090a 0102 000000
         01 00 01 01  02 00 03 01 01  03 00 00 01 00 01
         0063776d 00000000 01000000 00000000",
    );
    assert_eq!(go.len(), 151);
    let pairs = [("GOARCH", "amd64"), ("GOOS", "linux"), ("argc", "2"), ("argv0", "./tiny"), ("argv1", "hello")];
    let records = vec![record(0, 1, &[1]), record(0, 3, &[1, 1]), record(0, 0, &[1, 0, 1])];
    let header = CounterHeader::new(*go[8..].first_chunk().unwrap());
    let run = Run { header, segments: vec![Segment { args: args(&pairs), records }] };
    assert_eq!(Run::decode(&go), Ok(run.clone()));
    let ours = run.encode(64);
    assert_eq!(ours[..0x28], go[..0x28], "the headers");
    assert_eq!(ours[ours.len() - 31..], go[go.len() - 31..], "the records and the footer");
}

// Streams.

#[test]
fn a_stream_has_the_bytes_of_a_patched_file() {
    arbtest(|u| {
        let run = Run::any(u)?;
        let patched = run.encode(u.int_in_range(0..=100)?);
        let (_, promises) = encode_stream(NullSink, u.int_in_range(0..=100)?, &run, &[]);
        let mut room = vec![0; patched.len()];
        let (sink, kept) = encode_stream(SliceSink::new(&mut room), u.int_in_range(0..=100)?, &run, &promises);
        assert_eq!(kept, promises);
        assert_eq!(sink.written(), patched);
        Ok(())
    });
}

/// Encodes without patching, and gives what should have been promised.
fn encode_stream<S: Sink<Error: Debug>>(
    sink: S,
    buffer_len: usize,
    run: &Run,
    promises: &[Promise],
) -> (S, Vec<Promise>) {
    let mut file = CounterFileEncoder::new(sink, vec![0; buffer_len], run.header).unwrap();
    let mut kept = Vec::new();
    for (number, segment) in run.segments.iter().enumerate() {
        let args = segment.args.iter().map(|(key, value)| Arg { key: Key::Name(key), value });
        let mut encoder = file.segment(args, promises.get(number).copied()).unwrap();
        for Record { package, function, counters } in &segment.records {
            encoder.function(*package, *function, counters.iter().copied()).unwrap();
        }
        kept.push(encoder.finish().unwrap().promise());
    }
    (file.finish().unwrap(), kept)
}

#[test]
fn a_broken_promise_is_told() {
    let program = odd_program(CounterMode::Count, Granularity::PerBlock);
    let runs = odd_runs(&program, Flavor::Uleb128, false);
    let (_, promises) = encode_stream(NullSink, 64, &runs[0], &[]);
    let mut file = CounterFileEncoder::new(Vec::new(), [0; 64], runs[0].header).unwrap();
    let segment = file.segment(std::iter::empty(), Some(promises[0])).unwrap();
    assert_eq!(segment.finish().err(), Some(EncodeError::PromiseBroken));
}
