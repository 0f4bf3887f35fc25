//! What is in the files of instrumented programs and libraries, and in those of plain ones.

use crate::elf::Image;
use crate::{DESCRIPTOR_LEN, PROLOGUE_LEN, u32_at};
use livecov_format::decode::MetaFile;
use livecov_tests::command::capture;
use livecov_tests::files::read;
use livecov_tests::paths::text;
use livecov_tests::pods::{Pods, memory_dir};
use livecov_tests::rust::{Mode, Profile, build, library, program, recorded};
use std::path::PathBuf;

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
