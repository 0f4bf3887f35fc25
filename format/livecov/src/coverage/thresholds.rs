//! `--fail-under-*`: coverage that is not enough.

use super::model::{Project, Ratio, Totals};
use clap::Args;

/// Limits in percent.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Thresholds")]
pub struct Limits {
    /// Fail if less than so many percent of the lines ran
    #[arg(long, value_name = "PERCENT", value_parser = parse_percent)]
    pub fail_under_lines: Option<f64>,
    /// Fail if less than so many percent of the units ran
    #[arg(long, value_name = "PERCENT", value_parser = parse_percent)]
    pub fail_under_units: Option<f64>,
    /// Fail if less than so many percent of the functions ran
    #[arg(long, value_name = "PERCENT", value_parser = parse_percent)]
    pub fail_under_functions: Option<f64>,
    /// Fail if less than so many percent of the branches were taken
    #[arg(long, value_name = "PERCENT", value_parser = parse_percent)]
    pub fail_under_branches: Option<f64>,
    /// Fail if less than so many percent of the lines of any file ran
    #[arg(long, value_name = "PERCENT", value_parser = parse_percent)]
    pub fail_under_file_lines: Option<f64>,
    /// Fail if less than so many percent of the lines of any crate ran
    #[arg(long, value_name = "PERCENT", value_parser = parse_percent)]
    pub fail_under_crate_lines: Option<f64>,
}

fn parse_percent(text: &str) -> Result<f64, String> {
    let number: f64 = text.trim_end_matches('%').parse().map_err(|_| "not a number")?;
    if (0.0..=100.0).contains(&number) { Ok(number) } else { Err("not between 0 and 100".into()) }
}

/// How many files or crates a message names.
const NAMED_COUNT: usize = 10;

impl Limits {
    /// What is below its limit, one message each.
    #[must_use]
    pub fn violations(&self, project: &Project) -> Vec<String> {
        let totals = &project.totals;
        let mut messages = Vec::new();
        for (limit, what, ratio) in [
            (self.fail_under_lines, "lines", totals.lines),
            (self.fail_under_units, "units", totals.units),
            (self.fail_under_functions, "functions", totals.functions),
            (self.fail_under_branches, "branches", totals.branches),
        ] {
            messages.extend(limit.and_then(|limit| check(what, ratio, limit)));
        }
        if let Some(limit) = self.fail_under_file_lines {
            let files = project.files.iter().map(|file| (file.path.as_str(), &file.totals));
            messages.extend(check_each("file", files, limit));
        }
        if let Some(limit) = self.fail_under_crate_lines {
            let packages = project.packages.iter().map(|package| (package.path.as_str(), &package.totals));
            messages.extend(check_each("crate", packages, limit));
        }
        messages
    }
}

/// Whether a share is below a limit, which nothing of nothing is not. Exact: 79.99 % is less than 80 %.
#[expect(clippy::cast_precision_loss, reason = "counts of source code are far below 2^52")]
fn is_below(ratio: Ratio, limit: f64) -> bool {
    (ratio.covered as f64) * 100.0 < limit * ratio.total as f64
}

fn check(what: &str, ratio: Ratio, limit: f64) -> Option<String> {
    // A check that finds nothing to check has lost its data, and must not pass in silence.
    if ratio.total == 0 && limit > 0.0 {
        return Some(format!("--fail-under-{what} {limit}: the data have no {what}"));
    }
    let Ratio { covered, total } = ratio;
    is_below(ratio, limit)
        .then(|| format!("{what}: {} ({covered} of {total}) is less than --fail-under-{what} {limit}", percent(ratio)))
}

fn check_each<'p>(what: &str, items: impl Iterator<Item = (&'p str, &'p Totals)>, limit: f64) -> Option<String> {
    let mut below: Vec<(&str, Ratio)> =
        items.map(|(name, totals)| (name, totals.lines)).filter(|(_, lines)| is_below(*lines, limit)).collect();
    below.sort_by(|(a, x), (b, y)| (x.permille(), a).cmp(&(y.permille(), b)));
    let count = below.len();
    let plural = if count == 1 { "" } else { "s" };
    let mut message = format!("{count} {what}{plural} below --fail-under-{what}-lines {limit}:");
    for (name, lines) in below.iter().take(NAMED_COUNT) {
        message.push_str(&format!("\n  {name}: {} ({} of {})", percent(*lines), lines.covered, lines.total));
    }
    if count > NAMED_COUNT {
        message.push_str(&format!("\n  and {} more", count - NAMED_COUNT));
    }
    (count > 0).then_some(message)
}

/// A share with one digit behind the point, rounded down, so that 100 % means all; `-` of nothing.
#[must_use]
pub fn percent(ratio: Ratio) -> String {
    ratio.permille().map_or_else(|| "-".into(), |permille| format!("{}.{}%", permille / 10, permille % 10))
}
