//! A program without the standard library writes the same files.

use livecov_tests::command::capture;
use livecov_tests::dump::counters;
use livecov_tests::files;
use livecov_tests::paths::text;
use livecov_tests::rust::{Mode, Profile, program, recorded};
use livecov_tests::tool::Tool;
use object::{Object, ObjectSymbol};
use std::fs;

const UNITS: [u64; 3] = [1, 3, 0];

fn expected(mode: Mode) -> Vec<u64> {
    UNITS.iter().map(|count| if mode == Mode::Set { (*count).min(1) } else { *count }).collect()
}

#[test]
fn snapshots_streams_and_exit() {
    for mode in Mode::COUNTING {
        let place = tempfile::tempdir().expect("a directory");
        let data = place.path().join("data");
        let stream = place.path().join("stream");
        fs::create_dir(&data).expect("a directory");
        let exe = program("bare", mode, Profile::Abort);
        capture(recorded(&exe, &data).arg(&data).arg(&stream)).quiet();
        // One of the call, one of the exit.
        let written = files::counter_files(&data);
        assert_eq!(written.len(), 2, "{mode:?}");
        let meta = files::meta_file(&data);
        let tag = files::name(&meta).trim_start_matches("covmeta.").to_owned();
        let of = |file: &std::path::Path| {
            let alone = tempfile::tempdir().expect("a directory");
            fs::copy(&meta, alone.path().join(files::name(&meta))).expect("a copy");
            fs::copy(file, alone.path().join(format!("covcounters.{tag}.1.1"))).expect("a copy");
            let input = format!("-i={}", text(alone.path()));
            [Tool::Ours, Tool::Go].map(|tool| {
                let dump = tool.run(&["debugdump", &input]).quiet().stdout_text();
                (counters(&dump, "run").unwrap_or_default(), counters(&dump, "main").unwrap_or_default())
            })
        };
        for file in written.iter().chain([&stream]) {
            for (run, main) in of(file) {
                assert_eq!((run, main), (expected(mode), vec![1]), "{mode:?}: {}", file.display());
            }
        }
    }
}

#[test]
fn plain_bare_programs_are_told() {
    let place = tempfile::tempdir().expect("a directory");
    let exe = program("bare", Mode::Plain, Profile::Abort);
    let outcome = capture(recorded(&exe, place.path()).arg(place.path()).arg(place.path().join("stream")));
    assert_eq!(outcome.status, Some(3));
    assert!(files::list(place.path()).is_empty());
}

/// Nothing of the standard library or of an allocator is in the program.
#[test]
fn there_is_no_standard_library_in_it() {
    let symbols = |package: &str, profile| {
        let bytes = files::read(&program(package, Mode::Set, profile));
        let file = object::File::parse(&*bytes).expect("an executable");
        let names: Vec<_> = file.symbols().filter_map(|symbol| symbol.name().ok().map(str::to_owned)).collect();
        let is_std = |name: &&String| name.contains("3std") || name.contains("5alloc") || name.contains("__rust_alloc");
        (names.len(), names.iter().filter(is_std).count())
    };
    let (all, of_std) = symbols("bare", Profile::Abort);
    assert!(all > 50 && of_std == 0, "{of_std} of {all}");
    // What is looked for is found where it is.
    assert!(symbols("harness", Profile::Debug).1 > 100);
}
