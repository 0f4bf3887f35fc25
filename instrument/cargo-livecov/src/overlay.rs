//! A folder that looks like another one, except for some files.
//!
//! Where a file differs, and on the way to it, there are real folders; all
//! else is links. So `include_str!` and `#[path]` find what they name.

use crate::error::Error;
use crate::files;
use livecov_instrument::OVERLAY_ROOT;
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// An overlay of the folder `base`.
#[derive(Debug)]
pub(crate) struct Overlay {
    pub(crate) base: PathBuf,
    pub(crate) folder: PathBuf,
}

impl Overlay {
    /// An overlay of `base`, or of so many folders above it that the files
    /// that `texts` name by a relative path are found.
    pub(crate) fn new(base: &Path, folder: PathBuf, texts: &[(&Path, &str)]) -> Self {
        let mut top = base;
        for (path, text) in texts {
            let parent = path.parent().unwrap_or(path);
            let named = upward(text).map(|name| files::straight(&parent.join(name)));
            for file in named.filter(|file| file.exists()).chain([path.to_path_buf()]) {
                while !file.starts_with(top) {
                    let Some(above) = top.parent() else { break };
                    top = above;
                }
            }
        }
        Self { base: top.to_owned(), folder }
    }

    /// Where the overlay has a file of the original; none if that is not
    /// below `base`.
    pub(crate) fn path(&self, original: &Path) -> Option<PathBuf> {
        let below = original.strip_prefix(&self.base).ok()?;
        let is_below = !below.components().any(|part| part == std::path::Component::ParentDir);
        is_below.then(|| self.folder.join(below))
    }

    /// Makes the overlay anew, with `texts` in the place of files. The folders
    /// of all files that are `read` are real: from one that is a link `..` would
    /// lead to the original of a file that is changed.
    pub(crate) fn create(&self, texts: &[(&Path, &str)], read: &[PathBuf]) -> Result<(), Error> {
        files::remove_folder(&self.folder)?;
        let below = read.iter().filter_map(|path| path.strip_prefix(&self.base).ok());
        let mut real: BTreeSet<&Path> = below.flat_map(|below| below.ancestors().skip(1)).collect();
        let mut changed = BTreeSet::new();
        for (path, _) in texts {
            let Ok(below) = path.strip_prefix(&self.base) else { continue };
            changed.insert(below);
            real.extend(below.ancestors().skip(1));
        }
        for folder in &real {
            files::create_folder(&self.folder.join(folder))?;
            for entry in files::entries(&self.base.join(folder))? {
                let below = entry.strip_prefix(&self.base).unwrap_or(&entry);
                if !real.contains(below) && !changed.contains(below) {
                    files::link(&entry, &self.folder.join(below))?;
                }
            }
        }
        for (path, text) in texts {
            let Some(path) = self.path(path) else { continue };
            let text = self.with_whole_paths(text);
            std::fs::write(&path, text.as_bytes()).map_err(|error| Error::io("write", &path, error))?;
        }
        Ok(())
    }

    /// A text in which whole paths lead into the overlay, if their file is
    /// there.
    fn with_whole_paths<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if !text.contains(OVERLAY_ROOT) {
            return Cow::Borrowed(text);
        }
        let slash = |path: &Path| format!("{}/", path.display().to_string().trim_end_matches('/'));
        let below = format!("{OVERLAY_ROOT}{}", slash(&self.base));
        Cow::Owned(text.replace(&below, &slash(&self.other_name())).replace(OVERLAY_ROOT, ""))
    }

    /// Another name of its folder, by which it is told that a file was named
    /// by its whole path.
    pub(crate) fn other_name(&self) -> PathBuf {
        let name = self.folder.file_name().unwrap_or_default();
        self.folder.join("..").join(name)
    }

    /// What rustc is to make of paths in the overlay: where it was called with
    /// a relative path, that; else the original.
    pub(crate) fn remappings(&self, working_folder: &Path, is_relative: bool) -> Vec<String> {
        let whole = |folder| (folder, self.base.as_path());
        let below = working_folder.strip_prefix(&self.base).ok().filter(|_| is_relative);
        let relative = below.map(|below| (self.folder.join(below), Path::new("")));
        // Of those that fit the last counts.
        let option = |(from, to): (PathBuf, &Path)| {
            let from = from.display().to_string();
            format!("--remap-path-prefix={}={}", from.trim_end_matches('/'), to.display())
        };
        [whole(self.folder.clone())].into_iter().chain(relative).chain([whole(self.other_name())]).map(option).collect()
    }
}

/// The texts in quotes that start with `../`.
fn upward(text: &str) -> impl Iterator<Item = &str> {
    text.split('"').filter(|part| part.starts_with("../") && !part.contains('\n'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn the_overlay_reaches_up_to_what_is_named() {
        let place = tempfile::tempdir().unwrap();
        let base = place.path().join("a/b");
        fs::write(place.path().join("beside.txt"), "").unwrap();
        let of = |text: &str| {
            let path = base.join("src/lib.rs");
            Overlay::new(&base, PathBuf::from("/o"), &[(&path, text)]).base
        };
        assert_eq!(of("include_str!(\"../../../beside.txt\")"), place.path());
        assert_eq!(of("include_str!(\"../../beside.txt\") \"../../../../../nothing\""), base);
        let outside = place.path().join("a/c/x.rs");
        assert_eq!(Overlay::new(&base, PathBuf::from("/o"), &[(&outside, "")]).base, place.path().join("a"));
    }

    #[test]
    fn all_but_the_changed_files_are_the_originals() {
        let place = tempfile::tempdir().unwrap();
        let base = place.path().join("base");
        for file in ["a/b/c.rs", "a/b/d.rs", "a/e.txt", "f/g.txt", "h/i.rs", "Cargo.toml"] {
            let path = base.join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, file).unwrap();
        }
        let overlay = Overlay { base: base.clone(), folder: place.path().join("overlay") };
        for _ in 0..2 {
            overlay.create(&[(&base.join("a/b/c.rs"), "new")], &[base.join("h/i.rs")]).unwrap();
        }
        let read = |file: &str| fs::read_to_string(overlay.folder.join(file)).unwrap();
        assert_eq!(read("a/b/c.rs"), "new");
        assert_eq!(read("a/b/../../f/g.txt"), "f/g.txt");
        assert_eq!(read("a/b/d.rs"), "a/b/d.rs");
        assert_eq!(read("h/../a/b/c.rs"), "new");
        assert!(fs::symlink_metadata(overlay.folder.join("f")).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(base.join("a/b/c.rs")).unwrap(), "a/b/c.rs");
        assert_eq!(overlay.path(Path::new("/elsewhere/x.rs")), None);
        assert_eq!(overlay.path(&base.join("../x.rs")), None);
    }

    #[test]
    fn names_are_those_of_the_plain_build() {
        let overlay = Overlay { base: PathBuf::from("/w"), folder: PathBuf::from("/t/o") };
        let options = |working_folder: &str, is_relative| overlay.remappings(Path::new(working_folder), is_relative);
        let [whole, named] = ["--remap-path-prefix=/t/o=/w", "--remap-path-prefix=/t/o/../o=/w"];
        assert_eq!(options("/w", true), [whole, "--remap-path-prefix=/t/o=", named]);
        assert_eq!(options("/w/sub", true), [whole, "--remap-path-prefix=/t/o/sub=", named]);
        assert_eq!(options("/w", false), [whole, named]);
        assert_eq!(options("/x", true), [whole, named]);
    }

    #[test]
    fn whole_paths_lead_to_copies() {
        let overlay = |base: &str| Overlay { base: PathBuf::from(base), folder: PathBuf::from("/t/o") };
        let text = format!("\"{OVERLAY_ROOT}/w/x.rs\" \"{OVERLAY_ROOT}/wider/x.rs\"");
        assert_eq!(overlay("/w").with_whole_paths(&text), "\"/t/o/../o/x.rs\" \"/wider/x.rs\"");
        assert_eq!(overlay("/").with_whole_paths(&text), "\"/t/o/../o/w/x.rs\" \"/t/o/../o/wider/x.rs\"");
    }
}
