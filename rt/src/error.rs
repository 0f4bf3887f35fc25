//! What can go wrong.

use crate::sys::Errno;

/// What was being done when the system refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Operation {
    /// Opening the directory for data files.
    OpenDirectory,
    /// Making the meta file.
    WriteMeta,
    /// Making a counter file.
    WriteCounters,
    /// Arming or disarming a signal.
    ArmSignal,
}

impl Operation {
    pub(crate) const fn text(self) -> &'static str {
        match self {
            Self::OpenDirectory => "open the directory",
            Self::WriteMeta => "write the meta file",
            Self::WriteCounters => "write the counter file",
            Self::ArmSignal => "arm the signal",
        }
    }

    /// The text with what joins it to the path of a directory.
    pub(crate) const fn text_before_directory(self) -> &'static str {
        match self {
            Self::OpenDirectory => "open the directory",
            Self::WriteMeta => "write the meta file in",
            Self::WriteCounters => "write the counter file in",
            Self::ArmSignal => "arm the signal with",
        }
    }
}

/// Why coverage data could not be written, taken or cleared.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Nothing in this process has counters.
    #[error("this program is not instrumented: build it with `cargo livecov`")]
    NotInstrumented,
    /// The system refused; nothing was left under a final name.
    #[error("cannot {}: {errno}", operation.text())]
    System {
        /// What was being done.
        operation: Operation,
        /// What the system said.
        errno: Errno,
    },
    /// The same, with the directory.
    #[cfg(feature = "std")]
    #[error("cannot {} {}: {errno}", operation.text_before_directory(), directory.display())]
    Directory {
        /// What was being done.
        operation: Operation,
        /// What the system said.
        errno: Errno,
        /// Where.
        directory: std::path::PathBuf,
    },
    /// A path with a NUL byte names nothing.
    #[error("the path of the directory has a NUL byte in it")]
    PathWithNul,
    /// The writer refused.
    #[cfg(feature = "std")]
    #[error("writing coverage data failed: {0}")]
    Stream(#[from] std::io::Error),
    /// The sink of a call in [`bare`](crate::bare) refused.
    #[error("writing coverage data failed: the sink refused")]
    Sink,
    /// Another call was taking counters all the time.
    #[error("another call is taking the counters; try again")]
    Busy,
    /// Neither `LIVECOV_DIR` nor `GOCOVERDIR` is set.
    #[error("there is no directory for coverage data: set LIVECOV_DIR")]
    NoDirectory,
    /// A label may have [`MAX_LABEL_LEN`](crate::MAX_LABEL_LEN) bytes.
    #[error("the label has {len} bytes, which is too long")]
    LabelTooLong {
        /// Its length in bytes.
        len: usize,
    },
    /// A signal was armed over eight different handlers.
    #[error("the signal was armed over too many different handlers: arm it before they take turns")]
    TooManyHandlers,
    /// The program's arguments or the like do not fit the file's format.
    #[error("the arguments are too long for a counter file")]
    ArgumentsTooLong,
}

impl Error {
    pub(crate) const fn system(operation: Operation, errno: Errno) -> Self {
        Self::System { operation, errno }
    }
}
