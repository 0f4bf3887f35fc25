//! A model of how windows are taken (`rt/src/window.rs`), run through the interleavings that the memory model allows.
//!
//! The slabs here have one or two counters and follow `rt/src/slab.rs`: in `atomic` mode a freeze copies the counters to
//! where the next epoch starts, in `set` mode it swaps them out.

mod atomic {
    pub(crate) use loom::sync::atomic::{AtomicU32, AtomicU64, Ordering, fence};
}

#[allow(dead_code, unreachable_pub, missing_docs, reason = "the file is the runtime's, and not all of it is used here")]
#[path = "../../rt/src/window.rs"]
mod window;

use loom::sync::Arc;
use loom::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};
use loom::thread;
use window::{Holds, View, Window};

const PROCESS: u32 = 7;
/// How often a model's thread asks again; the model explores the rest.
const TRIES: usize = 2;

/// An image with one counter, in either mode.
struct Image {
    window: Window,
    holds: Holds,
    counter: AtomicU64,
    /// `atomic`: where epochs start; `set`: what they hold. By parity.
    shadow: [AtomicU64; 2],
    is_set: bool,
}

impl Image {
    fn new(is_set: bool) -> Arc<Self> {
        let zero = || AtomicU64::new(0);
        let holds = Holds::new(AtomicU32::new(0));
        Arc::new(Self { window: Window::new(zero()), holds, counter: zero(), shadow: [zero(), zero()], is_set })
    }

    fn hit(&self) {
        if self.is_set {
            if self.counter.load(Relaxed) == 0 {
                self.counter.store(1, Relaxed);
            }
        } else {
            self.counter.fetch_add(1, Relaxed);
        }
    }

    fn base_and_next(&self, view: View) -> [&AtomicU64; 2] {
        let [even, odd] = &self.shadow;
        if view.base_slab() == 0 { [even, odd] } else { [odd, even] }
    }

    fn freeze(&self, view: View) {
        let [base, next] = self.base_and_next(view);
        if self.is_set {
            next.store(0, Relaxed);
            if self.counter.load(Relaxed) != 0 && self.counter.swap(0, Relaxed) != 0 {
                base.store(1, Relaxed);
            }
        } else {
            let count = self.counter.load(Relaxed);
            if count != 0 && next.load(Relaxed) != count {
                next.store(count, Relaxed);
            }
        }
    }

    fn value(&self, view: View) -> u64 {
        let [base, next] = self.base_and_next(view);
        match (self.is_set, view.is_frozen) {
            (true, true) => base.load(Relaxed),
            (true, false) => self.counter.load(Relaxed) | base.load(Relaxed),
            (false, true) => next.load(Relaxed).saturating_sub(base.load(Relaxed)),
            (false, false) => self.counter.load(Relaxed).saturating_sub(base.load(Relaxed)),
        }
    }

    /// Takes a window: epoch and value, if nobody else is taking. Without `commit` it fails.
    fn take(&self, commit: bool) -> Option<(u64, u64)> {
        let take = self.window.begin(PROCESS)?;
        self.freeze(take.view());
        take.freeze();
        let (epoch, value) = (take.view().epoch, self.value(take.view()));
        if commit {
            take.commit();
        }
        commit.then_some((epoch, value))
    }

    /// A snapshot that holds: epoch and value.
    fn snapshot(&self) -> Option<(u64, u64)> {
        (0..TRIES).find_map(|_| {
            let view = self.window.view(PROCESS)?;
            let value = self.value(view);
            self.window.still(view).then_some((view.epoch, value))
        })
    }

    /// A snapshot of a reader that has made itself known, if it holds at the `tries`th try.
    fn held_snapshot(&self, tries: usize) -> Option<(u64, u64)> {
        let _hold = self.holds.hold(PROCESS);
        (0..tries).find_map(|_| {
            let view = loop {
                match self.window.view(PROCESS) {
                    Some(view) => break view,
                    None => thread::yield_now(),
                }
            };
            let value = self.value(view);
            self.window.still(view).then_some((view.epoch, value))
        })
    }

    /// What is left at the end, when all threads are done.
    fn rest(&self) -> (u64, u64) {
        self.snapshot().expect("nobody is taking")
    }
}

/// The largest of each epoch, as readers of files take it, and their sum.
fn total(windows: &[(u64, u64)]) -> u64 {
    (0..16)
        .map(|epoch| windows.iter().filter(|window| window.0 == epoch).map(|window| window.1).max().unwrap_or(0))
        .sum()
}

fn explore(model: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(3);
    builder.check(model);
}

#[test]
fn every_hit_is_in_one_window() {
    for is_set in [false, true] {
        explore(move || {
            let image = Image::new(is_set);
            let prober = {
                let image = Arc::clone(&image);
                thread::spawn(move || {
                    image.hit();
                    image.hit();
                })
            };
            let mut windows: Vec<_> = (0..2).filter_map(|_| image.take(true)).collect();
            prober.join().unwrap();
            windows.push(image.rest());
            let total = total(&windows);
            if is_set {
                // Two hits of one unit: in one window, or one in each of two.
                assert!((1..=2).contains(&total), "{windows:?}");
            } else {
                assert_eq!(total, 2, "{windows:?}");
            }
        });
    }
}

#[test]
fn a_single_hit_in_set_mode_is_in_exactly_one_window() {
    explore(|| {
        let image = Image::new(true);
        let prober = {
            let image = Arc::clone(&image);
            thread::spawn(move || image.hit())
        };
        let mut windows: Vec<_> = (0..3).filter_map(|_| image.take(true)).collect();
        prober.join().unwrap();
        windows.push(image.rest());
        assert_eq!(total(&windows), 1, "{windows:?}");
    });
}

#[test]
fn a_take_that_fails_loses_nothing() {
    for is_set in [false, true] {
        explore(move || {
            let image = Image::new(is_set);
            let prober = {
                let image = Arc::clone(&image);
                thread::spawn(move || image.hit())
            };
            let mut windows: Vec<_> = [false, true].into_iter().filter_map(|commit| image.take(commit)).collect();
            prober.join().unwrap();
            windows.push(image.rest());
            assert_eq!(total(&windows), 1, "{windows:?}");
        });
    }
}

/// A reader beside a taker: no hit counts twice, because no snapshot of an epoch has a hit of the next.
#[test]
fn snapshots_never_add_to_the_total() {
    for is_set in [false, true] {
        explore(move || {
            let image = Image::new(is_set);
            let prober = {
                let image = Arc::clone(&image);
                thread::spawn(move || image.hit())
            };
            let reader = {
                let image = Arc::clone(&image);
                thread::spawn(move || image.snapshot())
            };
            let mut windows: Vec<_> = image.take(true).into_iter().collect();
            prober.join().unwrap();
            windows.extend(reader.join().unwrap());
            windows.push(image.rest());
            assert_eq!(total(&windows), 1, "{windows:?}");
        });
    }
}

/// The same where windows come so fast that the shadow slab of the reader's epoch is used again.
#[test]
fn slow_snapshots_start_over() {
    explore(|| {
        let image = Image::new(false);
        image.hit();
        let reader = {
            let image = Arc::clone(&image);
            thread::spawn(move || image.snapshot())
        };
        let mut windows: Vec<_> = image.take(true).into_iter().collect();
        image.hit();
        windows.extend(image.take(true));
        windows.extend(image.take(true));
        windows.extend(reader.join().unwrap());
        windows.push(image.rest());
        assert_eq!(total(&windows), 2, "{windows:?}");
    });
}

#[test]
fn two_takers_take_different_windows() {
    for is_set in [false, true] {
        explore(move || {
            let image = Image::new(is_set);
            image.hit();
            let other = {
                let image = Arc::clone(&image);
                thread::spawn(move || image.take(true))
            };
            let mut windows: Vec<_> = image.take(true).into_iter().collect();
            windows.extend(other.join().unwrap());
            let epochs: Vec<_> = windows.iter().map(|window| window.0).collect();
            assert!(!epochs.is_empty() && epochs.len() <= 2 && epochs.first() != epochs.get(1), "{windows:?}");
            windows.push(image.rest());
            assert_eq!(total(&windows), 1, "{windows:?}");
        });
    }
}

/// However many takes follow one another, only one that began before the reader was there can come in between. It changes
/// the word twice while there is something to read: when it has frozen, and when it ends.
#[test]
fn a_reader_that_has_made_itself_known_gets_through() {
    explore(|| {
        let image = Image::new(false);
        image.hit();
        let reader = {
            let image = Arc::clone(&image);
            thread::spawn(move || image.held_snapshot(TRIES + 1))
        };
        let mut windows = Vec::new();
        for _ in 0..3 {
            // As in `rt/src/take.rs`; a take that would wait is one that does not come.
            if !image.holds.are_there(PROCESS) {
                windows.extend(image.take(true));
            }
        }
        windows.push(reader.join().unwrap().expect("takes wait for it"));
        windows.push(image.rest());
        assert_eq!(total(&windows), 1, "{windows:?}");
    });
}
