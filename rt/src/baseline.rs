//! Windows that leave the counters alone.

use crate::api::{counter_bytes, to_directory};
use crate::encode::{Selection, encode_functions};
use crate::error::Error;
use crate::files::{self, Purpose};
use crate::identity::derived_instance;
use crate::image::{Counters, Image, Package};
use crate::images::{Walk, own};
use crate::slab::Source;
use alloc::vec::Vec;
use core::sync::atomic::{AtomicU64, Ordering};
use livecov_format::encode::EncodeError;
use livecov_format::encode::counters::SegmentEncoder;
use livecov_format::sink::Sink;
use std::io::Write;
use std::path::Path;

/// The counters at one moment: what is written through it is what ran since.
///
/// The counters themselves are not touched, so that any number of baselines
/// can be in use at once, beside snapshots and takes. In `count` and `atomic`
/// mode a window has what was counted in it; in `set` mode, where a unit that
/// ran is not told from one that ran again, it has the units that ran for the
/// first time (since the last clear).
///
/// What a baseline writes is an instance of its own: several windows add up.
/// Do not add them to snapshots of the same process, which have the same hits.
///
/// Images that were loaded after the baseline count from zero.
#[derive(Debug)]
pub struct Baseline {
    number: u64,
    images: Vec<Known>,
}

#[derive(Debug)]
struct Known {
    control: usize,
    epoch: u64,
    /// The counters of each package.
    packages: Vec<Vec<u64>>,
}

impl Baseline {
    /// The counters of all instrumented images by now.
    ///
    /// # Errors
    ///
    /// [`Error::NotInstrumented`], and [`Error::Busy`] if another call keeps
    /// taking the counters.
    pub fn new() -> Result<Self, Error> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let mut images = Vec::new();
        crate::bare::each_image(|image| {
            images.push(Known::new(image)?);
            Ok(())
        })?;
        Ok(Self { number, images })
    }

    /// Writes what ran since, as [`write_counters_dir`](crate::write_counters_dir).
    ///
    /// # Errors
    ///
    /// As there.
    pub fn write_counters_dir(&self, directory: impl AsRef<Path>) -> Result<(), Error> {
        to_directory(directory.as_ref(), |image, directory| {
            let instance = derived_instance(image, self.number);
            files::write_selection(image, &self.since(image), &instance, directory)
        })
    }

    /// Writes what ran since in the image that this code is part of, as
    /// [`write_counters`](crate::write_counters).
    ///
    /// # Errors
    ///
    /// As there.
    pub fn write_counters(&self, writer: &mut impl Write) -> Result<(), Error> {
        let _walk = Walk::begin();
        let image = own().filter(Image::is_instrumented).ok_or(Error::NotInstrumented)?;
        let bytes = counter_bytes(&image, &self.since(&image), &derived_instance(&image, self.number), 0)?;
        Ok(writer.write_all(&bytes)?)
    }

    fn since(&self, image: &Image<'_>) -> Since<'_> {
        let control = core::ptr::from_ref(image.control()).addr();
        let known = self.images.iter().find(|known| known.control == control);
        // A clear has emptied the counters of `set` mode.
        let now = files::view(image, Purpose::Snapshot).ok().map(|view| view.epoch);
        let is_cleared = known.map(|known| known.epoch) != now;
        Since { packages: known.map_or(&[], |known| &known.packages), is_cleared }
    }
}

impl Known {
    fn new(image: &Image<'_>) -> Result<Self, Error> {
        let view = files::view(image, Purpose::Snapshot)?;
        let read = |package: Package<'_>| match package.counters {
            Counters::Bytes(bytes) => {
                let source = bytes.source(view.live(), image.is_shadowed());
                (0..source.len()).map(|index| u64::from(source.value(index))).collect()
            }
            Counters::Words(words) => words.slab.iter().map(|counter| counter.load(Ordering::Relaxed)).collect(),
        };
        let control = core::ptr::from_ref(image.control()).addr();
        Ok(Self { control, epoch: view.epoch, packages: image.packages().map(read).collect() })
    }
}

/// What ran since a baseline in one image.
struct Since<'b> {
    packages: &'b [Vec<u64>],
    is_cleared: bool,
}

/// The counters of one package since a baseline.
struct Grown<'a, N> {
    len: usize,
    now: N,
    before: &'a [u64],
}

impl<N: Fn(usize) -> u64> Grown<'_, N> {
    fn grown(&self, index: usize) -> u64 {
        (self.now)(index).saturating_sub(self.before.get(index).copied().unwrap_or(0))
    }
}

impl<N: Fn(usize) -> u64> Source for Grown<'_, N> {
    fn len(&self) -> usize {
        self.len
    }

    fn value(&self, index: usize) -> u32 {
        u32::try_from(self.grown(index)).unwrap_or(u32::MAX)
    }

    fn zeros(&self, index: usize) -> usize {
        (index..self.len).take_while(|index| self.grown(*index) == 0).count()
    }
}

impl Selection for Since<'_> {
    fn encode_package<S: Sink>(
        &self,
        number: u32,
        package: &Package<'_>,
        segment: &mut SegmentEncoder<'_, S, &mut [u8]>,
    ) -> Result<(), EncodeError<S::Error>> {
        let position = usize::try_from(number).unwrap_or(usize::MAX);
        let before = self.packages.get(position).map_or(&[][..], Vec::as_slice);
        let len = package.counters.len();
        match &package.counters {
            Counters::Bytes(bytes) => {
                let before = if self.is_cleared { &[] } else { before };
                let now = |index: usize| bytes.slab.get(index).map_or(0, |hit| u64::from(hit.load(Ordering::Relaxed)));
                encode_functions(number, package, &Grown { len, now, before }, segment)
            }
            Counters::Words(words) => {
                let now = |index: usize| words.slab.get(index).map_or(0, |count| count.load(Ordering::Relaxed));
                encode_functions(number, package, &Grown { len, now, before }, segment)
            }
        }
    }
}
