//! A bar on the terminal, for work that takes long enough to wonder.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::time::{Duration, Instant};

/// Work shorter than this shows nothing.
const PATIENCE: Duration = Duration::from_millis(500);

/// A bar that appears when work takes long; it may be moved from any thread.
#[derive(Debug)]
pub struct Progress {
    bar: ProgressBar,
    started: Instant,
}

impl Progress {
    /// A bar on standard error if that is a terminal and `is_wanted`.
    #[must_use]
    pub fn new(is_wanted: bool) -> Self {
        let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::hidden());
        let style = ProgressStyle::with_template("{bar:30} {pos}/{len} files  {eta} left");
        if let Ok(style) = style {
            bar.set_style(style);
        }
        // The target hides itself where standard error is no terminal.
        let bar = if is_wanted { bar } else { ProgressBar::hidden() };
        Self { bar, started: Instant::now() }
    }

    /// Announces that `count` more files will be read.
    pub fn expect(&self, count: usize) {
        self.bar.inc_length(count as u64);
    }

    /// A file was read.
    pub fn advance(&self) {
        self.bar.inc(1);
        if self.bar.is_hidden() && self.started.elapsed() > PATIENCE {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
    }

    /// Takes the bar away while `write` uses the terminal.
    pub fn suspend<T>(&self, write: impl FnOnce() -> T) -> T {
        self.bar.suspend(write)
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
