//! A file as the loader sees it: segments, notes, and what relocations put in their places. Section headers and symbols are
//! not needed, so that stripped files do.

use object::Endianness;
use object::elf::{self, FileHeader64, ProgramHeader64, Rela64};
use object::read::elf::{Dyn, FileHeader, ProgramHeader, Rela, Sym};
use rustc_hash::FxHashMap;

type Header = FileHeader64<Endianness>;
type Segment = ProgramHeader64<Endianness>;

/// An ELF file of 64 bits.
#[derive(Debug)]
pub struct Elf<'d> {
    bytes: &'d [u8],
    endian: Endianness,
    machine: elf::Machine,
    segments: &'d [Segment],
    /// Words that the loader writes where the file has others.
    relocated: FxHashMap<u64, u64>,
}

/// Why a file is none that programs are in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ElfError {
    /// It is something else.
    #[error("it is no ELF file: only programs and shared objects for Linux and the like can be read")]
    NotElf,
    /// Its words are of another kind.
    #[error("it is no ELF file of 64 bits and little-endian, which is all that Livecov instruments")]
    OtherWords,
    /// Its headers lead elsewhere.
    #[error("its headers are damaged")]
    Damaged,
}

/// The description of a note, and the address that it will have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FoundNote<'d> {
    /// Its type.
    pub kind: u32,
    /// Its description.
    pub description: &'d [u8],
    /// The address of the description.
    pub address: u64,
}

impl<'d> Elf<'d> {
    /// Reads the headers of a file.
    ///
    /// # Errors
    ///
    /// Files of other kinds.
    pub fn parse(bytes: &'d [u8]) -> Result<Self, ElfError> {
        match bytes {
            [0x7f, b'E', b'L', b'F', 2, 1, ..] => {}
            [0x7f, b'E', b'L', b'F', ..] => return Err(ElfError::OtherWords),
            _ => return Err(ElfError::NotElf),
        }
        let header = Header::parse(bytes).map_err(|_| ElfError::Damaged)?;
        let endian = header.endian().map_err(|_| ElfError::Damaged)?;
        let segments = header.program_headers(endian, bytes).map_err(|_| ElfError::Damaged)?;
        let machine = header.e_machine(endian);
        let mut elf = Self { bytes, endian, machine, segments, relocated: FxHashMap::default() };
        elf.relocated = elf.read_relocations();
        Ok(elf)
    }

    /// What the code is for.
    #[must_use]
    pub const fn machine(&self) -> elf::Machine {
        self.machine
    }

    /// The notes of an owner.
    #[must_use]
    pub fn notes(&self, owner: &[u8]) -> Vec<FoundNote<'d>> {
        let mut found = Vec::new();
        for segment in self.segments {
            let Ok(Some(mut notes)) = segment.notes(self.endian, self.bytes) else { continue };
            while let Ok(Some(note)) = notes.next() {
                if note.name() != owner {
                    continue;
                }
                let offset = note.desc().as_ptr().addr().wrapping_sub(self.bytes.as_ptr().addr()) as u64;
                let address = offset.wrapping_sub(segment.p_offset(self.endian));
                let address = address.wrapping_add(segment.p_vaddr(self.endian));
                found.push(FoundNote { kind: note.n_type(self.endian).0, description: note.desc(), address });
            }
        }
        found
    }

    /// The bytes of the file that will have these addresses; none if it does not have all of them.
    #[must_use]
    pub fn bytes_at(&self, address: u64, len: u64) -> Option<&'d [u8]> {
        self.loaded().find_map(|(start, bytes, _)| {
            let from = usize::try_from(address.checked_sub(start)?).ok()?;
            bytes.get(from..)?.get(..usize::try_from(len).ok()?)
        })
    }

    /// The word at an address, after relocation.
    #[must_use]
    pub fn word_at(&self, address: u64) -> Option<u64> {
        let in_file = || Some(u64::from_le_bytes(*self.bytes_at(address, 8)?.first_chunk()?));
        self.relocated.get(&address).copied().or_else(in_file)
    }

    /// The code, with the address of each run of it.
    pub fn code(&self) -> impl Iterator<Item = (u64, &'d [u8])> {
        self.loaded().filter(|(_, _, is_code)| *is_code).map(|(start, bytes, _)| (start, bytes))
    }

    /// The loaded segments: address, bytes in the file, whether it is code.
    fn loaded(&self) -> impl Iterator<Item = (u64, &'d [u8], bool)> {
        self.segments.iter().filter_map(|segment| {
            let is_loaded = segment.p_type(self.endian) == elf::PT_LOAD;
            let bytes = segment.data(self.endian, self.bytes).ok().filter(|_| is_loaded)?;
            Some((segment.p_vaddr(self.endian), bytes, segment.p_flags(self.endian).contains(elf::PF_X)))
        })
    }

    /// The words that relocations write, as if the file were loaded at the addresses that it states. Packed relocations
    /// (RELR) leave them in the file.
    fn read_relocations(&self) -> FxHashMap<u64, u64> {
        let mut words = FxHashMap::default();
        let [table, len, symbols] = [elf::DT_RELA, elf::DT_RELASZ, elf::DT_SYMTAB].map(|tag| self.dynamic(tag));
        let Some(bytes) = table.zip(len).and_then(|(table, len)| self.bytes_at(table, len)) else { return words };
        let Ok((relocations, _)) =
            object::pod::slice_from_bytes::<Rela64<Endianness>>(bytes, bytes.len() / size_of::<Rela64<Endianness>>())
        else {
            return words;
        };
        let (relative, absolute) = match self.machine {
            elf::EM_X86_64 => (elf::R_X86_64_RELATIVE, elf::R_X86_64_64),
            elf::EM_AARCH64 => (elf::R_AARCH64_RELATIVE, elf::R_AARCH64_ABS64),
            _ => return words,
        };
        for relocation in relocations {
            let addend = relocation.r_addend(self.endian).cast_unsigned();
            let kind = relocation.r_type(self.endian, false);
            let value = if kind == relative {
                Some(addend)
            } else if kind == absolute {
                let number = relocation.r_sym(self.endian, false);
                symbols.and_then(|symbols| self.symbol_at(symbols, number)).map(|symbol| symbol.wrapping_add(addend))
            } else {
                None
            };
            words.extend(value.map(|value| (relocation.r_offset(self.endian), value)));
        }
        words
    }

    fn dynamic(&self, tag: elf::DynamicTag) -> Option<u64> {
        self.segments.iter().find_map(|segment| {
            let entries = segment.dynamic(self.endian, self.bytes).ok()??;
            entries.iter().find(|entry| entry.d_tag(self.endian) == tag).map(|entry| entry.d_val(self.endian))
        })
    }

    /// The value of a symbol, by its number.
    fn symbol_at(&self, table: u64, number: u32) -> Option<u64> {
        type Symbol = elf::Sym64<Endianness>;
        let len = size_of::<Symbol>() as u64;
        let bytes = self.bytes_at(table.checked_add(u64::from(number) * len)?, len)?;
        let (symbol, _) = object::pod::from_bytes::<Symbol>(bytes).ok()?;
        Some(symbol.st_value(self.endian))
    }
}
