//! The records that lie in memory.

use super::VERSION;
use crate::signal::{Answer, answer};
use crate::window::{Holds, Window};
use core::ops::Deref;
use core::sync::atomic::{AtomicU32, AtomicU64};
use livecov_format::hash::Hash;
use livecov_format::vocab::{CounterMode, Granularity};

/// Counters, kept apart from what other memory shares a cache line with.
#[derive(Debug)]
#[repr(C, align(64))]
pub struct Slab<C, const N: usize>(pub [C; N]);

/// One function of a package: how many counters are its, in the order in
/// which the slab has them. Go's three words, in read-only memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct Prologue {
    /// Number of counters.
    pub counter_count: u32,
    /// The package's tag, as in its descriptor.
    pub package_tag: u32,
    /// The function's number in the package's meta blob.
    pub function_id: u32,
}

/// The prologues of functions with `counts` counters each, numbered from zero.
#[must_use]
pub const fn prologues<const N: usize>(package_tag: u32, counts: &[u32; N]) -> [Prologue; N] {
    let mut all = [Prologue { counter_count: 0, package_tag, function_id: 0 }; N];
    let mut function_id = 0;
    let mut rest: &mut [Prologue] = &mut all;
    let mut counts: &[u32] = counts;
    while let (Some((prologue, others)), Some((count, left))) = (rest.split_first_mut(), counts.split_first()) {
        prologue.counter_count = *count;
        prologue.function_id = function_id;
        function_id += 1;
        rest = others;
        counts = left;
    }
    all
}

/// What a package consists of; see [`PackageDescriptor::new`].
#[derive(Clone, Copy, Debug)]
pub struct PackageParts {
    /// What the counters count.
    pub mode: CounterMode,
    /// What has a counter.
    pub granularity: Granularity,
    /// Whether all its probes are instructions of the forms that `docs/ABI.md` has.
    pub has_known_probes: bool,
    /// Marks this package's prologues.
    pub package_tag: u32,
    /// The counters: one byte each in `set` mode, else eight.
    pub slab: *const u8,
    /// Twice as much memory, zeroed, for windows.
    pub shadow: *const u8,
    /// Number of counters.
    pub counter_count: usize,
    /// One for each function.
    pub prologues: &'static [Prologue],
    /// The package blob, as the meta file will have it.
    pub meta: &'static [u8],
}

/// One package in one image; the element of the distributed slice.
#[derive(Debug)]
#[repr(C)]
pub struct PackageDescriptor {
    /// [`VERSION`].
    pub abi_version: u32,
    /// Bytes of this record.
    pub descriptor_len: u32,
    /// Code of the [`CounterMode`].
    pub mode: u8,
    /// Code of the [`Granularity`].
    pub granularity: u8,
    /// Bytes of a counter: 1 or 8.
    pub counter_width: u8,
    /// 1 if all probes are instructions of the forms that `docs/ABI.md` has, so that code tells which there are; else 0.
    pub has_known_probes: u8,
    /// What stands in each of its prologues.
    pub package_tag: u32,
    /// The package hash, the same that stands in the blob.
    pub hash: Hash,
    /// The counters.
    pub slab: *const u8,
    /// Number of counters.
    pub counter_count: u64,
    /// The functions' prologues.
    pub prologues: *const Prologue,
    /// Number of functions.
    pub function_count: u64,
    /// The package blob.
    pub meta: *const u8,
    /// Bytes of the blob.
    pub meta_len: u64,
    /// Two more slabs, zero at first: what windows start from.
    pub shadow: *const u8,
    /// The control block of the image; the reference makes sure that the
    /// linker takes it in.
    pub control: *const Control,
}

// SAFETY: the pointers are to statics, the shared parts of which are atomics.
unsafe impl Sync for PackageDescriptor {}
// SAFETY: as above.
unsafe impl Send for PackageDescriptor {}

impl PackageDescriptor {
    /// A descriptor of `parts`.
    #[must_use]
    pub const fn new(parts: PackageParts) -> Self {
        let hash = match parts.meta.split_at_checked(16) {
            Some((_, rest)) => match rest.first_chunk() {
                Some(hash) => *hash,
                None => [0; 16],
            },
            None => [0; 16],
        };
        Self {
            abi_version: VERSION,
            descriptor_len: 96,
            mode: parts.mode.code(),
            granularity: parts.granularity.code(),
            counter_width: if matches!(parts.mode, CounterMode::Set) { 1 } else { 8 },
            has_known_probes: parts.has_known_probes as u8,
            package_tag: parts.package_tag,
            hash,
            slab: parts.slab,
            counter_count: parts.counter_count as u64,
            prologues: parts.prologues.as_ptr(),
            function_count: parts.prologues.len() as u64,
            meta: parts.meta.as_ptr(),
            meta_len: parts.meta.len() as u64,
            shadow: parts.shadow,
            control: &raw const super::CONTROL.control,
        }
    }
}

/// First eight bytes of a control block.
pub(crate) const CONTROL_MAGIC: [u8; 8] = *b"\0livectl";

/// Bits of [`Control::flags`].
pub(crate) mod flags {
    /// The image is about to be unloaded or has emitted for good.
    pub(crate) const CLOSED: u32 = 1;
    /// Emission at exit has happened, or is not wanted any more.
    pub(crate) const EMITTED: u32 = 2;
    /// The shadow slabs are in use.
    pub(crate) const SHADOWED: u32 = 4;
}

/// The changeable state of an image, shared by all copies of the runtime in
/// its process.
#[derive(Debug)]
#[repr(C)]
pub struct Control {
    /// `\0livectl`.
    pub magic: [u8; 8],
    /// [`VERSION`].
    pub abi_version: u32,
    /// Bytes of the block, with what follows this record.
    pub control_len: u32,
    /// Epoch, and whether a window is being taken.
    pub window: Window,
    /// Number of snapshots so far.
    pub seq: AtomicU64,
    /// Makes the instance differ from those before it in the same process
    /// (after a fork, or after the image was loaded again); 0 at first.
    pub stamp: AtomicU64,
    /// Walks by this image's copy of the runtime: the number of the process
    /// in the high half, how many in the low half.
    pub walks: AtomicU64,
    /// Bits: 1 closed, 2 emitted, 4 shadow slabs in use.
    pub flags: AtomicU32,
    /// Readers that takes wait for (`window.rs`).
    pub holds: Holds,
}

/// The control block as this version has it: with what came later.
#[derive(Debug)]
#[repr(C)]
pub(crate) struct ControlBlock {
    pub(crate) control: Control,
    /// The address of the function that answers for this image's runtime.
    pub(crate) answer: Answer,
}

impl Deref for ControlBlock {
    type Target = Control;

    fn deref(&self) -> &Control {
        &self.control
    }
}

impl ControlBlock {
    pub(crate) const fn new() -> Self {
        Self { control: Control::new(), answer }
    }
}

impl Control {
    const fn new() -> Self {
        Self {
            magic: CONTROL_MAGIC,
            abi_version: VERSION,
            control_len: 64,
            window: Window::new(AtomicU64::new(0)),
            seq: AtomicU64::new(0),
            stamp: AtomicU64::new(0),
            walks: AtomicU64::new(0),
            flags: AtomicU32::new(0),
            holds: Holds::new(AtomicU32::new(0)),
        }
    }
}

/// The ELF note by which an image is found: owner `livecov`, type
/// [`VERSION`]. Each of the four numbers is the distance in bytes from its own
/// place to what it leads to.
#[derive(Clone, Copy, Debug)]
#[repr(C, packed(4))]
pub struct Note {
    /// Bytes of `owner`.
    pub owner_len: u32,
    /// Bytes of what follows `owner`.
    pub description_len: u32,
    /// [`VERSION`].
    pub kind: u32,
    /// `livecov` and a NUL.
    pub owner: [u8; 8],
    /// To the first package descriptor.
    pub packages_start: i64,
    /// Behind the last package descriptor.
    pub packages_stop: i64,
    /// To the control block.
    pub control: i64,
    /// To the image's ELF header in memory.
    pub elf_header: i64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::mem::{align_of, offset_of, size_of};

    #[test]
    fn layouts() {
        assert_eq!((size_of::<Prologue>(), align_of::<Prologue>()), (12, 4));
        assert_eq!((size_of::<PackageDescriptor>(), align_of::<PackageDescriptor>()), (96, 8));
        let descriptor = [
            offset_of!(PackageDescriptor, descriptor_len),
            offset_of!(PackageDescriptor, mode),
            offset_of!(PackageDescriptor, has_known_probes),
            offset_of!(PackageDescriptor, package_tag),
            offset_of!(PackageDescriptor, hash),
            offset_of!(PackageDescriptor, slab),
            offset_of!(PackageDescriptor, counter_count),
            offset_of!(PackageDescriptor, prologues),
            offset_of!(PackageDescriptor, function_count),
            offset_of!(PackageDescriptor, meta),
            offset_of!(PackageDescriptor, meta_len),
            offset_of!(PackageDescriptor, shadow),
            offset_of!(PackageDescriptor, control),
        ];
        assert_eq!(descriptor, [4, 8, 11, 12, 16, 32, 40, 48, 56, 64, 72, 80, 88]);
        assert_eq!((size_of::<Control>(), align_of::<Control>()), (56, 8));
        assert_eq!((size_of::<ControlBlock>(), offset_of!(ControlBlock, answer)), (64, 56));
        let control = [
            offset_of!(Control, abi_version),
            offset_of!(Control, control_len),
            offset_of!(Control, window),
            offset_of!(Control, seq),
            offset_of!(Control, stamp),
            offset_of!(Control, walks),
            offset_of!(Control, flags),
            offset_of!(Control, holds),
        ];
        assert_eq!(control, [8, 12, 16, 24, 32, 40, 48, 52]);
        assert_eq!((size_of::<Note>(), align_of::<Note>()), (52, 4));
        assert_eq!(
            [offset_of!(Note, packages_start), offset_of!(Note, control), offset_of!(Note, elf_header)],
            [20, 36, 44]
        );
        assert_eq!((size_of::<Slab<u8, 5>>(), align_of::<Slab<u8, 5>>()), (64, 64));
    }

    #[test]
    fn prologues_are_numbered() {
        let made = prologues(9, &[3, 0, 1]);
        assert_eq!(made.map(|p| (p.counter_count, p.package_tag, p.function_id)), [(3, 9, 0), (0, 9, 1), (1, 9, 2)]);
    }
}
