//! Each call of the API once, and what it says.

use livecov_format::sink::Sink;
use livecov_rt::signal::{self, Action};
use livecov_rt::{Baseline, Error, bare};
use std::ffi::CString;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// A line about how a call went.
pub fn report(call: &str, outcome: Result<(), Error>) {
    match outcome {
        Ok(()) => println!("{call}: ok"),
        Err(error) => println!("{call}: {error}"),
    }
}

/// A sink that takes everything.
struct Everything;

impl Sink for Everything {
    type Error = ();

    fn write_all(&mut self, _: &[u8]) -> Result<(), ()> {
        Ok(())
    }
}

/// All calls that can fail for want of counters.
pub fn calls(directory: &Path) {
    cov!(calls, 0);
    println!("is_instrumented: {}", livecov_rt::is_instrumented());
    println!("bare::is_instrumented: {}", bare::is_instrumented());
    println!("images: {}", livecov_rt::images().len());
    to_directory(directory);
    let mut stream = Vec::new();
    report("write_meta", livecov_rt::write_meta(&mut stream));
    report("write_counters", livecov_rt::write_counters(&mut stream));
    report("take_counters", livecov_rt::take_counters(&mut stream));
    let baseline = |stream: &mut Vec<u8>| Baseline::new()?.write_counters(stream);
    report("Baseline::write_counters", baseline(&mut stream));
    report("clear_counters", livecov_rt::clear_counters());
    report("bare::write_meta", bare::write_meta(&mut Everything));
    report("bare::write_counters", bare::write_counters(&mut Everything));
    report("bare::take_counters", bare::take_counters(&mut Everything));
    report("bare::clear_counters", bare::clear_counters());
    let path = CString::new(directory.as_os_str().as_bytes()).expect("a path without NUL");
    report("signal::arm_in", signal::arm_in(&path, libc::SIGUSR2, Action::Dump));
    report("signal::arm", signal::arm(libc::SIGUSR2, Action::Dump));
}

fn to_directory(directory: &Path) {
    report("write_meta_dir", livecov_rt::write_meta_dir(directory));
    report("write_counters_dir", livecov_rt::write_counters_dir(directory));
    report("take_counters_dir", livecov_rt::take_counters_dir(directory));
    let baseline = || Baseline::new()?.write_counters_dir(directory);
    report("Baseline::write_counters_dir", baseline());
    match CString::new(directory.as_os_str().as_bytes()) {
        Ok(path) => {
            report("bare::write_meta_dir", bare::write_meta_dir(&path));
            report("bare::write_counters_dir", bare::write_counters_dir(&path));
            report("bare::take_counters_dir", bare::take_counters_dir(&path));
        }
        Err(error) => println!("no C string: {error}"),
    }
}

pub fn emit_to_nonexistent_dir(directory: &Path) {
    cov!(emit_to_nonexistent_dir, 0);
    to_directory(&directory.join("nonexistent"));
}

/// Places where not even the superuser can make a file.
pub fn emit_to_unwritable_dir(directory: &Path) {
    cov!(emit_to_unwritable_dir, 0);
    let file = directory.join("file");
    std::fs::write(&file, "a regular file").expect("a new file");
    to_directory(&file);
    to_directory(&file.join("below"));
    to_directory(Path::new("/proc/self/fdinfo"));
    to_directory(Path::new("/proc/self/task"));
    to_directory(&directory.join("with\0nul"));
}
