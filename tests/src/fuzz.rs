//! Fuzz targets: functions that take any bytes and panic if a promise of the library is broken.
//!
//! `format/fuzz` runs them for as long as one likes, the suite `fuzz_smoke` for a moment.

use crate::model::{Function, Package, Program, Run};
use arbitrary::{Result, Unstructured};
use livecov_format::decode::{CounterFile, MetaFile, Records};
use livecov_format::hash::{Algorithm, Hasher, meta_hash};
use livecov_format::layout::{COUNTER_MAGIC, EXTENSION_MAGIC, FOOTER_LEN, META_HEADER_LEN, META_STRING_TABLE};
use livecov_format::merge::{Counters, FunctionTable, SnapshotSet};
use livecov_format::model::Unit;
use livecov_format::profile::Profile;
use livecov_format::snapshot::SnapshotKey;
use livecov_format::vocab::{CounterMode, Flavor, Granularity};

/// A fuzz target.
pub type Target = fn(&[u8]);

/// Every target by its name.
pub const TARGETS: [(&str, Target); 4] = [
    ("decode_meta", decode_meta),
    ("decode_counters", decode_counters),
    ("merge", merge),
    ("text_profile", text_profile),
];

/// Decodes `data` as a meta file, and as the extension of one.
///
/// # Panics
///
/// If what was decoded, encoded again, does not decode to the same.
pub fn decode_meta(data: &[u8]) {
    if let Ok(program) = Program::decode(data) {
        assert_round_trip(&program);
    }
    // Hashes keep random bytes from reaching the extension's decoder, so they are put where hashes are right.
    for head in [&[][..], &EXTENSION_MAGIC, &extension_head(data.len())] {
        let file = with_trailer(&[head, data].concat());
        let meta = MetaFile::parse(&file).expect("Go's part is sound");
        if meta.packages.iter().all(|package| package.extension().is_ok()) {
            let program = Program::decode(&file).expect("all parts were decoded before");
            assert_round_trip(&program);
        }
    }
}

fn assert_round_trip(program: &Program) {
    // Go's tools take a package without a path, our encoder does not.
    if program.packages.iter().all(|package| !package.path.is_empty()) {
        assert_eq!(Program::decode(&program.encode()).as_ref(), Ok(program));
    }
}

fn extension_head(record_len: usize) -> [u8; 16] {
    let mut head = [0; 16];
    head[..8].copy_from_slice(&EXTENSION_MAGIC);
    head[8..12].copy_from_slice(&1u32.to_le_bytes());
    head[12..].copy_from_slice(&u32::try_from(record_len).unwrap_or(u32::MAX).to_le_bytes());
    head
}

/// A meta file with one small package and `trailer` behind its last function, all hashes right.
fn with_trailer(trailer: &[u8]) -> Vec<u8> {
    let units = vec![Unit::from_numbers([1, 2, 3, 4, 5]), Unit::from_numbers([6, 7, 8, 9, 0])];
    let function = Function { name: b"f".to_vec(), file: b"f.rs".to_vec(), units, is_literal: false };
    let package = Package { path: b"p".to_vec(), functions: vec![function], ..Package::default() };
    let mut hasher = Hasher::new(Algorithm::Md5);
    for part in [&package.path, &package.name, &package.module_path] {
        hasher.update(part);
    }
    for function in &package.functions {
        function.describe().hash_into(&mut hasher);
    }
    // Bytes that are not an extension are another tool's, which our hash does not cover.
    if trailer.starts_with(&EXTENSION_MAGIC) {
        hasher.update(trailer);
    }
    let hash = hasher.finish();
    let program = Program { mode: CounterMode::Set, granularity: Granularity::PerBlock, packages: vec![package] };
    let mut file = program.encode();
    let blob_start = META_HEADER_LEN + 16 + META_STRING_TABLE.len();
    file.extend(trailer);
    let (file_len, blob_len) = (file.len(), file.len() - blob_start);
    let file_hash = meta_hash(Algorithm::Md5, [&hash], program.mode, program.granularity);
    put(&mut file, 8, &(file_len as u64).to_le_bytes());
    put(&mut file, 24, &file_hash);
    put(&mut file, META_HEADER_LEN + 8, &(blob_len as u64).to_le_bytes());
    put(&mut file, blob_start, &u32::try_from(blob_len).unwrap_or(u32::MAX).to_le_bytes());
    put(&mut file, blob_start + 16, &hash);
    file
}

fn put(file: &mut [u8], offset: usize, bytes: &[u8]) {
    file[offset..offset + bytes.len()].copy_from_slice(bytes);
}

/// Decodes `data` as a counter file.
///
/// # Panics
///
/// If what was decoded, encoded again, does not decode to the same.
pub fn decode_counters(data: &[u8]) {
    if let Ok(run) = Run::decode(data) {
        assert_eq!(Run::decode(&run.encode(64)).as_ref(), Ok(&run));
    }
}

/// Makes a program and two counter files of it out of `data`, and merges them.
///
/// # Panics
///
/// If order, grouping or repetition make a difference.
pub fn merge(data: &[u8]) {
    // Too little data is no program.
    merge_some(&mut Unstructured::new(data)).ok();
}

fn merge_some(u: &mut Unstructured<'_>) -> Result<()> {
    let program = Program::any(u)?;
    let file = program.encode();
    let meta = MetaFile::parse(&file).expect("the encoder's files are sound");
    let table = FunctionTable::new(&meta);
    let (mut first, mut second) = (Records::default(), Records::default());
    let first_key = any_records(u, &meta, &mut first)?;
    let second_key = any_records(u, &meta, &mut second)?;
    let inputs = [(first_key, &first), (second_key, &second)];
    if inputs.iter().any(|(_, records)| table.check(records).is_err()) {
        return Ok(());
    }
    let set = |inputs: &[(Option<SnapshotKey>, &Records)]| {
        let mut set = SnapshotSet::new(&table, meta.mode);
        for (key, records) in inputs {
            set.insert(*key, records);
        }
        set
    };
    let [a, b] = inputs;
    let total = set(&[a, b]).total();
    assert_same(&table, &total, &set(&[b, a]).total());
    let mut grouped = set(&[b]);
    grouped.merge(&set(&[a]));
    assert_same(&table, &total, &grouped.total());
    if first_key.is_some() {
        assert_same(&table, &total, &set(&[a, b, a]).total());
        grouped.merge(&set(&[a]));
        assert_same(&table, &total, &grouped.total());
    }
    Ok(())
}

/// Whether a sum overflowed may depend on the order; what came out may not.
fn assert_same(table: &FunctionTable, a: &Counters, b: &Counters) {
    assert!(a.functions(table).eq(b.functions(table)));
}

/// Records that fit the program if the data want it so, else any; with the key of one of a few snapshots, or none.
fn any_records(u: &mut Unstructured<'_>, meta: &MetaFile<'_>, records: &mut Records) -> Result<Option<SnapshotKey>> {
    let flavor = if u.arbitrary()? { Flavor::Uleb128 } else { Flavor::Raw };
    let mut bytes = Vec::new();
    let mut record_count = 0u64;
    if u.ratio(1u8, 4)? {
        record_count = u.arbitrary::<u8>()?.into();
        let len = u.arbitrary_len::<u8>()?;
        bytes.extend(u.bytes(len)?);
    } else {
        for (package, content) in (0u32..).zip(&meta.packages) {
            for (function, content) in (0u32..).zip(&content.functions) {
                if u.arbitrary()? {
                    record_count += 1;
                    let mut numbers = vec![u32::try_from(content.units.len()).unwrap_or(0), package, function];
                    for _ in 0..content.units.len() {
                        numbers.push(u.arbitrary()?);
                    }
                    numbers.iter().for_each(|number| put_number(&mut bytes, flavor, *number));
                }
            }
        }
    }
    let file = counter_file(flavor, record_count, &bytes);
    if let Ok(file) = CounterFile::parse(&file) {
        let decoded = file.segments.first().map(|segment| segment.decode(records));
        if decoded.is_none_or(|decoded| decoded.is_err()) {
            *records = Records::default();
        }
    }
    let instance = u.int_in_range(0..=2u8)?;
    let key =
        SnapshotKey { instance: [instance; 16], epoch: u.int_in_range(0..=1)?, origin: None, seq: u.arbitrary()? };
    Ok((instance > 0).then_some(key))
}

fn put_number(bytes: &mut Vec<u8>, flavor: Flavor, number: u32) {
    match flavor {
        Flavor::Raw => bytes.extend(number.to_le_bytes()),
        Flavor::Uleb128 => {
            leb128::write::unsigned(bytes, number.into()).expect("memory takes all bytes");
        }
    }
}

/// A counter file as Go writes it, without a checksum, around any records.
pub fn counter_file(flavor: Flavor, record_count: u64, records: &[u8]) -> Vec<u8> {
    let mut file = Vec::new();
    file.extend(COUNTER_MAGIC);
    file.extend(1u32.to_le_bytes());
    file.extend([0; 16]);
    file.extend([flavor.code(), 0, 0, 0, 0, 0, 0, 0]);
    file.extend(record_count.to_le_bytes());
    // One empty string, no arguments, padding.
    file.extend([2, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0]);
    file.extend(records);
    let mut footer = [0; FOOTER_LEN];
    footer[..4].copy_from_slice(&COUNTER_MAGIC);
    footer[8] = 1;
    file.extend(footer);
    file
}

/// Parses `data` as a text profile.
///
/// # Panics
///
/// If what was parsed, written again, does not parse to the same.
pub fn text_profile(data: &[u8]) {
    let Ok(profile) = Profile::parse(data) else { return };
    let mut text = Vec::new();
    profile.write(&mut text).expect("memory takes all bytes");
    assert_eq!(Profile::parse(&text).as_ref(), Ok(&profile));
}

/// A few changes to `sample`: bytes set, put in, taken out, or taken from `other`.
///
/// # Errors
///
/// Those of `u`.
pub fn mutate(u: &mut Unstructured<'_>, sample: &[u8], other: &[u8]) -> Result<Vec<u8>> {
    let mut bytes = sample.to_vec();
    for _ in 0..u.int_in_range(1..=4)? {
        let place = u.int_in_range(0..=bytes.len().saturating_sub(1))?;
        match (u.int_in_range(0..=4)?, bytes.get_mut(place)) {
            (0, Some(byte)) => *byte = u.arbitrary()?,
            (1, Some(byte)) => *byte ^= 1u8 << u.int_in_range(0..=7)?,
            (2, Some(_)) => {
                bytes.remove(place);
            }
            (3, _) => bytes.insert(place, u.arbitrary()?),
            _ => {
                let start = u.int_in_range(0..=other.len())?;
                let len = u.int_in_range(0..=16)?;
                let piece = other.iter().skip(start).take(len).copied().collect::<Vec<_>>();
                let end = bytes.len().min(place + if u.arbitrary()? { piece.len() } else { 0 });
                bytes.splice(place..end, piece);
            }
        }
    }
    Ok(bytes)
}
