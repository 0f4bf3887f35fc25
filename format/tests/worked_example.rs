//! The worked example of the crate documentation, held against the code.

#![cfg(feature = "std")]
#![allow(clippy::unwrap_used, reason = "a test says so by failing")]

use livecov_format::decode::{CounterFile, MetaFile, Records};
use livecov_format::encode::args::Arg;
use livecov_format::encode::counters::{CounterFileEncoder, CounterHeader};
use livecov_format::encode::meta::{MetaHeader, encode_meta_file};
use livecov_format::encode::package::PackageBuilder;
use livecov_format::hash::{Algorithm, Hash, meta_hash};
use livecov_format::model::{Extension, FunctionDesc, FunctionInfo, Span, Unit, UnitInfo, UnitKind};
use livecov_format::vocab::{CounterMode, Granularity};

/// The bytes of each listing in the documentation: lines of an offset, hex
/// pairs, and words behind at least two spaces.
fn listings() -> Vec<Vec<u8>> {
    let mut listings = Vec::new();
    for block in include_str!("../src/lib.rs").split("//! ```text").skip(1) {
        let block = block.split("//! ```").next().unwrap();
        let mut bytes: Vec<u8> = Vec::new();
        for line in block.lines().skip(1).filter_map(|line| line.strip_prefix("//! ")) {
            let (offset, rest) = line.split_once("  ").unwrap();
            assert_eq!(usize::from_str_radix(offset, 16).unwrap(), bytes.len(), "offset of {line}");
            let pairs = rest.split("  ").next().unwrap();
            bytes.extend(pairs.split(' ').map(|pair| u8::from_str_radix(pair, 16).unwrap()));
        }
        listings.push(bytes);
    }
    listings
}

fn extension() -> Extension {
    let branch = |kind| UnitInfo { kind, owner: Some(0), decision: 1, is_intra_line: false };
    let function = FunctionInfo {
        declaration: Span { start_line: 1, start_col: 1, end_line: 7, end_col: 2 },
        units: vec![UnitInfo::default(), branch(UnitKind::Then), branch(UnitKind::Else)],
    };
    Extension { functions: vec![function], ..Extension::default() }
}

fn meta() -> (Hash, Vec<u8>) {
    let units = [[1, 29, 2, 7, 1], [2, 10, 4, 6, 1], [4, 12, 6, 6, 1]].map(Unit::from_numbers);
    let mut package = PackageBuilder::new(b"tiny", b"tiny", b"tiny@1.0.0").unwrap();
    package.add_function(&FunctionDesc { name: b"pick", file: b"src/lib.rs", is_literal: false, units: &units });
    package.set_extension(extension());
    let package = package.finish().unwrap();
    let (mode, granularity) = (CounterMode::Set, Granularity::PerBlock);
    let hash = meta_hash(Algorithm::Md5, [&package.hash], mode, granularity);
    let mut meta = Vec::new();
    let header = MetaHeader { hash, mode, granularity };
    encode_meta_file(&mut meta, &header, [package.bytes.as_slice()].into_iter()).unwrap();
    (hash, meta)
}

fn counters(hash: Hash) -> Vec<u8> {
    let mut file = CounterFileEncoder::new(Vec::new(), [0; 64], CounterHeader::new(hash)).unwrap();
    let args = [Arg::new("argc", b"1"), Arg::new("argv0", b"./tiny")];
    let mut segment = file.segment(args.into_iter(), None).unwrap();
    segment.function(0, 0, [1, 0, 1].into_iter()).unwrap();
    let patch = segment.finish().unwrap();
    let mut file = file.finish().unwrap();
    patch.apply(&mut file);
    file
}

#[test]
fn listings_are_what_the_encoders_write() {
    let (hash, meta) = meta();
    assert_eq!(listings(), [meta, counters(hash)]);
}

#[test]
fn listings_are_what_the_decoders_read() {
    let listings = listings();
    let [meta, counters] = listings.as_slice() else { panic!("two listings") };
    let meta = MetaFile::parse(meta).unwrap();
    let package = &meta.packages[0];
    assert_eq!(package.functions[0].name, b"pick");
    assert_eq!(package.extension().unwrap(), extension());
    let file = CounterFile::parse(counters).unwrap();
    assert_eq!(file.segments[0].args.program(), [b"./tiny"]);
    let mut records = Records::default();
    file.segments[0].decode(&mut records).unwrap();
    let (record, values) = records.iter().next().unwrap();
    assert_eq!((record.package, record.function, values), (0, 0, &[1, 0, 1][..]));
}
