//! The runtime's calls without the standard library: C strings and sinks in
//! the place of paths and writers.
//!
//! Nothing here allocates or locks; [`write_counters_dir`] and
//! [`write_meta_dir`] may be called in signal handlers.

use crate::directory::Directory;
use crate::encode::{Epoch, Frame, encode_counters};
use crate::error::Error;
use crate::files;
use crate::identity::{Identity, instance};
use crate::image::Image;
use crate::images::{Walk, own};
use crate::scratch::with_buffer;
use crate::take::{freeze, take};
use crate::window::View;
use core::ffi::CStr;
use livecov_format::encode::EncodeError;
use livecov_format::encode::meta::{MetaHeader, encode_meta_file};
use livecov_format::sink::{NullSink, Sink};

/// Calls `run` for every instrumented image; gives the first error, after all
/// have had their turn.
pub(crate) fn each_image(mut run: impl FnMut(&Image<'_>) -> Result<(), Error>) -> Result<(), Error> {
    let walk = Walk::begin();
    let mut result = Err(Error::NotInstrumented);
    walk.images(&mut |image| {
        let this = run(image);
        if this.is_err() && result.is_ok() || matches!(result, Err(Error::NotInstrumented)) {
            result = this;
        }
        true
    });
    result
}

/// See [`write_meta_dir`](crate::write_meta_dir).
///
/// # Errors
///
/// As there.
pub fn write_meta_dir(directory: &CStr) -> Result<(), Error> {
    if !is_instrumented() {
        return Err(Error::NotInstrumented);
    }
    let directory = Directory::open(directory)?;
    each_image(|image| files::write_meta(image, &image.meta_hash(), &directory))
}

/// See [`write_counters_dir`](crate::write_counters_dir).
///
/// # Errors
///
/// As there.
pub fn write_counters_dir(directory: &CStr) -> Result<(), Error> {
    if !is_instrumented() {
        return Err(Error::NotInstrumented);
    }
    let directory = Directory::open(directory)?;
    each_image(|image| files::write_snapshot(image, &directory, files::Purpose::Snapshot))
}

/// See [`take_counters_dir`](crate::take_counters_dir). Not in signal
/// handlers.
///
/// # Errors
///
/// As there.
pub fn take_counters_dir(directory: &CStr) -> Result<(), Error> {
    if !is_instrumented() {
        return Err(Error::NotInstrumented);
    }
    let directory = Directory::open(directory)?;
    each_image(|image| take(image, |view| files::write_frozen(image, &directory, view)))
}

/// See [`clear_counters`](crate::clear_counters). Not in signal handlers.
///
/// # Errors
///
/// As there.
pub fn clear_counters() -> Result<(), Error> {
    each_image(|image| take(image, |_| Ok(())))
}

/// See [`is_instrumented`](crate::is_instrumented).
#[must_use]
pub fn is_instrumented() -> bool {
    crate::images::any_instrumented()
}

/// See [`write_meta`](crate::write_meta).
///
/// # Errors
///
/// [`Error::NotInstrumented`], and [`Error::Sink`] if the sink refuses.
pub fn write_meta(sink: &mut impl Sink) -> Result<(), Error> {
    encode_meta(&instrumented()?, sink).map_err(|_| Error::Sink)
}

/// See [`write_counters`](crate::write_counters). The counters are encoded
/// twice, from values that are fixed meanwhile, because the start of the file
/// tells of its end. Not in signal handlers.
///
/// # Errors
///
/// [`Error::NotInstrumented`], [`Error::Busy`], and [`Error::Sink`] if the
/// sink refuses.
pub fn write_counters(sink: &mut impl Sink) -> Result<(), Error> {
    let image = instrumented()?;
    let frozen = freeze(&image)?;
    encode_frozen(&image, frozen.view(), sink).map_err(|_| Error::Sink)
}

/// See [`take_counters`](crate::take_counters). Not in signal handlers.
///
/// # Errors
///
/// As [`write_counters`].
pub fn take_counters(sink: &mut impl Sink) -> Result<(), Error> {
    let image = instrumented()?;
    take(&image, |view| encode_frozen(&image, view, sink).map_err(|_| Error::Sink))
}

/// This code's own image, if it has packages.
fn instrumented<'a>() -> Result<Image<'a>, Error> {
    own().filter(Image::is_instrumented).ok_or(Error::NotInstrumented)
}

/// Encodes the meta file of `image`.
pub(crate) fn encode_meta<S: Sink>(image: &Image<'_>, sink: &mut S) -> Result<(), EncodeError<S::Error>> {
    let header = MetaHeader { hash: image.meta_hash(), mode: image.mode(), granularity: image.granularity() };
    encode_meta_file(sink, &header, image.packages().map(|package| package.meta))
}

/// Encodes frozen values to a stream.
fn encode_frozen<S: Sink>(image: &Image<'_>, view: View, sink: &mut S) -> Result<(), EncodeError<S::Error>> {
    with_buffer(|buffer| {
        let (command_line, buffer) = buffer.split_at_mut(buffer.len() / 2);
        let mut identity = Identity::new(image, &instance(image), command_line);
        identity.set_epoch(view.epoch);
        let epoch = Epoch { view, is_shadowed: true };
        let mut frame = Frame { meta_hash: image.meta_hash(), identity: &identity, promise: None };
        let promise = match encode_counters(image, &epoch, &frame, NullSink, buffer) {
            Ok(patch) => Some(patch.promise()),
            // The second pass meets the same trouble and tells of it.
            Err(_) => None,
        };
        frame.promise = promise;
        encode_counters(image, &epoch, &frame, sink, buffer).map(drop)
    })
}
