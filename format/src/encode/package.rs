//! The package blob's encoder: what a compiler or instrumenter says of one
//! package, byte for byte as Go's compiler lays it out.

use super::extension;
use crate::hash::{Algorithm, Hash, Hasher};
use crate::layout::PACKAGE_HEADER_LEN;
use crate::model::{Extension, FunctionDesc};
use crate::uleb;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;

/// A package blob and the hash in its header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackageBlob {
    /// The blob.
    pub bytes: Vec<u8>,
    /// Its package hash.
    pub hash: Hash,
}

/// A package that does not fit the format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PackageError {
    /// Go's reader knows packages by their path.
    #[error("a package needs a path")]
    EmptyPath,
    /// Offsets inside a blob are 32 bits wide.
    #[error("the package's meta data are longer than 4 GiB")]
    TooLong,
}

/// Collects the functions of one package and encodes them.
#[derive(Debug)]
pub struct PackageBuilder {
    strings: StringTable,
    path: u32,
    name: u32,
    module_path: u32,
    hasher: Hasher,
    /// Payloads of all functions, back to back.
    payloads: Vec<u8>,
    /// Where each function's payload ends in `payloads`.
    ends: Vec<usize>,
    extension: Extension,
}

impl PackageBuilder {
    /// Starts a package.
    ///
    /// # Errors
    ///
    /// [`PackageError::EmptyPath`].
    pub fn new(path: &[u8], name: &[u8], module_path: &[u8]) -> Result<Self, PackageError> {
        if path.is_empty() {
            return Err(PackageError::EmptyPath);
        }
        let mut strings = StringTable::default();
        strings.intern(b"");
        let mut hasher = Hasher::new(Algorithm::Md5);
        for part in [path, name, module_path] {
            hasher.update(part);
        }
        Ok(Self {
            path: strings.intern(path),
            name: strings.intern(name),
            module_path: strings.intern(module_path),
            strings,
            hasher,
            payloads: Vec::new(),
            ends: Vec::new(),
            extension: Extension::default(),
        })
    }

    /// Adds a function and gives its number, counted from zero.
    pub fn add_function(&mut self, function: &FunctionDesc<'_>) -> u32 {
        let number = u32::try_from(self.ends.len()).unwrap_or(u32::MAX);
        function.hash_into(&mut self.hasher);
        let name = self.strings.intern(function.name);
        let file = self.strings.intern(function.file);
        put_uleb(&mut self.payloads, function.units.len() as u64);
        put_uleb(&mut self.payloads, u64::from(name));
        put_uleb(&mut self.payloads, u64::from(file));
        for unit in function.units {
            for number in unit.numbers() {
                put_uleb(&mut self.payloads, u64::from(number));
            }
        }
        put_uleb(&mut self.payloads, u64::from(function.is_literal));
        self.ends.push(self.payloads.len());
        number
    }

    /// Number of functions so far.
    #[must_use]
    pub fn function_count(&self) -> usize {
        self.ends.len()
    }

    /// Sets what stands behind the last function; an empty one is left out.
    pub fn set_extension(&mut self, extension: Extension) {
        self.extension = extension;
    }

    /// Encodes the package.
    ///
    /// # Errors
    ///
    /// [`PackageError::TooLong`].
    pub fn finish(self) -> Result<PackageBlob, PackageError> {
        let Self { strings, mut hasher, payloads, ends, .. } = self;
        let extension = extension::encode(&self.extension).ok_or(PackageError::TooLong)?;
        hasher.update(&extension);
        let hash = hasher.finish();
        let table = strings.encode();
        let payload_start = PACKAGE_HEADER_LEN + 4 * ends.len() + table.len();
        let len = narrow(payload_start + payloads.len() + extension.len())?;
        let mut bytes = Vec::with_capacity(payload_start + payloads.len() + extension.len());
        for word in [len, self.name, self.path, self.module_path] {
            bytes.extend(word.to_le_bytes());
        }
        bytes.extend(hash);
        for word in [0, narrow(strings.len())?, narrow(ends.len())?] {
            bytes.extend(word.to_le_bytes());
        }
        let starts = core::iter::once(0).chain(ends.iter().copied()).take(ends.len());
        for start in starts {
            bytes.extend(narrow(payload_start + start)?.to_le_bytes());
        }
        bytes.extend(table);
        bytes.extend(payloads);
        bytes.extend(extension);
        Ok(PackageBlob { bytes, hash })
    }
}

fn narrow(number: usize) -> Result<u32, PackageError> {
    u32::try_from(number).map_err(|_| PackageError::TooLong)
}

/// Strings in the order in which they first came.
#[derive(Debug, Default)]
struct StringTable {
    numbers: BTreeMap<Vec<u8>, u32>,
    strings: Vec<Vec<u8>>,
}

impl StringTable {
    fn intern(&mut self, string: &[u8]) -> u32 {
        if let Some(number) = self.numbers.get(string) {
            return *number;
        }
        let number = u32::try_from(self.strings.len()).unwrap_or(u32::MAX);
        self.numbers.insert(string.to_vec(), number);
        self.strings.push(string.to_vec());
        number
    }

    fn len(&self) -> usize {
        self.strings.len()
    }

    fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        put_uleb(&mut bytes, self.strings.len() as u64);
        for string in &self.strings {
            put_bytes(&mut bytes, string);
        }
        bytes
    }
}

pub(crate) fn put_uleb(bytes: &mut Vec<u8>, value: u64) {
    let mut encoded = [0; uleb::MAX_LEN];
    let len = uleb::write(value, &mut encoded);
    bytes.extend(encoded.iter().take(len));
}

pub(crate) fn put_bytes(bytes: &mut Vec<u8>, string: &[u8]) {
    put_uleb(bytes, string.len() as u64);
    bytes.extend_from_slice(string);
}
