//! In the place of rustc: compiles a crate with probes in it.

mod bare;

use self::bare::Bare;
use crate::argfile::expanded;
use crate::compiler::{Compiled, Compiler};
use crate::error::Error;
use crate::fallback::{Complaints, Fallback};
use crate::files;
use crate::host::{self, MacroUse};
use crate::housekeeping;
use crate::missed::missed;
use crate::overlay::Overlay;
use crate::protocol::{Config, Note, Package, Runtime, RuntimeForm, Target, TargetKind};
use crate::rustc::{Call, depend_on, rewrite_dep_info};
use crate::shared_macros::{self, Suspect};
use livecov::coverage::omissions::reason_name;
use livecov_format::vocab::{CounterMode, Granularity};
use livecov_instrument::{Cfg, Instrumented, Options, ProbeForm, Rejected, instrument};
use serde_json::json;
use std::ffi::OsString;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::{env, fs};

/// The name by which a crate knows the runtime.
const RUNTIME: &str = "__livecov_rt";
/// The same for the crate of exported functions.
const EXPORTS: &str = "__livecov_exports";

/// Runs a command line, the compiler first, with probes if the crate is to be
/// counted, and gives the exit status.
///
/// # Errors
///
/// If the compiler cannot be started.
pub fn run(config: &Config, line: &[OsString]) -> Result<i32, Error> {
    let line = expanded(line);
    let (compiler, args) = Compiler::new(config, &line);
    let call = Call::new(args.to_vec());
    let mut with_cfg = call.clone();
    let mut wrapper = Wrapper { config, compiler, call: &call, given: &call, runtime: None };
    let runtime = config.runtime(call.target.as_deref(), || wrapper.panic_aborts());
    wrapper.runtime = runtime;
    let Some(source) = call.source() else { return wrapper.plain() };
    let here = env::current_dir().map_err(|error| Error::io("find", Path::new("."), error))?;
    let root = files::straight(&here.join(source));
    wrapper.compiler.macro_use = MacroUse::open(config, &call, &root)?;
    let folder = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from).unwrap_or_default();
    let (mut here, mut root) = (here, root);
    let target = config.target(&folder, &root);
    if let Some((_, target)) = target.filter(|(_, target)| target.root != root) {
        // A link leads here: files have the names that cargo gives them.
        root.clone_from(&target.root);
        here = above(&root, source).unwrap_or(here);
    }
    let target = target.filter(|(package, target)| wrapper.is_wanted(package, target));
    let Some(runtime) = runtime else {
        if target.is_some() {
            let why_none = format!("there is no runtime for {}", call.target.as_deref().unwrap_or(&config.host));
            let warnings = vec![format!("not counted: {why_none}; name the target by --target")];
            wrapper.save(&Note { why_none, warnings, ..wrapper.note(&root, &here) })?;
        }
        return wrapper.plain();
    };
    // Cargo may have been called by hand, with nobody who holds them.
    [&config.out, &runtime.folder].into_iter().for_each(|folder| housekeeping::touch(folder));
    if call.crate_name == "livecov_rt" && !call.is_test {
        return wrapper.given_runtime(runtime);
    }
    match target {
        Some((package, target)) => {
            with_cfg.set_cfg(&config.cfg);
            wrapper.call = &with_cfg;
            Crate { wrapper: &wrapper, runtime, package, target, root: &root, here: &here }.compile()
        }
        None => wrapper.plain(),
    }
}

/// The directory in which `source`, a relative path, is `root`.
fn above(root: &Path, source: &Path) -> Option<PathBuf> {
    let is_below = source.is_relative() && root.ends_with(source);
    root.ancestors().nth(source.components().count()).filter(|_| is_below).map(Path::to_owned)
}

struct Wrapper<'a> {
    config: &'a Config,
    compiler: Compiler<'a>,
    call: &'a Call,
    /// The call as cargo makes it.
    given: &'a Call,
    runtime: Option<&'a Runtime>,
}

impl Wrapper<'_> {
    /// The call as it is; where a crate is built, with the places to look for
    /// the runtime that other crates need.
    fn plain(&self) -> Result<i32, Error> {
        self.plain_call(self.call)
    }

    fn plain_call(&self, call: &Call) -> Result<i32, Error> {
        let mut command = self.compiler.chained();
        command.args(&call.args);
        if call.source().is_some() {
            command.args(self.search_paths()).args(self.link_args());
        }
        self.run_plain(&mut command)
    }

    fn run_plain(&self, command: &mut Command) -> Result<i32, Error> {
        if self.uses_counted_crates() {
            return self.plain_with_macros(command);
        }
        let status = self.compiler.status(command)?;
        self.ended(status)
    }

    /// The exit status of a compile without probes.
    fn ended(&self, status: ExitStatus) -> Result<i32, Error> {
        if status.success() && self.call.source().is_some() {
            self.compiler.macro_use.depend_on_run(self.call)?;
            if self.is_macro() {
                host::forget_macro(self.config, self.call)?;
            }
        }
        Ok(status.code().unwrap_or(1))
    }

    /// Whether the crate may have macros with probes in it.
    fn uses_counted_crates(&self) -> bool {
        let targets = self.config.packages.iter().flat_map(|package| &package.targets);
        let libraries = targets.filter(|target| target.kind == TargetKind::Lib);
        let names: Vec<String> = libraries.map(|target| target.name.replace('-', "_")).collect();
        self.call.source().is_some() && self.call.externs.iter().any(|name| names.contains(name))
    }

    /// The same, where errors may come from probes in macros of other crates.
    fn plain_with_macros(&self, command: &mut Command) -> Result<i32, Error> {
        let compiled = self.compiler.held(command)?;
        let mut is_new = false;
        if !compiled.status.success() {
            let here = env::current_dir().map_err(|error| Error::io("find", Path::new("."), error))?;
            let own = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from).unwrap_or_default();
            let complaints = Complaints { here: &here, files: &[], display: &|path| path.display().to_string() };
            let mut found = complaints.foreign(&compiled.messages, &self.config.packages);
            // A package may have others in its folder.
            let is_other = |package: &Package, path: &Path| package.folder != own && path.starts_with(&package.folder);
            let is_inner = |package: &&Package| package.folder.starts_with(&own);
            let inner: Vec<_> = self.config.packages.iter().filter(is_inner).collect();
            found.retain(|suspect| {
                !suspect.path.starts_with(&own) || inner.iter().any(|package| is_other(package, &suspect.path))
            });
            is_new = self.accuse(&found)?;
        }
        if !is_new {
            io::stderr().write_all(&compiled.messages).ok();
        }
        self.ended(compiled.status)
    }

    /// Whether macros of other crates, from which errors may come, are to go
    /// without their probes when cargo is called again.
    fn accuse(&self, found: &[Suspect]) -> Result<bool, Error> {
        let Config { out, packages, workspace_root, .. } = self.config;
        let is_new = shared_macros::accuse(out, found)?;
        for Suspect { path, line, .. } in found {
            let place = format!("{}:{line}", files::relative(path, workspace_root).display());
            if is_new {
                let text = format!("livecov: trying again without the probes of the macro at {place}\n");
                // Cargo shows the whole command line where it hears of no error.
                let error = json!({"message": text.trim_end(), "level": "error", "spans": [], "children": [], "rendered": text});
                eprintln!("{}", error.to_string().replacen('{', "{\"$message_type\":\"diagnostic\",", 1));
            } else if let Some(package) = packages.iter().find(|package| path.starts_with(&package.folder)) {
                let name = &package.name;
                eprintln!("livecov: if the plain build takes the macro at {place}, use --exclude-from-report {name}");
            }
        }
        if is_new {
            files::write(&out.join("again").join(self.call.key()), b"")?;
        }
        Ok(is_new)
    }

    fn search_paths(&self) -> impl Iterator<Item = String> {
        let folders = self.runtime.into_iter().flat_map(|runtime| &runtime.folders);
        folders.map(|folder| format!("-Ldependency={}", folder.display()))
    }

    /// What a program, or a library for one in another language, needs besides
    /// the runtime itself.
    fn link_args(&self) -> Vec<String> {
        let Some(runtime) = self.runtime.filter(|runtime| runtime.form == RuntimeForm::Core) else { return Vec::new() };
        let archive = &runtime.personality;
        let (Some(folder), Some(name)) = (archive.parent(), archive.file_name()) else { return Vec::new() };
        let (folder, name) = (folder.display(), name.display());
        let mut args = Vec::new();
        if self.call.is_linked {
            args.push(format!("-Clink-arg={}", archive.display()));
        }
        if self.call.is_static_library {
            args.extend([format!("-Lnative={folder}"), format!("-lstatic:+verbatim={name}")]);
        }
        args
    }

    /// Whether a panic ends the program at once.
    fn panic_aborts(&self) -> bool {
        // Without an answer from the compiler nothing is instrumented, whatever the runtime.
        let is_set = |cfg: &str| cfg.lines().any(|line| line.starts_with("panic=") && line != "panic=\"unwind\"");
        self.call.source().is_some() && self.printed_cfg().is_ok_and(|cfg| is_set(&cfg))
    }

    /// Whether a target is to be instrumented. What runs while building is on
    /// conditions; the unit tests of a proc macro do not.
    fn is_wanted(&self, package: &Package, target: &Target) -> bool {
        let is_counted = match target.kind {
            TargetKind::ProcMacro => self.config.counts_proc_macros && package.counts_proc_macros,
            TargetKind::BuildScript => self.config.counts_build_scripts,
            _ => true,
        };
        is_counted || self.call.is_test
    }

    /// What is known of the crate before it is compiled.
    fn note(&self, root: &Path, here: &Path) -> Note {
        Note { crate_name: self.call.crate_name.clone(), unit: self.call.unit(root, here), ..Note::default() }
    }

    fn save(&self, note: &Note) -> Result<(), Error> {
        let path = self.place("notes");
        let text = serde_json::to_vec(note).map_err(|error| Error::Config(path.clone(), error))?;
        files::write(&path, &text)
    }

    /// Where something of this crate alone is kept.
    fn place(&self, what: &str) -> PathBuf {
        self.config.out.join(what).join(self.call.key())
    }

    /// Whether what is compiled is loaded by the compiler of other crates.
    fn is_macro(&self) -> bool {
        self.call.is_proc_macro && !self.call.is_test
    }

    /// A project that depends on the runtime gets the one that the probes use:
    /// two would each know their own crates only.
    fn given_runtime(&self, runtime: &Runtime) -> Result<i32, Error> {
        let Some(folder) = &self.call.out_dir else { return self.plain() };
        for (extension, kind) in [("rmeta", "metadata"), ("rlib", "link")] {
            let to = folder.join(format!("lib{}{}.{extension}", self.call.crate_name, self.call.extra_filename));
            let from = runtime.rlib.with_extension(extension);
            fs::copy(&from, &to).map_err(|error| Error::io("copy", &from, error))?;
            // Cargo goes on as soon as it is told that a file is there.
            let artifact = serde_json::json!({"artifact": to, "emit": kind}).to_string();
            let notice = artifact.replacen('{', "{\"$message_type\":\"artifact\",", 1);
            writeln!(io::stderr(), "{notice}").ok();
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
        if self.call.is_proc_macro {
            let _ = cfg.add("proc_macro");
        }
        Ok(cfg)
    }

    /// What `rustc --print cfg` says, kept for the next crate.
    fn printed_cfg(&self) -> Result<String, Error> {
        let args = &self.call.cfg_args;
        let name = files::digest(&format!("{}\n{}", self.compiler.name(), args.join("\n")));
        let cache = self.config.out.join("cfg").join(name);
        if let Ok(text) = fs::read_to_string(&cache) {
            return Ok(text);
        }
        let mut command = self.compiler.bare();
        let output = command.args(args).args(["--print", "cfg"]).output();
        let output = output.map_err(|error| self.compiler.not_started(error))?;
        if !output.status.success() {
            let why = String::from_utf8_lossy(&output.stderr).trim().to_owned();
            return Err(Error::PrintCfg(self.compiler.name(), why));
        }
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        files::write(&cache, text.as_bytes())?;
        Ok(text)
    }
}

/// A crate that is to be counted.
struct Crate<'a> {
    wrapper: &'a Wrapper<'a>,
    runtime: &'a Runtime,
    package: &'a Package,
    target: &'a Target,
    root: &'a Path,
    here: &'a Path,
}

impl Crate<'_> {
    /// Compiles the crate with as many probes as can be. Whatever goes wrong
    /// with probes, the crate is compiled.
    fn compile(&self) -> Result<i32, Error> {
        let mut note = self.wrapper.note(self.root, self.here);
        let mut bare = Bare::default();
        match self.with_probes(&mut note, &mut bare) {
            Ok(Some(status)) => return Ok(status),
            Ok(None) => {}
            Err(error) => note.warnings.push(format!("not counted: {error}")),
        }
        let status = self.plain(&bare)?;
        if status == 0 {
            let why = note.warnings.last().map(String::as_str).unwrap_or_default();
            note.why_none = why.trim_start_matches("not counted: ").to_owned();
            self.wrapper.save(&note)?;
        }
        Ok(status)
    }

    /// The exit status; none if the crate has to go without probes.
    fn with_probes(&self, note: &mut Note, bare: &mut Bare) -> Result<Option<i32>, Error> {
        let mut fallback = Fallback::new(shared_macros::complaints(&self.wrapper.config.out));
        let mut done = self.instrument(&fallback)?;
        *bare = Bare::of(&done);
        note.warnings.extend(self.said(&done));
        if done.files.is_empty() {
            return self.without_probes(&done, note).map(Some);
        }
        let mut failure = None;
        while !done.files.is_empty() {
            let compiled = self.rustc(&done)?;
            if compiled.status.success() {
                note.warnings.extend(self.left_out(&fallback, &done));
                return self.finish(&done, &compiled, note).map(Some);
            }
            let display = |path: &Path| self.display(path);
            let complaints = Complaints { here: self.here, files: &done.read, display: &display };
            let has_named = complaints.has_named_files(&compiled.messages);
            if failure.is_none() {
                failure = Some(complaints.reason(&compiled.messages));
                if has_named
                    && !compiled.is_announced
                    && let Some(status) = self.own_mistakes(&complaints, bare)?
                {
                    return Ok(Some(status));
                }
            }
            if compiled.is_announced {
                // Other crates may have been compiled against what is replaced now.
                files::write(&self.place("again"), b"")?;
                break;
            }
            let next = fallback.next(&complaints, &compiled.messages, &done, &mut |less| self.instrument(less))?;
            let Some(next) = next else { break };
            done = next;
        }
        note.warnings.extend(failure.map(|why| format!("not counted: it does not compile with probes: {why}")));
        Ok(None)
    }

    /// What had to go for the crate to compile, a line for each.
    fn left_out(&self, fallback: &Fallback, done: &Instrumented) -> Vec<String> {
        let functions = done.rejected.iter().map(|rejected| {
            let Rejected { path, line, name, why } = rejected;
            let path = self.display(path);
            format!("{path}:{line}: {name} left out, as it does not compile with probes: {why}")
        });
        let files = fallback.files.values().map(|omission| {
            let [path, why] = [&omission.path, &omission.detail].map(|text| String::from_utf8_lossy(text));
            format!("{path}: left out, as it does not compile with probes: {why}")
        });
        functions.chain(files).collect()
    }

    /// Compiles a crate in which there is nothing to count.
    fn without_probes(&self, done: &Instrumented, note: &mut Note) -> Result<i32, Error> {
        let status = self.wrapper.plain()?;
        if status == 0 {
            note.warnings.extend(self.missed(done));
            note.why_none = self.why_none(done);
            self.wrapper.save(note)?;
        }
        Ok(status)
    }

    fn finish(&self, done: &Instrumented, compiled: &Compiled, note: &mut Note) -> Result<i32, Error> {
        io::stderr().write_all(&compiled.messages).ok();
        self.rewrite_dep_info(&self.overlay(done), done.has_macro_probes)?;
        self.wrapper.compiler.macro_use.depend_on_run(self.wrapper.call)?;
        if self.wrapper.is_macro() {
            host::record_macro(self.wrapper.config, self.wrapper.call, self.root)?;
        }
        note.warnings.extend(self.missed(done));
        note.unit_count = done.unit_count;
        note.why_none = self.why_none(done);
        self.wrapper.save(note)?;
        Ok(0)
    }

    /// What nobody looked at: a module may be declared in a way that is not
    /// known.
    fn missed(&self, done: &Instrumented) -> Vec<String> {
        let dep_info = self.wrapper.call.dep_info().and_then(|path| fs::read_to_string(path).ok());
        let Some(dep_info) = dep_info.filter(|_| self.counts()) else { return Vec::new() };
        let made = env::var_os("OUT_DIR").map(PathBuf::from);
        let paths = missed(&dep_info, self.here, &done.read, made.as_deref());
        let line = |path: &PathBuf| {
            format!("{}: not counted: what declares this module is not understood", self.display(path))
        };
        paths.iter().map(line).collect()
    }

    /// Whether there are to be counters in this target.
    fn counts(&self) -> bool {
        self.wrapper.config.counts_tests || !self.target.kind.is_test_code()
    }

    fn said(&self, done: &Instrumented) -> Vec<String> {
        let line = |said: &livecov_instrument::Diagnostic| {
            format!("{}:{}: {}", self.display(&said.path), said.line.max(1), said.message)
        };
        done.diagnostics.iter().map(line).collect()
    }

    /// The name of a file in the data.
    fn display(&self, path: &Path) -> String {
        let Package { base, prefix, .. } = self.package;
        let name = if prefix.is_empty() || !path.starts_with(base) {
            files::relative(path, &self.wrapper.config.workspace_root)
        } else {
            Path::new(prefix).join(path.strip_prefix(base).unwrap_or(path))
        };
        let name = name.display().to_string();
        if cfg!(windows) { name.replace('\\', "/") } else { name }
    }

    /// Why a crate that was compiled has no counters; empty if it has some, or is
    /// to have none.
    fn why_none(&self, done: &Instrumented) -> String {
        if done.unit_count > 0 || !self.counts() {
            return String::new();
        }
        match done.omissions.first() {
            Some(omission) => {
                let detail = String::from_utf8_lossy(&omission.detail);
                format!("all of its code is excluded ({} {detail})", reason_name(omission.reason))
            }
            None => "it has no functions".to_owned(),
        }
    }

    /// Where something of this crate alone is kept.
    fn place(&self, what: &str) -> PathBuf {
        self.wrapper.place(what)
    }

    fn overlay(&self, done: &Instrumented) -> Overlay {
        Overlay::new(&self.package.base, self.place("overlay"), &texts(done))
    }

    fn blob_file(&self) -> PathBuf {
        self.place("blobs")
    }

    fn instrument(&self, fallback: &Fallback) -> Result<Instrumented, Error> {
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
            manifest_dir: Some(&self.package.folder),
            mode: config.mode.parse().unwrap_or(CounterMode::Set),
            granularity: config.granularity.parse().unwrap_or(Granularity::PerBlock),
            form: if config.is_portable { ProbeForm::Portable } else { ProbeForm::Assembly },
            runtime: RUNTIME,
            blob_file: &blob_file,
            const_fn: config.const_fn,
            counts: self.counts(),
            include_tests: config.counts_tests,
            arms_signals: config.arms_signals && self.is_program(),
            arms_library: config.arms_signals && self.is_foreign_library(),
            exports: self.exports().then_some(EXPORTS),
            left_out: &fallback.files,
            complaints: &fallback.rounds,
            display: &|path| self.display(path),
        };
        let done = instrument(&options, &mut |path| fs::read(path));
        let done = done.map_err(|error| Error::Instrument(call.crate_name.clone(), error))?;
        files::write(&blob_file, &done.blob)?;
        Ok(done)
    }

    fn is_program(&self) -> bool {
        let is_program = matches!(self.target.kind, TargetKind::Bin | TargetKind::Example);
        self.wrapper.call.is_test || is_program || self.target.kind.is_test_code()
    }

    /// Whether the crate exports functions to hosts in other languages.
    fn exports(&self) -> bool {
        self.wrapper.config.exports && self.is_foreign_library() && self.runtime.exports.is_file()
    }

    fn is_foreign_library(&self) -> bool {
        self.wrapper.call.is_foreign_library && !self.wrapper.call.is_test
    }

    /// Calls rustc on the overlay.
    fn rustc(&self, done: &Instrumented) -> Result<Compiled, Error> {
        let Wrapper { compiler, call, .. } = self.wrapper;
        let overlay = self.overlay(done);
        overlay.create(&texts(done), &done.read)?;
        let root = overlay.path(self.root).unwrap_or_else(|| self.root.to_owned());
        let mut command = compiler.direct();
        command.args(call.with_source(root.as_os_str()));
        command.args(self.remappings(&overlay));
        // Probes trip lints that are not about the user's code; the plain
        // build shows those that are.
        command.arg("--cap-lints=allow");
        command.arg(format!("--extern={RUNTIME}={}", self.runtime.rlib.display()));
        if self.exports() {
            command.arg(format!("--extern={EXPORTS}={}", self.runtime.exports.display()));
        }
        command.args(self.wrapper.search_paths()).args(self.wrapper.link_args());
        if done.has_const_probes {
            command.env("RUSTC_BOOTSTRAP", "1");
        }
        compiler.held(&mut command)
    }

    fn rewrite_dep_info(&self, overlay: &Overlay, has_macro_probes: bool) -> Result<(), Error> {
        let Some(path) = self.wrapper.call.dep_info() else { return Ok(()) };
        let Ok(text) = fs::read_to_string(&path) else { return Ok(()) };
        let [other, folder] =
            [overlay.other_name(), overlay.folder.clone()].map(|path| path.display().to_string().replace(' ', "\\ "));
        let mut text =
            rewrite_dep_info(&text.replace(&other, &folder), &overlay.folder, &overlay.base, &self.blob_file());
        if has_macro_probes {
            text = depend_on(&text, &shared_macros::file(&self.wrapper.config.out));
        }
        files::write(&path, text.as_bytes())
    }
}

fn texts(done: &Instrumented) -> Vec<(&Path, &str)> {
    done.files.iter().map(|file| (file.path.as_path(), file.text.as_str())).collect()
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
