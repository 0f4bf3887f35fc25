//! What is in the files of instrumented programs and libraries, and in those of plain ones.

use crate::elf::Image;
use crate::{DESCRIPTOR_LEN, PROLOGUE_LEN, u32_at};
use livecov_format::decode::MetaFile;
use livecov_format::hash::hex;
use livecov_tests::command::{capture, must};
use livecov_tests::files::{list, name, read, write};
use livecov_tests::go::clean;
use livecov_tests::paths::text;
use livecov_tests::pods::{Pods, memory_dir};
use livecov_tests::rust::{Mode, Profile, build, library, program, recorded};
use livecov_tests::tool::Tool;
use std::path::{Path, PathBuf};

/// Each mode once, and each profile.
const BUILDS: [(Mode, Profile); 3] =
    [(Mode::Set, Profile::Debug), (Mode::Count, Profile::Debug), (Mode::Atomic, Profile::Release)];

/// Instrumented images, with a package that each has and others have not.
fn images(mode: Mode, profile: Profile) -> [(&'static str, PathBuf); 2] {
    [("host/bin/host", program("host", mode, profile)), ("plugin-a", library("plugin-a", mode, profile))]
}

/// The meta files of both: those of a program that loads the plugin.
fn pods(mode: Mode, profile: Profile) -> Pods {
    let dir = memory_dir();
    let [(_, host), (_, plugin)] = images(mode, profile);
    capture(recorded(&host, dir.path()).args(["use", text(&plugin), text(&plugin), "1"])).quiet();
    Pods::of(dir.path())
}

#[test]
fn the_note_leads_to_packages_and_control_block() {
    for (mode, profile) in BUILDS {
        for (package, path) in images(mode, profile) {
            let bytes = read(&path);
            let image = Image::parse(&bytes);
            let [note] = image.notes().try_into().expect("one note");
            assert_eq!(note.packages_start, image.symbol("__start_linkme_PACKAGES_1"), "{package}");
            assert_eq!(note.packages_stop, image.symbol("__stop_linkme_PACKAGES_1"), "{package}");
            // Its own, and the one that it shares with others.
            assert_eq!(note.packages_stop - note.packages_start, 2 * DESCRIPTOR_LEN, "{package}");
            assert_eq!(note.elf_header, image.start(), "{package}");
            let control = image.bytes_at(note.control);
            assert!(control.starts_with(b"\0livectl"), "{package}");
            assert_eq!([8, 12].map(|offset| u32_at(control, offset)), [1, 64], "{package}");
            let descriptor = image.bytes_at(note.packages_start);
            assert_eq!([0, 4].map(|offset| u32_at(descriptor, offset)), [1, 96], "{package}");
        }
    }
}

#[test]
fn sections_hold_what_the_meta_file_tells() {
    for (mode, profile) in BUILDS {
        let pods = pods(mode, profile);
        for (package, path) in images(mode, profile) {
            let meta = &pods.with_package(package).meta;
            let packages = MetaFile::parse(meta).expect("a meta file").packages;
            assert_eq!(packages.len(), 2, "{package}");
            let width = if mode == Mode::Set { 1 } else { 8 };
            let sum = |len: fn(&livecov_format::decode::Package<'_>) -> usize, unit: u64, rounded_to: u64| -> u64 {
                packages.iter().map(|package| (len(package) as u64 * unit).next_multiple_of(rounded_to)).sum()
            };
            let bytes = read(&path);
            let image = Image::parse(&bytes);
            // Slabs fill cache lines.
            assert_eq!(image.section("covctrs"), Some((sum(|p| p.units.len(), width, 64), true)), "{package}");
            let prologues = sum(|p| p.functions.len(), PROLOGUE_LEN, 1);
            assert_eq!(image.section("covfuncs"), Some((prologues, false)), "{package}");
            assert_eq!(image.section("covmeta"), Some((sum(|p| p.blob.len(), 1, 1), false)), "{package}");
            assert_eq!(image.section("covctl"), Some((64, true)), "{package}");
        }
    }
}

/// Nothing runs at start-up; one entry more runs at the end.
#[test]
fn entries_are_those_of_a_plain_program_and_one_at_the_end() {
    const ENTRY_LEN: u64 = 8;
    let plain = build("host", Mode::Plain, Profile::Debug).join("bare-host");
    let plain_library = library("plugin-a", Mode::Plain, Profile::Debug);
    for ((package, path), plain) in images(Mode::Set, Profile::Debug).into_iter().zip([plain, plain_library]) {
        let [bytes, plain_bytes] = [read(&path), read(&plain)];
        let [image, plain] = [&bytes, &plain_bytes].map(|bytes| Image::parse(bytes));
        let size = |image: &Image<'_>, name: &str| image.section(name).map_or(0, |(size, _)| size);
        assert!(size(&plain, ".init_array") > 0, "{package}");
        assert_eq!(size(&image, ".init_array"), size(&plain, ".init_array"), "{package}");
        assert_eq!(size(&image, ".fini_array"), size(&plain, ".fini_array") + ENTRY_LEN, "{package}");
        assert!(plain.notes().is_empty() && plain.section("covctrs").is_none(), "{package}");
    }
}

/// `livecov meta`, of each image alone, stripped or not.
#[test]
fn meta_files_are_made_from_programs() {
    for (mode, profile) in BUILDS {
        let pods = pods(mode, profile);
        for (package, path) in images(mode, profile) {
            let dir = memory_dir();
            let stripped = dir.path().join("stripped");
            std::fs::copy(&path, &stripped).expect("a copy");
            must(clean(Path::new("strip")).arg("--strip-all").arg(&stripped));
            assert!(read(&stripped).len() < read(&path).len());
            for image in [&path, &stripped] {
                let out = dir.path().join("out").join(image.file_name().expect("a name"));
                let printed = Tool::Ours.run(&["meta", text(image), "-o", text(&out)]).quiet().stdout_text();
                let [made] = list(&out).try_into().expect("one file");
                assert_eq!(printed, format!("{}\n", made.display()));
                let pod = pods.with_package(package);
                let hash = MetaFile::parse(&pod.meta).expect("a meta file").hash;
                let tag = String::from_utf8_lossy(&hex(&hash)).into_owned();
                assert_eq!(name(&made), format!("covmeta.{tag}"), "{package}");
                assert_eq!(read(&made), pod.meta, "{package}");
            }
        }
    }
}

#[test]
fn programs_that_have_no_meta_file_are_named() {
    let dir = memory_dir();
    let out = dir.path().join("out");
    let [(_, host), _] = images(Mode::Set, Profile::Debug);
    let plain = build("host", Mode::Plain, Profile::Debug).join("bare-host");
    let program = read(&host);
    let [cut, notes, script] = ["cut", "notes", "script"].map(|name| dir.path().join(name));
    write(&cut, &program[..4096]);
    write(&script, b"#!/bin/sh\nexec ./host\n");
    must(clean(Path::new("objcopy")).arg("--only-keep-debug").args([&host, &notes]));
    let missing = dir.path().join("missing");
    for (path, words) in [
        (&plain, "it is not instrumented: build it with `cargo livecov build`"),
        (&cut, "the data of its packages are not in the file"),
        (&notes, "the data of its packages are not in the file"),
        (&script, "it is no ELF file"),
        (&missing, "no such file or directory"),
        (&dir.path().to_owned(), "it is no file"),
    ] {
        // The others are made all the same.
        let outcome = Tool::Ours.run(&["meta", text(path), text(&host), "-o", text(&out)]).exits(1);
        let complaint = outcome.stderr_text();
        assert!(complaint.contains(text(path)) && complaint.contains(words), "{complaint}");
        assert_eq!(list(&out).len(), 1);
        std::fs::remove_dir_all(&out).expect("a directory");
    }
    assert_eq!(Tool::Ours.run(&["meta", text(&host)]).status, Some(2));
    // What is there and damaged is replaced.
    Tool::Ours.run(&["meta", text(&host), "-o", text(&out)]).quiet();
    let [made] = list(&out).try_into().expect("one file");
    let sound = read(&made);
    write(&made, b"damage");
    Tool::Ours.run(&["meta", text(&host), "-o", text(&out)]).quiet();
    assert_eq!(read(&made), sound);
}
