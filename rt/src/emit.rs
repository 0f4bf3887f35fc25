//! Writing images to where data go, and telling what could not be written.

use crate::error::{Error, Operation};
use crate::files::{Purpose, write_frozen, write_snapshot};
use crate::image::Image;
use crate::images::Walk;
use crate::notice::{Line, forget_failures, is_news, tell};
use crate::spare;
use crate::sys::{Errno, Path, unsigned};
use crate::take::take_in_handler;
use crate::target::Destination;
use core::fmt::Write;

/// What is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// A snapshot.
    Snapshot(Purpose),
    /// The counters, which start from zero then.
    Take,
}

/// Writes all images of the process, for a handler or a call: the program
/// goes on, or ends by a signal. Returns whether everything was written.
pub(crate) fn emit_all(what: What) -> Result<(), Error> {
    let Some(destination) = Destination::of_handlers() else {
        // At its end a program without a directory is silent, asked or not.
        let is_asked = matches!(what, What::Take | What::Snapshot(Purpose::Snapshot));
        if is_asked && is_news(kind_of(&Error::NoDirectory)) {
            let mut line = Line::new();
            let _ = write!(line, "no directory for coverage data: set LIVECOV_DIR before the program starts; ");
            let _ = line.write_str(consequence(what));
            tell(&line, None);
        }
        return Err(Error::NoDirectory);
    };
    let mut result = Ok(());
    let walk = Walk::begin();
    walk.images(&mut |image| {
        let written = emit(image, &destination, what);
        if result.is_ok() {
            result = written;
        }
        true
    });
    if result.is_ok() {
        forget_failures();
    }
    result
}

/// Writes one image. What fails is told, once for each kind of failure.
pub(crate) fn emit(image: &Image<'_>, destination: &Destination, what: What) -> Result<(), Error> {
    let mut path = Path::new();
    let mut result = write(image, destination, what, &mut path);
    let is_out_of_descriptors =
        matches!(&result, Err(error) if errno_of(error).is_some_and(Errno::is_out_of_descriptors));
    if is_out_of_descriptors && spare::release() {
        result = write(image, destination, what, &mut path);
    }
    if let Err(error) = &result {
        let last = if what == What::Snapshot(Purpose::Last) { LAST } else { 0 };
        if is_news(kind_of(error) | last) {
            tell(&failure(error, path.bytes(), what), destination.socket());
        }
    }
    result
}

fn write(image: &Image<'_>, destination: &Destination, what: What, path: &mut Path) -> Result<(), Error> {
    let directory = destination.open(&image.meta_hash(), path)?;
    let written = match what {
        What::Snapshot(purpose) => write_snapshot(image, &directory, purpose),
        What::Take => take_in_handler(image, |view| write_frozen(image, &directory, view)),
    };
    if matches!(destination, Destination::Armed) {
        spare::reserve(directory);
    }
    written
}

fn errno_of(error: &Error) -> Option<Errno> {
    match error {
        Error::System { errno, .. } => Some(*errno),
        _ => None,
    }
}

/// A loss is told although a dump before it has failed likewise.
const LAST: u32 = 1 << 24;

/// A number for the kind of failure, other than 0.
fn kind_of(error: &Error) -> u32 {
    match error {
        Error::System { operation, errno } => (*operation as u32 + 1) << 16 | unsigned(errno.0) & 0xffff,
        Error::Busy => 1,
        Error::NoDirectory => 2,
        _ => 3,
    }
}

fn failure(error: &Error, path: &[u8], what: What) -> Line {
    let mut line = Line::new();
    match error {
        Error::System { operation, errno } => {
            let _ = write!(line, "cannot {} ", operation.text_before_directory());
            line.push(path);
            let _ = write!(line, ": {} (os error {}); ", errno.text(), errno.0);
            let _ = line.write_str(advice(*operation, *errno));
        }
        Error::Busy => {
            let _ = line.write_str("another call is taking the counters; ");
        }
        Error::ArgumentsTooLong => {
            let _ = line.write_str("the program's arguments do not fit into a counter file: set LIVECOV_ARGS=0; ");
        }
        _ => {
            let _ = line.write_str("cannot write coverage data; ");
        }
    }
    let _ = line.write_str(consequence(what));
    line
}

/// What to do about it.
const fn advice(operation: Operation, errno: Errno) -> &'static str {
    match (operation, errno.0) {
        (Operation::OpenDirectory, libc::ENOENT) => "create the directory, or set LIVECOV_DIR to one; ",
        (_, libc::EACCES | libc::EPERM) => "the program's user must be able to write there; ",
        (_, libc::ENOSPC | libc::EDQUOT) => "make room, or limit dumps by LIVECOV_DUMP_KEEP; ",
        (_, libc::EFBIG) => "raise the limit of file sizes (ulimit -f); ",
        (_, libc::EMFILE) => "raise the limit of open files (ulimit -n); ",
        (_, libc::EROFS) => "set LIVECOV_DIR to a directory that can be written to; ",
        _ => "",
    }
}

const fn consequence(what: What) -> &'static str {
    match what {
        What::Snapshot(Purpose::Snapshot | Purpose::BeforeHandler) => {
            "nothing was written this time; the counters are kept for the next dump"
        }
        What::Snapshot(Purpose::Last) => "the coverage data of this process since its last dump are lost",
        What::Take => "nothing was written or reset; send the signal again",
    }
}
