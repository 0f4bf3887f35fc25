//! The files of an image's pod: written under a temporary name, then renamed,
//! so that a final name always stands for a whole file.

use crate::directory::Directory;
use crate::encode::{Epoch, Frame, Selection, encode_counters};
use crate::error::{Error, Operation};
use crate::held::WritingHeld;
use crate::identity::{Identity, instance};
use crate::image::Image;
use crate::keep::dumped;
use crate::meta::{MetaFile, Refusal};
use crate::scratch::with_buffer;
use crate::sys::{Clock, Errno, Fd, nanos, pause, process_id, remove, rename, rename_new};
use crate::text::Text;
use crate::window::View;
use core::ffi::CStr;
use core::sync::atomic::{AtomicU64, Ordering};
use livecov_format::encode::EncodeError;
use livecov_format::encode::counters::SegmentPatch;
use livecov_format::hash::{Hash, hex};
use livecov_format::layout::{COUNTER_PREFIX, META_PREFIX, TEMPORARY_PREFIX};
use livecov_format::sink::Sink;

/// `tmp.covcounters.HASH.PID.NANOS` and its end.
type Name = Text<96>;

/// How often a file is encoded again because a take came in between.
const MAX_ATTEMPTS: usize = 64;
/// How often a name is taken already: by another host that writes to the same
/// directory, in the same nanosecond.
const MAX_NAMES: usize = 64;
/// How often it is asked whether a take has ended its freeze, each time after
/// a pause: two seconds.
const MAX_PAUSES: usize = 20_000;
/// The same before a last emission goes on all the same: a fifth of a second.
const MAX_LAST_PAUSES: usize = 2_000;

/// Hands what it takes to a file.
pub(crate) struct FileSink<'f>(&'f Fd);

impl Sink for FileSink<'_> {
    type Error = Errno;

    fn write_all(&mut self, bytes: &[u8]) -> Result<(), Errno> {
        self.0.write_all(bytes)
    }
}

/// What a snapshot is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// The program goes on.
    Snapshot,
    /// The program goes on or ends, as a handler of its own decides. What is
    /// not written now may be lost, so a take that is under way is waited for;
    /// if it stays, its values are written, because hits beyond them may still
    /// be written as those of the next epoch.
    BeforeHandler,
    /// The program, or the image, may be at its end: what is not written now
    /// is lost. In the middle of a take it gets all there is, under the epoch
    /// that the take is about to end; with what the take writes, that still
    /// makes the right maximum, because no later epoch is written.
    Last,
}

/// The view to emit by: waits while a take is freezing.
pub(crate) fn view(image: &Image<'_>, purpose: Purpose) -> Result<View, Error> {
    let process = process_id();
    let window = &image.control().window;
    let mut found = None;
    let pauses = if purpose == Purpose::Last { MAX_LAST_PAUSES } else { MAX_PAUSES };
    let takes_frozen = |count| match purpose {
        Purpose::Snapshot => true,
        Purpose::BeforeHandler => count >= MAX_LAST_PAUSES,
        Purpose::Last => false,
    };
    for count in 0..pauses {
        found = window.view(process);
        match found {
            Some(view) if !view.is_frozen || takes_frozen(count) => return Ok(view),
            _ => pause(),
        }
    }
    match (found, purpose) {
        (Some(view), Purpose::Last) => Ok(view.live()),
        (None, Purpose::Last) => Ok(window.any_view()),
        _ => Err(Error::Busy),
    }
}

/// Calls `read` with the view to emit by, again if a take came in between.
/// Takes that have not begun wait for it from then on.
pub(crate) fn read_steadily<T>(
    image: &Image<'_>,
    purpose: Purpose,
    mut read: impl FnMut(View) -> Result<T, Error>,
) -> Result<T, Error> {
    let control = image.control();
    let mut hold = None;
    for _ in 0..MAX_ATTEMPTS {
        let view = view(image, purpose)?;
        let result = read(view)?;
        if control.window.still(view) {
            return Ok(result);
        }
        hold = hold.or_else(|| control.holds.hold(process_id()));
    }
    Err(Error::Busy)
}

/// A moment in nanoseconds since 1970 that this runtime has not given before.
fn unique_nanos() -> u64 {
    static LAST: AtomicU64 = AtomicU64::new(0);
    let now = nanos(Clock::Real);
    let next = |last: u64| Some(now.max(last.saturating_add(1)));
    let last = LAST.fetch_update(Ordering::Relaxed, Ordering::Relaxed, next).unwrap_or(0);
    now.max(last.saturating_add(1))
}

fn push_moment(name: &mut Name, moment: u64) {
    name.push(b".").push_number(u64::from(process_id())).push(b".").push_number(moment);
}

/// A file under a temporary name, removed when dropped.
struct Temporary<'d> {
    directory: &'d Directory,
    name: Name,
    file: Fd,
    is_named: bool,
}

impl Drop for Temporary<'_> {
    fn drop(&mut self) {
        if !self.is_named {
            // If even that fails, the prefix keeps readers away.
            let _ = remove(self.directory.number(), self.name.c_str());
        }
    }
}

impl<'d> Temporary<'d> {
    /// Makes an empty file whose name starts with `stem`.
    fn create(directory: &'d Directory, stem: &Name) -> Result<Self, Errno> {
        let flags = libc::O_CREAT | libc::O_EXCL | libc::O_WRONLY;
        let mut last = Errno::EXISTS;
        for _ in 0..MAX_NAMES {
            let mut name = Name::new();
            name.push(TEMPORARY_PREFIX.as_bytes()).push(stem.bytes());
            push_moment(&mut name, unique_nanos());
            match Fd::open_at(directory.number(), name.c_str(), flags) {
                Ok(file) => return Ok(Self { directory, name, file, is_named: false }),
                Err(Errno::EXISTS) => last = Errno::EXISTS,
                Err(errno) => return Err(errno),
            }
        }
        Err(last)
    }

    /// Gives the file the name `name`, in the place of another.
    fn replace(mut self, name: &CStr) -> Result<(), Errno> {
        rename(self.directory.number(), self.name.c_str(), name)?;
        self.is_named = true;
        Ok(())
    }

    /// Gives the file a new name that starts with `stem`. Returns the moment in
    /// the name.
    fn publish(mut self, stem: &Name) -> Result<u64, Errno> {
        for _ in 0..MAX_NAMES {
            let mut name = *stem;
            let moment = unique_nanos();
            push_moment(&mut name, moment);
            match rename_new(self.directory.number(), self.name.c_str(), name.c_str()) {
                Ok(()) => {
                    self.is_named = true;
                    return Ok(moment);
                }
                Err(Errno::EXISTS) => {}
                Err(errno) => return Err(errno),
            }
        }
        Err(Errno::EXISTS)
    }
}

fn stem(prefix: &str, hash: &Hash) -> Name {
    let mut name = Name::new();
    name.push(prefix.as_bytes()).push(b".").push(&hex(hash));
    name
}

/// Makes sure that the meta file of `image` is in `directory`.
pub(crate) fn write_meta(image: &Image<'_>, hash: &Hash, directory: &Directory) -> Result<(), Error> {
    let _held = WritingHeld::new();
    try_write_meta(image, hash, directory).map_err(|errno| Error::system(Operation::WriteMeta, errno))
}

fn try_write_meta(image: &Image<'_>, hash: &Hash, directory: &Directory) -> Result<(), Errno> {
    let meta_file = MetaFile::new(image, hash);
    meta_file.ensure(directory, &mut |name| {
        let temporary = Temporary::create(directory, &stem(META_PREFIX, hash)).map_err(Refusal::Write)?;
        let encoded = with_buffer(|buffer| {
            let mut sink = BufferedSink { sink: FileSink(&temporary.file), buffer, used: 0 };
            match meta_file.encode(&mut sink) {
                Ok(()) => sink.flush(),
                Err(EncodeError::Sink(errno)) => Err(errno),
                Err(_) => Err(Errno::INVALID),
            }
        });
        encoded.map_err(Refusal::Write)?;
        temporary.replace(name).map_err(Refusal::Name)
    })
}

/// Collects small writes.
struct BufferedSink<'b, S> {
    sink: S,
    buffer: &'b mut [u8],
    used: usize,
}

impl<S: Sink> BufferedSink<'_, S> {
    fn flush(&mut self) -> Result<(), S::Error> {
        let full = self.buffer.get(..self.used).unwrap_or_default();
        self.used = 0;
        self.sink.write_all(full)
    }
}

impl<S: Sink> Sink for BufferedSink<'_, S> {
    type Error = S::Error;

    fn write_all(&mut self, bytes: &[u8]) -> Result<(), S::Error> {
        if self.used + bytes.len() > self.buffer.len() {
            self.flush()?;
        }
        match self.buffer.get_mut(self.used..self.used + bytes.len()) {
            Some(room) => {
                room.copy_from_slice(bytes);
                self.used += bytes.len();
                Ok(())
            }
            None => self.sink.write_all(bytes),
        }
    }
}

/// Writes a snapshot of `image` to `directory`, the meta file first.
pub(crate) fn write_snapshot(image: &Image<'_>, directory: &Directory, purpose: Purpose) -> Result<(), Error> {
    let hash = image.meta_hash();
    write_meta(image, &hash, directory)?;
    let mut written_epoch = 0;
    let encode = |identity: &mut Identity<'_>, temporary: &Temporary<'_>, buffer: &mut [u8]| {
        let mut is_again = false;
        read_steadily(image, purpose, |view| {
            if core::mem::replace(&mut is_again, true) {
                temporary.file.rewind().map_err(refused)?;
            }
            written_epoch = view.epoch;
            identity.set_epoch(view.epoch);
            let epoch = Epoch { view, is_shadowed: image.is_shadowed() };
            encode_file(image, &epoch, &Frame { meta_hash: hash, identity, promise: None }, temporary, buffer)
        })
    };
    let moment = write_counters(image, &instance(image), directory, encode)?;
    if let Some(oldest) = dumped(&hash, directory, written_epoch, moment) {
        let mut name = stem(COUNTER_PREFIX, &hash);
        push_moment(&mut name, oldest);
        // It may have been moved, or the directory replaced.
        let _ = remove(directory.number(), name.c_str());
    }
    Ok(())
}

/// Writes the frozen values of a take of `image` to `directory`.
pub(crate) fn write_frozen(image: &Image<'_>, directory: &Directory, view: View) -> Result<(), Error> {
    let hash = image.meta_hash();
    write_meta(image, &hash, directory)?;
    write_counters(image, &instance(image), directory, |identity, temporary, buffer| {
        identity.set_epoch(view.epoch);
        let epoch = Epoch { view, is_shadowed: true };
        encode_file(image, &epoch, &Frame { meta_hash: hash, identity, promise: None }, temporary, buffer)
    })
    .map(drop)
}

/// Writes what `selection` has of `image` to `directory`, as an instance of
/// its own.
#[cfg(feature = "std")]
pub(crate) fn write_selection(
    image: &Image<'_>,
    selection: &impl Selection,
    instance: &Hash,
    directory: &Directory,
) -> Result<(), Error> {
    let hash = image.meta_hash();
    write_meta(image, &hash, directory)?;
    write_counters(image, instance, directory, |identity, temporary, buffer| {
        identity.set_epoch(0);
        encode_file(image, selection, &Frame { meta_hash: hash, identity, promise: None }, temporary, buffer)
    })
    .map(drop)
}

fn refused(errno: Errno) -> Error {
    Error::system(Operation::WriteCounters, errno)
}

/// Returns the moment in the file's name.
fn write_counters(
    image: &Image<'_>,
    instance: &Hash,
    directory: &Directory,
    encode: impl FnOnce(&mut Identity<'_>, &Temporary<'_>, &mut [u8]) -> Result<(), Error>,
) -> Result<u64, Error> {
    let _held = WritingHeld::new();
    let stem = stem(COUNTER_PREFIX, &image.meta_hash());
    let temporary = Temporary::create(directory, &stem).map_err(refused)?;
    with_buffer(|buffer| {
        // Half for the command line, half for what is encoded.
        let (command_line, buffer) = buffer.split_at_mut(buffer.len() / 2);
        encode(&mut Identity::new(image, instance, command_line), &temporary, buffer)
    })?;
    temporary.publish(&stem).map_err(refused)
}

/// Encodes into the file, and then the numbers that stand in front.
fn encode_file(
    image: &Image<'_>,
    selection: &impl Selection,
    frame: &Frame<'_>,
    temporary: &Temporary<'_>,
    buffer: &mut [u8],
) -> Result<(), Error> {
    let encoded = encode_counters(image, selection, frame, FileSink(&temporary.file), buffer);
    let patch: SegmentPatch = encoded.map_err(|error| match error {
        EncodeError::Sink(errno) => refused(errno),
        EncodeError::ArgsTooLong => Error::ArgumentsTooLong,
        EncodeError::PromiseBroken | EncodeError::NoSegment => Error::Busy,
    })?;
    for (offset, bytes) in patch.writes() {
        temporary.file.write_all_at(&bytes, offset).map_err(refused)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::images::own;
    use core::sync::atomic::AtomicUsize;
    use core::time::Duration;
    use std::thread;

    /// Makes this program one with counters.
    #[allow(unreachable_pub, reason = "the macro is for other crates")]
    mod counted {
        crate::__abi_v1::package! {
            mode: atomic, granularity: perblock, tag: 1, counters: 4, functions: [3, 1], meta: &[1; 44],
        }
    }

    /// A take in the middle of each try, or a while in which there was none.
    #[test]
    fn takes_wait_for_a_reader_that_had_to_start_over() {
        const TAKES: usize = 5;
        let image = own().unwrap();
        counted::SLAB.0[0].fetch_add(1, Ordering::Relaxed);
        let [tries, takes, seen] = [0; 3].map(AtomicUsize::new);
        thread::scope(|scope| {
            let read = |_| {
                if tries.fetch_add(1, Ordering::Relaxed) >= TAKES {
                    return Ok(());
                }
                let before = takes.load(Ordering::Relaxed);
                scope.spawn(|| {
                    crate::bare::clear_counters().unwrap();
                    takes.fetch_add(1, Ordering::Relaxed);
                });
                for _ in 0..50 {
                    if takes.load(Ordering::Relaxed) > before {
                        break;
                    }
                    thread::sleep(Duration::from_millis(2));
                }
                seen.store(takes.load(Ordering::Relaxed), Ordering::Relaxed);
                Ok(())
            };
            read_steadily(&image, Purpose::Snapshot, read).unwrap();
        });
        assert_eq!(seen.into_inner(), 1, "takes while there was a reader");
        assert_eq!((tries.into_inner(), takes.into_inner()), (2, 2), "and none is lost");
    }
}
