//! The packages of an instrumented image, found by its note.

use super::elf::{Elf, ElfError};
use livecov_format::encode::meta::{MetaHeader, encode_meta_file, package_hash};
use livecov_format::hash::{Algorithm, Hash, hex, meta_hash};
use livecov_format::vocab::{CounterMode, Granularity};

/// The version of the interface in memory that is read here.
const VERSION: u32 = 1;
/// What the owner of the note is called.
const OWNER: &[u8] = b"livecov";
/// Bytes of a package descriptor.
const DESCRIPTOR_LEN: u64 = 96;
/// Bytes of a prologue.
const PROLOGUE_LEN: u64 = 12;

/// An instrumented program or shared object.
#[derive(Debug)]
pub struct Image<'d> {
    /// The file.
    pub elf: Elf<'d>,
    /// The packages, in the order of the meta file.
    pub packages: Vec<ImagePackage<'d>>,
    /// The hash of its meta file.
    pub hash: Hash,
    mode: CounterMode,
    granularity: Granularity,
}

/// A package of an image.
#[derive(Clone, Copy, Debug)]
pub struct ImagePackage<'d> {
    /// What its counters count.
    pub mode: CounterMode,
    granularity: Granularity,
    /// The address of its counters.
    pub slab: u64,
    /// Number of its counters.
    pub counter_count: u64,
    /// Whether all its probes are instructions that [`probes`](super::probes) knows.
    pub has_known_probes: bool,
    /// The prologues: of each function the number of its counters, the package's tag, and the function's number.
    pub prologues: &'d [[u8; 12]],
    /// The package blob.
    pub blob: &'d [u8],
    hash: Hash,
}

/// Why a file has no packages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImageError {
    /// It is no program.
    #[error(transparent)]
    Elf(#[from] ElfError),
    /// Livecov's runtime is not in it.
    #[error("it is not instrumented: build it with `cargo livecov build`")]
    Plain,
    /// A later runtime is in it.
    #[error(
        "its runtime has version {0} of the interface in memory, and this tool knows version {VERSION}: use the tool that it was built with"
    )]
    OtherVersion(u32),
    /// The runtime is in it, and no package.
    #[error("none of its crates is instrumented, although the runtime is in it")]
    Empty,
    /// What the note leads to is not there.
    #[error("the data of its packages are not in the file: was it compressed, or are these its debug symbols?")]
    Missing,
}

impl<'d> Image<'d> {
    /// Reads a program or a shared object.
    ///
    /// # Errors
    ///
    /// Files that are none, or not instrumented.
    pub fn parse(bytes: &'d [u8]) -> Result<Self, ImageError> {
        let elf = Elf::parse(bytes)?;
        let notes = elf.notes(OWNER);
        let Some(note) = notes.iter().find(|note| note.kind == VERSION) else {
            return Err(notes.first().map_or(ImageError::Plain, |note| ImageError::OtherVersion(note.kind)));
        };
        // Each field is a distance from its own place.
        let target = |field: u64| {
            let bytes = note.description.get(usize::try_from(field).ok()?..)?.first_chunk()?;
            Some(note.address.wrapping_add(field).wrapping_add(u64::from_le_bytes(*bytes)))
        };
        let [start, stop] = [target(0), target(8)].map(|target| target.ok_or(ImageError::Missing));
        let (start, stop) = (start?, stop?);
        let count = stop.saturating_sub(start) / DESCRIPTOR_LEN;
        let packages = (0..count).map(|number| package(&elf, start + number * DESCRIPTOR_LEN));
        let packages = packages.collect::<Option<Vec<_>>>().ok_or(ImageError::Missing)?;
        let Some(first) = packages.first() else { return Err(ImageError::Empty) };
        let granularity = first.granularity;
        let mode = packages.iter().map(|package| package.mode).max_by_key(|mode| mode.code());
        let mode = mode.unwrap_or(CounterMode::Invalid);
        let hash = meta_hash(Algorithm::Md5, packages.iter().map(|package| &package.hash), mode, granularity);
        Ok(Self { elf, packages, hash, mode, granularity })
    }

    /// The tag of its files.
    #[must_use]
    pub fn tag(&self) -> String {
        String::from_utf8_lossy(&hex(&self.hash)).into_owned()
    }

    /// The meta file that the runtime writes.
    #[must_use]
    pub fn meta_file(&self) -> Vec<u8> {
        let Self { hash, mode, granularity, .. } = *self;
        let mut file = Vec::new();
        let blobs = self.packages.iter().map(|package| package.blob);
        // Memory takes all bytes.
        let (Ok(()) | Err(_)) = encode_meta_file(&mut file, &MetaHeader { hash, mode, granularity }, blobs);
        file
    }
}

/// The package of a descriptor; none if what it leads to is not in the file.
fn package<'d>(elf: &Elf<'d>, address: u64) -> Option<ImagePackage<'d>> {
    let fixed = elf.bytes_at(address, DESCRIPTOR_LEN)?;
    let version = u32::from_le_bytes(*fixed.first_chunk()?);
    let [mode, granularity] = [*fixed.get(8)?, *fixed.get(9)?];
    let hash: Hash = *fixed.get(16..)?.first_chunk()?;
    let word = |offset: u64| elf.word_at(address.checked_add(offset)?);
    let blob = elf.bytes_at(word(64)?, word(72)?)?;
    let prologues = elf.bytes_at(word(48)?, word(56)?.checked_mul(PROLOGUE_LEN)?)?.as_chunks().0;
    let is_right = version == VERSION && package_hash(blob) == Some(hash);
    is_right.then_some(ImagePackage {
        mode: CounterMode::from_code(mode)?,
        granularity: Granularity::from_code(granularity)?,
        slab: word(32)?,
        counter_count: word(40)?,
        has_known_probes: *fixed.get(11)? == 1,
        prologues,
        blob,
        hash,
    })
}
