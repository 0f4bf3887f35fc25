//! What the environment asks of the runtime, besides the directory.
//!
//! Handlers must not read the environment, so it is read when signals are
//! armed, at exit, and by calls of the API, and kept here.

use crate::sys::environment;
use crate::text::{Text, parse_number};
use core::ffi::CStr;
use core::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, Ordering};

/// Longest name of an abstract socket, in bytes.
const MAX_SOCKET_LEN: usize = 107;

/// The name of the socket in `LIVECOV_NOTICES`.
pub(crate) type SocketName = Text<{ MAX_SOCKET_LEN + 1 }>;

static IS_LOADED: AtomicBool = AtomicBool::new(false);
static DUMPS_KEPT: AtomicU32 = AtomicU32::new(0);
static IS_WITHOUT_ARGUMENTS: AtomicBool = AtomicBool::new(false);
static SOCKET_LEN: AtomicU8 = AtomicU8::new(0);
static SOCKET: [AtomicU8; MAX_SOCKET_LEN] = [const { AtomicU8::new(0) }; MAX_SOCKET_LEN];

/// Reads the environment. Not for signal handlers.
pub(crate) fn load() {
    IS_LOADED.store(true, Ordering::Relaxed);
    let kept = environment(c"LIVECOV_DUMP_KEEP").map_or(0, |text| parse_number(text.bytes()));
    DUMPS_KEPT.store(u32::try_from(kept).unwrap_or(u32::MAX), Ordering::Relaxed);
    IS_WITHOUT_ARGUMENTS.store(is_off(c"LIVECOV_ARGS"), Ordering::Relaxed);
    if let Some(value) = environment(c"LIVECOV_NOTICES") {
        keep_socket(value.bytes());
    }
}

/// As [`load`], if nobody has done it before: for calls that a handler may make.
/// The C library's function for it only reads.
pub(crate) fn load_once() {
    if !IS_LOADED.load(Ordering::Relaxed) {
        load();
    }
}

const OFF: [&[u8]; 4] = [b"0", b"no", b"off", b"false"];
const ON: [&[u8]; 4] = [b"1", b"yes", b"on", b"true"];

fn is_one_of(value: &[u8], words: [&[u8]; 4]) -> bool {
    words.iter().any(|word| value.eq_ignore_ascii_case(word))
}

/// Whether a variable has the value `0`, `no`, `off` or `false`.
fn is_off(name: &CStr) -> bool {
    environment(name).is_some_and(|value| is_one_of(value.bytes(), OFF))
}

/// Whether a value plainly says yes or no.
pub(crate) fn is_switch(value: &[u8]) -> bool {
    is_one_of(value, OFF) || is_one_of(value, ON)
}

/// Whether a variable has a value other than those of [`is_off`].
pub(crate) fn is_on(name: &CStr) -> bool {
    environment(name).is_some() && !is_off(name)
}

/// Keeps the name of the socket for notices; the first one stays.
fn keep_socket(value: &[u8]) {
    let Some(name) = value.strip_prefix(b"@").filter(|name| !name.is_empty()) else { return };
    let Some(len) = u8::try_from(name.len()).ok().filter(|_| name.len() <= MAX_SOCKET_LEN) else { return };
    if SOCKET_LEN.load(Ordering::Acquire) != 0 {
        return;
    }
    for (slot, byte) in SOCKET.iter().zip(name) {
        slot.store(*byte, Ordering::Relaxed);
    }
    SOCKET_LEN.store(len, Ordering::Release);
}

/// The name of the socket that notices go to; empty if they go to standard
/// error.
pub(crate) fn socket() -> SocketName {
    let mut name = SocketName::new();
    for slot in SOCKET.iter().take(usize::from(SOCKET_LEN.load(Ordering::Acquire))) {
        name.push(&[slot.load(Ordering::Relaxed)]);
    }
    name
}

/// How many dumps of a process are kept; 0 for all.
pub(crate) fn dumps_kept() -> usize {
    usize::try_from(DUMPS_KEPT.load(Ordering::Relaxed)).unwrap_or(usize::MAX)
}

/// Whether files are to have the program's name but not its arguments.
pub(crate) fn is_without_arguments() -> bool {
    IS_WITHOUT_ARGUMENTS.load(Ordering::Relaxed)
}
