//! `meta`: the meta files of instrumented programs, made from the programs.

use crate::binary::image::{Image, ImageError};
use crate::cli::MetaOpts;
use crate::error::Error;
use crate::input::FileBytes;
use crate::output::OutputFile;
use crate::session::Session;
use livecov_format::layout::META_PREFIX;
use std::io::Write;
use std::path::Path;

/// Runs the command.
///
/// # Errors
///
/// Programs that cannot be read or are not instrumented, after all others have been worked on; those of the output.
pub fn run(session: &mut Session<'_>, opts: &MetaOpts) -> Result<(), Error> {
    let output = opts.output().ok_or_else(|| Error::Usage("select output directory with '-o' option".into()))?;
    if opts.programs.is_empty() {
        return Err(Error::Usage("name the programs: livecov meta PROGRAM... -o DIR".into()));
    }
    std::fs::create_dir_all(output).map_err(|source| Error::file("opening output directory", output, source))?;
    let mut failures = Vec::new();
    for program in &opts.programs {
        let program = Path::new(program);
        match write_meta(session, program, output) {
            Ok(()) => {}
            Err(error @ (Error::File { .. } | Error::Unsuitable(_))) => failures.push(error.to_string()),
            Err(error) => return Err(error),
        }
    }
    if failures.is_empty() { Ok(()) } else { Err(Error::Unsuitable(failures.join("\nerror: "))) }
}

fn write_meta(session: &mut Session<'_>, program: &Path, output: &Path) -> Result<(), Error> {
    let bytes = read_program(program)?;
    let image = Image::parse(&bytes).map_err(|error| unsuitable(program, error))?;
    let path = output.join(format!("{META_PREFIX}.{}", image.tag()));
    let file = image.meta_file();
    // One that is as it should be may be somebody else's.
    if !std::fs::read(&path).is_ok_and(|there| there == file) {
        let mut out = OutputFile::create(&path)?;
        out.write_all(&file).map_err(|source| Error::file("writing", &path, source))?;
        out.commit()?;
    }
    writeln!(session.out, "{}", path.display()).map_err(Error::output)
}

/// The bytes of a program.
///
/// # Errors
///
/// Those of the system; what is no file.
pub fn read_program(path: &Path) -> Result<FileBytes<'static>, Error> {
    let failed = |source| Error::file("reading", path, source);
    if !std::fs::metadata(path).map_err(failed)?.is_file() {
        return Err(Error::Unsuitable(format!("{}: it is no file", path.display())));
    }
    FileBytes::read(path).map_err(failed)
}

/// Says why a file does not do.
#[must_use]
pub fn unsuitable(path: &Path, error: ImageError) -> Error {
    Error::Unsuitable(format!("{}: {error}", path.display()))
}
