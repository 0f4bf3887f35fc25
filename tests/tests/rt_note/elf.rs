//! The file's side: notes, sections, symbols.

use crate::u64_at;
use object::read::elf::{ElfFile64, ProgramHeader};
use object::{Endianness, Object, ObjectSection, ObjectSymbol, SectionFlags, elf};

/// An executable or a shared object.
pub(crate) struct Image<'d> {
    bytes: &'d [u8],
    file: ElfFile64<'d, Endianness>,
}

/// Where the note leads to, as the file's virtual addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Note {
    pub(crate) packages_start: u64,
    pub(crate) packages_stop: u64,
    pub(crate) control: u64,
    pub(crate) elf_header: u64,
}

impl<'d> Image<'d> {
    pub(crate) fn parse(bytes: &'d [u8]) -> Image<'d> {
        Image { bytes, file: ElfFile64::parse(bytes).expect("an ELF file") }
    }

    /// The notes of owner `livecov` and type 1.
    pub(crate) fn notes(&self) -> Vec<Note> {
        let endian = self.file.endian();
        let mut found = Vec::new();
        for header in self.file.elf_program_headers() {
            let Some(mut notes) = header.notes(endian, self.bytes).expect("notes") else { continue };
            while let Some(note) = notes.next().expect("a note") {
                if note.name() == b"livecov" && note.n_type(endian) == elf::NoteType(1) {
                    let in_file = (note.desc().as_ptr().addr() - self.bytes.as_ptr().addr()) as u64;
                    found.push(follow(note.desc(), in_file - header.p_offset(endian) + header.p_vaddr(endian)));
                }
            }
        }
        found
    }

    /// The virtual address of the segment that the file starts with.
    pub(crate) fn start(&self) -> u64 {
        let endian = self.file.endian();
        let mut loaded = self.file.elf_program_headers().iter().filter(|header| header.p_type(endian) == elf::PT_LOAD);
        loaded.find(|header| header.p_offset(endian) == 0).expect("a segment with the headers").p_vaddr(endian)
    }

    /// The address of a symbol.
    pub(crate) fn symbol(&self, name: &str) -> u64 {
        self.file.symbol_by_name(name).unwrap_or_else(|| panic!("no symbol {name}")).address()
    }

    /// Size of a section and whether it can be written to.
    pub(crate) fn section(&self, name: &str) -> Option<(u64, bool)> {
        let section = self.file.section_by_name(name)?;
        let SectionFlags::Elf { sh_flags, .. } = section.flags() else { panic!("no flags of ELF") };
        Some((section.size(), sh_flags.contains(elf::SHF_WRITE)))
    }

    /// The bytes of a section that has the address `address`, from there on.
    pub(crate) fn bytes_at(&self, address: u64) -> &'d [u8] {
        let holds = |section: &(u64, u64, &'d [u8])| (section.0..section.0 + section.1).contains(&address);
        let sections = self.file.sections().filter(|section| section.address() != 0);
        let mut sections = sections.filter_map(|s| Some((s.address(), s.size(), s.data().ok()?)));
        let (start, _, data) = sections.find(holds).expect("a section with that address");
        &data[usize::try_from(address - start).expect("an offset")..]
    }
}

/// Each of four numbers is the distance from its own place.
fn follow(description: &[u8], address: u64) -> Note {
    assert_eq!(description.len(), 32);
    let [packages_start, packages_stop, control, elf_header] =
        [0, 8, 16, 24].map(|field| (address + field as u64).wrapping_add(u64_at(description, field)));
    Note { packages_start, packages_stop, control, elf_header }
}
