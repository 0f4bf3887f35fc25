//! In the place of rustc: compiles a crate with probes in it.

use crate::error::Error;
use crate::files;
use crate::overlay::Overlay;
use crate::protocol::{Config, Note, Package, Target, TargetKind};
use crate::rustc::{Call, rewrite_dep_info};
use livecov_format::model::{Omission, OmissionReason, Span};
use livecov_format::vocab::{CounterMode, Granularity};
use livecov_instrument::{Cfg, Instrumented, Options, ProbeForm, instrument};
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::{env, fs};

/// The name by which a crate knows the runtime.
const RUNTIME: &str = "__livecov_rt";

/// Runs `compiler args`, with probes if the crate is to be counted, and gives
/// the exit status.
///
/// # Errors
///
/// If files cannot be read or written, or the compiler cannot be started.
pub fn run(config: &Config, compiler: &OsStr, args: Vec<OsString>) -> Result<i32, Error> {
    let call = Call::new(args);
    let wrapper = Wrapper { config, compiler, call: &call };
    let Some(source) = call.source() else { return wrapper.plain(false) };
    let here = env::current_dir().map_err(|error| Error::io("find", Path::new("."), error))?;
    let folder = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from).unwrap_or_default();
    if call.crate_name == "livecov_rt" && !config.runtime.rlib.starts_with(call.out_dir.as_deref().unwrap_or(&here)) {
        return wrapper.given_runtime();
    }
    let root = here.join(source);
    match config.target(&folder, &root) {
        Some((package, target)) if config.counts_host || !target.kind.is_host_code() => {
            Crate { wrapper: &wrapper, package, target, root: &root, here: &here }.compile()
        }
        _ => wrapper.plain(true),
    }
}

struct Wrapper<'a> {
    config: &'a Config,
    compiler: &'a OsStr,
    call: &'a Call,
}

impl Wrapper<'_> {
    /// The call as it is; where a crate is built, with the places to look for
    /// the runtime that other crates need.
    fn plain(&self, is_crate: bool) -> Result<i32, Error> {
        let mut command = match &self.config.chained {
            Some(chained) => {
                let mut command = Command::new(chained);
                command.arg(self.compiler);
                command
            }
            None => Command::new(self.compiler),
        };
        command.args(&self.call.args);
        if is_crate {
            command.args(self.search_paths());
        }
        let status = command.status().map_err(|error| self.not_started(error))?;
        Ok(status.code().unwrap_or(1))
    }

    fn not_started(&self, error: io::Error) -> Error {
        Error::Start(self.compiler.display().to_string(), error)
    }

    fn search_paths(&self) -> impl Iterator<Item = String> {
        self.config.runtime.folders.iter().map(|folder| format!("-Ldependency={}", folder.display()))
    }

    /// A project that depends on the runtime gets the one that the probes use:
    /// two would each know their own crates only.
    fn given_runtime(&self) -> Result<i32, Error> {
        let Some(folder) = &self.call.out_dir else { return self.plain(true) };
        let rlib = &self.config.runtime.rlib;
        for extension in ["rlib", "rmeta"] {
            let to = folder.join(format!("lib{}{}.{extension}", self.call.crate_name, self.call.extra_filename));
            let from = rlib.with_extension(extension);
            fs::copy(&from, &to).map_err(|error| Error::io("copy", &from, error))?;
            // Cargo goes on as soon as it is told that a file is there.
            let kind = if extension == "rlib" { "link" } else { "metadata" };
            let artifact = serde_json::json!({"$message_type": "artifact", "artifact": to, "emit": kind});
            writeln!(io::stderr(), "{artifact}").ok();
        }
        if let (Some(dep_info), Some(source)) = (self.call.dep_info(), self.call.source()) {
            let text = format!("{}: {}\n", dep_info.display(), source.display());
            files::write(&dep_info, text.as_bytes())?;
        }
        Ok(0)
    }

    /// The `cfg` options of this call.
    fn cfg(&self) -> Result<Cfg, Error> {
        let mut cfg = Cfg::default();
        for option in self.printed_cfg()?.lines().chain(self.call.cfg.iter().map(String::as_str)) {
            // What this version does not understand cannot be asked for.
            let _ = cfg.add(option);
        }
        if self.call.is_test {
            let _ = cfg.add("test");
        }
        Ok(cfg)
    }

    /// What `rustc --print cfg` says, kept for the next crate.
    fn printed_cfg(&self) -> Result<String, Error> {
        let args = &self.call.cfg_args;
        let name = files::digest(&format!("{}\n{}", self.compiler.display(), args.join("\n")));
        let cache = self.config.out.join("cfg").join(name);
        if let Ok(text) = fs::read_to_string(&cache) {
            return Ok(text);
        }
        let mut command = Command::new(self.compiler);
        let output = command.args(args).args(["--print", "cfg"]).output().map_err(|error| self.not_started(error))?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        files::write(&cache, text.as_bytes())?;
        Ok(text)
    }
}

/// A crate that is to be counted.
struct Crate<'a> {
    wrapper: &'a Wrapper<'a>,
    package: &'a Package,
    target: &'a Target,
    root: &'a Path,
    here: &'a Path,
}

/// Files that are compiled as they are, and why.
type LeftOut = BTreeMap<PathBuf, Omission>;

impl Crate<'_> {
    fn compile(&self) -> Result<i32, Error> {
        let mut note = Note { crate_name: self.wrapper.call.crate_name.clone(), warnings: Vec::new() };
        let mut left_out = LeftOut::new();
        // First all files, then without those that the compiler complains of.
        for _ in 0..2 {
            let done = self.instrument(&left_out)?;
            note.warnings.extend(
                done.diagnostics
                    .iter()
                    .map(|said| format!("{}:{}: {}", self.display(&said.path), said.line.max(1), said.message)),
            );
            if done.files.is_empty() {
                self.save(&note)?;
                return self.wrapper.plain(true);
            }
            let output = self.rustc(&done)?;
            if output.status.success() {
                io::stderr().write_all(&output.stderr).ok();
                io::stdout().write_all(&output.stdout).ok();
                self.rewrite_dep_info()?;
                self.save(&note)?;
                return Ok(0);
            }
            let rejected = self.rejected(&output.stderr);
            if rejected.is_empty() || rejected.keys().all(|path| left_out.contains_key(path)) {
                break;
            }
            left_out.extend(rejected);
        }
        self.without_probes(note, &left_out)
    }

    /// The user's own mistakes are shown as the plain build shows them. If it
    /// has none, the crate goes without probes.
    fn without_probes(&self, mut note: Note, left_out: &LeftOut) -> Result<i32, Error> {
        let status = self.wrapper.plain(true)?;
        if status == 0 {
            let why = left_out.values().next().map(|omission| String::from_utf8_lossy(&omission.detail).into_owned());
            note.warnings.push(format!("not counted: it does not compile with probes: {}", why.unwrap_or_default()));
            self.save(&note)?;
        }
        Ok(status)
    }

    fn display(&self, path: &Path) -> String {
        let below = path.strip_prefix(&self.package.base).unwrap_or(path);
        let name = Path::new(&self.package.prefix).join(below).display().to_string();
        if cfg!(windows) { name.replace('\\', "/") } else { name }
    }

    fn overlay(&self) -> Overlay<'_> {
        let folder = self.wrapper.config.out.join("overlay").join(self.wrapper.call.key());
        Overlay { base: &self.package.base, folder }
    }

    fn blob_file(&self) -> PathBuf {
        self.wrapper.config.out.join("blobs").join(format!("{}.blob", self.wrapper.call.key()))
    }

    fn instrument(&self, left_out: &LeftOut) -> Result<Instrumented, Error> {
        let Wrapper { config, call, .. } = self.wrapper;
        let cfg = self.wrapper.cfg()?;
        let blob_file = self.blob_file();
        let options = Options {
            root: self.root,
            crate_name: &call.crate_name,
            package_path: &package_path(&self.package.name, self.target),
            module_path: &format!("{}@{}", self.package.name, self.package.version),
            cfg: &cfg,
            edition: call.edition,
            mode: config.mode.parse().unwrap_or(CounterMode::Set),
            granularity: config.granularity.parse().unwrap_or(Granularity::PerBlock),
            form: if config.is_portable { ProbeForm::Portable } else { ProbeForm::Assembly },
            runtime: RUNTIME,
            blob_file: &blob_file,
            const_fn: config.const_fn,
            counts: config.counts_tests || !self.target.kind.is_test_code(),
            include_tests: config.counts_tests,
            arms_signals: config.arms_signals && self.is_program(),
            left_out,
            display: &|path| self.display(path),
        };
        let overlay = self.overlay();
        let mut read = |path: &Path| match overlay.path(path) {
            Some(_) => fs::read(path),
            // What is outside of the overlay would not be found from inside.
            None => Err(io::Error::other("it is outside of the package and the workspace")),
        };
        let done =
            instrument(&options, &mut read).map_err(|error| Error::Instrument(call.crate_name.clone(), error))?;
        files::write(&blob_file, &done.blob)?;
        Ok(done)
    }

    fn is_program(&self) -> bool {
        let is_program = matches!(self.target.kind, TargetKind::Bin | TargetKind::Example);
        self.wrapper.call.is_test || is_program || self.target.kind.is_test_code()
    }

    /// Calls rustc on the overlay.
    fn rustc(&self, done: &Instrumented) -> Result<Output, Error> {
        let Wrapper { config, compiler, call } = self.wrapper;
        let overlay = self.overlay();
        let texts: Vec<_> = done.files.iter().map(|file| (file.path.as_path(), file.text.as_str())).collect();
        overlay.create(&texts)?;
        let root = overlay.path(self.root).unwrap_or_else(|| self.root.to_owned());
        let is_relative = call.source().is_some_and(Path::is_relative);
        let mut command = Command::new(compiler);
        command.args(call.with_source(root.as_os_str()));
        command.arg(overlay.remapping(self.here, is_relative));
        // Probes trip lints that are not about the user's code; the plain
        // build shows those that are.
        command.arg("--cap-lints=allow");
        command.arg(format!("--extern={RUNTIME}={}", config.runtime.rlib.display()));
        command.args(self.wrapper.search_paths());
        if done.has_const_probes {
            command.env("RUSTC_BOOTSTRAP", "1");
        }
        command.output().map_err(|error| self.wrapper.not_started(error))
    }

    fn rewrite_dep_info(&self) -> Result<(), Error> {
        let Some(path) = self.wrapper.call.dep_info() else { return Ok(()) };
        let Ok(text) = fs::read_to_string(&path) else { return Ok(()) };
        let overlay = self.overlay();
        files::write(&path, rewrite_dep_info(&text, &overlay.folder, overlay.base, &self.blob_file()).as_bytes())
    }

    /// The files that error messages are about.
    fn rejected(&self, messages: &[u8]) -> LeftOut {
        let mut rejected = LeftOut::new();
        for line in messages.split(|byte| *byte == b'\n') {
            let Ok(message) = serde_json::from_slice::<serde_json::Value>(line) else { continue };
            if message["level"] != "error" {
                continue;
            }
            let text = message["message"].as_str().unwrap_or_default();
            for span in message["spans"].as_array().into_iter().flatten().filter(|span| span["is_primary"] == true) {
                let path = self.here.join(span["file_name"].as_str().unwrap_or_default());
                let at = format!("line {}: {text}", span["line_start"]);
                rejected.entry(path.clone()).or_insert_with(|| Omission {
                    path: self.display(&path).into_bytes(),
                    span: Span::default(),
                    reason: OmissionReason::Rejected,
                    detail: at.into_bytes(),
                });
            }
        }
        rejected
    }

    fn save(&self, note: &Note) -> Result<(), Error> {
        let path = self.wrapper.config.out.join("notes").join(format!("{}.json", self.wrapper.call.key()));
        let text = serde_json::to_vec(note).map_err(|error| Error::Config(path.clone(), error))?;
        files::write(&path, &text)
    }
}

/// The package path in the data.
fn package_path(package: &str, target: &Target) -> String {
    let Target { name, kind, .. } = target;
    match kind {
        TargetKind::Lib | TargetKind::ProcMacro => package.to_owned(),
        TargetKind::Bin => format!("{package}/bin/{name}"),
        TargetKind::Test => format!("{package}/test/{name}"),
        TargetKind::Bench => format!("{package}/bench/{name}"),
        TargetKind::Example => format!("{package}/example/{name}"),
        TargetKind::BuildScript => format!("{package}/build"),
    }
}
