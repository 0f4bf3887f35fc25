//! What ends a command.

use std::io;
use std::path::{Path, PathBuf};

/// An error that ends a command, in words for its user.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The command line lacks something or has too much.
    #[error("{0}")]
    Usage(String),
    /// A file or directory refuses what is wanted of it.
    #[error("{action} {}: {}", path.display(), reason(source))]
    File {
        /// What was wanted, such as `writing`.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
    /// An input directory cannot be read; in the words of Go's tool.
    #[error("reading inputs: open {}: {}", path.display(), reason(source))]
    Inputs {
        /// The directory.
        path: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
    /// Something was left out, and `--strict` was given.
    #[error("{0}")]
    Strict(String),
    /// The inputs do not go together, or not with what is wanted.
    #[error("{0}")]
    Unsuitable(String),
    /// Coverage is below a limit.
    #[error("{0}")]
    Threshold(String),
    /// Nobody reads the output any more.
    #[error("the output was closed")]
    ClosedPipe,
}

impl Error {
    /// An [`Error::File`].
    pub(crate) fn file(action: &'static str, path: &Path, source: io::Error) -> Self {
        Self::File { action, path: path.to_owned(), source }
    }

    /// An error while writing the report.
    pub(crate) fn output(source: io::Error) -> Self {
        match source.kind() {
            io::ErrorKind::BrokenPipe => Self::ClosedPipe,
            _ => Self::File { action: "writing", path: "standard output".into(), source },
        }
    }

    /// The exit status that says so.
    #[must_use]
    pub const fn exit_status(&self) -> u8 {
        match self {
            Self::Usage(_) => crate::exit::USAGE,
            Self::ClosedPipe => crate::exit::SUCCESS,
            Self::Threshold(_) => crate::exit::THRESHOLD,
            _ => crate::exit::FAILURE,
        }
    }
}

/// The system's words without its number, starting small, as Go prints them.
pub(crate) fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}
