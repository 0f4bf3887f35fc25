//! New meta data out of old: chosen packages, or several programs in one.

use crate::error::Error;
use crate::pattern::PackageFilter;
use crate::store::FunctionMap;
use livecov_format::decode::{Function, MetaFile, Package};
use livecov_format::encode::meta::{MetaHeader, encode_meta_file, package_hash};
use livecov_format::encode::package::{PackageBuilder, PackageError};
use livecov_format::hash::{Algorithm, Hash, Hasher, hex, meta_hash};
use livecov_format::model::{Extension, FileInfo, FunctionInfo, Omission, UnitInfo};
use livecov_format::vocab::{CounterMode, Granularity};
use rustc_hash::FxHashMap;
use std::path::Path;

/// A meta file that was made here.
#[derive(Clone, Debug)]
pub struct NewMeta {
    /// The tag of its name: its hash in hex.
    pub tag: String,
    /// Its hash.
    pub hash: Hash,
    /// The file.
    pub bytes: Vec<u8>,
}

impl NewMeta {
    /// The meta file of these packages.
    ///
    /// # Errors
    ///
    /// [`Error::Unsuitable`] if a blob is none.
    pub fn new(blobs: &[&[u8]], mode: CounterMode, granularity: Granularity) -> Result<Self, Error> {
        let hashes: Option<Vec<Hash>> = blobs.iter().map(|blob| package_hash(blob)).collect();
        let hashes = hashes.ok_or_else(|| Error::Unsuitable("a package without a header".into()))?;
        let hash = meta_hash(Algorithm::Md5, &hashes, mode, granularity);
        let mut bytes = Vec::new();
        let written = encode_meta_file(&mut bytes, &MetaHeader { hash, mode, granularity }, blobs.iter().copied());
        written.map_err(|error| Error::Unsuitable(error.to_string()))?;
        let tag = String::from_utf8_lossy(&hex(&hash)).into_owned();
        Ok(Self { tag, hash, bytes })
    }
}

/// The chosen packages of a program, and the new numbers of its functions.
///
/// # Errors
///
/// As [`NewMeta::new`].
pub fn select(meta: &MetaFile<'_>, filter: &PackageFilter) -> Result<(NewMeta, FunctionMap), Error> {
    let mut blobs = Vec::new();
    let mut map = FunctionMap::new();
    for package in &meta.packages {
        if filter.matches(package.path) {
            let number = index(blobs.len());
            blobs.push(package.blob);
            map.extend((0..package.functions.len()).map(|function| Some((number, index(function)))));
        } else {
            map.resize(map.len() + package.functions.len(), None);
        }
    }
    Ok((NewMeta::new(&blobs, meta.mode, meta.granularity)?, map))
}

fn index(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// Several programs in one: packages by import path, functions by content.
#[derive(Debug, Default)]
pub struct Programs {
    packages: Vec<SharedPackage>,
    numbers: FxHashMap<Vec<u8>, usize>,
}

/// A package of one or more programs.
#[derive(Debug)]
struct SharedPackage {
    builder: PackageBuilder,
    /// Numbers of the functions, by a hash of what they are.
    functions: FxHashMap<Hash, u32>,
    extension: Extension,
    has_infos: bool,
    first_hash: Hash,
    first_blob: Vec<u8>,
    /// Whether all programs have the first blob, whose functions all differ:
    /// then it can be taken over as it is.
    is_uniform: bool,
}

impl Programs {
    /// Takes a program in, and gives the new numbers of its functions.
    ///
    /// # Errors
    ///
    /// [`Error::Unsuitable`] if a package has no path.
    pub fn add(&mut self, path: &Path, meta: &MetaFile<'_>, filter: &PackageFilter) -> Result<FunctionMap, Error> {
        let mut map = FunctionMap::new();
        for package in &meta.packages {
            if !filter.matches(package.path) {
                map.resize(map.len() + package.functions.len(), None);
                continue;
            }
            let number = self.package(path, package)?;
            if let Some(shared) = self.packages.get_mut(number) {
                shared.add(package, |function| map.push(Some((index(number), function))));
            }
        }
        Ok(map)
    }

    fn package(&mut self, path: &Path, package: &Package<'_>) -> Result<usize, Error> {
        if let Some(number) = self.numbers.get(package.path) {
            return Ok(*number);
        }
        let builder = PackageBuilder::new(package.path, package.name, package.module_path);
        let builder = builder.map_err(|error| unsuitable(path, error))?;
        self.numbers.insert(package.path.to_vec(), self.packages.len());
        self.packages.push(SharedPackage {
            builder,
            functions: FxHashMap::default(),
            extension: Extension::default(),
            has_infos: false,
            first_hash: package.hash,
            first_blob: package.blob.to_vec(),
            is_uniform: true,
        });
        Ok(self.packages.len() - 1)
    }

    /// The meta file of all programs.
    ///
    /// # Errors
    ///
    /// [`Error::Unsuitable`] if a package is too long.
    pub fn finish(self, mode: CounterMode, granularity: Granularity) -> Result<NewMeta, Error> {
        let mut blobs = Vec::new();
        for package in self.packages {
            blobs.push(package.finish()?);
        }
        let blobs: Vec<&[u8]> = blobs.iter().map(Vec::as_slice).collect();
        NewMeta::new(&blobs, mode, granularity)
    }
}

impl SharedPackage {
    fn add(&mut self, package: &Package<'_>, mut assign: impl FnMut(u32)) {
        let is_first = self.functions.is_empty();
        self.is_uniform &= self.first_hash == package.hash && self.first_blob == package.blob;
        // An extension that cannot be read costs only what it would have added.
        let extension = package.extension().unwrap_or_default();
        let mut infos = extension.functions.iter();
        for function in &package.functions {
            let info = infos.next();
            assign(self.function(package, function, info));
        }
        self.is_uniform &= !is_first || self.functions.len() == package.functions.len();
        union(&mut self.extension.files, extension.files, |a: &FileInfo, b| a == b);
        union(&mut self.extension.omissions, extension.omissions, |a: &Omission, b| a == b);
    }

    fn function(&mut self, package: &Package<'_>, function: &Function<'_>, info: Option<&FunctionInfo>) -> u32 {
        let desc = package.describe(function);
        let mut hasher = Hasher::new(Algorithm::Md5);
        // Lengths, so that no end of a name can pass for the start of a file.
        hasher.update(&(desc.name.len() as u64).to_le_bytes());
        hasher.update(&(desc.file.len() as u64).to_le_bytes());
        desc.hash_into(&mut hasher);
        let (builder, extension) = (&mut self.builder, &mut self.extension);
        self.has_infos |= info.is_some();
        *self.functions.entry(hasher.finish()).or_insert_with(|| {
            let units = vec![UnitInfo::default(); desc.units.len()];
            let unknown = || FunctionInfo { units, ..FunctionInfo::default() };
            extension.functions.push(info.cloned().unwrap_or_else(unknown));
            builder.add_function(&desc)
        })
    }

    fn finish(mut self) -> Result<Vec<u8>, Error> {
        if self.is_uniform {
            return Ok(self.first_blob);
        }
        if !self.has_infos {
            self.extension.functions.clear();
        }
        self.builder.set_extension(self.extension);
        let blob = self.builder.finish().map_err(|error| Error::Unsuitable(error.to_string()))?;
        Ok(blob.bytes)
    }
}

fn union<T>(all: &mut Vec<T>, more: Vec<T>, is_same: impl Fn(&T, &T) -> bool) {
    for item in more {
        if !all.iter().any(|known| is_same(known, &item)) {
            all.push(item);
        }
    }
}

fn unsuitable(path: &Path, error: PackageError) -> Error {
    Error::Unsuitable(format!("meta-data file {}: {error}", path.display()))
}
