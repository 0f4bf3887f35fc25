//! The package blob's decoder.

use super::cursor::{Cursor, chunks, string_at};
use super::error::{DecodeError, DecodeErrorKind};
use super::extension;
use crate::hash::{Algorithm, Hash, Hasher};
use crate::layout::{EXTENSION_MAGIC, PACKAGE_HEADER_LEN};
use crate::model::{Extension, FunctionDesc, Unit};
use core::ops::Range;
use std::vec::Vec;

/// One package of a meta file.
#[derive(Clone, Debug)]
pub struct Package<'a> {
    /// Import path, which names the package.
    pub path: &'a [u8],
    /// Name.
    pub name: &'a [u8],
    /// Path of the module it belongs to; may be empty.
    pub module_path: &'a [u8],
    /// The hash in the blob's header.
    pub hash: Hash,
    /// What made the hash.
    pub algorithm: Algorithm,
    /// The whole blob.
    pub blob: &'a [u8],
    /// The functions, in the order that counter files number them.
    pub functions: Vec<Function<'a>>,
    /// The units of all functions, one function after the other.
    pub units: Vec<Unit>,
    /// What stands behind the last function.
    trailer: Trailer<'a>,
}

#[derive(Clone, Copy, Debug)]
struct Trailer<'a> {
    bytes: &'a [u8],
    offset: u64,
    /// Whether the package hash covers it: then it is ours.
    is_hashed: bool,
}

/// One function of a [`Package`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function<'a> {
    /// Name.
    pub name: &'a [u8],
    /// Source file.
    pub file: &'a [u8],
    /// Whether this is a function literal outside of functions.
    pub is_literal: bool,
    /// Its units among the package's.
    pub units: Range<usize>,
}

impl<'a> Package<'a> {
    /// Decodes a blob that stands at `offset` of its file, and verifies its
    /// hash, with `algorithm` first.
    ///
    /// # Errors
    ///
    /// The first rule of the format that the bytes break.
    pub fn parse(blob: &'a [u8], offset: u64, algorithm: Algorithm) -> Result<Self, DecodeError> {
        let mut cursor = Cursor::new(blob, offset);
        Cursor::expect(offset, "a package's length", u64::from(cursor.u32()?), blob.len() as u64)?;
        let [name, path, module_path] = [cursor.u32()?, cursor.u32()?, cursor.u32()?];
        let hash = cursor.array()?;
        cursor.u32()?;
        let string_count = cursor.u32()?;
        let function_count = cursor.u32()?;
        let function_count = cursor.check_count(u64::from(function_count), 8)?;
        let offsets = cursor.bytes(4 * function_count as u64)?;
        let strings = cursor.string_table()?;
        Cursor::expect(offset + 36, "a package's number of strings", u64::from(string_count), strings.len() as u64)?;
        let mut package = Self {
            path: string_at(&strings, u64::from(path), offset + 8)?,
            name: string_at(&strings, u64::from(name), offset + 4)?,
            module_path: string_at(&strings, u64::from(module_path), offset + 12)?,
            hash,
            algorithm,
            blob,
            functions: Vec::with_capacity(function_count),
            units: Vec::with_capacity(cursor.left().len() / 6),
            trailer: Trailer { bytes: &[], offset: 0, is_hashed: false },
        };
        for (number, word) in chunks(offsets).enumerate() {
            let field = offset + (PACKAGE_HEADER_LEN + 4 * number) as u64;
            let here = cursor.offset() - offset;
            Cursor::expect(field, "a function's offset", u64::from(u32::from_le_bytes(word)), here)?;
            package.parse_function(&mut cursor, &strings)?;
        }
        package.trailer = Trailer { bytes: cursor.left(), offset: cursor.offset(), is_hashed: false };
        package.verify(algorithm)?;
        Ok(package)
    }

    fn parse_function(&mut self, cursor: &mut Cursor<'a>, strings: &[&'a [u8]]) -> Result<(), DecodeError> {
        let unit_count = cursor.count(5)?;
        let offset = cursor.offset();
        let name = string_at(strings, u64::from(cursor.uleb32()?), offset)?;
        let offset = cursor.offset();
        let file = string_at(strings, u64::from(cursor.uleb32()?), offset)?;
        let start = self.units.len();
        for _ in 0..unit_count {
            let mut numbers = [0; 5];
            for number in &mut numbers {
                *number = cursor.uleb32()?;
            }
            self.units.push(Unit::from_numbers(numbers));
        }
        let is_literal = cursor.uleb()? != 0;
        self.functions.push(Function { name, file, is_literal, units: start..self.units.len() });
        Ok(())
    }

    /// Finds what made the hash: Go's algorithms over Go's part, or ours with
    /// what stands behind it.
    fn verify(&mut self, first: Algorithm) -> Result<(), DecodeError> {
        let second = match first {
            Algorithm::Md5 => Algorithm::Fnv128,
            Algorithm::Fnv128 => Algorithm::Md5,
        };
        for algorithm in [first, second] {
            let hasher = self.hash_functions(algorithm);
            let is_plain = hasher.clone().finish() == self.hash;
            if is_plain || self.is_ours(algorithm, hasher) {
                self.algorithm = algorithm;
                self.trailer.is_hashed = !is_plain;
                return Ok(());
            }
        }
        Err(DecodeError::new(self.trailer.offset, DecodeErrorKind::PackageHash))
    }

    fn hash_functions(&self, algorithm: Algorithm) -> Hasher {
        let mut hasher = Hasher::new(algorithm);
        for part in [self.path, self.name, self.module_path] {
            hasher.update(part);
        }
        for function in &self.functions {
            self.describe(function).hash_into(&mut hasher);
        }
        hasher
    }

    fn is_ours(&self, algorithm: Algorithm, mut hasher: Hasher) -> bool {
        let is_extension = algorithm == Algorithm::Md5 && self.trailer.bytes.starts_with(&EXTENSION_MAGIC);
        hasher.update(self.trailer.bytes);
        is_extension && hasher.finish() == self.hash
    }

    /// The units of one of this package's functions.
    #[must_use]
    pub fn units_of(&self, function: &Function<'_>) -> &[Unit] {
        self.units.get(function.units.clone()).unwrap_or_default()
    }

    /// One of this package's functions with its units.
    #[must_use]
    pub fn describe<'p>(&'p self, function: &Function<'p>) -> FunctionDesc<'p> {
        let units = self.units.get(function.units.clone()).unwrap_or_default();
        FunctionDesc { name: function.name, file: function.file, units, is_literal: function.is_literal }
    }

    /// What the package says beyond Go's part; empty where it is silent or
    /// only speaks a later version.
    ///
    /// # Errors
    ///
    /// The first rule of the extension that its bytes break.
    pub fn extension(&self) -> Result<Extension, DecodeError> {
        if !self.trailer.is_hashed {
            return Ok(Extension::default());
        }
        let extension = extension::parse(self.trailer.bytes, self.trailer.offset)?;
        let unit_counts = self.functions.iter().map(|function| function.units.len());
        let is_complete = extension.functions.is_empty()
            || extension.functions.iter().map(|function| function.units.len()).eq(unit_counts);
        let owners_exist = extension.functions.iter().all(|function| {
            let count = function.units.len() as u64;
            function.units.iter().all(|unit| unit.owner.is_none_or(|owner| u64::from(owner) < count))
        });
        if is_complete && owners_exist {
            return Ok(extension);
        }
        Err(DecodeError::new(self.trailer.offset, DecodeErrorKind::Extension))
    }
}
