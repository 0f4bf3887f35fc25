//! Writers and sinks that fail at the k-th write, for every k until none does.

use livecov_format::sink::Sink;
use livecov_rt::{Baseline, Error, bare};
use std::io::{self, ErrorKind, Write};
use std::path::Path;

/// No file here has more writes than this.
const MAX_WRITES: usize = 100_000;
/// Short writes make many of them.
const BYTES_AT_ONCE: usize = 5;

/// How a writer fails.
#[derive(Clone, Copy)]
enum Failure {
    Error,
    NothingTaken,
}

struct Failing {
    writes_left: usize,
    failure: Failure,
    bytes: Vec<u8>,
}

impl Failing {
    fn after(writes_left: usize, failure: Failure) -> Self {
        Self { writes_left, failure, bytes: Vec::new() }
    }

    fn take(&mut self, bytes: &[u8]) -> bool {
        if self.writes_left == 0 {
            return false;
        }
        self.writes_left -= 1;
        self.bytes.extend(bytes);
        true
    }
}

impl Write for Failing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let bytes = bytes.get(..BYTES_AT_ONCE).unwrap_or(bytes);
        match (self.take(bytes), self.failure) {
            (true, _) => Ok(bytes.len()),
            (false, Failure::NothingTaken) => Ok(0),
            (false, Failure::Error) => Err(ErrorKind::StorageFull.into()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Sink for Failing {
    type Error = ();

    fn write_all(&mut self, bytes: &[u8]) -> Result<(), ()> {
        if self.take(bytes) { Ok(()) } else { Err(()) }
    }
}

/// Calls `call` with writers that fail at write 0, 1, 2 and so on, until one need not fail.
fn until_it_works(name: &str, failure: Failure, mut call: impl FnMut(&mut Failing) -> Result<(), Error>) -> Vec<u8> {
    for count in 0..MAX_WRITES {
        let mut writer = Failing::after(count, failure);
        match call(&mut writer) {
            Ok(()) => {
                println!("{name}: {count} refused, then ok");
                return writer.bytes;
            }
            Err(Error::Stream(_) | Error::Sink) => {}
            Err(error) => panic!("{name}, write {count}: {error}"),
        }
    }
    panic!("{name}: not even {MAX_WRITES} writes are enough");
}

fn keep(directory: &Path, folder: &str, meta: &[u8], counters: &[u8]) {
    let directory = crate::points::below(directory, folder);
    std::fs::write(directory.join("covmeta.0abcdef"), meta).expect("a new file");
    std::fs::write(directory.join("covcounters.0abcdef.99.77"), counters).expect("a new file");
}

pub fn emit_to_failing_writer(directory: &Path) {
    cov!(emit_to_failing_writer, 0);
    let baseline = Baseline::new();
    since_the_start();
    since_the_start();
    let meta = until_it_works("write_meta", Failure::Error, livecov_rt::write_meta);
    for (folder, failure) in [("error", Failure::Error), ("nothing", Failure::NothingTaken)] {
        let counters = until_it_works("write_counters", failure, livecov_rt::write_counters);
        keep(directory, folder, &meta, &counters);
    }
    let baseline = baseline.expect("a baseline");
    let since = until_it_works("baseline", Failure::Error, |writer| baseline.write_counters(writer));
    keep(directory, "baseline", &meta, &since);
    // A take that fails leaves the counters as they were.
    let taken = until_it_works("take_counters", Failure::Error, livecov_rt::take_counters);
    keep(directory, "taken", &meta, &taken);
    let nothing = until_it_works("write_counters", Failure::Error, livecov_rt::write_counters);
    keep(directory, "rest", &meta, &nothing);
}

fn since_the_start() {
    cov!(since_the_start, 0);
}

pub fn emit_to_failing_sink(directory: &Path) {
    cov!(emit_to_failing_sink, 0);
    let meta = until_it_works("write_meta", Failure::Error, bare::write_meta);
    let counters = until_it_works("write_counters", Failure::Error, bare::write_counters);
    keep(directory, "written", &meta, &counters);
    let taken = until_it_works("take_counters", Failure::Error, bare::take_counters);
    keep(directory, "taken", &meta, &taken);
}
