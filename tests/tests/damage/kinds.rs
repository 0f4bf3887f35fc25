//! What can happen to a file.

use std::panic::resume_unwind;
use std::thread::ScopedJoinHandle;

/// One way to damage a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Damage {
    /// Only the first so many bytes are left.
    Cut(usize),
    /// The byte at an offset has another value.
    Change(usize, u8),
}

impl Damage {
    /// Every way to damage `bytes`.
    pub(crate) fn all(bytes: &[u8]) -> Vec<Self> {
        let cuts = (0..bytes.len()).map(Self::Cut);
        let changes = bytes.iter().enumerate().flat_map(|(offset, byte)| {
            let mut values = vec![byte.wrapping_add(1), 0, !byte];
            values.extend((0..8).map(|bit| byte ^ (1 << bit)));
            values.sort_unstable();
            values.dedup();
            values.retain(|value| value != byte);
            values.into_iter().map(move |value| Self::Change(offset, value))
        });
        cuts.chain(changes).collect()
    }

    /// The damaged file.
    pub(crate) fn apply(self, bytes: &[u8]) -> Vec<u8> {
        let mut damaged = bytes.to_vec();
        match self {
            Self::Cut(len) => damaged.truncate(len),
            Self::Change(offset, value) => damaged[offset] = value,
        }
        damaged
    }

    /// The row of the table that it counts in.
    pub(crate) const fn row(self) -> usize {
        match self {
            Self::Cut(_) => 0,
            Self::Change(..) => 1,
        }
    }
}

/// The names of the rows that [`Damage::row`] gives.
pub(crate) const ROWS: [&str; 2] = ["cut short", "one byte changed"];

/// Runs `work` on every item, on several threads, each with what `start` gives it.
pub(crate) fn in_parallel<T: Copy + Sync, W, R: Send>(
    items: &[T],
    start: impl Fn(usize) -> W + Sync,
    work: impl Fn(&mut W, T) -> R + Sync,
) -> Vec<R> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let chunk = items.len().div_ceil(threads).max(1);
    let run = |(number, items): (usize, &[T])| {
        let mut with = start(number);
        items.iter().map(|item| work(&mut with, *item)).collect::<Vec<R>>()
    };
    let run = &run;
    std::thread::scope(|scope| {
        let chunks = items.chunks(chunk).enumerate();
        let workers: Vec<_> = chunks.map(|part| scope.spawn(move || run(part))).collect();
        let join = |worker: ScopedJoinHandle<'_, Vec<R>>| worker.join().unwrap_or_else(|panic| resume_unwind(panic));
        workers.into_iter().flat_map(join).collect()
    })
}
