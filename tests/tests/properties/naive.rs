//! The oracle: coverage by maps, without a thought of speed.

use crate::world::{Process, World};
use livecov_format::vocab::CounterMode;
use livecov_tests::model::Record;
use std::collections::BTreeMap;

/// Counters by package, function and unit number.
pub(crate) type Counts = BTreeMap<(u32, u32, usize), u128>;

/// Counts by file and position, as a text profile has them.
pub(crate) type Lines = BTreeMap<(Vec<u8>, [u64; 4]), u64>;

/// What some records say together: the maximum within a window, the sum over all others, or the union.
pub(crate) fn combine<'r, W: Ord>(
    mode: CounterMode,
    inputs: impl IntoIterator<Item = (Option<W>, &'r [Record])>,
) -> Counts {
    let mut windows: BTreeMap<W, Counts> = BTreeMap::new();
    let mut total = Counts::new();
    for (window, records) in inputs {
        let counts = counts(records);
        match window {
            None => counts.iter().for_each(|(place, count)| *total.entry(*place).or_default() += count),
            Some(window) => {
                let maxima = windows.entry(window).or_default();
                for (place, count) in counts {
                    let maximum = maxima.entry(place).or_default();
                    *maximum = count.max(*maximum);
                }
            }
        }
    }
    for (place, count) in windows.into_values().flatten() {
        *total.entry(place).or_default() += count;
    }
    total.values_mut().for_each(|count| *count = limited(mode, *count));
    total
}

fn counts(records: &[Record]) -> Counts {
    let mut counts = Counts::new();
    for record in records {
        for (unit, counter) in record.counters.iter().enumerate() {
            *counts.entry((record.package, record.function, unit)).or_default() += u128::from(*counter);
        }
    }
    counts
}

fn limited(mode: CounterMode, count: u128) -> u128 {
    match mode {
        CounterMode::Set => count.min(1),
        _ => count.min(u32::MAX.into()),
    }
}

impl World {
    /// What some runs of one program say.
    pub(crate) fn counts<'w>(&self, program: usize, runs: impl IntoIterator<Item = &'w Process>) -> Counts {
        let runs = runs.into_iter().filter(|run| run.program == program);
        combine(self.mode, runs.map(|run| (run.window, run.records.as_slice())))
    }

    /// The text profile of what each program says.
    pub(crate) fn lines(&self, programs: &[Counts]) -> Lines {
        let mut lines = Lines::new();
        for (program, counts) in self.programs.iter().zip(programs) {
            for (package, content) in (0u32..).zip(&program.packages) {
                for (function, content) in (0u32..).zip(&content.functions) {
                    for (number, unit) in content.units.iter().enumerate() {
                        let [position @ .., _] = unit.numbers();
                        let line = lines.entry((content.file.clone(), position.map(u64::from))).or_default();
                        let count = counts.get(&(package, function, number)).copied().unwrap_or(0);
                        let count = limited(self.mode, u128::from(*line) + count);
                        *line = u64::try_from(count).expect("counts are limited");
                    }
                }
            }
        }
        lines
    }
}
