//! Coverage data files: those of Go's `runtime/coverage`, read and written.
//!
//! This page is the specification of the files; the map of the crate is at its
//! end. Numbers without a remark are little-endian; `uleb` is unsigned LEB128.
//! A *string table* is a `uleb` count, then for each string a `uleb` length and
//! its bytes.
//!
//! A program leaves two kinds of files in a directory:
//!
//! | name | content |
//! |---|---|
//! | `covmeta.TAG` | what there is to count: packages, functions, units |
//! | `covcounters.TAG.PID.NANOS` | how often each unit ran |
//!
//! `TAG` is the meta hash in hex, `PID` the process (0 in files that tools
//! write), `NANOS` the time in nanoseconds since 1970. A meta file and the
//! counter files of its tag are a *pod*. Names that start with `tmp.` are files
//! still being written.
//!
//! A program that finds a `covmeta.TAG` which it can neither use nor replace
//! writes `covmeta.TAG.PID.NANOS` beside it. Readers take the first of them that
//! is sound, `covmeta.TAG` before the others. They read a name as of this form
//! if `TAG` has 32 hex digits; Go's tools take all of it for the tag. Where the
//! meta file of a program is lost, `livecov meta PROGRAM` makes it again.
//!
//! # The meta file
//!
//! | offset | bytes | field |
//! |---|---|---|
//! | 0 | 4 | magic `00 63 76 6d` |
//! | 4 | 4 | version, 1 |
//! | 8 | 8 | length of the file |
//! | 16 | 8 | number of packages, *n* |
//! | 24 | 16 | meta hash |
//! | 40 | 4 | offset of the string table, 56 + 16 *n* |
//! | 44 | 4 | length of the string table, 2 |
//! | 48 | 1 | counter mode: 1 `set`, 2 `count`, 3 `atomic`, 4 `regonly`, 5 `testmain`; 0 in a merge of nothing |
//! | 49 | 1 | granularity: 1 `perblock`, 2 `perfunc`; 0 in a merge of nothing |
//! | 50 | 6 | zero |
//! | 56 | 8 *n* | offset of each package blob |
//! | | 8 *n* | length of each package blob |
//! | | 2 | string table with one empty string, `01 00`; nothing refers to it |
//! | | | package blobs, back to back |
//!
//! ## The package blob
//!
//! | offset | bytes | field |
//! |---|---|---|
//! | 0 | 4 | length of the blob |
//! | 4 | 4 | package name, an index into the string table below |
//! | 8 | 4 | package path, likewise |
//! | 12 | 4 | module path, likewise |
//! | 16 | 16 | package hash |
//! | 32 | 4 | zero |
//! | 36 | 4 | number of strings (Go's source calls it the number of files) |
//! | 40 | 4 | number of functions, *f* |
//! | 44 | 4 *f* | offset of each function in the blob |
//! | | | string table: the empty string, the package's, then those of each function, each once |
//! | | | functions, back to back, all numbers `uleb`: number of units, name, file, then for each unit start line, start column, end line, end column, number of statements; at last 1 for a function literal outside of functions, else 0 |
//! | | | [extension](#extension), or nothing |
//!
//! Lines and columns count from one, columns in bytes, ends are exclusive.
//!
//! ## Hashes
//!
//! The package hash is taken over path, name and module path of the package,
//! then for each function its name, its file, five 32-bit numbers a unit, and
//! the literal flag in 32 bits; at last over the bytes of the extension, which
//! only this crate writes. The meta hash is taken over the package hashes, then
//! the names of mode and granularity. Both are MD5 in files written here and by
//! Go up to 1.23, and FNV-1a with 128 bits (high byte first) since Go 1.24.
//!
//! Other meta hashes exist, and are known to the reader: Go's `covdata merge`
//! with `-pkg` or `-pcombine` hashes the hashes of the blobs, and `cover` takes
//! the package hash for a package without tests.
//!
//! ## Extension
//!
//! Go's readers go by offsets and do not look behind the last function. What
//! stands there is ours if it starts as follows, and the package hash covers it:
//!
//! | offset | bytes | field |
//! |---|---|---|
//! | 0 | 8 | magic `00` and `livecov` |
//! | 8 | 4 | version, 1; a reader skips the whole of a later one |
//! | 12 | 4 | length of the records |
//! | 16 | | records: tag (4 bytes), length (4 bytes), content; unknown tags are skipped |
//!
//! Each record starts with a `uleb` number of items. A *span* is start line,
//! start column, end line, end column; strings have their `uleb` length in
//! front; numbers are `uleb`.
//!
//! | tag | item |
//! |---|---|
//! | 1 | a source file: path; MD5 of its content (16 bytes); number of runs of code lines; for each the gap since the last run's end (from line 0) and its length |
//! | 2 | a function, in the order of Go's part: span of its declaration; number of units; for each `kind << 1 \| intra-line`, owner + 1 (0 for none), decision (0 for none) |
//! | 3 | an omission: path; span (all zero for the whole file); reason; detail |
//!
//! Kinds are those of [`UnitKind`](model::UnitKind), reasons those of
//! [`OmissionReason`](model::OmissionReason). An intra-line unit is what Go
//! calls a unit with a `Parent`, its owner; in Go's part it has no statements.
//!
//! # The counter file
//!
//! | offset | bytes | field |
//! |---|---|---|
//! | 0 | 4 | magic `00 63 77 6d` |
//! | 4 | 4 | version, 1 |
//! | 8 | 16 | meta hash |
//! | 24 | 1 | flavor of the records: 1 `raw` (32 bits a number), 2 `uleb128` |
//! | 25 | 1 | 1 if raw numbers are big-endian |
//! | 26 | 6 | zero |
//! | 32 | | segments |
//!
//! Each segment:
//!
//! | bytes | field |
//! |---|---|
//! | 8 | number of function records |
//! | 4 | length of the string table |
//! | 4 | length of the arguments with their padding |
//! | | string table |
//! | | arguments: `uleb` number of pairs, for each the string indices of key and value; zeros up to a multiple of four bytes of the file |
//! | | function records: number of counters, package, function, then the counters; both numbers count from zero in the meta file |
//! | 16 | footer: magic `00 63 77 6d`, zero (4 bytes), number of segments so far (4 bytes), zero (4 bytes) |
//!
//! Only functions with a counter that is not zero need a record. Go's tools
//! read the first segment and no other; here all count. Go's own writer states
//! in each segment the records of all so far, which the reader allows for.
//!
//! ## Arguments
//!
//! Go's keys are `argc`, `argv0` and so on, `GOOS` and `GOARCH`. Unknown keys
//! are kept. This project's:
//!
//! | key | value |
//! |---|---|
//! | `livecov.checksum` | `crc32:` and eight hex digits, see below |
//! | `livecov.instance` | one run of one process, 32 random hex digits |
//! | `livecov.epoch` | how often it has cleared its counters, in decimal |
//! | `livecov.seq` | number of the snapshot in the instance, in decimal |
//! | `livecov.origin` | meta hash (32 hex digits) of the program that a segment came from, in files that combine programs |
//! | `livecov.parts` | this segment is the sum of those behind it, which a reader that knows this key takes in its place: their number, in decimal |
//!
//! A segment with any of these has a checksum.
//!
//! Counters only grow within an instance and epoch. So snapshots of the same
//! instance, epoch and origin combine by maximum, all others add up; in `set`
//! mode both are the logical or. Sums stop at the largest 32-bit number.
//!
//! ## Checksum
//!
//! CRC-32 (as in gzip) over the file's header, then the segment up to its last
//! record, with zero bytes for the number of records and the digits `00000000`
//! for the checksum, then the number of records in 64 bits. Both numbers can so
//! be written when the records are out. A segment may be moved to another file
//! with the same header as it is.
//!
//! # A worked example
//!
//! A package `tiny` with one function of three units: `if` with both branches.
//!
//! ```text
//! 000  00 63 76 6d                magic
//! 004  01 00 00 00                version
//! 008  d6 00 00 00 00 00 00 00    length: 214 bytes
//! 010  01 00 00 00 00 00 00 00    one package
//! 018  71 53 70 50 e1 02 15 b8    meta hash: MD5 of the package hash, "set", "perblock"
//! 020  ee d1 3b 7b e8 d8 5f 92
//! 028  48 00 00 00 02 00 00 00    string table: 2 bytes at 072
//! 030  01 01 00 00 00 00 00 00    set, perblock
//! 038  4a 00 00 00 00 00 00 00    package 0: at 04a
//! 040  8c 00 00 00 00 00 00 00    140 bytes
//! 048  01 00                      one string, empty
//! 04a  8c 00 00 00                package blob: 140 bytes
//! 04e  01 00 00 00                name: string 1
//! 052  01 00 00 00                path: string 1
//! 056  02 00 00 00                module path: string 2
//! 05a  2c d4 0c 40 0c c0 40 30    package hash
//! 062  18 4d 54 7e a0 d6 23 32
//! 06a  00 00 00 00
//! 06e  05 00 00 00 01 00 00 00    five strings, one function
//! 076  52 00 00 00                function 0: at 04a + 052
//! 07a  05 00                      five strings; 0 is empty
//! 07c  04 74 69 6e 79             1 "tiny"
//! 081  0a 74 69 6e 79 40 31 2e 30 2e 30    2 "tiny@1.0.0"
//! 08c  04 70 69 63 6b             3 "pick"
//! 091  0a 73 72 63 2f 6c 69 62 2e 72 73    4 "src/lib.rs"
//! 09c  03 03 04                   three units, name 3, file 4
//! 09f  01 1d 02 07 01             1:29 to 2:7, one statement
//! 0a4  02 0a 04 06 01             2:10 to 4:6
//! 0a9  04 0c 06 06 01             4:12 to 6:6
//! 0ae  00                         no literal
//! 0af  00 6c 69 76 65 63 6f 76    extension
//! 0b7  01 00 00 00 17 00 00 00    version, 23 bytes of records
//! 0bf  02 00 00 00 0f 00 00 00    functions, 15 bytes
//! 0c7  01                         one function
//! 0c8  01 01 07 02                declared at 1:1 to 7:2
//! 0cc  03                         three units
//! 0cd  00 00 00                   body, no owner, no decision
//! 0d0  04 01 01                   then, of unit 0, decision 1
//! 0d3  06 01 01                   else, of unit 0, decision 1
//! ```
//!
//! A run in which the condition did not hold, as `./tiny`:
//!
//! ```text
//! 000  00 63 77 6d 01 00 00 00    magic, version
//! 008  71 53 70 50 e1 02 15 b8    meta hash
//! 010  ee d1 3b 7b e8 d8 5f 92
//! 018  02 00 00 00 00 00 00 00    uleb128
//! 020  01 00 00 00 00 00 00 00    one record
//! 028  36 00 00 00 0a 00 00 00    54 bytes of strings, 10 of arguments
//! 030  07 00                      seven strings; 0 is empty
//! 032  04 61 72 67 63 01 31       1 "argc", 2 "1"
//! 039  05 61 72 67 76 30 06 2e 2f 74 69 6e 79    3 "argv0", 4 "./tiny"
//! 046  10 6c 69 76 65 63 6f 76 2e 63 68 65 63 6b 73 75 6d    5 "livecov.checksum"
//! 057  0e 63 72 63 33 32 3a 63 64 33 61 64 35 64 61    6 "crc32:cd3ad5da"
//! 066  03 01 02 03 04 05 06       three pairs
//! 06d  00 00 00                   padding
//! 070  03 00 00 01 00 01          three counters of package 0, function 0: 1 0 1
//! 076  00 63 77 6d 00 00 00 00    footer
//! 07e  01 00 00 00 00 00 00 00    one segment
//! ```
//!
//! # The crate
//!
//! What ran, told from the bytes of a meta file and of a counter file that goes with it:
//!
//! ```
//! # #[cfg(feature = "std")]
//! # {
//! use livecov_format::decode::{CounterFile, DecodeError, MetaFile};
//! use livecov_format::merge::{FunctionTable, Tally};
//!
//! /// Names of the functions that ran.
//! fn live_functions(meta: &[u8], counters: &[u8]) -> Result<Vec<String>, DecodeError> {
//!     let meta = MetaFile::parse(meta)?;
//!     let table = FunctionTable::new(&meta);
//!     let mut tally = Tally::new(&table, meta.mode);
//!     let mut unknown = Vec::new();
//!     for segment in CounterFile::parse(counters)?.contributions() {
//!         tally.add_segment(&table, segment, &mut unknown)?;
//!     }
//!     let counters = tally.finish();
//!     let live = counters.functions(&table).map(|(package, function, _)| {
//!         let package = &meta.packages[package as usize];
//!         String::from_utf8_lossy(package.functions[function as usize].name).into_owned()
//!     });
//!     Ok(live.collect())
//! }
//! # }
//! ```
//!
//! | module | content | needs |
//! |---|---|---|
//! | [`layout`] | numbers, names and limits of the formats | |
//! | [`vocab`], [`hash`], [`snapshot`] | modes, granularities, flavors; hashes; whose counters these are | |
//! | [`encode`], [`sink`], [`uleb`] | encoders and where they write to | |
//! | [`encode::package`], [`model`] | the package blob's encoder and what it is given | `alloc` |
//! | [`decode`] | decoders, which borrow from the file's bytes | `std` |
//! | [`pods`] | which files belong together | `std` |
//! | [`merge`] | counters of many files in one | `std` |
//! | [`profile`] | Go's text profiles | `std` |
//!
//! What it deliberately does not do: it opens no file and reads no directory;
//! it has no unsafe code; and what needs neither `alloc` nor `std` takes no
//! lock, allocates nothing and does not panic, so that a runtime can encode in
//! a signal handler.

#![no_std]
#![forbid(unsafe_code)]
#![cfg_attr(
    not(feature = "std"),
    allow(rustdoc::broken_intra_doc_links, reason = "the map names modules of all features")
)]

#[cfg(feature = "alloc")]
extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

#[cfg(feature = "std")]
pub mod decode;
pub mod encode;
pub mod hash;
pub mod layout;
#[cfg(feature = "std")]
pub mod merge;
#[cfg(feature = "alloc")]
pub mod model;
#[cfg(feature = "std")]
pub mod pods;
#[cfg(feature = "std")]
pub mod profile;
pub mod sink;
pub mod snapshot;
pub mod uleb;
pub mod vocab;
