//! Builds the runtime, once for each compiler and target, for all projects of
//! a user.

use crate::error::Error;
use crate::files;
use crate::housekeeping::InUse;
use crate::isolation::Inherited;
use crate::protocol::{Runtime, RuntimeForm};
use crate::settings::Settings;
use crate::vendor;
use rustix::fs::{FlockOperation, flock};
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The runtime's sources: name and text of each file.
const SOURCES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/sources.rs"));

/// The top of the small workspace that they are built in: `rt` and `format`
/// inherit from it.
const WORKSPACE: &str = include_str!("runtime.toml");

/// Declares the functions that shared libraries export.
pub(crate) const HEADER: &str = include_str!("../runtime/exports/livecov.h");

/// What the runtime is built for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Request<'a> {
    /// The project's target folder.
    pub(crate) target_folder: &'a Path,
    /// Where rustup finds out which toolchain is the project's.
    pub(crate) workspace_root: &'a Path,
    /// Cargo's configuration there.
    pub(crate) settings: &'a Settings,
    /// `rustc -vV`.
    pub(crate) compiler_version: &'a str,
}

/// The oldest compiler that the runtime and the generated code compile with: 1.85.
const OLDEST_MINOR: u32 = 85;

/// The compiler's version, in full.
pub(crate) fn compiler_version(settings: &Settings, folder: &Path) -> Result<String, Error> {
    let compiler = settings.compiler().unwrap_or("rustc".into());
    let output = Command::new(&compiler).arg("-vV").current_dir(folder).output();
    let output = output.map_err(|error| Error::Start(compiler.display().to_string(), error))?;
    let version = String::from_utf8_lossy(&output.stdout).into_owned();
    match minor_version(&version) {
        Some(minor) if minor < OLDEST_MINOR => Err(Error::OldCompiler {
            compiler: compiler.display().to_string(),
            found: version.lines().next().unwrap_or_default().to_owned(),
            oldest: format!("1.{OLDEST_MINOR}"),
        }),
        _ => Ok(version),
    }
}

/// The second number of a compiler's version; none if it has no such line, or another first number than 1.
fn minor_version(version: &str) -> Option<u32> {
    let release = version.lines().find_map(|line| line.strip_prefix("release: 1."))?;
    release.split('.').next()?.parse().ok()
}

/// The machine that the compiler of this version is for.
pub(crate) fn host(compiler_version: &str) -> &str {
    compiler_version.lines().find_map(|line| line.strip_prefix("host: ")).unwrap_or_default()
}

/// Whether a compiler of this version takes unstable features.
pub(crate) fn is_nightly(compiler_version: &str) -> bool {
    let release = compiler_version.lines().find_map(|line| line.strip_prefix("release: ")).unwrap_or_default();
    release.contains("-nightly") || release.contains("-dev")
}

impl Request<'_> {
    /// The runtime for `--target`, or for the machine that builds; from an
    /// earlier build if there was one.
    pub(crate) fn build(&self, target: Option<&str>, form: RuntimeForm) -> Result<(Runtime, InUse), Error> {
        let key = self.key(target, form);
        let shared = cache().map(|cache| cache.join(&key));
        // A home that cannot be written to, or none at all, is no reason to stop.
        if let Some(folder) = shared {
            let in_use = InUse::mark(&folder);
            if let Ok(lock) = lock(&folder) {
                return self.build_in(&folder, lock, target, form).map(|runtime| (runtime, in_use));
            }
        }
        let folder = self.target_folder.join("livecov").join("runtime").join(&key);
        let in_use = InUse::mark(&folder);
        let lock = lock(&folder)?;
        self.build_in(&folder, lock, target, form).map(|runtime| (runtime, in_use))
    }

    fn build_in(&self, folder: &Path, _lock: File, target: Option<&str>, form: RuntimeForm) -> Result<Runtime, Error> {
        // Where projects share the folder by a link, each finds it by its own name.
        let folder = folder.canonicalize().map_err(|error| Error::io("find", folder, error))?;
        let done = folder.join("runtime.json");
        if let Some(runtime) = fs::read(&done).ok().and_then(|text| serde_json::from_slice::<Runtime>(&text).ok())
            && runtime.rlib.exists()
        {
            return Ok(Runtime { folder, ..runtime });
        }
        // What an interrupted build, or one that was removed in part, has left.
        files::remove_folder(&folder.join("target"))?;
        for (name, text) in SOURCES.iter().chain(&[("Cargo.toml", WORKSPACE)]) {
            files::write(&folder.join(name), text.as_bytes())?;
        }
        let (vendor, home) = (folder.join("vendor"), folder.join("home"));
        vendor::unpack(&vendor)?;
        let runtime = self.cargo(&folder, target, form)?;
        trim(&runtime)?;
        [&vendor, &home].into_iter().try_for_each(|folder| files::remove_folder(folder))?;
        let text = serde_json::to_vec(&runtime).map_err(|error| Error::Config(done.clone(), error))?;
        files::write(&done, &text)?;
        Ok(Runtime { folder, ..runtime })
    }

    fn inherited(&self, target: Option<&str>) -> Inherited {
        Inherited::new(self.settings, target, host(self.compiler_version))
    }

    /// A name for all that the result depends on.
    fn key(&self, target: Option<&str>, form: RuntimeForm) -> String {
        let description =
            target.filter(|target| target.ends_with(".json")).and_then(|path| fs::read_to_string(path).ok());
        let compiler = self.settings.compiler();
        let mut key = format!(
            "{}\n{compiler:?} {target:?} {description:?}\n{form:?}\n{}\n{WORKSPACE}",
            self.compiler_version,
            self.inherited(target).key()
        );
        SOURCES.iter().for_each(|(_, text)| key.push_str(text));
        files::digest(&key)
    }

    fn cargo(&self, folder: &Path, target: Option<&str>, form: RuntimeForm) -> Result<Runtime, Error> {
        let cargo = std::env::var_os("CARGO").unwrap_or("cargo".into());
        // Crates of the same name and version in the user's program must not
        // be taken for these; and programs may be linked with LTO.
        let flags = ["-Cmetadata=livecov", "-Cembed-bitcode=yes", "--cap-lints=allow"].map(str::to_owned);
        // The user's folders are nobody's business who gets the program.
        let remapped = format!("--remap-path-prefix={}=livecov", folder.display());
        let mut command = self.inherited(target).cargo(&cargo, folder, &[&flags[..], &[remapped]].concat());
        command.args(["--release", "--quiet", "--message-format=json", "-p", "livecov-rt", "-p", "livecov-exports"]);
        if form == RuntimeForm::Core {
            command.args(["-p", "livecov-personality", "--no-default-features"]);
            // Such a program has nobody to unwind for it.
            command.env("CARGO_PROFILE_RELEASE_PANIC", "abort");
        }
        command.args(target.map(|target| format!("--target={target}")));
        if let Some(compiler) = self.settings.compiler() {
            command.env("RUSTC", compiler);
        }
        if let Some(toolchain) = self.toolchain() {
            command.env("RUSTUP_TOOLCHAIN", toolchain);
        }
        let output = command.output().map_err(|error| Error::Start(cargo.display().to_string(), error))?;
        let failed = |why: String| Error::Runtime { folder: folder.to_owned(), why };
        if !output.status.success() {
            return Err(failed(String::from_utf8_lossy(&output.stderr).trim().to_owned()));
        }
        let runtime = found(&output.stdout).map(|found| Runtime { target: target.map(str::to_owned), form, ..found });
        runtime.ok_or_else(|| failed("cargo did not say where it put it".to_owned()))
    }

    /// The toolchain that rustup would choose in the project, where it is not
    /// chosen by a variable: elsewhere it would choose another.
    fn toolchain(&self) -> Option<String> {
        if std::env::var_os("RUSTUP_TOOLCHAIN").is_some() {
            return None;
        }
        let mut command = Command::new("rustup");
        let output = command.args(["show", "active-toolchain"]).current_dir(self.workspace_root).output().ok()?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        text.split_whitespace().next().filter(|_| output.status.success()).map(str::to_owned)
    }
}

/// Where the runtimes are that all projects share.
pub(crate) fn cache() -> Option<PathBuf> {
    cache_folder().map(|cache| cache.join("runtime"))
}

/// The folder of this tool among those where programs of the user's keep what
/// can be made again. The variable is for build machines that keep a folder.
fn cache_folder() -> Option<PathBuf> {
    let named = |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    if let Some(folder) = named("LIVECOV_CACHE_DIR") {
        return Some(folder);
    }
    let in_home = if cfg!(target_os = "macos") { "Library/Caches" } else { ".cache" };
    let of_system = if cfg!(windows) { named("LOCALAPPDATA") } else { named("XDG_CACHE_HOME") };
    let caches = of_system.or_else(|| Some(std::env::home_dir()?.join(in_home)))?;
    caches.is_absolute().then(|| caches.join("livecov"))
}

/// Makes the folder, and keeps others from building in it.
fn lock(folder: &Path) -> Result<File, Error> {
    files::create_folder(folder)?;
    let path = folder.join("lock");
    let lock = File::create(&path).map_err(|error| Error::io("create", &path, error))?;
    // Without locks on this system, builds at once would only repeat work.
    let _ = flock(&lock, FlockOperation::LockExclusive);
    Ok(lock)
}

/// Removes what only another build of the runtime could use: half of it all.
fn trim(runtime: &Runtime) -> Result<(), Error> {
    for folder in &runtime.folders {
        for name in ["build", ".fingerprint", "incremental"] {
            files::remove_folder(&folder.with_file_name(name))?;
        }
        for file in files::entries(folder)? {
            // A project that names the runtime itself gets all of these for it.
            let is_own = file.file_name().is_some_and(|name| name.to_string_lossy().contains("livecov_"));
            if !is_own && file.extension().is_some_and(|extension| extension == "rmeta" || extension == "d") {
                fs::remove_file(&file).map_err(|error| Error::io("remove", &file, error))?;
            }
        }
    }
    Ok(())
}

/// The library and the folders that cargo's messages name.
fn found(messages: &[u8]) -> Option<Runtime> {
    let mut runtime = Runtime::default();
    let mut folders = BTreeSet::new();
    for line in messages.split(|byte| *byte == b'\n') {
        let Ok(message) = serde_json::from_slice::<serde_json::Value>(line) else { continue };
        let files = message["filenames"].as_array().into_iter().flatten();
        for file in files.filter_map(|file| file.as_str()).map(Path::new) {
            if file.extension().is_some_and(|extension| extension == "rlib") {
                match message["target"]["name"].as_str() {
                    Some("livecov_rt") => runtime.rlib = in_deps(file)?,
                    Some("livecov_exports") => runtime.exports = in_deps(file)?,
                    Some("livecov_personality") => runtime.personality = in_deps(file)?,
                    _ => {}
                }
            }
            if message["reason"] == "compiler-artifact" && message["target"]["kind"][0] != "custom-build" {
                folders.extend(in_deps(file)?.parent().map(Path::to_owned));
            }
        }
    }
    runtime.folders = folders.into_iter().collect();
    (!runtime.rlib.as_os_str().is_empty()).then_some(runtime)
}

/// Cargo names the copy of a library that it puts beside the folder `deps`;
/// the one inside has all that belongs to it.
fn in_deps(file: &Path) -> Option<PathBuf> {
    if file.parent()?.ends_with("deps") {
        return Some(file.to_owned());
    }
    let folder = file.parent()?.join("deps");
    let stem = file.file_stem()?.to_str()?;
    let named = |path: &PathBuf| {
        path.file_name()
            .and_then(|name| name.to_str())
            .is_some_and(|name| name.starts_with(stem) && path.extension() == file.extension())
    };
    files::entries(&folder).ok()?.into_iter().find(named)
}
