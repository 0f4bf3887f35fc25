//! Which process, which moment, which command line: what a counter file says
//! besides its counters.

use crate::image::Image;
use crate::label::Label;
use crate::settings::{is_without_arguments, load_once};
use crate::sys::{Clock, Fd, nanos, process_id, random_of_start, unloaded_count};
use crate::text::{Text, parse_number};
use core::sync::atomic::{AtomicU64, Ordering};
use livecov_format::encode::args::{Arg, Key};
use livecov_format::hash::{Hash, hex};
use livecov_format::layout::{ARG_EPOCH, ARG_INSTANCE, ARG_LABEL, ARG_SEQ, ARG_START, ARG_TIME};
use md5::{Digest, Md5};

/// Go's name of this kind of processor.
const GOARCH: &str = if cfg!(target_arch = "x86_64") {
    "amd64"
} else if cfg!(target_arch = "x86") {
    "386"
} else if cfg!(target_arch = "aarch64") {
    "arm64"
} else if cfg!(target_arch = "riscv64") {
    "riscv64"
} else if cfg!(target_arch = "arm") {
    "arm"
} else {
    "unknown"
};

/// Go's name of this system.
const GOOS: &str = if cfg!(target_os = "linux") {
    "linux"
} else if cfg!(target_os = "android") {
    "android"
} else if cfg!(target_os = "macos") {
    "darwin"
} else if cfg!(target_os = "freebsd") {
    "freebsd"
} else {
    "unknown"
};

/// The arguments of one snapshot.
pub(crate) struct Identity<'a> {
    command_line: &'a [u8],
    argc: Text<20>,
    instance: [u8; 32],
    epoch: Text<20>,
    seq: Text<20>,
    start: Text<20>,
    time: Text<20>,
    label: Label,
}

impl<'a> Identity<'a> {
    /// That of a new snapshot of `image`. `buffer` is room for the command
    /// line; what does not fit is left out, by whole arguments.
    pub(crate) fn new(image: &Image<'_>, instance: &Hash, buffer: &'a mut [u8]) -> Self {
        // A program that has armed nothing may ask for a snapshot by a call.
        load_once();
        let command_line = command_line(buffer);
        let mut identity = Self {
            command_line,
            argc: Text::new(),
            instance: hex(instance),
            epoch: Text::new(),
            seq: Text::new(),
            start: Text::new(),
            time: Text::new(),
            label: crate::label::current(),
        };
        identity.argc.push_number(arguments(command_line).count() as u64);
        identity.seq.push_number(image.control().seq.fetch_add(1, Ordering::Relaxed));
        identity.start.push_number(start_nanos());
        identity.time.push_number(nanos(Clock::Real));
        identity
    }

    /// The arguments of a segment of epoch `epoch`.
    pub(crate) fn set_epoch(&mut self, epoch: u64) {
        self.epoch = Text::new();
        self.epoch.push_number(epoch);
    }

    pub(crate) fn args(&self) -> impl Iterator<Item = Arg<'_>> + Clone {
        let argv = arguments(self.command_line).zip(0..).map(|(value, number)| Arg { key: Key::Argv(number), value });
        let label = self.label.bytes();
        let label = (!label.is_empty()).then(|| Arg::new(ARG_LABEL, label));
        let head = [
            Arg::new("GOARCH", GOARCH.as_bytes()),
            Arg::new("GOOS", GOOS.as_bytes()),
            Arg::new("argc", self.argc.bytes()),
        ];
        let moment = [
            Arg::new(ARG_EPOCH, self.epoch.bytes()),
            Arg::new(ARG_INSTANCE, &self.instance),
            Arg::new(ARG_SEQ, self.seq.bytes()),
            Arg::new(ARG_START, self.start.bytes()),
            Arg::new(ARG_TIME, self.time.bytes()),
        ];
        head.into_iter().chain(argv).chain(moment).chain(label)
    }
}

/// The process's command line as the system has it, each argument ended by a
/// NUL; empty if it cannot be read.
fn command_line(buffer: &mut [u8]) -> &[u8] {
    let file = Fd::open(c"/proc/self/cmdline", libc::O_RDONLY);
    let read = file.and_then(|file| file.read(buffer)).unwrap_or_default();
    let mut ends = read.iter();
    // Arguments may be secrets; the first names the program.
    let end = if is_without_arguments() { ends.position(|byte| *byte == 0) } else { ends.rposition(|byte| *byte == 0) };
    let end = end.map_or(0, |last| last + 1);
    read.get(..end).unwrap_or_default()
}

fn arguments(command_line: &[u8]) -> impl Iterator<Item = &[u8]> + Clone {
    let inner = command_line.strip_suffix(&[0]);
    inner.into_iter().flat_map(|inner| inner.split(|byte| *byte == 0))
}

/// When the process started, in nanoseconds since 1970, to a hundredth of a
/// second; 0 if the system does not say.
fn start_nanos() -> u64 {
    /// The process in the high half of the first; a fork changes it.
    static KNOWN: [AtomicU64; 2] = [const { AtomicU64::new(0) }; 2];
    let [process, start] = &KNOWN;
    let now = u64::from(process_id());
    if process.load(Ordering::Acquire) != now {
        start.store(ask_start_nanos(), Ordering::Relaxed);
        process.store(now, Ordering::Release);
    }
    start.load(Ordering::Relaxed)
}

#[cfg(any(target_os = "linux", target_os = "android"))]
fn ask_start_nanos() -> u64 {
    /// Of `proc_pid_stat(5)`, counted from the one behind the name in brackets.
    const START_TIME: usize = 19;
    let mut buffer = [0; 512];
    let file = Fd::open(c"/proc/self/stat", libc::O_RDONLY);
    let stat = file.and_then(|file| file.read(&mut buffer)).unwrap_or_default();
    let behind_name = stat.iter().rposition(|byte| *byte == b')').and_then(|end| stat.get(end + 2..));
    let field = behind_name.and_then(|fields| fields.split(|byte| *byte == b' ').nth(START_TIME));
    let per_second = crate::sys::auxiliary_value(libc::AT_CLKTCK) as u64;
    let Some(nanos_per_tick) = 1_000_000_000u64.checked_div(per_second) else { return 0 };
    let Some(field) = field else { return 0 };
    let age = nanos(Clock::Boot).saturating_sub(parse_number(field).saturating_mul(nanos_per_tick));
    nanos(Clock::Real).saturating_sub(age)
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn ask_start_nanos() -> u64 {
    0
}

/// The name of this run of this process, for the files of `image`.
///
/// It is made of what the kernel gave the program at random when it started,
/// so that nothing has to be kept. A child of a fork has its own by a stamp
/// (`fork.rs`), or else shares its parent's: then the larger count of the two
/// is taken and none counts twice. A library that is loaded again has a stamp
/// too, because its counters start again.
pub(crate) fn instance(image: &Image<'_>) -> Hash {
    let stamp = &image.control().stamp;
    if !image.is_main && stamp.load(Ordering::Relaxed) == 0 {
        // Whoever is first decides.
        let _ = stamp.compare_exchange(0, load_stamp(), Ordering::Relaxed, Ordering::Relaxed);
    }
    let mut md5 = Md5::new();
    md5.update(b"livecov instance");
    // It also feeds the C library's canaries; a hash of it gives nothing away.
    md5.update(random_of_start());
    md5.update(stamp.load(Ordering::Relaxed).to_le_bytes());
    if !image.is_main {
        md5.update(core::ptr::from_ref(image.control()).addr().to_le_bytes());
    }
    md5.finalize().into()
}

/// The instance of something derived from that of `image`: a baseline.
#[cfg(feature = "std")]
pub(crate) fn derived_instance(image: &Image<'_>, number: u64) -> Hash {
    let mut md5 = Md5::new();
    md5.update(b"livecov baseline");
    md5.update(instance(image));
    md5.update(number.to_le_bytes());
    md5.finalize().into()
}

/// A number that no other load of the same library in this process has.
fn load_stamp() -> u64 {
    nanos(Clock::Monotonic) | 1
}

/// Settles the stamp of a library in a way that a child of a fork comes to
/// the same (`fork` of an uninstrumented host tells us nothing): the number of
/// libraries unloaded so far, which has grown when a library is loaded again.
///
/// Takes the loader's lock, so not in a signal handler.
pub(crate) fn settle_stamp(image: &Image<'_>) {
    let stamp = &image.control().stamp;
    if !image.is_main && stamp.load(Ordering::Relaxed) == 0 {
        // Even, where the other kind is odd.
        let count = unloaded_count().wrapping_add(1).wrapping_mul(2);
        let _ = stamp.compare_exchange(0, count, Ordering::Relaxed, Ordering::Relaxed);
    }
}
