//! Macros whose probes do not compile in another crate than their own.
//!
//! The crate that calls such a macro does not compile, with probes or without,
//! until the one that defines it has been compiled again. So what is found is
//! written to a file; crates with probes in macros name it among what they were
//! made from, and cargo is called again.

use crate::error::Error;
use crate::files;
use livecov_instrument::{Complaint, Spot};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The file, in the folder of a build.
pub(crate) fn file(out: &Path) -> PathBuf {
    out.join("macros.json")
}

/// A line that an error in another crate came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Suspect {
    pub(crate) path: PathBuf,
    pub(crate) line: u32,
    /// What the compiler said.
    pub(crate) why: String,
    /// Of the file's text: what is said of one text does not hold for another.
    digest: String,
    /// Whether the error is there without the probes as well.
    is_innocent: bool,
}

impl Suspect {
    pub(crate) fn new(path: PathBuf, line: u32, why: String) -> Self {
        let digest = digest(&path);
        Self { path, line, why, digest, is_innocent: false }
    }

    fn is_same(&self, other: &Self) -> bool {
        (&self.path, self.line, &self.digest) == (&other.path, other.line, &other.digest)
    }
}

fn digest(path: &Path) -> String {
    files::digest(&fs::read_to_string(path).unwrap_or_default())
}

/// All that is known, of texts as they are now.
fn load(out: &Path) -> Vec<Suspect> {
    let known = fs::read(file(out)).ok().and_then(|text| serde_json::from_slice::<Vec<Suspect>>(&text).ok());
    let mut known = known.unwrap_or_default();
    let mut digests = BTreeMap::new();
    known.retain(|suspect| {
        *digests.entry(suspect.path.clone()).or_insert_with(|| digest(&suspect.path)) == suspect.digest
    });
    known
}

/// Makes sure that the file is there: cargo takes one that is missing for new.
pub(crate) fn prepare(out: &Path) -> Result<(), Error> {
    let path = file(out);
    if path.exists() { Ok(()) } else { files::write(&path, b"[]") }
}

/// What goes without probes for the sake of other crates.
pub(crate) fn complaints(out: &Path) -> Vec<Complaint> {
    let guilty = load(out).into_iter().filter(|suspect| !suspect.is_innocent);
    guilty.map(|Suspect { path, line, why, .. }| Complaint { why, spots: vec![Spot::At(path, line)] }).collect()
}

/// Takes down where an error came from that a crate has. Whether anything of it
/// is new, so that calling cargo again may help; if not, the macros' own crates
/// get their probes back.
pub(crate) fn accuse(out: &Path, found: &[Suspect]) -> Result<bool, Error> {
    let mut known = load(out);
    let is_known = |suspect: &Suspect| known.iter().any(|other| other.is_same(suspect));
    let new: Vec<Suspect> = found.iter().filter(|suspect| !is_known(suspect)).cloned().collect();
    let before = known.clone();
    if new.is_empty() {
        for suspect in known.iter_mut().filter(|suspect| found.iter().any(|other| other.is_same(suspect))) {
            suspect.is_innocent = true;
        }
    }
    known.extend(new.iter().cloned());
    if known != before {
        let path = file(out);
        let text = serde_json::to_vec(&known).map_err(|error| Error::Config(path.clone(), error))?;
        files::write(&path, &text)?;
    }
    Ok(!new.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_suspect_goes_then_comes_back_if_that_does_not_help() {
        let place = tempfile::tempdir().unwrap();
        let (out, source) = (place.path().join("out"), place.path().join("lib.rs"));
        fs::write(&source, "one").unwrap();
        prepare(&out).unwrap();
        let suspect = || Suspect::new(source.clone(), 3, "bad".to_owned());
        let spots = || complaints(&out).into_iter().flat_map(|complaint| complaint.spots).collect::<Vec<_>>();
        assert!(spots().is_empty());
        assert!(accuse(&out, &[suspect()]).unwrap());
        assert_eq!(spots(), [Spot::At(source.clone(), 3)]);
        prepare(&out).unwrap();
        assert_eq!(spots().len(), 1);
        // The same again: it was not the probes.
        assert!(!accuse(&out, &[suspect()]).unwrap());
        assert!(spots().is_empty());
        assert!(!accuse(&out, &[suspect()]).unwrap());
        // Another text is another matter.
        fs::write(&source, "two").unwrap();
        assert!(accuse(&out, &[suspect()]).unwrap());
        assert_eq!(spots().len(), 1);
        fs::write(&source, "three").unwrap();
        assert!(spots().is_empty());
        assert!(!accuse(&out, &[]).unwrap());
    }
}
