//! What the runtime asks of the system, each call as a plain function.
//!
//! Everything here is on POSIX's list of async-signal-safe functions, or a
//! Linux system call without more to it than the call. Nothing allocates and
//! nothing takes a lock. `errno` may change: who runs in a signal handler
//! puts it back with [`ErrnoGuard`].

use crate::text::Text;
use core::ffi::{CStr, c_char, c_int};
use core::mem::MaybeUninit;

/// An error number of the system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Errno(pub i32);

impl core::fmt::Display for Errno {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        #[cfg(feature = "std")]
        return write!(f, "{}", std::io::Error::from_raw_os_error(self.0));
        #[cfg(not(feature = "std"))]
        write!(f, "error number {}", self.0)
    }
}

impl Errno {
    pub(crate) const EXISTS: Self = Self(libc::EEXIST);
    pub(crate) const INVALID: Self = Self(libc::EINVAL);
    const INTERRUPTED: Self = Self(libc::EINTR);

    /// The number that the last failed call left.
    pub(crate) fn last() -> Self {
        // SAFETY: the C library gives a valid pointer to this thread's number.
        Self(unsafe { *errno_location() })
    }

    pub(crate) const MISSING: Self = Self(libc::ENOENT);

    /// Whether the process, or the system, has no file descriptors left.
    pub(crate) const fn is_out_of_descriptors(self) -> bool {
        matches!(self.0, libc::EMFILE | libc::ENFILE)
    }

    /// What the number means, for handlers: nothing is asked of the C library.
    pub(crate) const fn text(self) -> &'static str {
        match self.0 {
            libc::EPERM => "Operation not permitted",
            libc::ENOENT => "No such file or directory",
            libc::EIO => "Input/output error",
            libc::EACCES => "Permission denied",
            libc::EBUSY => "Device or resource busy",
            libc::EEXIST => "File exists",
            libc::ENOTDIR => "Not a directory",
            libc::EISDIR => "Is a directory",
            libc::EINVAL => "Invalid argument",
            libc::ENFILE => "Too many open files in system",
            libc::EMFILE => "Too many open files",
            libc::EFBIG => "File too large",
            libc::ENOSPC => "No space left on device",
            libc::EROFS => "Read-only file system",
            libc::ENAMETOOLONG => "File name too long",
            libc::ELOOP => "Too many levels of symbolic links",
            libc::EDQUOT => "Disk quota exceeded",
            libc::ESTALE => "Stale file handle",
            libc::ENOMEM => "Cannot allocate memory",
            _ => "error of the system",
        }
    }

    /// Whether a call is not there at all, or refused by a filter.
    const fn is_missing_call(self) -> bool {
        matches!(self.0, libc::ENOSYS | libc::EINVAL | libc::EPERM | libc::EOPNOTSUPP)
    }
}

fn errno_location() -> *mut c_int {
    // SAFETY: takes no argument and cannot fail.
    #[cfg(any(target_os = "linux", target_os = "fuchsia"))]
    return unsafe { libc::__errno_location() };
    // SAFETY: takes no argument and cannot fail.
    #[cfg(target_os = "android")]
    return unsafe { libc::__errno() };
    // SAFETY: takes no argument and cannot fail.
    #[cfg(any(target_os = "macos", target_os = "ios", target_os = "freebsd"))]
    unsafe {
        libc::__error()
    }
}

/// A path with its end.
pub(crate) type Path = Text<4097>;

/// Puts `errno` back when dropped.
pub(crate) struct ErrnoGuard(Errno);

impl ErrnoGuard {
    pub(crate) fn new() -> Self {
        Self(Errno::last())
    }
}

impl Drop for ErrnoGuard {
    fn drop(&mut self) {
        // SAFETY: the C library gives a valid pointer to this thread's number.
        unsafe { *errno_location() = self.0.0 }
    }
}

fn check(result: c_int) -> Result<c_int, Errno> {
    if result < 0 { Err(Errno::last()) } else { Ok(result) }
}

fn check_len(result: isize) -> Result<usize, Errno> {
    usize::try_from(result).map_err(|_| Errno::last())
}

/// Repeats `call` while signals interrupt it.
fn retry<T>(mut call: impl FnMut() -> Result<T, Errno>) -> Result<T, Errno> {
    loop {
        match call() {
            Err(Errno::INTERRUPTED) => {}
            result => return result,
        }
    }
}

/// A file descriptor that is closed when dropped.
#[derive(Debug)]
pub(crate) struct Fd(c_int);

impl Fd {
    /// Takes over `number`, which nobody else closes.
    pub(crate) const fn from_number(number: c_int) -> Self {
        Self(number)
    }

    pub(crate) const fn number(&self) -> c_int {
        self.0
    }

    /// Gives the number away; it is not closed.
    pub(crate) fn into_number(self) -> c_int {
        let number = self.0;
        core::mem::forget(self);
        number
    }

    /// Opens `path` with `flags`.
    pub(crate) fn open(path: &CStr, flags: c_int) -> Result<Self, Errno> {
        Self::open_at(libc::AT_FDCWD, path, flags)
    }

    /// Opens `path`, seen from the directory `dir`.
    pub(crate) fn open_at(dir: c_int, path: &CStr, flags: c_int) -> Result<Self, Errno> {
        const MODE: libc::c_uint = 0o666;
        // SAFETY: `path` ends in NUL and outlives the call.
        retry(|| check(unsafe { libc::openat(dir, path.as_ptr(), flags | libc::O_CLOEXEC, MODE) })).map(Self)
    }

    pub(crate) fn write_all(&self, mut bytes: &[u8]) -> Result<(), Errno> {
        while !bytes.is_empty() {
            // SAFETY: the pointer and the length are those of a slice.
            let len = retry(|| check_len(unsafe { libc::write(self.0, bytes.as_ptr().cast(), bytes.len()) }))?;
            bytes = bytes.get(len..).unwrap_or_default();
        }
        Ok(())
    }

    pub(crate) fn write_all_at(&self, mut bytes: &[u8], offset: u64) -> Result<(), Errno> {
        let mut offset = libc::off_t::try_from(offset).map_err(|_| Errno::INVALID)?;
        while !bytes.is_empty() {
            // SAFETY: the pointer and the length are those of a slice.
            let call = || check_len(unsafe { libc::pwrite(self.0, bytes.as_ptr().cast(), bytes.len(), offset) });
            let len = retry(call)?;
            bytes = bytes.get(len..).unwrap_or_default();
            offset += libc::off_t::try_from(len).map_err(|_| Errno::INVALID)?;
        }
        Ok(())
    }

    /// Empties the file, the next write being at its start.
    pub(crate) fn rewind(&self) -> Result<(), Errno> {
        // SAFETY: no pointers are passed.
        retry(|| check(unsafe { libc::ftruncate(self.0, 0) }))?;
        // SAFETY: no pointers are passed.
        if unsafe { libc::lseek(self.0, 0, libc::SEEK_SET) } < 0 { Err(Errno::last()) } else { Ok(()) }
    }

    /// Device and inode, which tell files apart.
    pub(crate) fn identity(&self) -> Result<(u64, u64), Errno> {
        let mut status = MaybeUninit::<libc::stat>::uninit();
        // SAFETY: there is room for the answer.
        check(unsafe { libc::fstat(self.0, status.as_mut_ptr()) })?;
        // SAFETY: the call succeeded and so filled it in.
        Ok(device_and_inode(&unsafe { status.assume_init() }))
    }

    /// Who owns the file.
    pub(crate) fn owner(&self) -> Result<u32, Errno> {
        let mut status = MaybeUninit::<libc::stat>::uninit();
        // SAFETY: there is room for the answer.
        check(unsafe { libc::fstat(self.0, status.as_mut_ptr()) })?;
        // SAFETY: the call succeeded and so filled it in.
        Ok(unsafe { status.assume_init() }.st_uid)
    }

    /// Whether the file still has a name.
    pub(crate) fn is_linked(&self) -> bool {
        let mut status = MaybeUninit::<libc::stat>::uninit();
        // SAFETY: there is room for the answer, which is looked at only if
        // the call has filled it in.
        unsafe { libc::fstat(self.0, status.as_mut_ptr()) == 0 && status.assume_init().st_nlink > 0 }
    }

    /// Whether another process holds a lock on the file.
    pub(crate) fn is_locked(&self) -> bool {
        // SAFETY: no pointers are passed. A lock that this takes ends with the descriptor.
        let result = check(unsafe { libc::flock(self.0, libc::LOCK_SH | libc::LOCK_NB) });
        result == Err(Errno(libc::EWOULDBLOCK))
    }

    /// Another descriptor for the same, with a number out of the way: programs
    /// may expect the lowest ones to be theirs.
    pub(crate) fn lifted(&self) -> Result<Self, Errno> {
        const LOWEST: [c_int; 3] = [512, 64, 3];
        let mut result = Err(Errno::INVALID);
        for lowest in LOWEST {
            // SAFETY: no pointers are passed.
            result = check(unsafe { libc::fcntl(self.0, libc::F_DUPFD_CLOEXEC, lowest) }).map(Self);
            if result.is_ok() {
                break;
            }
        }
        result
    }

    /// Reads to the end of the file or of `buffer` and gives what was read.
    pub(crate) fn read<'b>(&self, buffer: &'b mut [u8]) -> Result<&'b [u8], Errno> {
        let mut used = 0;
        while let Some(room) = buffer.get_mut(used..).filter(|room| !room.is_empty()) {
            // SAFETY: the pointer and the length are those of a slice.
            let len = retry(|| check_len(unsafe { libc::read(self.0, room.as_mut_ptr().cast(), room.len()) }))?;
            if len == 0 {
                break;
            }
            used += len;
        }
        Ok(buffer.get(..used).unwrap_or_default())
    }
}

impl Drop for Fd {
    fn drop(&mut self) {
        // SAFETY: the descriptor is this value's own. What `close` says of a
        // file that was written is said by no system that this runs on.
        unsafe { libc::close(self.0) };
    }
}

#[allow(clippy::unnecessary_cast, clippy::useless_conversion, reason = "the fields' types differ between systems")]
fn device_and_inode(status: &libc::stat) -> (u64, u64) {
    (status.st_dev as u64, status.st_ino as u64)
}

/// Gives a file another name, in the place of one that may have it.
pub(crate) fn rename(dir: c_int, from: &CStr, to: &CStr) -> Result<(), Errno> {
    // SAFETY: both names end in NUL.
    retry(|| check(unsafe { libc::renameat(dir, from.as_ptr(), dir, to.as_ptr()) })).map(drop)
}

/// Gives a file another name that no file has, else [`Errno::EXISTS`].
pub(crate) fn rename_new(dir: c_int, from: &CStr, to: &CStr) -> Result<(), Errno> {
    match rename_without_replacing(dir, from, to) {
        Err(errno) if errno.is_missing_call() => {}
        result => return result,
    }
    // SAFETY: both names end in NUL.
    match retry(|| check(unsafe { libc::linkat(dir, from.as_ptr(), dir, to.as_ptr(), 0) })) {
        Ok(_) => remove(dir, from),
        // A file system without links: names are unique but for other hosts that write there.
        Err(errno) if errno.is_missing_call() => rename(dir, from, to),
        Err(errno) => Err(errno),
    }
}

#[cfg(any(all(target_os = "linux", target_env = "gnu"), target_os = "android"))]
fn rename_without_replacing(dir: c_int, from: &CStr, to: &CStr) -> Result<(), Errno> {
    // SAFETY: both names end in NUL.
    let call = || check(unsafe { libc::renameat2(dir, from.as_ptr(), dir, to.as_ptr(), libc::RENAME_NOREPLACE) });
    retry(call).map(drop)
}

#[cfg(not(any(all(target_os = "linux", target_env = "gnu"), target_os = "android")))]
fn rename_without_replacing(_dir: c_int, _from: &CStr, _to: &CStr) -> Result<(), Errno> {
    Err(Errno(libc::ENOSYS))
}

/// Removes the file `name`.
pub(crate) fn remove(dir: c_int, name: &CStr) -> Result<(), Errno> {
    // SAFETY: `name` ends in NUL.
    check(unsafe { libc::unlinkat(dir, name.as_ptr(), 0) }).map(drop)
}

/// A copy of `value` in memory that is never freed; `None` if there is no
/// memory. Not for signal handlers.
pub(crate) fn leaked<T: Copy>(value: T) -> Option<*mut T> {
    // SAFETY: asks for memory of that size.
    let place = unsafe { libc::malloc(size_of::<T>()) }.cast::<T>();
    if place.is_null() {
        return None;
    }
    // SAFETY: `malloc` gave memory of that size, aligned for anything.
    unsafe { place.write(value) };
    Some(place)
}

/// Writes a line to standard error, unless that would wait for somebody to read
/// it, or is a connection that the program has opened under this number.
pub(crate) fn write_to_stderr(line: &[u8]) {
    const NUMBER: c_int = 2;
    let mut ready = libc::pollfd { fd: NUMBER, events: libc::POLLOUT, revents: 0 };
    // SAFETY: there is one record, which the call may change.
    let count = unsafe { libc::poll(&raw mut ready, 1, 0) };
    if count != 1 || ready.revents & (libc::POLLOUT | libc::POLLNVAL) != libc::POLLOUT || is_internet_socket(NUMBER) {
        return;
    }
    let stderr = Fd::from_number(NUMBER);
    // There is nowhere to report that to.
    let _ = stderr.write_all(line);
    stderr.into_number();
}

/// Whether the descriptor is a connection to elsewhere: a daemon that has closed
/// standard error may have got that number for one. A journal's socket is local.
fn is_internet_socket(number: c_int) -> bool {
    let mut address = MaybeUninit::<libc::sockaddr_storage>::zeroed();
    let Ok(mut len) = libc::socklen_t::try_from(size_of::<libc::sockaddr_storage>()) else { return false };
    // SAFETY: there is room for the address, of which the length is passed.
    let result = unsafe { libc::getsockname(number, address.as_mut_ptr().cast(), &raw mut len) };
    // SAFETY: all zeros, or what the call has filled in, are an address.
    let family = c_int::from(unsafe { address.assume_init() }.ss_family);
    result == 0 && (family == libc::AF_INET || family == libc::AF_INET6)
}

/// Sends `bytes` to the abstract socket `name`, if somebody listens there. An
/// error says that this process can have no socket.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(crate) fn send_datagram(name: &[u8], bytes: &[u8]) -> Result<(), Errno> {
    /// How often it is tried again while the receiver's queue is full, each
    /// time after a pause: a tenth of a second.
    const MAX_PAUSES: usize = 2_000;
    // SAFETY: all zeros are an address of the family 0.
    let mut address: libc::sockaddr_un = unsafe { MaybeUninit::zeroed().assume_init() };
    let Ok(family) = libc::sa_family_t::try_from(libc::AF_UNIX) else { return Ok(()) };
    address.sun_family = family;
    // A name without a file starts with a zero.
    for (slot, byte) in address.sun_path.iter_mut().skip(1).zip(name) {
        *slot = c_char::from_ne_bytes([*byte]);
    }
    let len = core::mem::offset_of!(libc::sockaddr_un, sun_path) + 1 + name.len().min(address.sun_path.len() - 1);
    let Ok(len) = libc::socklen_t::try_from(len) else { return Ok(()) };
    let kind = libc::SOCK_DGRAM | libc::SOCK_CLOEXEC | libc::SOCK_NONBLOCK;
    // SAFETY: no pointers are passed.
    let socket = check(unsafe { libc::socket(libc::AF_UNIX, kind, 0) }).map(Fd)?;
    for _ in 0..MAX_PAUSES {
        // SAFETY: the pointers and lengths are those of a slice and a record.
        let sent = check_len(unsafe {
            let (bytes, len_of_bytes) = (bytes.as_ptr().cast(), bytes.len());
            libc::sendto(socket.0, bytes, len_of_bytes, libc::MSG_NOSIGNAL, (&raw const address).cast(), len)
        });
        match sent {
            Err(Errno(libc::EAGAIN)) => pause(),
            _ => break,
        }
    }
    Ok(())
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(crate) fn send_datagram(_name: &[u8], _bytes: &[u8]) -> Result<(), Errno> {
    Ok(())
}

/// Makes the directory `path`.
pub(crate) fn make_directory(path: &CStr) -> Result<(), Errno> {
    // SAFETY: `path` ends in NUL.
    check(unsafe { libc::mkdir(path.as_ptr(), 0o755) }).map(drop)
}

/// The current directory; `None` if it has no name, or none that fits.
pub(crate) fn current_directory() -> Option<Path> {
    let mut room = [0u8; 4096];
    // SAFETY: the pointer and the length are those of an array.
    let found = unsafe { libc::getcwd(room.as_mut_ptr().cast(), room.len()) };
    let name = CStr::from_bytes_until_nul(&room).ok().filter(|_| !found.is_null())?;
    let mut path = Path::new();
    path.push(name.to_bytes());
    path.bytes().starts_with(b"/").then_some(path)
}

/// What the symbolic link `path` says; empty if it cannot be read.
pub(crate) fn link_target(path: &CStr) -> Path {
    let mut room = [0u8; 4096];
    // SAFETY: the pointer and the length are those of an array.
    let len = unsafe { libc::readlink(path.as_ptr(), room.as_mut_ptr().cast(), room.len()) };
    let mut target = Path::new();
    target.push(usize::try_from(len).ok().and_then(|len| room.get(..len)).unwrap_or_default());
    target
}

/// The name of this machine in its network; empty if it has none.
pub(crate) fn host_name() -> Text<256> {
    let mut room = [0u8; 256];
    // SAFETY: the pointer and the length are those of an array.
    let result = unsafe { libc::gethostname(room.as_mut_ptr().cast(), room.len()) };
    let mut name = Text::new();
    if let Some(found) = CStr::from_bytes_until_nul(&room).ok().filter(|_| result == 0) {
        name.push(found.to_bytes());
    }
    name
}

/// The bits of a number that the C library has as a signed one.
pub(crate) const fn unsigned(number: c_int) -> u32 {
    u32::from_ne_bytes(number.to_ne_bytes())
}

/// The number of the process that this one is a child of.
pub(crate) fn parent_id() -> u32 {
    // SAFETY: takes no argument and cannot fail.
    unsigned(unsafe { libc::getppid() })
}

/// The number of the user in whose name files are made.
pub(crate) fn user_id() -> u32 {
    // SAFETY: takes no argument and cannot fail.
    unsafe { libc::geteuid() }
}

/// The process's number; asked for each time, because a fork changes it.
pub(crate) fn process_id() -> u32 {
    // SAFETY: takes no argument and cannot fail.
    unsigned(unsafe { libc::getpid() })
}

/// Which clock.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Clock {
    /// Since 1970.
    Real,
    /// Since some moment in the past, never set back.
    Monotonic,
    /// Since the system started, times of sleep included.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    Boot,
}

/// Nanoseconds on `clock`; 0 if it cannot be read.
pub(crate) fn nanos(clock: Clock) -> u64 {
    let id = match clock {
        Clock::Real => libc::CLOCK_REALTIME,
        Clock::Monotonic => libc::CLOCK_MONOTONIC,
        #[cfg(any(target_os = "linux", target_os = "android"))]
        Clock::Boot => libc::CLOCK_BOOTTIME,
    };
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: there is room for the answer.
    unsafe { libc::clock_gettime(id, &raw mut time) };
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    seconds.wrapping_mul(1_000_000_000).wrapping_add(u64::try_from(time.tv_nsec).unwrap_or(0))
}

/// Lets others run for about 50 microseconds.
pub(crate) fn pause() {
    let time = libc::timespec { tv_sec: 0, tv_nsec: 50_000 };
    // SAFETY: the request is valid, and nothing is asked to be written back.
    unsafe { libc::nanosleep(&raw const time, core::ptr::null_mut()) };
}

/// Copies memory of this process that may not be there, and gives how many
/// bytes were.
///
/// The kernel does the reading, so that an address which another thread has
/// just unmapped is an error here and not a fault.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(crate) fn read_memory(process: u32, address: usize, into: &mut [u8]) -> Result<usize, Errno> {
    let local = libc::iovec { iov_base: into.as_mut_ptr().cast(), iov_len: into.len() };
    let remote = libc::iovec { iov_base: core::ptr::without_provenance_mut(address), iov_len: into.len() };
    // SAFETY: the local vector is a slice; the remote one is checked by the
    // kernel, which is what the call is for.
    let read = unsafe {
        libc::process_vm_readv(
            libc::pid_t::from_ne_bytes(process.to_ne_bytes()),
            &raw const local,
            1,
            &raw const remote,
            1,
            0,
        )
    };
    check_len(read)
}

/// A value that the kernel gave the program when it started; 0 if it gave none.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(crate) fn auxiliary_value(key: libc::c_ulong) -> usize {
    // SAFETY: reads the vector, which does not change; any key is allowed.
    usize::try_from(unsafe { libc::getauxval(key) }).unwrap_or(0)
}

/// Whether this program has rights that its caller lacks: set-uid, set-gid, or
/// capabilities of its file.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn is_privileged() -> bool {
    auxiliary_value(libc::AT_SECURE) != 0
}

#[cfg(any(target_os = "macos", target_os = "ios", target_os = "freebsd"))]
fn is_privileged() -> bool {
    // SAFETY: takes no argument and cannot fail.
    unsafe { libc::issetugid() != 0 }
}

/// The value of an environment variable, if it is set, not empty, and not
/// longer than a path can be. Not for signal handlers.
///
/// A privileged program has no variables: its caller would else choose where
/// it writes. This is what `secure_getenv` does where there is one.
pub(crate) fn environment(name: &CStr) -> Option<Path> {
    let value = variable(name)?;
    let mut path = Path::new();
    path.push(value.to_bytes());
    (path.bytes() == value.to_bytes() && !path.bytes().is_empty()).then_some(path)
}

/// Whether [`environment`] has no value because that is too long.
pub(crate) fn is_too_long(name: &CStr) -> bool {
    environment(name).is_none() && variable(name).is_some_and(|value| !value.is_empty())
}

fn variable(name: &CStr) -> Option<&'static CStr> {
    if is_privileged() {
        return None;
    }
    // SAFETY: `name` ends in NUL. Whoever changes the environment while other
    // threads run vouches that none of them reads it; the standard library
    // asks for that as well, because C code reads it at any time.
    let value = unsafe { libc::getenv(name.as_ptr()) };
    if value.is_null() {
        return None;
    }
    // SAFETY: not null, so it is a C string, which stays for as long as the
    // environment is not changed.
    Some(unsafe { CStr::from_ptr(value) })
}

/// How many libraries this process has unloaded so far. Takes the loader's
/// lock, so not for signal handlers.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(crate) fn unloaded_count() -> u64 {
    unsafe extern "C" fn store(info: *mut libc::dl_phdr_info, _size: usize, count: *mut core::ffi::c_void) -> c_int {
        // SAFETY: both pointers are valid: the loader's, and the one below.
        unsafe { *count.cast::<u64>() = (*info).dlpi_subs };
        1
    }
    let mut count = 0u64;
    // SAFETY: the callback is of the type that the loader calls, and what it
    // is given outlives the call.
    unsafe { libc::dl_iterate_phdr(Some(store), (&raw mut count).cast()) };
    count
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(crate) fn unloaded_count() -> u64 {
    nanos(Clock::Monotonic)
}

/// Sixteen bytes that differ from start to start of a program and stay the
/// same in it.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(crate) fn random_of_start() -> [u8; 16] {
    let address = auxiliary_value(libc::AT_RANDOM);
    if address == 0 {
        return [0; 16];
    }
    // SAFETY: the kernel puts sixteen bytes there, which stay.
    unsafe { *core::ptr::with_exposed_provenance::<[u8; 16]>(address) }
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(crate) fn random_of_start() -> [u8; 16] {
    use core::sync::atomic::{AtomicU64, Ordering};
    static START: AtomicU64 = AtomicU64::new(0);
    let _ = START.compare_exchange(0, nanos(Clock::Real), Ordering::Relaxed, Ordering::Relaxed);
    (u128::from(START.load(Ordering::Relaxed)) << 64 | u128::from(process_id())).to_le_bytes()
}
