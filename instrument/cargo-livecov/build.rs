//! Packs what the runtime is built from, so that it travels inside the tool:
//! its own sources, and those of the crates that it depends on.
//!
//! The directory `runtime` has links to the runtime's sources, which cargo
//! follows when it packages this crate. The manifests have other names there:
//! a directory with a `Cargo.toml` would be left out as a package of its own.
//!
//! The crates that the runtime depends on are dependencies of this crate, too.
//! So cargo has their sources at hand when this script runs, and `cargo vendor`
//! needs no network.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// Manifests: where each is to be, and its name in the directory `runtime`.
const MANIFESTS: [(&str, &str); 4] = [
    ("exports/Cargo.toml", "exports/manifest.toml"),
    ("format/Cargo.toml", "format/manifest.toml"),
    ("personality/Cargo.toml", "personality/manifest.toml"),
    ("rt/Cargo.toml", "rt/manifest.toml"),
];

/// Directories and files of a crate that its build does not need.
const UNNEEDED: [&str; 8] = [
    "tests",
    "benches",
    "examples",
    "Cargo.lock",
    "Cargo.toml.orig",
    "CHANGELOG.md",
    ".github",
    ".cargo_vcs_info.json",
];

fn main() -> io::Result<()> {
    let package = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    let links = package.join("runtime");
    let mut files = Vec::new();
    for (name, link) in MANIFESTS {
        files.push((name.to_owned(), original(&links.join(link))?));
    }
    for directory in ["exports/src", "personality/src", "rt/src", "format/src"] {
        let original = original(&links.join(directory))?;
        println!("cargo::rerun-if-changed={}", original.display());
        collect(&original, directory, &mut files)?;
    }
    let workspace = Workspace {
        manifest: package.join("src/runtime.toml"),
        lock: original(&links.join("lock.toml"))?,
        members: files.iter().filter(|(name, _)| name.ends_with(".toml")).cloned().collect(),
        out: out.clone(),
    };
    workspace.pack_dependencies()?;
    files.push(("Cargo.lock".to_owned(), workspace.locked()));
    write_list(&mut files, &out.join("sources.rs"))
}

/// Writes the list of the runtime's own sources, as an expression.
fn write_list(files: &mut [(String, PathBuf)], path: &Path) -> io::Result<()> {
    files.sort();
    let mut text = String::from("&[\n");
    for (name, file) in &*files {
        println!("cargo::rerun-if-changed={}", file.display());
        // Writing to a string does not fail.
        let _ = writeln!(text, "    ({name:?}, include_str!({:?})),", file.display().to_string());
    }
    text.push_str("]\n");
    fs::write(path, text)
}

/// What a link leads to.
fn original(link: &Path) -> io::Result<PathBuf> {
    let missing = |error| io::Error::other(format!("{}: {error}; it is to be a link", link.display()));
    link.canonicalize().map_err(missing)
}

/// Adds all files in a directory, with their names below `name`.
fn collect(directory: &Path, name: &str, files: &mut Vec<(String, PathBuf)>) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
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

/// The workspace that the runtime is built in, as far as cargo needs it to find
/// out about dependencies.
struct Workspace {
    manifest: PathBuf,
    lock: PathBuf,
    members: Vec<(String, PathBuf)>,
    out: PathBuf,
}

impl Workspace {
    fn directory(&self) -> PathBuf {
        self.out.join("workspace")
    }

    /// The lock file that goes with the packed dependencies.
    fn locked(&self) -> PathBuf {
        self.directory().join("Cargo.lock")
    }

    /// Writes the archive of the dependencies' sources, unless it is there
    /// already.
    fn pack_dependencies(&self) -> io::Result<()> {
        let mut key = String::new();
        for path in [&self.manifest, &self.lock].into_iter().chain(self.members.iter().map(|(_, path)| path)) {
            println!("cargo::rerun-if-changed={}", path.display());
            key.push_str(&fs::read_to_string(path)?);
        }
        let (archive, done) = (self.out.join("vendor.gz"), self.out.join("vendor.key"));
        if fs::read_to_string(&done).is_ok_and(|text| text == key) && archive.exists() && self.locked().exists() {
            return Ok(());
        }
        self.vendor()?;
        pack(&self.out.join("vendor"), &archive)?;
        fs::remove_dir_all(self.out.join("vendor"))?;
        fs::write(done, key)
    }

    /// Has cargo copy the sources of all dependencies.
    fn vendor(&self) -> io::Result<()> {
        let mut complaints = String::new();
        // Without a lock file of their own, as `cargo install` goes, the versions at hand may be others.
        for (is_locked, flags) in [(true, &["--offline"][..]), (false, &["--offline"]), (true, &[])] {
            self.prepare(is_locked)?;
            let mut command = Command::new(env::var_os("CARGO").unwrap_or("cargo".into()));
            command.args(["vendor", "--quiet", "--versioned-dirs", "--respect-source-config"]).args(flags);
            command.arg("--manifest-path").arg(self.directory().join("Cargo.toml")).arg(self.out.join("vendor"));
            let output = command.output()?;
            if output.status.success() {
                return Ok(());
            }
            complaints.push_str(&String::from_utf8_lossy(&output.stderr));
        }
        Err(io::Error::other(format!("the sources of the runtime's dependencies were not found:\n{complaints}")))
    }

    fn prepare(&self, is_locked: bool) -> io::Result<()> {
        let directory = self.directory();
        for old in [&directory, &self.out.join("vendor")] {
            if old.exists() {
                fs::remove_dir_all(old)?;
            }
        }
        fs::create_dir_all(&directory)?;
        fs::copy(&self.manifest, directory.join("Cargo.toml"))?;
        for (name, path) in &self.members {
            let manifest = directory.join(name);
            let source = manifest.with_file_name("src");
            fs::create_dir_all(&source)?;
            fs::write(source.join("lib.rs"), "")?;
            fs::copy(path, manifest)?;
        }
        if is_locked {
            fs::copy(&self.lock, self.locked())?;
        }
        Ok(())
    }
}

/// Writes an archive of a directory of crates: for each file its name and its
/// text, each after its length; `src/vendor.rs` reads it.
fn pack(vendor: &Path, archive: &Path) -> io::Result<()> {
    let mut files = Vec::new();
    for entry in fs::read_dir(vendor)? {
        let entry = entry?;
        let name = entry.file_name().display().to_string();
        for part in fs::read_dir(entry.path())? {
            let part = part?;
            let file_name = part.file_name().display().to_string();
            if UNNEEDED.contains(&&*file_name) {
                continue;
            }
            let name = format!("{name}/{file_name}");
            if part.path().is_dir() {
                collect(&part.path(), &name, &mut files)?;
            } else {
                files.push((name, part.path()));
            }
        }
    }
    files.sort();
    let file = fs::File::create(archive)?;
    let mut packed = flate2::write::GzEncoder::new(file, flate2::Compression::best());
    for (name, path) in files {
        let mut bytes = fs::read(path)?;
        if name.ends_with("/.cargo-checksum.json") {
            bytes = without_files(&bytes);
        }
        for part in [name.as_bytes(), &bytes] {
            let len = u32::try_from(part.len()).map_err(io::Error::other)?;
            packed.write_all(&len.to_le_bytes())?;
            packed.write_all(part)?;
        }
    }
    packed.finish()?.flush()
}

/// The checksum of a package without those of its files, some of which are left
/// out.
fn without_files(checksums: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(checksums);
    let package = text.rsplit_once("\"package\":").map_or("null}", |(_, package)| package);
    format!("{{\"files\":{{}},\"package\":{package}").into_bytes()
}
