//! The API over the standard library.

use crate::bare;
use crate::directory::Directory;
use crate::encode::{Epoch, Frame, Selection, encode_counters};
use crate::error::Error;
use crate::files::{self, Purpose};
use crate::identity::{Identity, instance, settle_stamp};
use crate::image::Image;
use crate::images::{Walk, own};
use crate::scratch::with_buffer;
use crate::take::{freeze, take};
use alloc::ffi::CString;
use alloc::vec::Vec;
use livecov_format::encode::EncodeError;
use livecov_format::hash::Hash;
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// Writes the meta file of every instrumented image of this process to
/// `directory`, under the names that readers look for. One that is there
/// already is left alone if it is right, and replaced if it is damaged. Where
/// another user's file can neither be read nor replaced, this user's is written
/// beside it, as `covmeta.HASH.USER.N`.
///
/// # Errors
///
/// [`Error::NotInstrumented`], and [`Error::Directory`] if the directory
/// cannot be opened or written to. Nothing is left under a final name then.
pub fn write_meta_dir(directory: impl AsRef<Path>) -> Result<(), Error> {
    to_directory(directory.as_ref(), |image, directory| files::write_meta(image, &image.meta_hash(), directory))
}

/// Writes a snapshot: one counter file for every instrumented image of this
/// process, and its meta file if none is there that is right. The counters go on.
///
/// Several snapshots of a process do not count twice: readers take the
/// largest of them.
///
/// # Errors
///
/// As [`write_meta_dir`], and [`Error::Busy`].
pub fn write_counters_dir(directory: impl AsRef<Path>) -> Result<(), Error> {
    to_directory(directory.as_ref(), |image, directory| files::write_snapshot(image, directory, Purpose::Snapshot))
}

/// As [`write_counters_dir`], and starts all counters from zero, in one exact
/// step: every hit is in this file or in a later one, and none in both. (In
/// `count` mode as exactly as threads count there.) If writing fails, the
/// counters of that image are as before.
///
/// # Errors
///
/// As [`write_counters_dir`].
pub fn take_counters_dir(directory: impl AsRef<Path>) -> Result<(), Error> {
    to_directory(directory.as_ref(), |image, directory| take(image, |view| files::write_frozen(image, directory, view)))
}

/// Starts all counters of all instrumented images from zero.
///
/// # Errors
///
/// [`Error::NotInstrumented`], and [`Error::Busy`] if another call keeps
/// taking the counters.
pub fn clear_counters() -> Result<(), Error> {
    bare::clear_counters()
}

/// Whether anything in this process has counters.
#[must_use]
pub fn is_instrumented() -> bool {
    bare::is_instrumented()
}

/// Writes the meta file of the image that this code is part of to `writer`.
/// For other images see [`images`].
///
/// # Errors
///
/// [`Error::NotInstrumented`] if this image is not, and [`Error::Stream`] if
/// the writer refuses.
pub fn write_meta(writer: &mut impl Write) -> Result<(), Error> {
    LoadedImage::own()?.write_meta(writer)
}

/// Writes a snapshot of the image that this code is part of to `writer`.
///
/// # Errors
///
/// As [`write_meta`], and [`Error::Busy`].
pub fn write_counters(writer: &mut impl Write) -> Result<(), Error> {
    LoadedImage::own()?.write_counters(writer)
}

/// As [`write_counters`], and starts the counters from zero, in one exact
/// step. If the writer refuses, the counters are as before.
///
/// # Errors
///
/// As [`write_counters`].
pub fn take_counters(writer: &mut impl Write) -> Result<(), Error> {
    LoadedImage::own()?.take_counters(writer)
}

/// The instrumented images of this process.
#[must_use]
pub fn images() -> Vec<LoadedImage> {
    let mut all = Vec::new();
    let walk = Walk::begin();
    walk.images(&mut |image| {
        all.push(LoadedImage::new(image));
        true
    });
    all
}

/// An instrumented image, as it was found. It may have been unloaded since;
/// calls give [`Error::NotInstrumented`] then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadedImage {
    /// The address of its control block.
    control: usize,
    meta_hash: Hash,
    is_program: bool,
}

impl LoadedImage {
    fn new(image: &Image<'_>) -> Self {
        let control = core::ptr::from_ref(image.control()).addr();
        Self { control, meta_hash: image.meta_hash(), is_program: image.is_main }
    }

    fn own() -> Result<Self, Error> {
        own().filter(Image::is_instrumented).map(|image| Self::new(&image)).ok_or(Error::NotInstrumented)
    }

    /// The hash that names its pod: files `covmeta.HASH` and
    /// `covcounters.HASH.PID.NANOS`.
    #[must_use]
    pub const fn meta_hash(&self) -> Hash {
        self.meta_hash
    }

    /// Whether it is the program itself, and not a library.
    #[must_use]
    pub const fn is_program(&self) -> bool {
        self.is_program
    }

    /// As [`write_meta`](crate::write_meta), for this image.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn write_meta(&self, writer: &mut impl Write) -> Result<(), Error> {
        let bytes = self.find(|image| {
            let mut bytes = Vec::new();
            encoded(bare::encode_meta(image, &mut bytes))?;
            Ok(bytes)
        })?;
        Ok(writer.write_all(&bytes)?)
    }

    /// As [`write_counters`](crate::write_counters), for this image.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn write_counters(&self, writer: &mut impl Write) -> Result<(), Error> {
        let bytes = self.find(snapshot_bytes)?;
        Ok(writer.write_all(&bytes)?)
    }

    /// As [`take_counters`](crate::take_counters), for this image.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn take_counters(&self, writer: &mut impl Write) -> Result<(), Error> {
        // The writer may take its time. Meanwhile the counters are frozen, but
        // nothing keeps the image from being unloaded.
        let (bytes, view) = self.find(|image| {
            let frozen = freeze(image)?;
            let view = frozen.view();
            let epoch = Epoch { view, is_shadowed: true };
            let bytes = counter_bytes(image, &epoch, &instance(image), view.epoch)?;
            Ok((bytes, frozen.leave()))
        })?;
        let written = writer.write_all(&bytes);
        // An image that has gone has written all that it had.
        let _ = self.find(|image| {
            let take = image.control().window.resume(view);
            if let Some(take) = take.filter(|_| written.is_ok()) {
                take.commit();
            }
            Ok(())
        });
        Ok(written?)
    }

    /// Calls `run` with the image, if it is still loaded.
    fn find<T>(&self, run: impl FnOnce(&Image<'_>) -> Result<T, Error>) -> Result<T, Error> {
        let walk = Walk::begin();
        let mut run = Some(run);
        let mut result = Err(Error::NotInstrumented);
        walk.images(&mut |image| {
            if core::ptr::from_ref(image.control()).addr() != self.control || image.meta_hash() != self.meta_hash {
                return true;
            }
            if let Some(run) = run.take() {
                settle_stamp(image);
                result = run(image);
            }
            false
        });
        result
    }
}

fn snapshot_bytes(image: &Image<'_>) -> Result<Vec<u8>, Error> {
    files::read_steadily(image, Purpose::Snapshot, |view| {
        let epoch = Epoch { view, is_shadowed: image.is_shadowed() };
        counter_bytes(image, &epoch, &instance(image), view.epoch)
    })
}

/// A whole counter file in memory.
pub(crate) fn counter_bytes(
    image: &Image<'_>,
    selection: &impl Selection,
    instance: &Hash,
    epoch: u64,
) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    let patch = with_buffer(|buffer| {
        let (command_line, buffer) = buffer.split_at_mut(buffer.len() / 2);
        let mut identity = Identity::new(image, instance, command_line);
        identity.set_epoch(epoch);
        let frame = Frame { meta_hash: image.meta_hash(), identity: &identity, promise: None };
        encoded(encode_counters(image, selection, &frame, &mut bytes, buffer))
    })?;
    patch.apply(&mut bytes);
    Ok(bytes)
}

fn encoded<T>(result: Result<T, EncodeError<core::convert::Infallible>>) -> Result<T, Error> {
    result.map_err(|error| match error {
        EncodeError::ArgsTooLong => Error::ArgumentsTooLong,
        EncodeError::Sink(_) | EncodeError::PromiseBroken | EncodeError::NoSegment => Error::Busy,
    })
}

/// Calls `run` for every instrumented image, with the directory `path`.
pub(crate) fn to_directory(
    path: &Path,
    mut run: impl FnMut(&Image<'_>, &Directory) -> Result<(), Error>,
) -> Result<(), Error> {
    if !is_instrumented() {
        return Err(Error::NotInstrumented);
    }
    let name = CString::new(path.as_os_str().as_bytes()).map_err(|_| Error::PathWithNul)?;
    let written = Directory::open(&name).and_then(|directory| {
        bare::each_image(|image| {
            settle_stamp(image);
            run(image, &directory)
        })
    });
    written.map_err(|error| match error {
        Error::System { operation, errno } => Error::Directory { operation, errno, directory: path.into() },
        other => other,
    })
}
