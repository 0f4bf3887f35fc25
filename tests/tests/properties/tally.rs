//! The fast sum of many files, held against the plain one.

use arbitrary::{Result, Unstructured};
use arbtest::arbtest;
use livecov_format::decode::{CounterFile, MetaFile, Records};
use livecov_format::encode::counters::{CounterFileEncoder, CounterHeader};
use livecov_format::encode::meta::{MetaHeader, encode_meta_file};
use livecov_format::encode::package::PackageBuilder;
use livecov_format::hash::{Algorithm, Hash, meta_hash};
use livecov_format::merge::{Counters, FunctionTable, Tally};
use livecov_format::model::{FunctionDesc, Unit};
use livecov_format::vocab::{CounterMode, Flavor, Granularity};

/// A program with functions of many lengths, among them none, eight, and more than a byte can say.
fn meta(u: &mut Unstructured<'_>, mode: CounterMode) -> Result<(Hash, Vec<u8>, Vec<Vec<usize>>)> {
    let mut blobs = Vec::new();
    let mut lens = Vec::new();
    for package in 0..u.int_in_range(1..=3)? {
        let name = format!("p{package}");
        let mut builder = PackageBuilder::new(name.as_bytes(), b"p", b"m").expect("a path");
        let mut functions = Vec::new();
        for function in 0..u.int_in_range(0..=6)? {
            let len = *u.choose(&[0, 1, 2, 7, 8, 9, 16, 17, 127, 128, 300])?;
            let units = vec![Unit::default(); len];
            let name = format!("f{function}");
            builder.add_function(&FunctionDesc { name: name.as_bytes(), file: b"f", units: &units, is_literal: false });
            functions.push(len);
        }
        blobs.push(builder.finish().expect("a small package"));
        lens.push(functions);
    }
    let granularity = Granularity::PerBlock;
    let hash = meta_hash(Algorithm::Md5, blobs.iter().map(|blob| &blob.hash), mode, granularity);
    let mut bytes = Vec::new();
    let written = encode_meta_file(
        &mut bytes,
        &MetaHeader { hash, mode, granularity },
        blobs.iter().map(|blob| blob.bytes.as_slice()),
    );
    written.expect("memory takes all");
    Ok((hash, bytes, lens))
}

/// A file with records in any order, of functions that come twice, or that there are not.
fn counters(u: &mut Unstructured<'_>, hash: Hash, lens: &[Vec<usize>]) -> Result<Vec<u8>> {
    let flavor = if u.ratio(1, 8)? { Flavor::Raw } else { Flavor::Uleb128 };
    let header = CounterHeader { meta_hash: hash, flavor, big_endian: u.arbitrary()? };
    let mut file = CounterFileEncoder::new(Vec::new(), [0; 64], header).expect("memory takes all");
    let mut segment = file.segment(std::iter::empty(), None).expect("memory takes all");
    for _ in 0..u.int_in_range(0..=12)? {
        let package = u.choose_index(lens.len() + 1)?;
        let function = u.choose_index(lens.get(package).map_or(3, Vec::len) + 1)?;
        let len = lens.get(package).and_then(|lens| lens.get(function)).copied().unwrap_or(2);
        let usual = *u.choose(&[0, 1, 100, 127, 128, 20_000, u32::MAX])?;
        let mut values = vec![usual; len];
        for _ in 0..u.int_in_range(0..=3)? {
            if len > 0 {
                values[u.choose_index(len)?] = *u.choose(&[0, 1, 127, 128, 255, 16_384, 1 << 30, u32::MAX])?;
            }
        }
        let [package, function] = [package, function].map(|number| u32::try_from(number).expect("a small number"));
        segment.function(package, function, values.into_iter()).expect("memory takes all");
    }
    let patch = segment.finish().expect("memory takes all");
    let mut bytes = file.finish().expect("memory takes all");
    patch.apply(&mut bytes);
    Ok(bytes)
}

#[test]
fn the_fast_sum_is_the_sum() {
    arbtest(|u| {
        let mode = *u.choose(&[CounterMode::Set, CounterMode::Count, CounterMode::Atomic])?;
        let (hash, meta, lens) = meta(u, mode)?;
        let meta = MetaFile::parse(&meta).expect("a meta file");
        let table = FunctionTable::new(&meta);
        let (mut fast, mut plain) = (Tally::new(&table, mode), Counters::new(&table, mode));
        let (mut records, mut unknown, mut expected) = (Records::default(), Vec::new(), Vec::new());
        for _ in 0..u.int_in_range(0..=4)? {
            let bytes = counters(u, hash, &lens)?;
            let file = CounterFile::parse(&bytes).expect("a counter file");
            let segment = &file.segments[0];
            segment.decode(&mut records).expect("sound records");
            // So often that lanes of 16 bits would overflow if nobody emptied them.
            for _ in 0..*u.choose(&[1, 2, 515, 516, 517, 1100])? {
                fast.add_segment(&table, segment, &mut unknown).expect("sound records");
                plain.add_records(&table, &records);
                expected.extend(table.check(&records).expect("sound records"));
            }
        }
        assert_eq!(fast.finish(), plain);
        assert_eq!(unknown, expected);
        Ok(())
    })
    .size_max(4096)
    .budget_ms(5000)
    .run();
}
