//! Lists the runtime's sources, which travel inside the tool.
//!
//! The folder `runtime` has links to them, which cargo follows when it packages
//! this crate. The manifests have other names there: a folder with a
//! `Cargo.toml` would be left out as a package of its own.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let links = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default()).join("runtime");
    let mut files = Vec::new();
    for (name, link) in [
        ("Cargo.lock", "lock.toml"),
        ("format/Cargo.toml", "format/manifest.toml"),
        ("rt/Cargo.toml", "rt/manifest.toml"),
    ] {
        files.push((name.to_owned(), original(&links.join(link))?));
    }
    for folder in ["rt/src", "format/src"] {
        let original = original(&links.join(folder))?;
        println!("cargo::rerun-if-changed={}", original.display());
        collect(&original, folder, &mut files)?;
    }
    files.sort();
    let mut text = String::from("&[\n");
    for (name, file) in &files {
        println!("cargo::rerun-if-changed={}", file.display());
        // Writing to a string does not fail.
        let _ = writeln!(text, "    ({name:?}, include_str!({:?})),", file.display().to_string());
    }
    text.push_str("]\n");
    fs::write(PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default()).join("sources.rs"), text)
}

/// What a link leads to.
fn original(link: &Path) -> io::Result<PathBuf> {
    let missing = |error| io::Error::other(format!("{}: {error}; it is to be a link", link.display()));
    link.canonicalize().map_err(missing)
}

fn collect(folder: &Path, name: &str, files: &mut Vec<(String, PathBuf)>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let (path, name) = (entry.path(), format!("{name}/{}", entry.file_name().display()));
        if path.is_dir() {
            collect(&path, &name, files)?;
        } else {
            files.push((name, path));
        }
    }
    Ok(())
}
