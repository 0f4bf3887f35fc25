//! Output files, which appear by rename and never half-written.

use crate::error::Error;
use livecov_format::layout::TEMPORARY_PREFIX;
use std::fs::{self, File};
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// A file that takes its name when it is complete.
#[derive(Debug)]
pub struct OutputFile {
    writer: BufWriter<File>,
    target: PathBuf,
    /// Where the bytes go until then; none if the target is no regular file,
    /// such as a terminal or a pipe, and written to directly.
    temporary: Option<PathBuf>,
}

impl OutputFile {
    /// Starts a file that will be at `path`.
    ///
    /// # Errors
    ///
    /// Those of the system.
    pub fn create(path: &Path) -> Result<Self, Error> {
        let failed = |source| Error::file("creating", path, source);
        // What cannot be looked at cannot be made either, and that is said.
        let existing = fs::metadata(path).ok();
        if existing.as_ref().is_some_and(|existing| !existing.is_file()) {
            let file = File::options().write(true).open(path).map_err(failed)?;
            return Ok(Self { writer: BufWriter::new(file), target: path.to_owned(), temporary: None });
        }
        // A link stays one: what it points to is replaced.
        let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let (temporary, file) = temporary_beside(&target).map_err(failed)?;
        if let Some(existing) = existing {
            file.set_permissions(existing.permissions()).map_err(failed)?;
        }
        Ok(Self { writer: BufWriter::with_capacity(1 << 16, file), target, temporary: Some(temporary) })
    }

    /// Writes bytes over what was written at `offset` before.
    ///
    /// # Errors
    ///
    /// Those of the system.
    pub fn patch(&mut self, offset: u64, bytes: &[u8]) -> Result<(), Error> {
        let patched = self
            .writer
            .seek(SeekFrom::Start(offset))
            .and_then(|_| self.writer.write_all(bytes))
            .and_then(|()| self.writer.seek(SeekFrom::End(0)));
        patched.map(drop).map_err(|source| Error::file("writing", &self.target, source))
    }

    /// Gives the file the permissions of another.
    ///
    /// # Errors
    ///
    /// Those of the system.
    pub fn copy_permissions(&self, from: &Path) -> Result<(), Error> {
        let copied = fs::metadata(from).and_then(|from| self.writer.get_ref().set_permissions(from.permissions()));
        copied.map_err(|source| Error::file("writing", &self.target, source))
    }

    /// Completes the file: only now it is at its path.
    ///
    /// # Errors
    ///
    /// Those of the system; the path is as it was before then.
    pub fn commit(mut self) -> Result<(), Error> {
        let flushed = self.writer.flush();
        let named = flushed.and_then(|()| match &self.temporary {
            Some(temporary) => fs::rename(temporary, &self.target),
            None => Ok(()),
        });
        named.map_err(|source| Error::file("writing", &self.target, source))?;
        self.temporary = None;
        Ok(())
    }
}

impl Write for OutputFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.writer.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

impl Drop for OutputFile {
    fn drop(&mut self) {
        if let Some(temporary) = &self.temporary {
            // If it cannot be removed either, its name says what it is.
            fs::remove_file(temporary).ok();
        }
    }
}

/// A new file in the directory of `target`, under a name that no reader of
/// coverage data looks at.
fn temporary_beside(target: &Path) -> io::Result<(PathBuf, File)> {
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    for attempt in 0.. {
        let temporary = target.with_file_name(format!("{TEMPORARY_PREFIX}{name}.{}.{attempt}", std::process::id()));
        match File::options().write(true).create_new(true).open(&temporary) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            made => return made.map(|file| (temporary, file)),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}
