//! What instrumented executables and shared objects say of themselves: their packages, and which probes are in their code.
//! `docs/ABI.md` has every byte.

pub mod elf;
pub mod image;
pub mod probes;
