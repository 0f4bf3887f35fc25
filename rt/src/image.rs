//! One executable or shared object of the process, and its packages.
//!
//! Every pointer of a descriptor is held against the memory that the image
//! has, so that neither an image that the loader has not finished nor a stray
//! write can lead anywhere else.

use crate::abi::{CONTROL_MAGIC, Control, ControlBlock, Note, PackageDescriptor, Prologue, VERSION, flags};
use crate::signal::Answer;
use crate::slab::{Bytes, Source, Words};
use core::marker::PhantomData;
use core::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use livecov_format::hash::{Algorithm, Hash, meta_hash};
use livecov_format::vocab::{CounterMode, Granularity};

/// More loadable segments than this are not looked at.
const MAX_SEGMENTS: usize = 12;

/// A loaded part of an image.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Segment {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) is_writable: bool,
}

/// The memory of an image.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Segments {
    all: [Segment; MAX_SEGMENTS],
    count: usize,
}

impl Segments {
    pub(crate) fn push(&mut self, segment: Segment) {
        if let Some(slot) = self.all.get_mut(self.count) {
            *slot = segment;
            self.count += 1;
        }
    }

    /// Whether `len` items of `size` bytes from `address` on lie in one
    /// segment.
    fn hold(&self, address: usize, len: u64, size: usize, writable: bool) -> bool {
        let bytes = usize::try_from(len).ok().and_then(|len| len.checked_mul(size));
        let Some(end) = bytes.and_then(|bytes| address.checked_add(bytes)) else { return false };
        let inside = |segment: &Segment| address >= segment.start && end <= segment.end;
        address != 0
            && self.all.iter().take(self.count).any(|segment| inside(segment) && (segment.is_writable || !writable))
    }
}

/// An instrumented image, while something keeps it from being unloaded.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Image<'p> {
    control: &'p Control,
    descriptors: &'p [PackageDescriptor],
    segments: Segments,
    /// Whether it is the program itself, and not a library.
    pub(crate) is_main: bool,
}

impl<'p> Image<'p> {
    /// The image whose note says `note` and stands at `address`; `None` if
    /// that is not a note of this version in an image with that memory.
    ///
    /// # Safety
    ///
    /// The segments are mapped, and stay so for `'p`.
    pub(crate) unsafe fn from_note(address: usize, note: &Note, segments: Segments, is_main: bool) -> Option<Self> {
        let at = |field: usize, distance: i64| {
            let distance = isize::try_from(distance).ok()?;
            address.checked_add(field)?.checked_add_signed(distance)
        };
        let start = at(core::mem::offset_of!(Note, packages_start), note.packages_start)?;
        let stop = at(core::mem::offset_of!(Note, packages_stop), note.packages_stop)?;
        let control = at(core::mem::offset_of!(Note, control), note.control)?;
        let count = stop.checked_sub(start)? / size_of::<PackageDescriptor>();
        let is_inside = segments.hold(control, 1, size_of::<Control>(), true)
            && control % align_of::<Control>() == 0
            && start % align_of::<PackageDescriptor>() == 0
            && (count == 0 || segments.hold(start, count as u64, size_of::<PackageDescriptor>(), false));
        if !is_inside {
            return None;
        }
        // SAFETY: inside a mapped, writable segment, and aligned; any bytes
        // make a control block, and all that changes in it are atomics.
        let control = unsafe { &*core::ptr::with_exposed_provenance::<Control>(control) };
        if control.magic != CONTROL_MAGIC || control.abi_version != VERSION {
            return None;
        }
        let descriptors = if count == 0 {
            &[]
        } else {
            // SAFETY: inside a mapped segment, and aligned; any bytes make a
            // descriptor, and only the loader changes them, before the image's
            // code runs, a word at a time.
            unsafe { core::slice::from_raw_parts(core::ptr::with_exposed_provenance(start), count) }
        };
        Some(Self { control, descriptors, segments, is_main })
    }

    /// The image that this code is part of, by the linker's word.
    #[allow(dead_code, reason = "systems with one image only need it")]
    pub(crate) const fn own(control: &'p Control, descriptors: &'p [PackageDescriptor], segments: Segments) -> Self {
        Self { control, descriptors, segments, is_main: true }
    }

    pub(crate) const fn control(&self) -> &'p Control {
        self.control
    }

    /// The function that answers for the image's runtime; `None` in images of
    /// earlier versions.
    pub(crate) fn answer(&self) -> Option<Answer> {
        let address = core::ptr::from_ref(self.control).addr();
        let has_it = usize::try_from(self.control.control_len).is_ok_and(|len| len >= size_of::<ControlBlock>());
        if !has_it || !self.segments.hold(address, 1, size_of::<ControlBlock>(), true) {
            return None;
        }
        let place = address + core::mem::offset_of!(ControlBlock, answer);
        // SAFETY: inside a mapped segment, and aligned; the block's length says
        // that the loader has put the address of such a function there, or
        // nothing yet.
        unsafe { *core::ptr::with_exposed_provenance::<Option<Answer>>(place) }
    }

    pub(crate) fn has_flag(&self, flag: u32) -> bool {
        self.control.flags.load(Ordering::SeqCst) & flag != 0
    }

    pub(crate) fn set_flag(&self, flag: u32) -> bool {
        self.control.flags.fetch_or(flag, Ordering::SeqCst) & flag != 0
    }

    pub(crate) fn is_shadowed(&self) -> bool {
        self.has_flag(flags::SHADOWED)
    }

    /// The packages in the order that the meta file has them.
    pub(crate) fn packages(&self) -> impl Iterator<Item = Package<'p>> + Clone {
        let segments = self.segments;
        self.descriptors.iter().filter_map(move |descriptor| Package::new(descriptor, &segments))
    }

    /// Whether it has packages, and all of them are as they should be. The
    /// loader lists a library before it has relocated it; a part of it would
    /// be another pod.
    pub(crate) fn is_instrumented(&self) -> bool {
        let is_right = |descriptor| Package::new(descriptor, &self.segments).is_some();
        !self.descriptors.is_empty() && self.descriptors.iter().all(is_right)
    }

    /// Whether any counter is not zero.
    pub(crate) fn has_live_counters(&self) -> bool {
        let view = self.control.window.any_view();
        self.packages().any(|package| match &package.counters {
            Counters::Bytes(bytes) => bytes.source(view, self.is_shadowed()).next_live(0).is_some(),
            Counters::Words(words) => words.source(view, self.is_shadowed()).next_live(0).is_some(),
        })
    }

    /// All counters added up, to see whether any has changed.
    pub(crate) fn sum_of_counters(&self) -> u64 {
        let view = self.control.window.any_view();
        let sum = |len: usize, value: &dyn Fn(usize) -> u64| (0..len).map(value).fold(0, u64::wrapping_add);
        let sums = self.packages().map(|package| match &package.counters {
            Counters::Bytes(bytes) => {
                let source = bytes.source(view, self.is_shadowed());
                sum(package.counters.len(), &|index| u64::from(source.value(index)))
            }
            Counters::Words(words) => {
                let source = words.source(view, self.is_shadowed());
                sum(package.counters.len(), &|index| u64::from(source.value(index)))
            }
        });
        sums.fold(0, u64::wrapping_add)
    }

    /// The mode of the image's files: that of the packages, the most exact if
    /// they differ.
    pub(crate) fn mode(&self) -> CounterMode {
        self.packages().map(|package| package.mode).max_by_key(|mode| mode.code()).unwrap_or(CounterMode::Invalid)
    }

    pub(crate) fn granularity(&self) -> Granularity {
        self.packages().map(|package| package.granularity).next().unwrap_or(Granularity::Invalid)
    }

    /// The hash of the image's meta file, which names its pod.
    pub(crate) fn meta_hash(&self) -> Hash {
        let hashes = self.descriptors.iter().filter(|descriptor| Package::new(descriptor, &self.segments).is_some());
        meta_hash(Algorithm::Md5, hashes.map(|descriptor| &descriptor.hash), self.mode(), self.granularity())
    }
}

/// The counters of a package.
#[derive(Clone, Copy)]
pub(crate) enum Counters<'p> {
    /// One byte each: `set` mode.
    Bytes(Bytes<'p>),
    /// Eight bytes each: `count` and `atomic` mode.
    Words(Words<'p>),
}

/// One package of an image, checked.
#[derive(Clone, Copy)]
pub(crate) struct Package<'p> {
    pub(crate) mode: CounterMode,
    pub(crate) granularity: Granularity,
    pub(crate) meta: &'p [u8],
    pub(crate) counters: Counters<'p>,
    tag: u32,
    prologues: &'p [Prologue],
    image: PhantomData<&'p Control>,
}

impl<'p> Package<'p> {
    fn new(descriptor: &'p PackageDescriptor, segments: &Segments) -> Option<Self> {
        let PackageDescriptor { slab, counter_count, prologues, function_count, meta, meta_len, shadow, .. } =
            *descriptor;
        let mode = CounterMode::from_code(descriptor.mode)?;
        let granularity = Granularity::from_code(descriptor.granularity)?;
        let width = usize::from(descriptor.counter_width);
        let is_right = descriptor.abi_version == VERSION
            && width == if mode == CounterMode::Set { 1 } else { 8 }
            && segments.hold(slab.addr(), counter_count, width, true)
            && slab.addr() % width == 0
            && segments.hold(shadow.addr(), counter_count.checked_mul(2)?, width, true)
            && shadow.addr() % width == 0
            && segments.hold(prologues.addr(), function_count, size_of::<Prologue>(), false)
            && prologues.addr() % align_of::<Prologue>() == 0
            && segments.hold(meta.addr(), meta_len, 1, false);
        if !is_right {
            return None;
        }
        let [counter_count, function_count, meta_len] =
            [counter_count, function_count, meta_len].map(|len| usize::try_from(len).unwrap_or(0));
        // SAFETY: the checks above: inside the image's memory, which stays
        // mapped for 'p, writable where atomics are, and aligned. Nothing
        // writes to prologues and meta blobs, which are constants.
        let (counters, prologues, meta) = unsafe {
            (
                Counters::new(width, slab, shadow, counter_count),
                core::slice::from_raw_parts(prologues, function_count),
                core::slice::from_raw_parts(meta, meta_len),
            )
        };
        let tag = descriptor.package_tag;
        Some(Self { mode, granularity, meta, counters, tag, prologues, image: PhantomData })
    }

    /// The functions with the range of their counters. Ends early where the
    /// prologues do not fit the package.
    pub(crate) fn functions(&self) -> impl Iterator<Item = (u32, core::ops::Range<usize>)> + use<'p> {
        let (tag, len) = (self.tag, self.counters.len());
        self.prologues.iter().scan(0, move |start: &mut usize, prologue| {
            let end = start.checked_add(usize::try_from(prologue.counter_count).ok()?)?;
            let range = *start..end;
            *start = end;
            (prologue.package_tag == tag && end <= len).then_some((prologue.function_id, range))
        })
    }
}

impl Counters<'_> {
    /// # Safety
    ///
    /// `slab` leads to `count` counters of `width` bytes, `shadow` to twice as
    /// many, both aligned, writable, and changed by atomics or probes only.
    unsafe fn new(width: usize, slab: *const u8, shadow: *const u8, count: usize) -> Self {
        // SAFETY: what the caller vouches for, with the width of the type.
        unsafe {
            if width == 1 {
                let slices = |start: *const AtomicU8, from| core::slice::from_raw_parts(start.add(from), count);
                let held = [slices(shadow.cast(), 0), slices(shadow.cast(), count)];
                Self::Bytes(Bytes { slab: slices(slab.cast(), 0), held })
            } else {
                let slices = |start: *const AtomicU64, from| core::slice::from_raw_parts(start.add(from), count);
                let base = [slices(shadow.cast(), 0), slices(shadow.cast(), count)];
                Self::Words(Words { slab: slices(slab.cast(), 0), base })
            }
        }
    }

    pub(crate) const fn len(&self) -> usize {
        match self {
            Self::Bytes(bytes) => bytes.slab.len(),
            Self::Words(words) => words.slab.len(),
        }
    }

    /// Sets all to zero, for a process that has one thread.
    pub(crate) fn clear(&self) {
        match self {
            Self::Bytes(bytes) => bytes.clear(),
            Self::Words(words) => words.clear(),
        }
    }
}
