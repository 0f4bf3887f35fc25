//! What the exported functions of shared libraries do (`rt/include/livecov.h`).

use crate::bare::each_image;
use crate::directory::Directory;
use crate::error::Error;
use crate::files::{Purpose, write_frozen, write_snapshot};
use crate::identity::settle_stamp;
use crate::image::Image;
use crate::settings;
use crate::sys::Path;
use crate::take::take as take_counters;
use crate::target::Destination;
use core::ffi::{CStr, c_int};

/// Writes a snapshot of all images to the directory in the environment.
#[doc(hidden)]
#[must_use]
pub fn dump() -> c_int {
    status(to_environment(|image, directory| write_snapshot(image, directory, Purpose::Snapshot)))
}

/// As [`dump`], and starts all counters from zero.
#[doc(hidden)]
#[must_use]
pub fn take() -> c_int {
    status(to_environment(|image, directory| take_counters(image, |view| write_frozen(image, directory, view))))
}

/// Sets the label of this image's runtime.
#[doc(hidden)]
#[must_use]
pub fn set_label(label: &CStr) -> c_int {
    match label.to_str() {
        Ok(label) => status(crate::label::set_label(label)),
        Err(_) => -libc::EILSEQ,
    }
}

fn to_environment(mut run: impl FnMut(&Image<'_>, &Directory) -> Result<(), Error>) -> Result<(), Error> {
    settings::load();
    let destination = Destination::of_the_end().ok_or(Error::NoDirectory)?;
    each_image(|image| {
        settle_stamp(image);
        let directory = destination.open(&image.meta_hash(), &mut Path::new())?;
        run(image, &directory)
    })
}

/// Zero, or a negative error number.
fn status(result: Result<(), Error>) -> c_int {
    let Err(error) = result else { return 0 };
    let number = match error {
        Error::NotInstrumented => libc::ENODATA,
        Error::NoDirectory => libc::EDESTADDRREQ,
        Error::Busy => libc::EBUSY,
        Error::LabelTooLong { .. } => libc::ENAMETOOLONG,
        Error::ArgumentsTooLong => libc::E2BIG,
        Error::System { errno, .. } => errno.0,
        _ => libc::EIO,
    };
    -number
}
