//! All images of the process, found without a lock.
//!
//! The loader keeps a list of what it has loaded, for debuggers. It is walked
//! here while other threads may be loading and unloading: each record is read
//! by the kernel ([`read_memory`]), so that one that has just gone is an error
//! and not a fault. What keeps an image in place while its counters are read
//! is a count of walks: an image that is about to go sets its `CLOSED` flag,
//! and then waits for walks that may have missed it (`exit.rs`).
//!
//! Where there is no such list (static executables), or the kernel refuses
//! such reads, there is one image: the one this code is part of.

use crate::abi::{CONTROL, Control, Note, flags, own_note};
use crate::image::{Image, Segment, Segments};
use crate::sys::{auxiliary_value, process_id, read_memory};
use core::sync::atomic::Ordering;

/// A list longer than this has a loop.
const MAX_IMAGES: usize = 4096;
const MAX_HEADERS: usize = 64;
const MAX_NOTES: usize = 64;

const OWNER: [u8; 8] = *b"livecov\0";

mod elf {
    pub(super) use libc::{Elf64_Ehdr as Header, Elf64_Phdr as ProgramHeader};
}

/// An entry of a dynamic section.
#[derive(Clone, Copy, Default)]
#[repr(C)]
struct Dynamic {
    tag: usize,
    value: usize,
}

/// Where the loader's list starts (`struct r_debug`).
#[derive(Clone, Copy)]
#[repr(C)]
struct Debug {
    version: i32,
    first: usize,
}

/// An entry of the loader's list (`struct link_map`).
#[derive(Clone, Copy)]
#[repr(C)]
struct Link {
    base: usize,
    name: usize,
    dynamic: usize,
    next: usize,
}

/// Records of the system: any bytes make one.
///
/// # Safety
///
/// Every bit pattern is a value of the type.
unsafe trait Plain: Copy {}
// SAFETY: integers only, and arrays of them.
unsafe impl Plain for elf::Header {}
// SAFETY: as above.
unsafe impl Plain for elf::ProgramHeader {}
// SAFETY: as above.
unsafe impl Plain for Dynamic {}
// SAFETY: as above.
unsafe impl Plain for Debug {}
// SAFETY: as above.
unsafe impl Plain for Link {}
// SAFETY: as above.
unsafe impl Plain for Note {}

/// Reads records that may be gone, a few of them with each call to the system.
struct Reader {
    process: u32,
    start: usize,
    len: usize,
    bytes: [u8; READ_LEN],
}

/// Bytes asked for at once: an ELF header with its program headers, and
/// mostly the notes behind them.
const READ_LEN: usize = 1024;

impl Reader {
    fn new() -> Self {
        Self { process: process_id(), start: 0, len: 0, bytes: [0; READ_LEN] }
    }

    /// The record at `address`, from what was read with others before it, if
    /// it was.
    fn get<T: Plain>(&mut self, address: usize) -> Option<T> {
        if self.cached::<T>(address).is_none() {
            self.len = read_memory(self.process, address, &mut self.bytes).unwrap_or(0);
            self.start = address;
        }
        self.cached(address)
    }

    fn cached<T: Plain>(&self, address: usize) -> Option<T> {
        let offset = address.checked_sub(self.start)?;
        let bytes = self.bytes.get(..self.len)?.get(offset..)?.get(..size_of::<T>())?;
        // SAFETY: as many bytes as the value has, and any bytes make one.
        Some(unsafe { bytes.as_ptr().cast::<T>().read_unaligned() })
    }

    /// The record at `address` by itself, as it is now.
    fn fresh<T: Plain>(&self, address: usize) -> Option<T> {
        let mut value = core::mem::MaybeUninit::<T>::zeroed();
        // SAFETY: the bytes are those of the value, all initialised.
        let bytes = unsafe { core::slice::from_raw_parts_mut(value.as_mut_ptr().cast::<u8>(), size_of::<T>()) };
        let len = read_memory(self.process, address, bytes).ok()?;
        // SAFETY: any bytes make one.
        (len == size_of::<T>()).then(|| unsafe { value.assume_init() })
    }
}

/// Keeps images from being unloaded while it lives.
pub(crate) struct Walk(());

impl Walk {
    pub(crate) fn begin() -> Self {
        let process = u64::from(process_id()) << 32;
        // A count of another process was inherited.
        let update = |word: u64| Some(if word >> 32 == process >> 32 { word + 1 } else { process | 1 });
        // Never fails: the closure always gives a value.
        let _ = CONTROL.walks.fetch_update(Ordering::SeqCst, Ordering::SeqCst, update);
        Self(())
    }

    /// Calls `visit` for each instrumented image, this code's own first, until
    /// it gives false.
    pub(crate) fn images<'w>(&'w self, visit: &mut dyn FnMut(&Image<'w>) -> bool) {
        let own = self.own();
        let takes_part = |own: &&Image<'w>| own.is_instrumented() && !own.has_flag(flags::CLOSED);
        if own.as_ref().filter(takes_part).is_some_and(|own| !visit(own)) {
            return;
        }
        let own = own.map(|own| core::ptr::from_ref(own.control()));
        loaded(&mut |reader, segments, note_address, note, is_main| {
            if !is_settled(note_address) || !is_open(reader, note_address, note) {
                return true;
            }
            // SAFETY: the image was not closing after this walk had begun, so
            // it waits for the walk's end before it is unloaded.
            let Some(image) = (unsafe { Image::from_note(note_address, note, *segments, is_main) }) else {
                return true;
            };
            if own == Some(core::ptr::from_ref(image.control()))
                || image.has_flag(flags::CLOSED)
                || !image.is_instrumented()
            {
                return true;
            }
            visit(&image)
        });
    }

    /// The image that this code is part of; `None` only if its own headers
    /// are not in memory.
    pub(crate) fn own(&self) -> Option<Image<'_>> {
        own()
    }
}

impl Drop for Walk {
    fn drop(&mut self) {
        CONTROL.walks.fetch_sub(1, Ordering::SeqCst);
    }
}

/// The image that this code is part of, which stays loaded while it runs.
pub(crate) fn own<'a>() -> Option<Image<'a>> {
    let address = own_note();
    // SAFETY: the note is a constant of this image.
    let note = unsafe { *core::ptr::with_exposed_provenance::<Note>(address) };
    let header = (address + core::mem::offset_of!(Note, elf_header))
        .checked_add_signed(isize::try_from(note.elf_header).ok()?)?;
    // SAFETY: the linker's symbol for the header, which it puts into memory.
    let file = unsafe { *core::ptr::with_exposed_provenance::<elf::Header>(header) };
    let first = header.checked_add(usize::try_from(file.e_phoff).ok()?)?;
    // SAFETY: program headers stand in the segment of the header; the linker
    // wrote their number.
    let headers = unsafe {
        core::slice::from_raw_parts(
            core::ptr::with_exposed_provenance::<elf::ProgramHeader>(first),
            usize::from(file.e_phnum),
        )
    };
    let offset_zero = headers.iter().find(|header| header.p_type == libc::PT_LOAD && header.p_offset == 0)?;
    let bias = header.wrapping_sub(usize::try_from(offset_zero.p_vaddr).ok()?);
    let mut segments = Segments::default();
    for header in headers.iter().filter(|header| header.p_type == libc::PT_LOAD) {
        segments.push(segment(bias, header)?);
    }
    let program = auxiliary_value(libc::AT_PHDR);
    // SAFETY: these segments are this image's, and its code is running.
    unsafe { Image::from_note(address, &note, segments, program == first) }
}

fn segment(bias: usize, header: &elf::ProgramHeader) -> Option<Segment> {
    let start = bias.wrapping_add(usize::try_from(header.p_vaddr).ok()?);
    let end = start.checked_add(usize::try_from(header.p_memsz).ok()?)?;
    Some(Segment { start, end, is_writable: header.p_flags & libc::PF_W != 0 })
}

type Visit<'v> = dyn FnMut(&Reader, &Segments, usize, &Note, bool) -> bool + 'v;

/// Calls `visit` for each entry of the loader's list that has a note of ours.
fn loaded(visit: &mut Visit<'_>) {
    let mut reader = Reader::new();
    let Some(mut next) = first_link(&mut reader) else { return };
    for number in 0..MAX_IMAGES {
        let Some(link) = reader.fresh::<Link>(next) else { return };
        let program = (number == 0).then(|| auxiliary_value(libc::AT_PHDR));
        if look_at(&mut reader, &link, program, visit) == Some(false) || link.next == 0 {
            return;
        }
        next = link.next;
    }
}

/// The start of the loader's list, which the program's dynamic section leads
/// to; `None` in a static executable.
fn first_link(reader: &mut Reader) -> Option<usize> {
    let headers = auxiliary_value(libc::AT_PHDR);
    let count = auxiliary_value(libc::AT_PHNUM).min(MAX_HEADERS);
    let mut bias = None;
    let mut dynamic = None;
    for number in 0..count {
        let header = reader.get::<elf::ProgramHeader>(nth_header(headers, number))?;
        let address = usize::try_from(header.p_vaddr).ok()?;
        match header.p_type {
            libc::PT_PHDR => bias = Some(headers.wrapping_sub(address)),
            libc::PT_DYNAMIC => dynamic = Some(address),
            _ => {}
        }
    }
    let mut entry = dynamic?.wrapping_add(bias.unwrap_or(0));
    loop {
        let Dynamic { tag, value } = reader.get(entry)?;
        match i32::try_from(tag).unwrap_or(i32::MAX) {
            0 => return None,
            DT_DEBUG => {
                return reader.fresh::<Debug>(value).filter(|debug| debug.version != 0).map(|debug| debug.first);
            }
            _ => entry = entry.wrapping_add(size_of::<Dynamic>()),
        }
    }
}

/// The address of program header `number`; what was read may be anything.
const fn nth_header(first: usize, number: usize) -> usize {
    first.wrapping_add(number.wrapping_mul(size_of::<elf::ProgramHeader>()))
}

/// `DT_DEBUG` of the ELF specification.
const DT_DEBUG: i32 = 21;

/// Reads one image's headers. `program` is where those of the executable are.
/// Gives what `visit` said, or `None` if there is no note of ours.
fn look_at(reader: &mut Reader, link: &Link, program: Option<usize>, visit: &mut Visit<'_>) -> Option<bool> {
    let (first, count) = match program {
        Some(headers) => (headers, auxiliary_value(libc::AT_PHNUM)),
        None => {
            // What was there before this image is not to be taken for it.
            reader.len = 0;
            let header = reader.get::<elf::Header>(link.base)?;
            let is_elf = header.e_ident.starts_with(b"\x7fELF")
                && usize::from(header.e_phentsize) == size_of::<elf::ProgramHeader>();
            let first = link.base.checked_add(usize::try_from(header.e_phoff).ok()?)?;
            is_elf.then_some((first, usize::from(header.e_phnum)))?
        }
    };
    let mut segments = Segments::default();
    let mut notes = [None; 4];
    let mut free = notes.iter_mut();
    for number in 0..count.min(MAX_HEADERS) {
        let header = reader.get::<elf::ProgramHeader>(nth_header(first, number))?;
        if header.p_type == libc::PT_LOAD {
            segments.push(segment(link.base, &header)?);
        } else if header.p_type == libc::PT_NOTE {
            if let Some(slot) = free.next() {
                *slot = Some(segment(link.base, &header)?);
            }
        }
    }
    let (address, note) = notes.iter().flatten().find_map(|notes| find_note(reader, notes))?;
    Some(visit(reader, &segments, address, &note, program.is_some()))
}

/// The note of ours in a segment of notes.
fn find_note(reader: &mut Reader, notes: &Segment) -> Option<(usize, Note)> {
    let mut address = notes.start;
    for _ in 0..MAX_NOTES {
        // The head of any note: lengths of owner and description, kind.
        let head = reader.get::<Prefix>(address).filter(|_| address < notes.end)?;
        if head.owner == OWNER && usize::try_from(head.description_len).ok()? == size_of::<Note>() - size_of::<Prefix>()
        {
            return (head.kind == crate::abi::VERSION).then_some((address, reader.get(address)?));
        }
        let owner_len = usize::try_from(head.owner_len).ok()?.next_multiple_of(4);
        let description_len = usize::try_from(head.description_len).ok()?.next_multiple_of(4);
        address = address.checked_add(12)?.checked_add(owner_len)?.checked_add(description_len)?;
    }
    None
}

/// Whether anything in this process has counters.
pub(crate) fn any_instrumented() -> bool {
    let mut any = false;
    Walk::begin().images(&mut |_| {
        any = true;
        false
    });
    any
}

/// Whether any copy of the runtime in this process is walking images.
pub(crate) fn other_walks() -> bool {
    let is_walking = |word: u64| word >> 32 == u64::from(process_id()) && word << 32 != 0;
    let mut any = is_walking(CONTROL.walks.load(Ordering::SeqCst));
    loaded(&mut |reader, _, note_address, note, _| {
        let walks = control_field(note_address, note, core::mem::offset_of!(Control, walks));
        let walks = walks.and_then(|address| reader.fresh::<u64>(address));
        any |= walks.is_some_and(is_walking);
        !any
    });
    any
}

/// The address of a field of the control block that a note leads to.
fn control_field(note_address: usize, note: &Note, offset: usize) -> Option<usize> {
    let from = note_address.checked_add(core::mem::offset_of!(Note, control))?;
    from.checked_add_signed(isize::try_from(note.control).ok()?)?.checked_add(offset)
}

// SAFETY: an integer.
unsafe impl Plain for u64 {}

/// Whether the loader is done with the image: one that it gives up half-way
/// is unmapped without a word. Without the C library's answer, what tells is
/// whether descriptors are relocated.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn is_settled(note_address: usize) -> bool {
    let mut found = [0; 16];
    // SAFETY: any address may be asked for, and the room is larger than the
    // 96 bytes of the answer.
    crate::abi::find_object()
        .is_none_or(|find| unsafe { find(core::ptr::without_provenance(note_address), &raw mut found) } == 0)
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
const fn is_settled(_note_address: usize) -> bool {
    true
}

/// Whether the image of a note is not about to be unloaded, by a read that the
/// kernel does: it may have gone already.
fn is_open(reader: &Reader, note_address: usize, note: &Note) -> bool {
    let flags = control_field(note_address, note, core::mem::offset_of!(Control, flags));
    let flags = flags.and_then(|address| reader.fresh::<u32>(address));
    flags.is_some_and(|bits| bits & flags::CLOSED == 0)
}

// SAFETY: an integer.
unsafe impl Plain for u32 {}

/// The start of a note, with the first bytes behind it.
#[derive(Clone, Copy)]
#[repr(C)]
struct Prefix {
    owner_len: u32,
    description_len: u32,
    kind: u32,
    owner: [u8; 8],
}

// SAFETY: integers only.
unsafe impl Plain for Prefix {}
