//! What the loader knows of this library: whether it was loaded with the
//! program, or later by a call, and whether it is a module of Python.
//!
//! One that the program needs is there before `main` and is never unloaded.
//! The loader does not say so, but each image names what it needs.

use core::ffi::{CStr, c_char, c_int, c_void};
use libc::dl_phdr_info as Info;

/// Who names this library as needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Needed {
    /// Nobody: it was loaded by a call.
    No,
    /// Another library, which may have been loaded by a call.
    ByLibrary,
    ByProgram,
}

#[derive(Clone, Copy)]
#[repr(C)]
struct Dynamic {
    tag: usize,
    value: usize,
}

const NULL: usize = 0;
const NEEDED: usize = 1;
const STRINGS: usize = 5;
const STRINGS_LEN: usize = 10;
const OWN_NAME: usize = 14;

struct Search {
    /// An address in this image.
    address: usize,
    /// Names of this image, once they are found: of its file, and its own.
    names: [Option<&'static CStr>; 2],
    /// The text of all its names.
    text: &'static [u8],
    is_named: bool,
    number: usize,
    found: Needed,
}

/// Who needs this library. Takes the loader's lock, so not for signal handlers.
pub(crate) fn needed() -> Needed {
    let mut search = Search::new();
    search.round();
    search.is_named = true;
    search.round();
    search.found
}

/// Whether this library has the function that Python looks for in a module.
/// Takes the loader's lock, so not for signal handlers.
pub(crate) fn is_python_module() -> bool {
    const START: &[u8] = b"\0PyInit_";
    let mut search = Search::new();
    search.round();
    search.text.windows(START.len()).any(|window| window == START)
}

/// Looks at one image: in the first round for its names, if it is this one; in
/// the second for whether it needs this one.
unsafe extern "C" fn visit(info: *mut Info, _size: usize, search: *mut c_void) -> c_int {
    // SAFETY: both are valid: the loader's, and that of the call above.
    let (info, search) = unsafe { (&*info, &mut *search.cast::<Search>()) };
    // SAFETY: the loader's record is of an image that is loaded, and its lock is held.
    let dynamic = unsafe { Entries::of(info) };
    if search.is_named {
        let needs = dynamic.is_some_and(|dynamic| dynamic.texts(NEEDED).any(|name| search.is_own(name)));
        if needs && search.found != Needed::ByProgram {
            search.found = if search.number == 0 { Needed::ByProgram } else { Needed::ByLibrary };
        }
    } else if holds(info, search.address) {
        // SAFETY: a C string, which stays while this image is loaded.
        let file = (!info.dlpi_name.is_null()).then(|| unsafe { CStr::from_ptr(info.dlpi_name) });
        search.names = [file, dynamic.and_then(|dynamic| dynamic.texts(OWN_NAME).next())];
        search.text = dynamic.map_or(&[], Entries::text);
    }
    search.number += 1;
    0
}

impl Search {
    fn new() -> Self {
        let address = crate::abi::own_note();
        Self { address, names: [None; 2], text: &[], is_named: false, number: 0, found: Needed::No }
    }

    /// Looks at all images.
    fn round(&mut self) {
        self.number = 0;
        // SAFETY: the callback is of the type that the loader calls, and what
        // it is given outlives the call.
        unsafe { libc::dl_iterate_phdr(Some(visit), core::ptr::from_mut(self).cast()) };
    }

    fn is_own(&self, name: &CStr) -> bool {
        let wanted = file_name(name);
        !wanted.is_empty() && self.names.iter().flatten().any(|own| file_name(own) == wanted)
    }
}

fn file_name(path: &CStr) -> &[u8] {
    path.to_bytes().rsplit(|byte| *byte == b'/').next().unwrap_or_default()
}

fn headers(info: &Info) -> &[libc::Elf64_Phdr] {
    // SAFETY: the loader's record says where the image has them, and how many.
    unsafe { core::slice::from_raw_parts(info.dlpi_phdr, usize::from(info.dlpi_phnum)) }
}

fn address_of(info: &Info, header: &libc::Elf64_Phdr) -> usize {
    let offset = usize::try_from(header.p_vaddr).unwrap_or(0);
    usize::try_from(info.dlpi_addr).unwrap_or(0).wrapping_add(offset)
}

fn holds(info: &Info, address: usize) -> bool {
    let is_inside = |header: &libc::Elf64_Phdr| {
        let distance = address.wrapping_sub(address_of(info, header));
        header.p_type == libc::PT_LOAD && (distance as u64) < header.p_memsz
    };
    headers(info).iter().any(is_inside)
}

/// The dynamic section of an image that is loaded.
#[derive(Clone, Copy)]
struct Entries {
    first: *const Dynamic,
    strings: usize,
}

impl Entries {
    /// # Safety
    ///
    /// The image is loaded, and stays so while the value is in use.
    unsafe fn of(info: &Info) -> Option<Self> {
        let header = headers(info).iter().find(|header| header.p_type == libc::PT_DYNAMIC)?;
        let first = core::ptr::with_exposed_provenance(address_of(info, header));
        let unset = Self { first, strings: 0 };
        let strings = unset.values(STRINGS).next()?;
        let base = usize::try_from(info.dlpi_addr).ok()?;
        // Some loaders write the address here, others leave the distance.
        let strings = if strings < base { base.wrapping_add(strings) } else { strings };
        Some(Self { first, strings })
    }

    fn values(self, tag: usize) -> impl Iterator<Item = usize> {
        let mut next = self.first;
        core::iter::from_fn(move || {
            // SAFETY: the section ends with an entry of tag zero, which is not
            // passed; the value's maker vouches for the image.
            let entry = unsafe { *next };
            (entry.tag != NULL).then(|| {
                next = next.wrapping_add(1);
                entry
            })
        })
        .filter(move |entry| entry.tag == tag)
        .map(|entry| entry.value)
    }

    /// The string table.
    fn text(self) -> &'static [u8] {
        let start = core::ptr::with_exposed_provenance(self.strings);
        let len = self.values(STRINGS_LEN).next().unwrap_or(0);
        // SAFETY: the image says that it has a string table of that length.
        // Only this image's own is kept, which stays while this runs.
        unsafe { core::slice::from_raw_parts(start, len) }
    }

    fn texts(self, tag: usize) -> impl Iterator<Item = &'static CStr> {
        self.values(tag).map(move |offset| {
            let text = core::ptr::with_exposed_provenance::<c_char>(self.strings.wrapping_add(offset));
            // SAFETY: the string table of the image, which has C strings. Only
            // this image's own names are kept, and those stay while this runs.
            unsafe { CStr::from_ptr(text) }
        })
    }
}
