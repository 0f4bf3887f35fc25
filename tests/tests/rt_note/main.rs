//! A reader that knows nothing but `docs/ABI.md`: it finds the counters in a file and in a living process.

mod elf;
mod living;
mod sections;

/// Bytes of a package descriptor.
const DESCRIPTOR_LEN: u64 = 96;
/// Bytes of a prologue.
const PROLOGUE_LEN: u64 = 12;

fn u32_at(bytes: &[u8], offset: usize) -> u32 {
    u32::from_ne_bytes(*bytes[offset..].first_chunk().expect("four bytes"))
}

fn u64_at(bytes: &[u8], offset: usize) -> u64 {
    u64::from_ne_bytes(*bytes[offset..].first_chunk().expect("eight bytes"))
}
