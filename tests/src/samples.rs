//! Small files of both worlds, for suites that damage them.

use crate::files;
use crate::model::{Args, Function, Package, Program, Record, Run, Segment};
use crate::paths;
use livecov_format::encode::counters::CounterHeader;
use livecov_format::layout::{ARG_EPOCH, ARG_INSTANCE, ARG_SEQ, FOOTER_LEN};
use livecov_format::model::{
    Extension, FileInfo, FunctionInfo, Omission, OmissionReason, Span, Unit, UnitInfo, UnitKind,
};
use livecov_format::vocab::{CounterMode, Flavor, Granularity};
use std::ffi::OsString;

/// A meta file with two counter files.
#[derive(Clone, Debug)]
pub struct Pod {
    /// The tag in the files' names.
    pub tag: String,
    /// The meta file.
    pub meta: Vec<u8>,
    /// The counter files.
    pub runs: [Vec<u8>; 2],
}

impl Pod {
    fn new(program: &Program, runs: [Run; 2]) -> Self {
        Self { tag: program.tag(), meta: program.encode(), runs: runs.map(|run| run.encode(64)) }
    }
}

/// Files of ours with all that Go's lack: extension, snapshot keys, checksum. The two counter files are snapshots of
/// one process, so that their sum changes if one of them loses its keys.
pub fn ours() -> Pod {
    let program = shop();
    let run = |seq| run(&program, vec![snapshot(seq)]);
    Pod::new(&program, [run(1), run(2)])
}

/// A counter file of [`ours`] as `livecov merge` leaves it: the sum of two processes, then what it is the sum of.
pub fn ours_merged() -> Vec<u8> {
    let pod = ours();
    let snapshot_of = |epoch: &str| {
        let mut snapshot = snapshot(2);
        // What the other samples have already is left out: each byte costs the suites some hundred runs.
        snapshot.args.retain(|(key, _)| key.starts_with(b"livecov."));
        let value = snapshot.args.iter_mut().find(|(key, _)| key == ARG_EPOCH.as_bytes());
        value.expect("snapshots have an epoch").1 = epoch.into();
        run(&shop(), vec![snapshot]).encode(64)
    };
    let dir = tempfile::tempdir().expect("a temporary directory");
    files::write(&dir.path().join(format!("covmeta.{}", pod.tag)), &pod.meta);
    for (number, bytes) in [snapshot_of("0"), snapshot_of("1")].iter().enumerate() {
        files::write(&dir.path().join(format!("covcounters.{}.{number}.0", pod.tag)), bytes);
    }
    let path = paths::text(dir.path());
    let args = ["livecov", "merge", &format!("-i={path}"), &format!("-o={path}/out")].map(OsString::from);
    let mut err = Vec::new();
    let status = livecov::run(args, &mut Vec::new(), &mut err);
    assert_eq!((status, err.as_slice()), (0, &b""[..]), "merging samples");
    let [merged] = files::counter_files(&dir.path().join("out")).try_into().expect("one merged file");
    files::read(&merged)
}

/// A counter file of [`ours`] with raw numbers, which nothing writes by default.
pub fn ours_raw(big_endian: bool) -> Vec<u8> {
    let mut run = run(&shop(), vec![snapshot(1)]);
    run.header = CounterHeader { flavor: Flavor::Raw, big_endian, ..run.header };
    run.encode(64)
}

/// Another program's files, which no damage to a neighbour may change.
pub fn bystander(mode: CounterMode) -> Pod {
    let mut program = shop();
    program.mode = mode;
    program.packages.truncate(1);
    program.packages[0].path = b"other".to_vec();
    let run = |seq| {
        let mut run = run(&program, vec![snapshot(seq)]);
        run.segments[0].records.retain(|record| record.package == 0);
        run
    };
    Pod::new(&program, [run(1), run(2)])
}

/// Files of a program of 20 lines, as Go 1.27.3 wrote them, but for the second counter file: it is the first with two
/// counters changed.
pub fn go_tiny() -> Pod {
    let mut other = GO_TINY_COUNTERS.to_vec();
    let records = other.len() - FOOTER_LEN - 15;
    other[records + 3] = 0;
    other[records + 13] = 1;
    let tag = "179ee8093e82e0428e1a4488b572b65e".to_owned();
    Pod { tag, meta: GO_TINY_META.to_vec(), runs: [GO_TINY_COUNTERS.to_vec(), other] }
}

const GO_TINY_META: &[u8] = b"\0cvm\x01\0\0\0\xf8\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0\
    \x17\x9e\xe8\x09\x3e\x82\xe0\x42\x8e\x1a\x44\x88\xb5\x72\xb6\x5e\x48\0\0\0\x02\0\0\0\x01\x01\0\0\0\0\0\0\
    \x4a\0\0\0\0\0\0\0\xae\0\0\0\0\0\0\0\x01\0\
    \xae\0\0\0\x02\0\0\0\x01\0\0\0\x01\0\0\0\
    \x4f\xf9\x12\xdb\x7d\x18\x78\x2f\xd3\xc6\xb2\x41\x87\xd1\x29\x83\0\0\0\0\x07\0\0\0\x04\0\0\0\
    \x7b\0\0\0\x8e\0\0\0\x97\0\0\0\xa0\0\0\0\
    \x07\0\x0bex.com/tiny\x04main\x04pick\x13ex.com/tiny/main.go\x0cfunc.L12.C11\x05never\
    \x03\x03\x04\x06\x02\x06\x0b\x01\x09\x02\x09\x0a\x01\x07\x03\x08\x01\x01\0\
    \x01\x05\x04\x0c\x18\x0c\x22\x01\x01\
    \x01\x06\x04\x0e\x0f\x0e\x0f\0\0\
    \x02\x02\x04\x11\x02\x11\x1d\x01\x12\x03\x13\x01\x01\0";

const GO_TINY_COUNTERS: &[u8] = b"\0cwm\x01\0\0\0\
    \x17\x9e\xe8\x09\x3e\x82\xe0\x42\x8e\x1a\x44\x88\xb5\x72\xb6\x5e\x02\0\0\0\0\0\0\0\
    \x03\0\0\0\0\0\0\0\x3a\0\0\0\x0e\0\0\0\
    \x0b\0\x05argv1\x05hello\x04GOOS\x05linux\x06GOARCH\x05amd64\x04argc\x012\x05argv0\x06./tiny\
    \x05\x05\x06\x03\x04\x07\x08\x09\x0a\x01\x02\0\0\0\
    \x01\0\x01\x01\x02\0\x03\x01\x01\x03\0\0\x01\0\x01\
    \0cwm\0\0\0\0\x01\0\0\0\0\0\0\0";

/// Files that Go wrote: those of `mode` and Go `version` (such as `1.27`) among the golden files.
pub fn go(version: &str, mode: &str) -> Pod {
    let dir = paths::golden_dir().join(format!("go{version}")).join(mode);
    let meta_path = files::meta_file(&dir);
    let tag = files::name(&meta_path).trim_start_matches("covmeta.").to_owned();
    let runs = files::counter_files(&dir).iter().map(|path| files::read(path)).collect::<Vec<_>>();
    Pod { tag, meta: files::read(&meta_path), runs: runs.try_into().expect("two counter files") }
}

/// Text profiles, ours and with what only Go's tools write.
pub fn profiles() -> Vec<Vec<u8>> {
    vec![
        b"mode: set\nshop/net.rs:1.1,2.2 1 1\nshop/net.rs:3.14,3.15 0 0\n".to_vec(),
        b"mode: count\nC:\\a b.go:1.20,300.0 5 4294967295\nC:\\a b.go:1.20,300.0 5 7\n".to_vec(),
        b"mode: atomic\r\nf:1.1,2.2 1 9223372036854775807\r\n".to_vec(),
        b"".to_vec(),
    ]
}

fn shop() -> Program {
    let net = Package {
        path: b"shop".to_vec(),
        name: b"shop".to_vec(),
        module_path: b"shop@1.2".to_vec(),
        functions: vec![
            function("serve", "shop/lib.rs", &[[3, 1, 4, 9, 2], [4, 9, 6, 2, 3], [4, 12, 4, 20, 0]]),
            function("close", "shop/lib.rs", &[[8, 1, 9, 2, 1]]),
        ],
        extension: extension(),
    };
    let main = Package {
        path: b"shop/bin".to_vec(),
        name: b"main".to_vec(),
        module_path: b"shop@1.2".to_vec(),
        functions: vec![function("main", "shop/bin.rs", &[[200, 1, 201, 130, 4], [202, 5, 203, 2, 1]])],
        extension: Extension::default(),
    };
    Program { mode: CounterMode::Count, granularity: Granularity::PerBlock, packages: vec![net, main] }
}

fn function(name: &str, file: &str, units: &[[u32; 5]]) -> Function {
    let units = units.iter().copied().map(Unit::from_numbers).collect();
    Function { name: name.into(), file: file.into(), units, is_literal: false }
}

fn extension() -> Extension {
    let unit = |kind, owner, decision| UnitInfo { kind, is_intra_line: decision == 1, owner, decision };
    let serve =
        vec![unit(UnitKind::Body, None, 0), unit(UnitKind::Then, Some(0), 2), unit(UnitKind::Condition, Some(0), 1)];
    let declaration = Span { start_line: 2, start_col: 1, end_line: 6, end_col: 2 };
    Extension {
        files: vec![FileInfo {
            path: b"shop/lib.rs".to_vec(),
            content_hash: *b"0123456789abcdef",
            code_lines: vec![[2, 7], [8, 10]],
        }],
        functions: vec![
            FunctionInfo { declaration, units: serve },
            FunctionInfo { declaration, units: vec![UnitInfo::default()] },
        ],
        omissions: vec![Omission {
            path: b"shop/gen.rs".to_vec(),
            span: Span::default(),
            reason: OmissionReason::Unparsed,
            detail: b"odd".to_vec(),
        }],
    }
}

fn run(program: &Program, segments: Vec<Segment>) -> Run {
    Run { header: CounterHeader::new(program.hash()), segments }
}

/// Snapshot number `seq`: counters grow, and one of two bytes is among them.
fn snapshot(seq: u32) -> Segment {
    let record = |package, function, counters: &[u32]| Record {
        package,
        function,
        counters: counters.iter().map(|counter| counter * seq).collect(),
    };
    let arg = |key: &str, value: &str| (key.as_bytes().to_vec(), value.as_bytes().to_vec());
    let args: Args = vec![
        arg("GOARCH", "amd64"),
        arg("GOOS", "linux"),
        arg("argc", "2"),
        arg("argv0", "shop"),
        arg("argv1", "-x"),
        arg(ARG_INSTANCE, "00112233445566778899aabbccddeeff"),
        arg(ARG_EPOCH, "0"),
        arg(ARG_SEQ, &seq.to_string()),
    ];
    Segment { args, records: vec![record(0, 0, &[300, 2, 0]), record(1, 0, &[1, 0])] }
}
