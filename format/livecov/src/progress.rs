//! A bar on the terminal, for work that takes long enough to wonder.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Work shorter than this shows nothing.
const PATIENCE: Duration = Duration::from_millis(500);

/// How far a command is, over all its programs.
#[derive(Debug)]
pub struct Progress {
    /// Where bars show themselves; none if they are not wanted.
    target: Option<fn() -> ProgressDrawTarget>,
    started: Instant,
    file_count: AtomicU64,
    done_count: AtomicU64,
}

impl Progress {
    /// Nothing done yet; a bar may be shown if `is_wanted`.
    #[must_use]
    pub fn new(is_wanted: bool) -> Self {
        // Hidden where standard error is no terminal.
        let target: fn() -> ProgressDrawTarget = ProgressDrawTarget::stderr;
        Self {
            target: is_wanted.then_some(target),
            started: Instant::now(),
            file_count: AtomicU64::new(0),
            done_count: AtomicU64::new(0),
        }
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
        if let Some(target) = progress.target
            && self.bar.is_hidden()
            && progress.started.elapsed() > PATIENCE
        {
            self.bar.set_draw_target(target());
        }
    }
}

impl Drop for Bar<'_> {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use indicatif::InMemoryTerm;
    use std::sync::LazyLock;

    static TERMINAL: LazyLock<InMemoryTerm> = LazyLock::new(|| InMemoryTerm::new(3, 80));

    fn terminal() -> ProgressDrawTarget {
        ProgressDrawTarget::term_like(Box::new(TERMINAL.clone()))
    }

    #[test]
    fn a_bar_shows_itself_when_work_takes_long_and_goes_with_it() {
        let mut progress = Progress { target: Some(terminal), ..Progress::new(true) };
        progress.expect(4);
        let bar = progress.bar();
        bar.advance();
        bar.bar.tick();
        assert_eq!(TERMINAL.contents(), "", "too early");
        drop(bar);
        progress.started -= 2 * PATIENCE;
        let bar = progress.bar();
        bar.advance();
        bar.advance();
        bar.bar.tick();
        assert!(TERMINAL.contents().contains("3/4 files"), "{}", TERMINAL.contents());
        drop(bar);
        assert_eq!(TERMINAL.contents(), "", "the report has the terminal to itself");
    }
}
