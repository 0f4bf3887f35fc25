//! A bar on the terminal, for work that takes long enough to wonder.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Work shorter than this shows nothing.
const PATIENCE: Duration = Duration::from_millis(500);

/// How far a command is, over all its programs.
#[derive(Debug)]
pub struct Progress {
    is_wanted: bool,
    started: Instant,
    file_count: AtomicU64,
    done_count: AtomicU64,
}

impl Progress {
    /// Nothing done yet; a bar may be shown if `is_wanted`.
    #[must_use]
    pub fn new(is_wanted: bool) -> Self {
        Self { is_wanted, started: Instant::now(), file_count: AtomicU64::new(0), done_count: AtomicU64::new(0) }
    }

    /// Announces that `count` more files will be read.
    pub fn expect(&self, count: usize) {
        self.file_count.fetch_add(count as u64, Ordering::Relaxed);
    }

    /// A bar for a stretch of work, which shows itself when the command takes
    /// long, and is gone when it is dropped: reports have the terminal to
    /// themselves.
    #[must_use]
    pub fn bar(&self) -> Bar<'_> {
        let length = Some(self.file_count.load(Ordering::Relaxed));
        let bar = ProgressBar::with_draw_target(length, ProgressDrawTarget::hidden());
        if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} files, {eta} left") {
            bar.set_style(style);
        }
        Bar { progress: self, bar }
    }
}

/// See [`Progress::bar`].
#[derive(Debug)]
pub struct Bar<'p> {
    progress: &'p Progress,
    bar: ProgressBar,
}

impl Bar<'_> {
    /// A file was read; any thread may say so.
    pub fn advance(&self) {
        let progress = self.progress;
        self.bar.set_position(progress.done_count.fetch_add(1, Ordering::Relaxed) + 1);
        if progress.is_wanted && self.bar.is_hidden() && progress.started.elapsed() > PATIENCE {
            // Still hidden where standard error is no terminal.
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
    }
}

impl Drop for Bar<'_> {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
