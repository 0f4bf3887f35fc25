//! A program without the standard library: `bare DIRECTORY STREAM`. Writes a snapshot to the directory and one to the file
//! STREAM, and another at exit. With `none` for the directory it ends at once.

#![no_std]
#![no_main]

include!(concat!(env!("OUT_DIR"), "/coverage.rs"));

use core::ffi::{CStr, c_char, c_int};
use livecov_format::sink::Sink;
use livecov_rt::bare;

// The standard library would bring the C library along.
#[link(name = "c")]
unsafe extern "C" {}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    // SAFETY: ends the process.
    unsafe { libc::abort() }
}

/// The precompiled core library asks for it; without unwinding nobody calls it.
#[unsafe(no_mangle)]
extern "C" fn rust_eh_personality() {}

/// A file descriptor that counters are streamed to.
struct Stream(c_int);

impl Sink for Stream {
    type Error = ();

    fn write_all(&mut self, bytes: &[u8]) -> Result<(), ()> {
        // SAFETY: pointer and length are those of a slice.
        let written = unsafe { libc::write(self.0, bytes.as_ptr().cast(), bytes.len()) };
        if usize::try_from(written) == Ok(bytes.len()) { Ok(()) } else { Err(()) }
    }
}

fn run(directory: &CStr, stream: &CStr) -> Result<(), livecov_rt::Error> {
    cov!(run, 0);
    for _ in 0..3 {
        cov!(run, 1);
    }
    bare::write_counters_dir(directory)?;
    // SAFETY: the path ends in NUL.
    let mut stream = Stream(unsafe { libc::open(stream.as_ptr(), libc::O_CREAT | libc::O_WRONLY, 0o600) });
    bare::write_counters(&mut stream)?;
    if directory.is_empty() {
        cov!(run, 2);
    }
    Ok(())
}

#[unsafe(no_mangle)]
extern "C" fn main(count: c_int, arguments: *const *const c_char) -> c_int {
    cov!(main, 0);
    if count != 3 {
        return 2;
    }
    // SAFETY: there are three arguments, each a C string.
    let [directory, stream] = unsafe { [CStr::from_ptr(*arguments.add(1)), CStr::from_ptr(*arguments.add(2))] };
    match run(directory, stream) {
        Ok(()) => 0,
        Err(livecov_rt::Error::NotInstrumented) => 3,
        Err(_) => 1,
    }
}
