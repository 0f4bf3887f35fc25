//! The sources of the crates that the runtime depends on, which travel inside
//! the tool: building the runtime needs neither a network nor what a project
//! has in the place of the registry.

use crate::error::Error;
use crate::files;
use flate2::read::GzDecoder;
use std::io::{self, Read};
use std::path::Path;

/// Written by `build.rs`: for each file its name and its text, each after its
/// length.
const ARCHIVE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/vendor.gz"));

/// Writes the sources to a directory, each crate to one of its own.
pub(crate) fn unpack(directory: &Path) -> Result<(), Error> {
    files::remove_folder(directory)?;
    unpack_from(GzDecoder::new(ARCHIVE), directory)
}

fn unpack_from(mut archive: impl Read, directory: &Path) -> Result<(), Error> {
    let broken = |error| Error::io("unpack the runtime's dependencies to", directory, error);
    while let Some(name) = part(&mut archive).map_err(broken)? {
        let text = part(&mut archive).map_err(broken)?.ok_or_else(|| broken(io::ErrorKind::UnexpectedEof.into()))?;
        let path = directory.join(String::from_utf8_lossy(&name).as_ref());
        files::create_folder(path.parent().unwrap_or(directory))?;
        std::fs::write(&path, text).map_err(|error| Error::io("write", &path, error))?;
    }
    Ok(())
}

/// The next name or text; none at the end.
fn part(archive: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut len = [0; 4];
    match archive.read_exact(&mut len) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        read => read?,
    }
    let len = u64::from(u32::from_le_bytes(len));
    let mut bytes = Vec::new();
    archive.take(len).read_to_end(&mut bytes)?;
    if bytes.len() as u64 == len { Ok(Some(bytes)) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn the_dependencies_are_all_there() {
        let place = tempfile::tempdir().unwrap();
        let directory = place.path().join("vendor");
        unpack(&directory).unwrap();
        let crates = files::entries(&directory).unwrap();
        for name in ["libc-", "linkme-impl-", "syn-", "typenum-"] {
            let named = |path: &&std::path::PathBuf| path.file_name().unwrap().to_string_lossy().starts_with(name);
            let found = crates.iter().find(named).unwrap_or_else(|| panic!("{name}"));
            assert!(found.join("src/lib.rs").exists() && !found.join("tests").exists());
            let checksums = fs::read_to_string(found.join(".cargo-checksum.json")).unwrap();
            let checksums: serde_json::Value = serde_json::from_str(&checksums).unwrap();
            assert_eq!(checksums["package"].as_str().unwrap().len(), 64);
        }
    }

    #[test]
    fn an_archive_that_ends_early_is_an_error() {
        let place = tempfile::tempdir().unwrap();
        let bytes = [1, 0, 0, 0, b'a', 2, 0, 0, 0, b'x'];
        for len in 1..bytes.len() {
            assert_eq!(unpack_from(&bytes[..len], place.path()).is_err(), len > 3, "{len}");
        }
        unpack_from(&[&bytes[..], b"y"].concat()[..], place.path()).unwrap();
        assert_eq!(fs::read(place.path().join("a")).unwrap(), b"xy");
    }
}
