//! What was left out of the units that a call of cargo used.
//!
//! Cargo would not show it of what is built already, so the wrapper keeps a
//! note for each unit. The directory also has those of other calls: of another
//! profile, of other packages. Cargo is asked about them if need be.

use crate::files;
use crate::messages::{Artifact, profile_of};
use crate::protocol::Note;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Notes as they were before a call, each with the time of its file.
#[derive(Debug)]
pub(crate) struct Before {
    folder: PathBuf,
    times: BTreeMap<PathBuf, Option<SystemTime>>,
}

impl Before {
    pub(crate) fn new(out: &Path) -> Self {
        let folder = out.join("notes");
        let times = times(&folder);
        Self { folder, times }
    }

    /// The notes that say something: those of units that were compiled since,
    /// and those of others.
    pub(crate) fn news(&self) -> (Vec<Note>, Vec<Note>) {
        let (mut new, mut old) = (Vec::new(), Vec::new());
        for (path, time) in times(&self.folder) {
            // One that is replaced at this moment is another call's.
            let note = fs::read(&path).ok().and_then(|text| serde_json::from_slice::<Note>(&text).ok());
            let Some(note) = note.filter(|note| !note.warnings.is_empty()) else { continue };
            let is_old = self.times.get(&path) == Some(&time);
            if is_old { &mut old } else { &mut new }.push(note);
        }
        (new, old)
    }
}

/// Why nothing of what a call used has counters, a line for each crate; none if
/// something has. Without `artifacts`, all that was ever built counts as used.
pub(crate) fn why_nothing(out: &Path, artifacts: Option<&[Artifact]>) -> Option<Vec<String>> {
    let paths = files::entries(&out.join("notes")).unwrap_or_default().into_iter();
    let notes = paths.filter_map(|path| serde_json::from_slice::<Note>(&fs::read(&path).ok()?).ok());
    let notes = notes.filter(|note| artifacts.is_none_or(|artifacts| is_used(note, artifacts, out)));
    let mut lines = BTreeSet::new();
    for Note { crate_name, why_none, unit_count, .. } in notes {
        if unit_count > 0 {
            return None;
        }
        if !why_none.is_empty() {
            lines.insert(format!("crate {crate_name}: {why_none}"));
        }
    }
    Some(lines.into_iter().collect())
}

fn times(folder: &Path) -> BTreeMap<PathBuf, Option<SystemTime>> {
    let time = |path: &Path| path.metadata().ok()?.modified().ok();
    files::entries(folder).unwrap_or_default().into_iter().map(|path| (path.clone(), time(&path))).collect()
}

/// Whether a note is about one of these units.
pub(crate) fn is_used(note: &Note, artifacts: &[Artifact], out: &Path) -> bool {
    let unit = &note.unit;
    let profile = profile_of(&unit.folder, out);
    artifacts.iter().any(|artifact| {
        // What is a test by its kind may do without the harness.
        let has_both = !artifact.kinds.iter().any(|kind| matches!(kind.as_str(), "test" | "bench" | "example"));
        let in_profile = |file: &PathBuf| profile_of(file.parent().unwrap_or(file), out) == profile;
        artifact.root == unit.root
            && (!has_both || artifact.is_test == unit.is_test)
            && artifact.features == unit.features
            && artifact.files.iter().any(in_profile)
    })
}

pub(crate) fn print(notes: Vec<Note>) {
    let line = |note: Note| {
        let Note { crate_name, warnings, .. } = note;
        warnings.into_iter().map(move |warning| format!("warning: livecov: crate {crate_name}: {warning}"))
    };
    let mut lines: Vec<String> = notes.into_iter().flat_map(line).collect();
    lines.sort();
    lines.dedup();
    lines.iter().for_each(|line| eprintln!("{line}"));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::Unit;

    #[test]
    fn notes_are_those_of_units_in_use() {
        let note = |root: &str, folder: &str, is_test: bool, feature: &str| Note {
            unit: Unit { root: root.into(), is_test, folder: folder.into(), features: vec![feature.to_owned()] },
            ..Note::default()
        };
        let artifact = |kind: &str, is_test: bool| Artifact {
            root: "/p/src/lib.rs".into(),
            kinds: vec![kind.to_owned()],
            is_test,
            features: vec!["f".to_owned()],
            files: vec!["/o/debug/libp.rlib".into(), "/o/debug/deps/libp-1.rmeta".into()],
        };
        let library = [artifact("lib", false)];
        let is_used = |note: Note, artifacts: &[Artifact]| is_used(&note, artifacts, Path::new("/o"));
        assert!(is_used(note("/p/src/lib.rs", "/o/debug/deps", false, "f"), &library));
        assert!(!is_used(note("/p/src/lib.rs", "/o/debug/deps", true, "f"), &library));
        assert!(!is_used(note("/p/src/lib.rs", "/o/release/deps", false, "f"), &library));
        assert!(!is_used(note("/p/src/lib.rs", "/o/debug/deps", false, "g"), &library));
        assert!(!is_used(note("/q/src/lib.rs", "/o/debug/deps", false, "f"), &library));
        assert!(is_used(note("/p/src/lib.rs", "/o/debug/deps", false, "f"), &[artifact("bench", true)]));
    }

    #[test]
    fn new_notes_are_told_from_old_ones() {
        let place = tempfile::tempdir().unwrap();
        let save = |name: &str, warning: &str| {
            std::thread::sleep(std::time::Duration::from_millis(20));
            let note = Note { crate_name: name.to_owned(), warnings: vec![warning.to_owned()], ..Note::default() };
            files::write(&place.path().join("notes").join(name), &serde_json::to_vec(&note).unwrap()).unwrap();
        };
        ["a", "b"].iter().for_each(|name| save(name, "x"));
        let before = Before::new(place.path());
        ["b", "c"].iter().for_each(|name| save(name, "y"));
        let names = |notes: &[Note]| notes.iter().map(|note| note.crate_name.clone()).collect::<String>();
        let (new, old) = before.news();
        assert_eq!((names(&new), names(&old)), ("bc".to_owned(), "a".to_owned()));
    }
}
