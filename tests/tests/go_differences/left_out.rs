//! Files that cannot be used are named and left out; Go drops them in silence, counts them wrongly, or gives up.

use livecov_tests::compare::{assert_same_text, scratch};
use livecov_tests::corpus::tiny_run;
use livecov_tests::dump::without_banner;
use livecov_tests::files::{Record, copy, counter_files, edit, meta_file, name, packages, read, records, write};
use livecov_tests::paths::text;
use livecov_tests::tool::Tool;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// The reports that read counters; a list of packages needs none.
const REPORTS: [&str; 3] = ["percent", "func", "debugdump"];

/// Two directories: `good`, with one run, and `spoilt`, with the same and one more counter file to be spoilt.
struct Scene {
    dir: TempDir,
    victim: PathBuf,
}

impl Scene {
    fn new() -> Scene {
        let dir = scratch();
        let good = tiny_run("count", 1);
        copy(&good, &dir.path().join("good"));
        copy(&good, &dir.path().join("spoilt"));
        let [more] = counter_files(&tiny_run("count", 2)).try_into().expect("one run");
        let victim = dir.path().join("spoilt").join(name(&more));
        std::fs::copy(&more, &victim).expect("a copy");
        Scene { dir, victim }
    }

    fn run(&self, tool: Tool, args: &[&str]) -> livecov_tests::command::Outcome {
        tool.run_in(self.dir.path(), args)
    }

    /// The report on `good`.
    fn good(&self, command: &str) -> String {
        let report = self.run(Tool::Ours, &[command, "-i=good"]).quiet().stdout_text();
        without_banner(&report).replace("data file good/", "data file spoilt/")
    }

    /// A warning names the file, the reports are those without it, and `--strict` makes an error of it.
    #[track_caller]
    fn assert_left_out(&self, file: &str) {
        for command in REPORTS {
            let outcome = self.run(Tool::Ours, &[command, "-i=spoilt"]).exits(0);
            assert_same_text(command, &self.good(command), without_banner(&outcome.stdout_text()));
            assert_warning(&outcome.stderr_text(), file);
        }
        self.assert_left_out_of_results(file);
        for command in REPORTS {
            let outcome = self.run(Tool::Ours, &[command, "-i=spoilt", "--strict"]);
            let complaint = outcome.exits(1).stderr_text();
            assert!(complaint.contains("error: ") && complaint.contains(file), "{complaint}");
        }
        self.run(Tool::Ours, &["percent", "-i=good", "--strict"]).quiet();
    }

    #[track_caller]
    fn assert_left_out_of_results(&self, file: &str) {
        let commands: [&[&str]; 5] = [
            &["merge", "-i=spoilt"],
            &["merge", "-i=spoilt", "-pcombine"],
            &["merge", "-i=spoilt", "-pkg=example.org/..."],
            &["subtract", "-i=spoilt,good"],
            &["intersect", "-i=spoilt"],
        ];
        for (index, command) in commands.iter().enumerate() {
            let [out, expected] = ["out", "expected"].map(|name| format!("{name}{index}"));
            let spoilt_out = format!("-o={out}");
            let outcome = self.run(Tool::Ours, &[command, &[spoilt_out.as_str()][..]].concat());
            assert_warning(&outcome.exits(0).stderr_text(), file);

            let good: Vec<String> = command.iter().map(|arg| arg.replace("spoilt", "good")).collect();
            let good: Vec<&str> = good.iter().map(String::as_str).collect();
            let good_out = format!("-o={expected}");
            self.run(Tool::Ours, &[good.as_slice(), &[good_out.as_str()]].concat()).quiet();
            let report = |dir: &str| {
                let outcome = self.run(Tool::Ours, &["func", &format!("-i={dir}")]);
                outcome.quiet().stdout_text()
            };
            assert_same_text(&format!("{command:?}"), &report(&expected), &report(&out));
        }
        let out = ["textfmt", "-i=spoilt", "-o=profile", "--strict"];
        self.run(Tool::Ours, &out).exits(1);
        assert!(!self.dir.path().join("profile").exists());
    }
}

/// Exactly one line, a warning that names the file.
#[track_caller]
fn assert_warning(stderr: &str, file: &str) {
    let lines: Vec<&str> = stderr.lines().collect();
    assert!(
        lines.len() == 1 && lines[0].starts_with("warning: ") && lines[0].contains(file),
        "expected one warning about {file}, not {stderr:?}"
    );
}

/// A record of the last package, which is the program's own, whose first counter is a 1.
fn record_of_last_package(bytes: &[u8]) -> Record {
    let mut records = records(bytes);
    records.retain(|record| bytes[record.counters.start] == 1);
    let last = records.iter().max_by_key(|record| record.package);
    last.expect("a record").clone()
}

#[test]
fn counters_without_a_meta_file() {
    let scene = Scene::new();
    let orphan = "covcounters.00112233445566778899aabbccddeeff.5.6";
    std::fs::rename(&scene.victim, scene.dir.path().join("spoilt").join(orphan)).unwrap();
    for command in REPORTS {
        let go = scene.run(Tool::Go, &[command, "-i=spoilt"]).quiet();
        assert!(!go.stdout.is_empty());
    }
    scene.assert_left_out(orphan);
}

#[test]
fn counters_with_the_number_of_no_process() {
    let scene = Scene::new();
    let meta = meta_file(&scene.dir.path().join("spoilt"));
    let hash = name(&meta).strip_prefix("covmeta.").unwrap();
    let renamed = format!("covcounters.{hash}.99999999999999999999.6");
    std::fs::rename(&scene.victim, scene.dir.path().join("spoilt").join(&renamed)).unwrap();
    scene.run(Tool::Go, &["percent", "-i=spoilt"]).quiet();
    scene.assert_left_out(&renamed);
}

#[test]
fn counters_of_another_meta_file() {
    let scene = Scene::new();
    let go_before = scene.run(Tool::Go, &["func", "-i=spoilt"]).quiet();
    edit(&scene.victim, |bytes| bytes[8] ^= 0x10);
    let go = scene.run(Tool::Go, &["func", "-i=spoilt"]).quiet();
    assert_eq!(go, go_before);
    scene.assert_left_out(name(&scene.victim));
}

#[test]
fn truncated_counters() {
    let scene = Scene::new();
    edit(&scene.victim, |bytes| bytes.truncate(bytes.len() - 20));
    scene.run(Tool::Go, &["percent", "-i=spoilt"]).exits(1);
    scene.assert_left_out(name(&scene.victim));
}

#[test]
fn an_empty_counter_file() {
    let scene = Scene::new();
    write(&scene.victim, b"");
    scene.run(Tool::Go, &["percent", "-i=spoilt"]).exits(1);
    scene.assert_left_out(name(&scene.victim));
}

#[test]
fn counters_that_are_none() {
    let scene = Scene::new();
    write(&scene.victim, b"#!/bin/sh\n# This is no counter file, for all that its name says.\n");
    scene.run(Tool::Go, &["percent", "-i=spoilt"]).exits(1);
    scene.assert_left_out(name(&scene.victim));
}

#[test]
fn counters_of_a_later_version() {
    let scene = Scene::new();
    edit(&scene.victim, |bytes| bytes[4] = 9);
    scene.run(Tool::Go, &["percent", "-i=spoilt"]).exits(1);
    scene.assert_left_out(name(&scene.victim));
}

/// Go looks one function too far, and takes the record for one of a function that never comes up. Ours leaves the record
/// out and says so; the rest of the file counts.
#[test]
fn a_function_that_the_package_does_not_have() {
    let scene = Scene::new();
    let packages = packages(&read(&meta_file(&scene.dir.path().join("spoilt"))));
    edit(&scene.victim, |bytes| {
        let record = record_of_last_package(bytes);
        let package = usize::try_from(record.package).unwrap();
        bytes[record.function_offset] = u8::try_from(packages[package].function_count).unwrap();
    });
    let victim = name(&scene.victim);
    for command in ["func", "percent"] {
        let go = scene.run(Tool::Go, &[command, "-i=spoilt"]).quiet();
        let ours = scene.run(Tool::Ours, &[command, "-i=spoilt"]).exits(0);
        // The newline is a difference of its own.
        let ours_text = ours.stdout_text().replace("\t\t\n", "\t\t");
        assert_same_text(command, &go.stdout_text(), &ours_text);
        assert_warning(&ours.stderr_text(), victim);
        let strict = scene.run(Tool::Ours, &[command, "-i=spoilt", "--strict"]).exits(1);
        assert!(strict.stderr_text().contains(victim), "{strict:?}");
    }
    let merge = ["merge", "-i=spoilt", "-o=merged"];
    assert_warning(&scene.run(Tool::Ours, &merge).exits(0).stderr_text(), victim);
    let of_inputs = scene.run(Tool::Go, &["func", "-i=spoilt"]).quiet();
    let of_merged = scene.run(Tool::Ours, &["func", "-i=merged", "--strict"]).quiet();
    assert_same_text("merge", &of_inputs.stdout_text(), &of_merged.stdout_text());
}

/// The sum of all counters, as Go reads them.
fn sum(scene: &Scene) -> u64 {
    let out = ["textfmt", "-i=spoilt", "-o=go-profile"];
    scene.run(Tool::Go, &out).quiet();
    let profile = read(&scene.dir.path().join("go-profile"));
    let profile = String::from_utf8_lossy(&profile).into_owned();
    let counts = profile.lines().skip(1);
    counts.filter_map(|line| line.rsplit(' ').next()?.parse::<u64>().ok()).sum()
}

/// Go reads the low 32 bits: what ran 2^32 times never ran.
#[test]
fn a_counter_of_more_than_32_bits() {
    let scene = Scene::new();
    let before = sum(&scene);
    edit(&scene.victim, |bytes| {
        let record = record_of_last_package(bytes);
        let counter = &mut bytes[record.counters.start];
        assert!(*counter == 1, "{counter}");
        let wide = [0x85, 0x80, 0x80, 0x80, 0x10];
        bytes.splice(record.counters.start..=record.counters.start, wide);
    });
    assert_eq!(sum(&scene), before - 1 + 5);
    scene.assert_left_out(name(&scene.victim));
}

/// Go compares the file's name only.
#[test]
fn a_damaged_meta_file() {
    let scene = Scene::new();
    let meta = meta_file(&scene.dir.path().join("spoilt"));
    edit(&meta, |bytes| {
        let last = bytes.len() - 3;
        bytes[last] ^= 1;
    });
    let go = scene.run(Tool::Go, &["func", "-i=spoilt"]).quiet();
    assert!(go.stdout_text().contains("total"));
    check_meta_left_out(&scene, &meta);
}

fn check_meta_left_out(scene: &Scene, meta: &Path) {
    for command in ["percent", "func", "pkglist"] {
        let outcome = scene.run(Tool::Ours, &[command, "-i=spoilt"]);
        let complaint = outcome.stderr_text();
        assert!(complaint.contains(name(meta)), "{outcome:?}");
        let strict = scene.run(Tool::Ours, &[command, "-i=spoilt", "--strict"]);
        assert!(strict.exits(1).stderr_text().contains("error: "));
    }
    // The rest is worked on.
    let other = livecov_tests::corpus::FIRST.data(&[&[]]);
    let input = format!("-i=spoilt,{}", text(&other));
    let outcome = scene.run(Tool::Ours, &["percent", &input]).exits(0);
    assert!(outcome.stderr_text().contains(name(meta)), "{outcome:?}");
    let alone = scene.run(Tool::Ours, &["percent", &format!("-i={}", text(&other))]);
    assert_eq!(outcome.stdout_text(), alone.quiet().stdout_text());
}

/// Runtimes write one where they can neither use nor replace the first.
#[test]
fn a_further_meta_file_stands_in() {
    let scene = Scene::new();
    let meta = meta_file(&scene.dir.path().join("spoilt"));
    std::fs::remove_file(&scene.victim).unwrap();
    let further = meta.with_file_name(format!("{}.12.345", name(&meta)));
    std::fs::copy(&meta, &further).unwrap();
    // Two that are sound are one.
    let quiet = scene.run(Tool::Ours, &["func", "-i=spoilt", "--strict"]).quiet();
    assert_eq!(quiet.stdout_text(), scene.good("func"));
    for damage in [b"cut".as_slice(), b""] {
        write(&meta, damage);
        for command in REPORTS {
            let outcome = scene.run(Tool::Ours, &[command, "-i=spoilt", "--strict"]).exits(0);
            assert_same_text(command, &scene.good(command), without_banner(&outcome.stdout_text()));
            let note = outcome.stderr_text();
            assert!(note.starts_with("note: ") && note.lines().count() == 1, "{note}");
            assert!(note.contains(name(&meta)) && note.contains(name(&further)), "{note}");
        }
    }
    // A merge puts the first right.
    scene.run(Tool::Ours, &["merge", "-i=spoilt", "-o=spoilt"]).exits(0);
    assert_eq!(read(&meta), read(&further));
    write(&further, b"none is sound");
    write(&meta, b"none is sound");
    let outcome = scene.run(Tool::Ours, &["func", "-i=spoilt"]).exits(1);
    let complaint = outcome.stderr_text();
    let warnings = complaint.matches("warning: leaving out meta-data file").count();
    assert_eq!(warnings, 2, "{complaint}");
}

/// Go makes one for a package without functions, and then gives up on it.
#[test]
fn an_empty_meta_file() {
    let scene = Scene::new();
    std::fs::remove_file(&scene.victim).unwrap();
    write(&scene.dir.path().join("spoilt/covmeta.0123"), b"");
    scene.run(Tool::Go, &["percent", "-i=spoilt"]).exits(1);
    scene.assert_left_out("covmeta.0123");
}

/// A record of which one counter is missing: Go reads past the end and panics.
#[test]
fn fewer_counters_than_units() {
    let scene = Scene::new();
    edit(&scene.victim, |bytes| {
        let records = records(bytes);
        let record = records.iter().find(|record| record.counters.len() == 3).unwrap();
        // Numbers below 128 are one byte each; the first is how many counters follow.
        assert!(bytes[record.function_offset - 2] == 3);
        bytes[record.function_offset - 2] = 2;
        bytes.remove(record.counters.end - 1);
    });
    let go = scene.run(Tool::Go, &["percent", "-i=spoilt"]);
    assert!(go.exits(2).stderr_text().contains("panic: "));
    scene.assert_left_out(name(&scene.victim));
}

/// Go waits for it forever.
#[test]
fn a_meta_file_that_is_a_pipe() {
    let scene = Scene::new();
    std::fs::remove_file(&scene.victim).unwrap();
    let pipe = scene.dir.path().join("spoilt/covmeta.0123");
    let made = livecov_tests::child::command("mkfifo").arg(&pipe).status().unwrap();
    assert!(made.success());
    scene.assert_left_out("covmeta.0123");
}
