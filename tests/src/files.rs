//! Small changes to data files and directories.

use std::fs;
use std::path::{Path, PathBuf};

/// Paths of the files in `dir`, in order of name.
pub fn list(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir).unwrap_or_else(|e| panic!("read {}: {e}", dir.display()));
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("a directory entry").path()).collect();
    paths.sort();
    paths
}

/// The file's name.
pub fn name(path: &Path) -> &str {
    path.file_name().and_then(|name| name.to_str()).unwrap_or("")
}

fn with_prefix(dir: &Path, prefix: &str) -> Vec<PathBuf> {
    let mut paths = list(dir);
    paths.retain(|path| name(path).starts_with(prefix));
    paths
}

/// The meta files in `dir`, in order of name.
pub fn meta_files(dir: &Path) -> Vec<PathBuf> {
    with_prefix(dir, "covmeta.")
}

/// The counter files in `dir`, in order of name.
pub fn counter_files(dir: &Path) -> Vec<PathBuf> {
    with_prefix(dir, "covcounters.")
}

/// The only meta file in `dir`.
#[track_caller]
pub fn meta_file(dir: &Path) -> PathBuf {
    let [path] = meta_files(dir).try_into().expect("one meta file");
    path
}

/// Copies the files of `from` to the directory `to`, which is made if need be.
pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap_or_else(|e| panic!("create {}: {e}", to.display()));
    for path in list(from) {
        let target = to.join(name(&path));
        fs::copy(&path, &target).unwrap_or_else(|e| panic!("copy to {}: {e}", target.display()));
    }
}

/// Names and contents of the files in `dir`: equal before and after when nothing was changed.
pub fn state(dir: &Path) -> Vec<(String, Vec<u8>)> {
    list(dir).iter().map(|path| (name(path).to_owned(), read(path))).collect()
}

/// The file's bytes.
pub fn read(path: &Path) -> Vec<u8> {
    fs::read(path).unwrap_or_else(|e| panic!("read {}: {e}", path.display()))
}

/// Writes the file.
pub fn write(path: &Path, bytes: &[u8]) {
    fs::write(path, bytes).unwrap_or_else(|e| panic!("write {}: {e}", path.display()));
}

/// Changes the file's bytes in place.
pub fn edit(path: &Path, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = read(path);
    change(&mut bytes);
    write(path, &bytes);
}

fn u32_at(bytes: &[u8], offset: usize) -> u32 {
    let word = bytes[offset..].first_chunk().expect("four more bytes");
    u32::from_le_bytes(*word)
}

/// Offset of the first function record of a counter file with one segment.
fn records_offset(bytes: &[u8]) -> usize {
    const FILE_HEADER: usize = 32;
    const SEGMENT_HEADER: usize = 16;
    let strings = u32_at(bytes, FILE_HEADER + 8) as usize;
    let args = u32_at(bytes, FILE_HEADER + 12) as usize;
    FILE_HEADER + SEGMENT_HEADER + strings + args
}

/// A function record of a counter file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Index of the package in the meta file.
    pub package: u64,
    /// Index of the function in its package.
    pub function: u64,
    /// Where the function's index is in the file.
    pub function_offset: usize,
    /// Where the counters are in the file.
    pub counters: std::ops::Range<usize>,
}

/// The function records of a counter file with one segment of flavour ULEB128.
pub fn records(bytes: &[u8]) -> Vec<Record> {
    const FOOTER: usize = 16;
    let mut at = records_offset(bytes);
    let number = |at: &mut usize| {
        let mut rest = &bytes[*at..];
        let before = rest.len();
        let value = leb128::read::unsigned(&mut rest).expect("a number");
        *at += before - rest.len();
        value
    };
    let mut records = Vec::new();
    while at + FOOTER < bytes.len() {
        let counter_count = number(&mut at);
        let package = number(&mut at);
        let function_offset = at;
        let function = number(&mut at);
        let start = at;
        for _ in 0..counter_count {
            number(&mut at);
        }
        records.push(Record { package, function, function_offset, counters: start..at });
    }
    records
}

/// A package in a meta file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackageHead {
    /// The package's hash.
    pub hash: [u8; 16],
    /// How many functions it has.
    pub function_count: u64,
}

/// The packages of a meta file.
pub fn packages(bytes: &[u8]) -> Vec<PackageHead> {
    let word = |offset: usize| u64::from(u32_at(bytes, offset));
    let count = u32_at(bytes, 16) as usize;
    let package = |index: usize| {
        let start = u32_at(bytes, 56 + 8 * index) as usize;
        PackageHead {
            hash: bytes[start + 16..start + 32].try_into().expect("16 bytes"),
            function_count: word(start + 40),
        }
    };
    (0..count).map(package).collect()
}

/// The hash in a meta file's header.
pub fn meta_hash(bytes: &[u8]) -> [u8; 16] {
    bytes[24..40].try_into().expect("16 bytes")
}

/// Bytes as hex digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A counter file with one segment of flavour ULEB128, written again with the flavour raw.
pub fn raw(bytes: &[u8], big_endian: bool) -> Vec<u8> {
    const RAW: u8 = 1;
    const FLAVOUR: usize = 24;
    const BYTE_ORDER: usize = 25;
    const FOOTER: usize = 16;
    let (mut raw, mut rest) = {
        let (front, rest) = bytes.split_at(records_offset(bytes));
        (front.to_vec(), &rest[..rest.len() - FOOTER])
    };
    raw[FLAVOUR] = RAW;
    raw[BYTE_ORDER] = u8::from(big_endian);
    while !rest.is_empty() {
        let number = leb128::read::unsigned(&mut rest).expect("a number");
        let number = u32::try_from(number).expect("32 bits");
        raw.extend(if big_endian { number.to_be_bytes() } else { number.to_le_bytes() });
    }
    raw.extend(&bytes[bytes.len() - FOOTER..]);
    raw
}

/// Copies a program. By another process: a child that a thread of the suites is starting at this moment would keep the
/// copy open for writing, and a file that is open for writing cannot be started.
pub fn copy_program(from: &Path, to: &Path) {
    crate::command::must(crate::child::command("cp").arg(from).arg(to));
}
