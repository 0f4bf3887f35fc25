//! What the system says of a file without opening it.

use crate::sys::Errno;
use core::ffi::{CStr, c_int};
use core::mem::MaybeUninit;

/// A file's identity, its length, and when it changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Status {
    /// Whether it is a file and not a directory, a pipe, or the like.
    pub(crate) is_regular: bool,
    /// Bytes.
    pub(crate) len: u64,
    /// Device and inode.
    pub(crate) identity: (u64, u64),
    /// When the contents changed, in nanoseconds since 1970.
    pub(crate) modified: i128,
    /// When the contents or the inode changed. No program can set this time.
    pub(crate) changed: i128,
    /// The user who owns it.
    pub(crate) owner: u32,
}

impl Status {
    /// That of the file `name` in the directory `dir`, symbolic links followed.
    pub(crate) fn of(dir: c_int, name: &CStr) -> Result<Self, Errno> {
        let mut status = MaybeUninit::<libc::stat>::uninit();
        // SAFETY: `name` ends in NUL, and there is room for the answer.
        if unsafe { libc::fstatat(dir, name.as_ptr(), status.as_mut_ptr(), 0) } != 0 {
            return Err(Errno::last());
        }
        // SAFETY: the call succeeded and so filled it in.
        Ok(Self::from_record(&unsafe { status.assume_init() }))
    }

    #[allow(
        clippy::cast_lossless,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::unnecessary_cast,
        reason = "the fields' types differ between systems"
    )]
    fn from_record(status: &libc::stat) -> Self {
        let nanos = |seconds: i64, nanos: i64| i128::from(seconds) * 1_000_000_000 + i128::from(nanos);
        Self {
            is_regular: status.st_mode & libc::S_IFMT == libc::S_IFREG,
            len: status.st_size as u64,
            identity: (status.st_dev as u64, status.st_ino as u64),
            modified: nanos(status.st_mtime as i64, status.st_mtime_nsec as i64),
            changed: nanos(status.st_ctime as i64, status.st_ctime_nsec as i64),
            owner: status.st_uid as u32,
        }
    }
}
