//! Puts coverage probes into the source text of a crate, and describes them.
//!
//! [`instrument()`] follows the modules of one crate from its root file,
//! edits the text of each, and gives the new texts and the package blob. It
//! does no I/O: files are read through a function of the caller's.

#![forbid(unsafe_code)]

mod arguments;
mod attributes;
mod blanks;
mod bodies;
mod calls;
mod cfg;
mod cutter;
mod definitions;
mod edits;
mod exclusions;
mod expanded;
mod expansion;
mod expressions;
mod finding;
mod foreign;
mod functions;
mod generate;
mod items;
mod krate;
mod leaving;
mod look;
mod macro_rules;
mod macros;
mod made;
mod modules;
mod options;
mod rejected;
mod syntax;
#[cfg(test)]
mod testing;
mod text;
mod tolerant;

pub use attributes::may_lack_std;
pub use cfg::{Cfg, CfgError, Predicate};
pub use livecov_format::encode::package::PackageError;
pub use options::{Complaint, Diagnostic, Instrumented, OVERLAY_ROOT, Options, ProbeForm, Rejected, SourceFile, Spot};

use std::io;
use std::path::Path;

/// Instruments the crate that `options` describes. `load` reads a source file.
///
/// # Errors
///
/// [`PackageError`] if the crate cannot be described: it has no package path,
/// or its description is longer than 4 GiB.
pub fn instrument(
    options: &Options<'_>,
    load: &mut dyn FnMut(&Path) -> io::Result<Vec<u8>>,
) -> Result<Instrumented, PackageError> {
    let mut found = krate::Crate::new(options);
    found.read(load);
    let done = found.finish();
    // Spans are looked up in a table that grows with each file.
    proc_macro2::extra::invalidate_current_thread_spans();
    done
}
