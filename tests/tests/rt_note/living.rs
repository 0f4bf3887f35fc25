//! Counters read out of a process that knows nothing of it.

use crate::elf::Image;
use crate::{DESCRIPTOR_LEN, PROLOGUE_LEN, u32_at, u64_at};
use livecov_format::decode::Package;
use livecov_format::hash::Algorithm;
use livecov_tests::files::{counter_files, read};
use livecov_tests::paths::text;
use livecov_tests::pods::{Pods, memory_dir};
use livecov_tests::rust::{Mode, Profile, program, recorded};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// A process that is stopped when dropped.
struct Living(Child);

impl Drop for Living {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Living {
    /// Starts `command` and waits until it says that it is ready; it ends by itself after a minute.
    fn start(command: &mut Command) -> Living {
        let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().expect("the program");
        let mut living = Living(child);
        let mut line = String::new();
        BufReader::new(living.0.stdout.take().expect("its output")).read_line(&mut line).expect("its first line");
        assert_eq!(line, "ready\n");
        living
    }

    fn file(&self, name: &str) -> File {
        let path = format!("/proc/{}/{name}", self.0.id());
        File::open(&path).unwrap_or_else(|e| panic!("open {path}: {e}"))
    }

    /// Where the program's file starts in memory.
    fn start_of(&self, program: &Path) -> u64 {
        let maps = BufReader::new(self.file("maps")).lines().map(|line| line.expect("a line of maps"));
        let mut of_program = maps.filter(|line| line.ends_with(text(program)));
        let first = of_program.next().expect("the program's first segment");
        assert_eq!(first.split(' ').nth(2), Some("00000000"), "{first}");
        u64::from_str_radix(first.split('-').next().unwrap_or(""), 16).expect("an address")
    }

    fn bytes(&self, address: u64, len: u64) -> Vec<u8> {
        let mut bytes = vec![0; usize::try_from(len).expect("a length")];
        self.file("mem").read_exact_at(&mut bytes, address).expect("the process's memory");
        bytes
    }
}

/// The state of an image: epoch, and whether the shadow slabs count.
struct Window {
    epoch: u64,
    is_shadowed: bool,
}

impl Window {
    fn read(process: &Living, control: u64) -> Window {
        const SHADOWED: u32 = 4;
        let block = process.bytes(control, 56);
        assert!(block.starts_with(b"\0livectl"));
        let word = u64_at(&block, 16);
        assert_eq!(word & 3, 0, "idle");
        Window { epoch: (word & 0xffff_fffc) / 4, is_shadowed: u32_at(&block, 48) & SHADOWED != 0 }
    }
}

/// The counters of all functions, by package and name.
type Counters = BTreeMap<(String, String), Vec<u64>>;

/// Adds the package of the descriptor at `address`.
fn read_package(process: &Living, address: u64, window: &Window, counters: &mut Counters) {
    let descriptor = process.bytes(address, DESCRIPTOR_LEN);
    let number = |offset: usize| u64_at(&descriptor, offset);
    let tag = u32_at(&descriptor, 12);
    let width = u64::from(descriptor[10]);
    let count = number(40);
    let values = |address: u64| -> Vec<u64> {
        let bytes = process.bytes(address, count * width);
        if width == 1 {
            bytes.into_iter().map(u64::from).collect()
        } else {
            bytes.chunks(8).map(|c| u64_at(c, 0)).collect()
        }
    };
    let now = values(number(32));
    let before = match window.is_shadowed {
        true => values(number(80) + window.epoch % 2 * count * width),
        false => vec![0; now.len()],
    };
    let worth = |(now, before): (&u64, &u64)| match width {
        1 => u64::from(now | before != 0),
        _ => now.saturating_sub(*before),
    };
    let values: Vec<u64> = now.iter().zip(&before).map(worth).collect();
    let blob = process.bytes(number(64), number(72));
    let package = Package::parse(&blob, 0, Algorithm::Md5).expect("a package blob");
    assert_eq!(package.hash, descriptor[16..32]);
    let mut left = values.as_slice();
    for prologue in process.bytes(number(48), number(56) * PROLOGUE_LEN).chunks(12) {
        let [len, found_tag, function] = [0, 4, 8].map(|offset| u32_at(prologue, offset));
        assert_eq!(found_tag, tag);
        let (own, rest) = left.split_at(len as usize);
        left = rest;
        let name = package.functions[function as usize].name;
        let [path, name] = [package.path, name].map(|bytes| String::from_utf8_lossy(bytes).into_owned());
        counters.insert((path, name), own.to_vec());
    }
    assert!(left.is_empty());
}

fn read_process(process: &Living, program: &Path) -> Counters {
    let file = read(program);
    let image = Image::parse(&file);
    let [note] = image.notes().try_into().expect("one note");
    let bias = process.start_of(program) - image.start();
    let window = Window::read(process, bias + note.control);
    let mut counters = Counters::new();
    for address in (note.packages_start..note.packages_stop).step_by(96) {
        read_package(process, bias + address, &window, &mut counters);
    }
    counters
}

/// What is read from outside is what the program wrote itself: from the start on, and after a take.
#[test]
fn counters_of_a_living_process_are_those_of_its_own_dump() {
    for mode in Mode::COUNTING {
        for before in [0, 9] {
            const BEHIND: u64 = 7;
            let dir = memory_dir();
            let host = program("host", mode, Profile::Debug);
            let mut command = recorded(&host, dir.path());
            let process =
                Living::start(command.args(["wait", text(dir.path()), &before.to_string(), &BEHIND.to_string()]));
            let from_outside = read_process(&process, &host);
            if before > 0 {
                // What was taken is not in the counters any more.
                std::fs::remove_file(&counter_files(dir.path())[0]).expect("the file of the take");
            }
            let pods = Pods::of(dir.path());
            let pod = pods.with_package("host/bin/host");
            assert_eq!(pod.file_count, 1);
            for ((package, function), counters) in &from_outside {
                assert_eq!(counters, &pod.counters(package, function), "{mode:?}, {before}: {package} {function}");
            }
            let work = &from_outside[&("host/bin/host".to_owned(), "work".to_owned())];
            let expected = if mode == Mode::Set { [1, 1] } else { [BEHIND, BEHIND.div_ceil(2)] };
            assert_eq!(work, &expected, "{mode:?}, {before}");
            let main = &from_outside[&("host/bin/host".to_owned(), "main".to_owned())];
            assert_eq!(main[0], u64::from(before == 0), "{mode:?}, {before}");
        }
    }
}
