//! A directory that data go to, opened.

use crate::error::{Error, Operation};
use crate::sys::{Errno, Fd};
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

    pub(crate) const fn number(&self) -> c_int {
        self.0.number()
    }

    /// Device and inode.
    pub(crate) fn identity(&self) -> Result<(u64, u64), Errno> {
        self.0.identity()
    }

    /// Whether the directory still has a name.
    pub(crate) fn is_linked(&self) -> bool {
        self.0.is_linked()
    }

    /// Another descriptor for it, with a high number.
    pub(crate) fn copied(&self) -> Result<Self, Errno> {
        self.0.lifted().map(Self)
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
