//! Forms of files that programs of today do not write, but that Go's tool reads.

use livecov_tests::command::must;
use livecov_tests::compare::{assert_same_reading, read, same_in, same_reading, scratch};
use livecov_tests::corpus::{tiny, tiny_program};
use livecov_tests::files::{copy, counter_files, edit, list, raw};
use livecov_tests::go::go;
use livecov_tests::paths::text;
use livecov_tests::tool::Tool;
use std::fs;
use std::path::Path;

/// The meta file that Go makes at build time for a package that no test links, here of `tiny`'s shapes.
fn static_meta(dir: &Path, mode: &str, granularity: &str) {
    let work = scratch();
    let path = |name: &str| work.path().join(name);
    // Named after a hash of the import path in a build.
    let meta = dir.join(format!("covmeta.{}", "0123456789abcdef".repeat(4)));
    let config = format!(
        "{{\"PkgPath\": \"example.org/tiny/shapes\", \"PkgName\": \"shapes\", \"ModulePath\": \"example.org/tiny\",
            \"Granularity\": {granularity:?}, \"OutConfig\": {:?}, \"EmitMetaFile\": {:?}}}",
        text(&path("config.out")),
        text(&meta)
    );
    fs::write(path("config"), config).expect("a config");
    let outputs = format!("{}\n{}\n", text(&path("vars.go")), text(&path("shapes.go")));
    fs::write(path("outputs"), outputs).expect("a list of outputs");
    must(
        go().current_dir(tiny_program("set").source().join("shapes"))
            .args(["tool", "cover", "-mode", mode, "-var", "GoCover"])
            .arg(format!("-pkgcfg={}", text(&path("config"))))
            .arg(format!("-outfilelist={}", text(&path("outputs"))))
            .arg("shapes.go"),
    );
}

#[test]
fn static_meta_files() {
    for mode in ["set", "count", "atomic"] {
        let dir = scratch();
        static_meta(dir.path(), mode, "perblock");
        let reading = same_reading("a static meta file", dir.path());
        assert!(reading.dump.contains("Func: legs.walk"));
        for command in ["percent", "pkglist"] {
            same_in(dir.path(), &[command, "-i=."]).outcome.quiet();
        }
    }
}

#[test]
fn a_static_meta_file_beside_the_data_of_a_program() {
    let dir = scratch();
    copy(&tiny("set"), dir.path());
    static_meta(dir.path(), "set", "perblock");
    assert_eq!(list(dir.path()).len(), 6);
    let alone = read(Tool::Go, &tiny("set"));
    let both = same_reading("both", dir.path());
    assert!(both.profile == alone.profile, "they are the same units");
}

#[test]
fn granularity_of_functions() {
    let dir = scratch();
    static_meta(dir.path(), "set", "perfunc");
    let reading = same_reading("a file of this granularity", dir.path());
    assert!(reading.dump.contains("Cover granularity: perfunc\n"));
}

#[test]
fn granularities_do_not_mix() {
    let dir = scratch();
    copy(&tiny("set"), dir.path());
    static_meta(dir.path(), "set", "perfunc");
    same_in(dir.path(), &["debugdump", "-i=."]).outcome.quiet();
    for command in ["percent", "func", "pkglist"] {
        let outcome = same_in(dir.path(), &[command, "-i=."]).outcome.exits(1);
        assert!(outcome.stderr_text().contains("granularity clash"), "{outcome:?}");
    }
}

/// Such a file is empty. Go gives up; that ours goes on is shown among the differences.
#[test]
fn the_static_meta_file_of_a_package_without_functions() {
    let dir = scratch();
    copy(&tiny("set"), dir.path());
    fs::write(dir.path().join("covmeta.0123"), b"").expect("an empty file");
    for tool in [Tool::Go, Tool::Ours] {
        let outcome = tool.run_in(dir.path(), &["percent", "-i=."]);
        assert!(outcome.stderr_text().contains("covmeta.0123"), "{outcome:?}");
    }
}

#[test]
fn raw_counters_of_both_byte_orders() {
    let expected = read(Tool::Go, &tiny("count"));
    for big_endian in [false, true] {
        let dir = scratch();
        copy(&tiny("count"), dir.path());
        for file in counter_files(dir.path()) {
            edit(&file, |bytes| *bytes = raw(bytes, big_endian));
        }
        let reading = same_reading("raw counters", dir.path());
        assert_same_reading("raw counters", &expected, &reading);
    }
}
