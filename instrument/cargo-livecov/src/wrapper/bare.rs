//! A crate that is compiled without probes, but with the `cfg` options that
//! instrumented crates have.
//!
//! Those make attributes active that only other tools can do something with, and
//! that the compiler may reject. So the crate is compiled from texts in which
//! these attributes are inactive, if it has any.

use super::{Crate, Wrapper};
use crate::compiler::is_artifact;
use crate::error::Error;
use crate::fallback::Complaints;
use crate::files;
use crate::overlay::Overlay;
use livecov_instrument::{Instrumented, SourceFile};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::{fs, process};

/// The texts without probes.
#[derive(Default)]
pub(super) struct Bare {
    /// The files that differ from their originals.
    files: Vec<SourceFile>,
    /// All files of the crate.
    read: Vec<PathBuf>,
}

impl Bare {
    pub(super) fn of(done: &Instrumented) -> Self {
        Self { files: done.blanked.clone(), read: done.read.clone() }
    }

    fn texts(&self) -> Vec<(&Path, &str)> {
        self.files.iter().map(|file| (file.path.as_path(), file.text.as_str())).collect()
    }
}

impl Crate<'_> {
    /// Compiles the crate without probes.
    pub(super) fn plain(&self, bare: &Bare) -> Result<i32, Error> {
        let Wrapper { compiler, call, .. } = self.wrapper;
        let (overlay, root) = match self.bare_overlay(bare) {
            Ok(Some(overlay)) => overlay,
            Ok(None) => return self.wrapper.plain(),
            // Without the texts, the crate has to do without the options.
            Err(_) => return self.wrapper.plain_call(self.wrapper.given),
        };
        let mut command = compiler.direct();
        command.args(call.with_source(root.as_os_str())).args(self.remappings(&overlay));
        command.args(self.wrapper.search_paths()).args(self.wrapper.link_args());
        let status = self.wrapper.run_plain(&mut command)?;
        if status == 0 {
            self.rewrite_dep_info(&overlay, false)?;
        }
        Ok(status)
    }

    /// An overlay with the texts without probes, and where the root file is; none
    /// if the originals will do.
    fn bare_overlay(&self, bare: &Bare) -> Result<Option<(Overlay, PathBuf)>, Error> {
        if bare.files.is_empty() {
            return Ok(None);
        }
        let texts = bare.texts();
        let overlay = Overlay::new(&self.package.base, self.place("overlay"), &texts);
        overlay.create(&texts, &bare.read)?;
        let root = overlay.path(self.root).unwrap_or_else(|| self.root.to_owned());
        Ok(Some((overlay, root)))
    }

    pub(super) fn remappings(&self, overlay: &Overlay) -> Vec<String> {
        overlay.remappings(self.here, self.wrapper.call.source().is_some_and(Path::is_relative))
    }

    /// Shows the messages of a compile that leaves nothing behind if the crate
    /// has errors of its own: as the user knows them, and without a second
    /// attempt with probes.
    pub(super) fn own_mistakes(&self, complaints: &Complaints<'_>, bare: &Bare) -> Result<Option<i32>, Error> {
        let call = self.wrapper.call;
        let mut args = Vec::new();
        let mut root = None;
        if let Some((overlay, path)) = self.bare_overlay(bare)? {
            args = self.remappings(&overlay);
            root = Some(path);
        }
        let output = self.check(call.check_args(root.as_deref()), &args)?;
        if output.status.success() {
            return Ok(None);
        }
        let is_new = self.wrapper.accuse(&complaints.foreign(&output.stderr, &self.wrapper.config.packages))?;
        for line in output.stderr.split_inclusive(|byte| *byte == b'\n').filter(|line| !is_new && !is_artifact(line)) {
            io::stderr().write_all(line).ok();
        }
        if !is_new && self.is_about_cfg(complaints.files, &output.stderr)? {
            let name = &call.crate_name;
            eprintln!(
                "livecov: crate {name} compiles without `--cfg coverage`, which livecov sets; --no-cfg-coverage leaves it out"
            );
        }
        Ok(Some(output.status.code().unwrap_or(1)))
    }

    /// Whether a crate that does not compile would do so without the `cfg` options
    /// that this tool sets.
    fn is_about_cfg(&self, read: &[PathBuf], messages: &[u8]) -> Result<bool, Error> {
        let has_name = |path: &PathBuf| fs::read_to_string(path).is_ok_and(|text| text.contains("coverage"));
        // Code that macros or build scripts make is named in messages only.
        let is_named = String::from_utf8_lossy(messages).contains("coverage") || read.iter().any(has_name);
        if self.wrapper.config.cfg.is_empty() || !is_named {
            return Ok(false);
        }
        Ok(self.check(self.wrapper.given.check_args(None), &[])?.status.success())
    }

    /// A compile that leaves nothing behind.
    fn check(&self, args: Vec<std::ffi::OsString>, more: &[String]) -> Result<process::Output, Error> {
        let folder = self.place("check");
        files::create_folder(&folder)?;
        let mut command = self.wrapper.compiler.direct();
        command.args(args).arg("--out-dir").arg(&folder).args(more).args(self.wrapper.search_paths());
        let output = self.wrapper.compiler.output(&mut command)?;
        files::remove_folder(&folder)?;
        Ok(output)
    }
}
