//! Which counter modes and granularities go together.

use crate::error::Error;
use livecov_format::decode::MetaFile;
use livecov_format::vocab::{CounterMode, Granularity};
use std::path::Path;

/// What to do about programs of different modes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ModeRule {
    /// Their counts do not go together.
    Equal,
    /// The mode that says most counts.
    Largest,
}

/// Modes and granularities so far.
#[derive(Debug)]
pub struct Modes {
    rule: ModeRule,
    met: Option<(CounterMode, Granularity)>,
}

impl Modes {
    /// None so far.
    #[must_use]
    pub const fn new(rule: ModeRule) -> Self {
        Self { rule, met: None }
    }

    /// One more program.
    ///
    /// # Errors
    ///
    /// [`Error::Unsuitable`] in the words of Go's tool.
    pub fn meet(&mut self, path: &Path, meta: &MetaFile<'_>) -> Result<(), Error> {
        let (mode, granularity) = match self.met {
            None | Some((CounterMode::Invalid, _)) => (meta.mode, meta.granularity),
            Some(met) => met,
        };
        let clash = |what: &str, before: &str, now: &str| {
            let path = path.display();
            Err(Error::Unsuitable(format!(
                "counter {what} clash while reading meta-data file {path}: previous file had {before}, new file has {now}"
            )))
        };
        if granularity != meta.granularity {
            return clash("granularity", granularity.name(), meta.granularity.name());
        }
        if self.rule == ModeRule::Equal && mode != meta.mode {
            return clash("mode", mode.name(), meta.mode.name());
        }
        self.met = Some((mode.max(meta.mode), granularity));
        Ok(())
    }

    /// The mode and granularity of all.
    #[must_use]
    pub fn get(&self) -> (CounterMode, Granularity) {
        self.met.unwrap_or((CounterMode::Invalid, Granularity::Invalid))
    }
}
