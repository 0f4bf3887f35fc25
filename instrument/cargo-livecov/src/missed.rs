//! Source files that the compiler read and the instrumenter did not.

use crate::files;
use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Files that are data of the program: what these macros name.
const DATA: [&str; 2] = ["include_str!", "include_bytes!"];

/// The Rust files in what rustc wrote of a crate's files that are not among
/// those that were `read`. Left alone is what lies in `made`, the folder of a
/// build script, and what the crate has as data.
pub(crate) fn missed(dep_info: &str, here: &Path, read: &[PathBuf], made: Option<&Path>) -> Vec<PathBuf> {
    let known: HashSet<&PathBuf> = read.iter().collect();
    let mut missed: Vec<PathBuf> = listed(dep_info)
        .map(|path| files::straight(&here.join(path)))
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .filter(|path| !known.contains(path) && !made.is_some_and(|made| path.starts_with(made)))
        .collect();
    missed.sort();
    missed.dedup();
    if !missed.is_empty() {
        let texts: Vec<String> = read.iter().filter_map(|path| fs::read_to_string(path).ok()).collect();
        missed.retain(|path| !texts.iter().any(|text| is_data(path, text)));
    }
    missed
}

/// The files of the first rule.
fn listed(dep_info: &str) -> impl Iterator<Item = String> {
    let rule = dep_info.lines().next().unwrap_or_default();
    let files = rule.split_once(": ").map(|(_, files)| files).unwrap_or_default();
    // A blank in a name stands behind a backslash.
    let files = files.replace("\\ ", "\0");
    files.split(' ').map(|file| file.replace('\0', " ")).collect::<Vec<_>>().into_iter()
}

/// Whether a text names a file as data: by a name that ends as its path does.
fn is_data(path: &Path, text: &str) -> bool {
    let path = path.to_string_lossy().replace('\\', "/");
    DATA.iter().flat_map(|name| text.split(name).skip(1)).any(|rest| {
        // The path may be put together: then its end is one of the texts.
        let call = rest.split([';', ']', '{']).next().unwrap_or_default();
        let names = call.split('"').skip(1).step_by(2).map(|name| name.trim_start_matches(['.', '/']));
        names.filter(|name| !name.is_empty()).any(|name| path.ends_with(&format!("/{name}")))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rust_files_that_nobody_looked_at() {
        let place = tempfile::tempdir().unwrap();
        let root = place.path().join("src/lib.rs");
        fs::create_dir_all(root.parent().unwrap()).unwrap();
        let text = "const A: &str = include_str!(\"../examples/shown.rs\");\n\
            #[doc = include_str!(concat!(env!(\"CARGO_MANIFEST_DIR\"), \"/examples/other.rs\"))] struct S;";
        fs::write(&root, text).unwrap();
        let dep_info = "/t/x.d: src/lib.rs src/a\\ b.rs src/x/../c.rs README.md examples/shown.rs examples/other.rs \
            examples/hidden.rs /t/out/made.rs /else/where.rs\n\nsrc/lib.rs:\n\n# env-dep:A=x.rs\n";
        let read = [root, place.path().join("src/c.rs")];
        let found = missed(dep_info, place.path(), &read, Some(Path::new("/t/out")));
        let here = |name: &str| place.path().join(name);
        assert_eq!(found, [PathBuf::from("/else/where.rs"), here("examples/hidden.rs"), here("src/a b.rs")]);
    }
}
