//! The directory that data go to, and which one it is.

use crate::error::{Error, Operation};
use crate::sys::{Errno, Fd, Path, environment};
use core::ffi::{CStr, c_int};

/// An open directory. Opened for its name only: it need not be readable.
pub(crate) struct Directory(Fd);

#[cfg(any(target_os = "linux", target_os = "android"))]
const OPEN_FLAGS: c_int = libc::O_PATH | libc::O_DIRECTORY;
#[cfg(not(any(target_os = "linux", target_os = "android")))]
const OPEN_FLAGS: c_int = libc::O_RDONLY | libc::O_DIRECTORY;

impl Directory {
    /// Opens `path`, seen from the current directory.
    pub(crate) fn open(path: &CStr) -> Result<Self, Error> {
        Fd::open(path, OPEN_FLAGS).map(Self).map_err(|errno| Error::system(Operation::OpenDirectory, errno))
    }

    /// The directory that the environment asks for; `None` if it asks for
    /// nothing. With it its path. Not for signal handlers.
    ///
    /// A relative path is looked for in the current directory, and if it is
    /// not there, in the one that the program was started in: it may have
    /// changed since.
    pub(crate) fn of_environment() -> Option<(Path, Result<Self, Error>)> {
        let path = environment(c"LIVECOV_DIR").or_else(|| environment(c"GOCOVERDIR"))?;
        let mut opened = Fd::open(path.c_str(), OPEN_FLAGS);
        if opened.is_err() && !path.bytes().starts_with(b"/") {
            let start = environment(c"PWD").and_then(|start| Fd::open(start.c_str(), OPEN_FLAGS).ok());
            let there = start.and_then(|start| Fd::open_at(start.number(), path.c_str(), OPEN_FLAGS).ok());
            opened = there.map_or(opened, Ok);
        }
        Some((path, opened.map(Self).map_err(|errno| Error::system(Operation::OpenDirectory, errno))))
    }

    pub(crate) const fn number(&self) -> c_int {
        self.0.number()
    }

    /// Device and inode.
    pub(crate) fn identity(&self) -> Result<(u64, u64), Errno> {
        self.0.identity()
    }

    /// The directory of a descriptor that someone else owns; give it back by
    /// [`into_number`](Self::into_number).
    pub(crate) const fn borrow_number(number: c_int) -> Self {
        Self(Fd::from_number(number))
    }

    pub(crate) fn into_number(self) -> c_int {
        self.0.into_number()
    }
}
