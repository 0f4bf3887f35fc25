//! What Go's tool does not look at: the extension of the meta data, and segments behind the first.

use livecov_format::encode::args::Arg;
use livecov_format::encode::counters::{CounterFileEncoder, CounterHeader};
use livecov_format::encode::meta::{MetaHeader, encode_meta_file};
use livecov_format::encode::package::PackageBuilder;
use livecov_format::hash::{Algorithm, Hash, hex, meta_hash};
use livecov_format::model::{Extension, FunctionDesc, FunctionInfo, Unit, UnitInfo, UnitKind};
use livecov_format::vocab::{CounterMode, Granularity};
use livecov_tests::compare::scratch;
use livecov_tests::files::write;
use livecov_tests::paths::text;
use livecov_tests::tool::Tool;
use std::path::Path;

/// Writes a program of one function with two units, the second inside the first.
fn write_meta(dir: &Path) -> Hash {
    let units = [[1, 1, 2, 1, 1], [1, 8, 1, 12, 0]].map(Unit::from_numbers);
    let mut package = PackageBuilder::new(b"p", b"p", b"p@1").unwrap();
    package.add_function(&FunctionDesc { name: b"f", file: b"p.rs", units: &units, is_literal: false });
    let condition = UnitInfo { kind: UnitKind::Condition, is_intra_line: true, owner: Some(0), ..UnitInfo::default() };
    let function = FunctionInfo { units: vec![UnitInfo::default(), condition], ..FunctionInfo::default() };
    package.set_extension(Extension { functions: vec![function], ..Extension::default() });
    let package = package.finish().unwrap();
    let (mode, granularity) = (CounterMode::Count, Granularity::PerBlock);
    let hash = meta_hash(Algorithm::Md5, [&package.hash], mode, granularity);
    let mut bytes = Vec::new();
    let blobs = [package.bytes.as_slice()].into_iter();
    encode_meta_file(&mut bytes, &MetaHeader { hash, mode, granularity }, blobs).unwrap();
    write(&dir.join(format!("covmeta.{}", tag(&hash))), &bytes);
    hash
}

fn tag(hash: &Hash) -> String {
    String::from_utf8(hex(hash).to_vec()).unwrap()
}

/// Writes a counter file with a segment for each pair of counters.
fn write_counters(dir: &Path, hash: Hash, segments: &[[u32; 2]]) {
    let mut file = CounterFileEncoder::new(Vec::new(), [0; 64], CounterHeader::new(hash)).unwrap();
    let mut patches = Vec::new();
    for counters in segments {
        let mut segment = file.segment([Arg::new("GOOS", b"linux")].into_iter(), None).unwrap();
        segment.function(0, 0, counters.iter().copied()).unwrap();
        patches.push(segment.finish().unwrap());
    }
    let mut bytes = file.finish().unwrap();
    for patch in patches {
        patch.apply(&mut bytes);
    }
    write(&dir.join(format!("covcounters.{}.1.1", tag(&hash))), &bytes);
}

fn dump(tool: Tool, dir: &Path) -> String {
    tool.run(&["debugdump", &format!("-i={}", text(dir))]).exits(0).stdout_text()
}

#[test]
fn intra_line_units_name_their_parent() {
    let scratch = scratch();
    let hash = write_meta(scratch.path());
    write_counters(scratch.path(), hash, &[[3, 2]]);
    assert!(dump(Tool::Go, scratch.path()).contains("1: L1:C8 -- L1:C12 NS=0 = 2\n"));
    assert!(dump(Tool::Ours, scratch.path()).contains("1: L1:C8 -- L1:C12 Parent:0 = 2\n"));
}

#[test]
fn all_segments_count() {
    let scratch = scratch();
    let hash = write_meta(scratch.path());
    write_counters(scratch.path(), hash, &[[1, 1], [10, 0], [100, 5]]);
    assert!(dump(Tool::Go, scratch.path()).contains("0: L1:C1 -- L2:C1 NS=1 = 1\n"));
    assert!(dump(Tool::Ours, scratch.path()).contains("0: L1:C1 -- L2:C1 NS=1 = 111\n"));
}
