//! `--fail-under-*`: coverage that is not enough.

use super::model::{Project, Ratio, Totals};
use clap::Args;

/// What a limit is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The whole report.
    All,
    /// Each file.
    File,
    /// Each crate.
    Crate,
}

/// What a limit counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// Lines.
    Lines,
    /// Units.
    Units,
    /// Functions.
    Functions,
    /// Branches.
    Branches,
    /// Lines that a diff changed.
    Diff,
}

impl Scope {
    /// What stands in the names of flags, and before names.
    const fn word(self) -> &'static str {
        match self {
            Self::All => "",
            Self::File => "file",
            Self::Crate => "crate",
        }
    }
}

impl Measure {
    /// The name, as flags have it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Lines => "lines",
            Self::Units => "units",
            Self::Functions => "functions",
            Self::Branches => "branches",
            Self::Diff => "diff",
        }
    }

    /// What is counted, in words.
    const fn words(self) -> &'static str {
        match self {
            Self::Diff => "changed lines",
            other => other.name(),
        }
    }

    const fn ratio(self, totals: &Totals) -> Ratio {
        match self {
            Self::Lines | Self::Diff => totals.lines,
            Self::Units => totals.units,
            Self::Functions => totals.functions,
            Self::Branches => totals.branches,
        }
    }
}

macro_rules! limits {
    ($($(#[doc = $doc:literal])+ $field:ident: $scope:ident $measure:ident;)+) => {
        /// Limits in percent.
        #[derive(Clone, Debug, Default, Args)]
        #[command(next_help_heading = "Thresholds")]
        pub struct Limits {
            $($(#[doc = $doc])+
            #[arg(long, value_name = "PERCENT", value_parser = parse_percent)]
            pub $field: Option<f64>,)+
            /// Which of them stand in the configuration file.
            #[arg(skip)]
            pub configured: Vec<(Scope, Measure)>,
        }

        impl Limits {
            /// All limits with what they are for.
            fn all(&self) -> Vec<(Scope, Measure, Option<f64>)> {
                vec![$((Scope::$scope, Measure::$measure, self.$field),)+]
            }

            /// Sets a limit that the command line does not set.
            pub fn complete(&mut self, scope: Scope, measure: Measure, limit: f64) {
                let field = match (scope, measure) {
                    $((Scope::$scope, Measure::$measure) => &mut self.$field,)+
                };
                if field.is_none() {
                    *field = Some(limit);
                    self.configured.push((scope, measure));
                }
            }
        }
    };
}

limits! {
    /// Fail if less than so many percent of the lines ran
    fail_under_lines: All Lines;
    /// Fail if less than so many percent of the units ran
    fail_under_units: All Units;
    /// Fail if less than so many percent of the functions ran
    fail_under_functions: All Functions;
    /// Fail if less than so many percent of the branches were taken
    fail_under_branches: All Branches;
    /// Fail if less than so many percent of the changed lines ran
    fail_under_diff: All Diff;
    /// Fail if less than so many percent of the lines of any file ran
    fail_under_file_lines: File Lines;
    /// Fail if less than so many percent of the units of any file ran
    fail_under_file_units: File Units;
    /// Fail if less than so many percent of the functions of any file ran
    fail_under_file_functions: File Functions;
    /// Fail if less than so many percent of the branches of any file were taken
    fail_under_file_branches: File Branches;
    /// Fail if less than so many percent of the changed lines of any file ran
    fail_under_file_diff: File Diff;
    /// Fail if less than so many percent of the lines of any crate ran
    fail_under_crate_lines: Crate Lines;
    /// Fail if less than so many percent of the units of any crate ran
    fail_under_crate_units: Crate Units;
    /// Fail if less than so many percent of the functions of any crate ran
    fail_under_crate_functions: Crate Functions;
    /// Fail if less than so many percent of the branches of any crate were taken
    fail_under_crate_branches: Crate Branches;
    /// Fail if less than so many percent of the changed lines of any crate ran
    fail_under_crate_diff: Crate Diff;
}

/// Limits in numbers.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Thresholds")]
pub struct CountLimits {
    /// Fail if more than so many lines did not run
    #[arg(long, value_name = "COUNT")]
    pub fail_uncovered_lines: Option<u64>,
    /// Fail if more than so many units did not run
    #[arg(long, value_name = "COUNT")]
    pub fail_uncovered_units: Option<u64>,
    /// Fail if more than so many functions did not run
    #[arg(long, value_name = "COUNT")]
    pub fail_uncovered_functions: Option<u64>,
    /// Fail if more than so many branches were not taken
    #[arg(long, value_name = "COUNT")]
    pub fail_uncovered_branches: Option<u64>,
}

impl CountLimits {
    /// All limits that are set.
    fn all(&self) -> impl Iterator<Item = (Measure, u64)> {
        let limits = [
            (Measure::Lines, self.fail_uncovered_lines),
            (Measure::Units, self.fail_uncovered_units),
            (Measure::Functions, self.fail_uncovered_functions),
            (Measure::Branches, self.fail_uncovered_branches),
        ];
        limits.into_iter().filter_map(|(measure, limit)| Some((measure, limit?)))
    }

    fn name(measure: Measure, limit: u64) -> String {
        format!("--fail-uncovered-{} {limit}", measure.name())
    }

    /// The names of all limits that are set.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        self.all().map(|(measure, limit)| Self::name(measure, limit)).collect()
    }

    /// What is over its limit, one message each. Data without anything to count have lost it, and fail too.
    #[must_use]
    pub fn violations(&self, project: &Project) -> Vec<String> {
        let check = |(measure, limit): (Measure, u64)| {
            let Ratio { covered, total } = measure.ratio(&project.totals);
            let (what, name) = (measure.words(), Self::name(measure, limit));
            if total == 0 && measure == Measure::Lines {
                return Some(format!("{name}: the data have no {what}"));
            }
            let missed = total.saturating_sub(covered);
            (missed > limit).then(|| format!("{what}: {missed} of {total} did not run, more than {name}"))
        };
        self.all().filter_map(check).collect()
    }
}

fn parse_percent(text: &str) -> Result<f64, String> {
    let number: f64 = text.trim_end_matches('%').parse().map_err(|_| "not a number")?;
    check_percent(number).ok_or_else(|| "not between 0 and 100".into())
}

/// The number, if it is a percentage.
#[must_use]
pub fn check_percent(number: f64) -> Option<f64> {
    (0.0..=100.0).contains(&number).then_some(number)
}

/// How many files or crates a message names.
const NAMED_COUNT: usize = 10;

impl Limits {
    /// The flags of the command line that want a diff.
    #[must_use]
    pub fn flags_about_changes(&self) -> Vec<String> {
        let wanted = self.all().into_iter().filter(|(scope, measure, limit)| {
            *measure == Measure::Diff && limit.is_some() && !self.configured.contains(&(*scope, *measure))
        });
        wanted.map(|(scope, measure, _)| self.name(scope, measure)).collect()
    }

    /// The names of all limits that are set, as the user gave them.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let set = self.all().into_iter().filter_map(|(scope, measure, limit)| Some((scope, measure, limit?)));
        set.map(|(scope, measure, limit)| format!("{} {limit}", self.name(scope, measure))).collect()
    }

    /// What is below its limit, one message each. Limits for changed lines hold where there is a diff.
    #[must_use]
    pub fn violations(&self, project: &Project) -> Vec<String> {
        let limits = self.all().into_iter().filter_map(|(scope, measure, limit)| Some((scope, measure, limit?)));
        let limits = limits.filter(|(_, measure, _)| *measure != Measure::Diff || project.diff.is_some());
        limits.filter_map(|(scope, measure, limit)| self.check(project, scope, measure, limit)).collect()
    }

    fn check(&self, project: &Project, scope: Scope, measure: Measure, limit: f64) -> Option<String> {
        let name = format!("{} {limit}", self.name(scope, measure));
        match scope {
            Scope::All => check_all(project, measure, limit, &name),
            Scope::File => check_each("file", files(project, measure), limit, &name),
            Scope::Crate => check_each("crate", crates(project, measure), limit, &name),
        }
    }

    /// The name that its user gave a limit.
    fn name(&self, scope: Scope, measure: Measure) -> String {
        let is_configured = self.configured.contains(&(scope, measure));
        let (front, end) = if is_configured { ("thresholds.", ".") } else { ("--fail-under-", "-") };
        let end = if scope == Scope::All { "" } else { end };
        let text = format!("{front}{}{end}{}", scope.word(), measure.name());
        if is_configured { format!("`{text}` of the configuration file,") } else { text }
    }
}

fn files(project: &Project, measure: Measure) -> Vec<(&str, Ratio)> {
    if let (Measure::Diff, Some(diff)) = (measure, &project.diff) {
        return diff.files.iter().map(|file| (file.path.as_str(), file.totals.lines)).collect();
    }
    project.files.iter().map(|file| (file.path.as_str(), measure.ratio(&file.totals))).collect()
}

fn crates(project: &Project, measure: Measure) -> Vec<(&str, Ratio)> {
    if let (Measure::Diff, Some(diff)) = (measure, &project.diff) {
        let name = |number: u32| project.packages.get(number as usize).map_or("", |package| package.path.as_str());
        return diff.packages.iter().map(|(number, lines)| (name(*number), *lines)).collect();
    }
    project.packages.iter().map(|package| (package.path.as_str(), measure.ratio(&package.totals))).collect()
}

/// Whether a share is below a limit, which nothing of nothing is not. Exact: 79.99 % is less than 80 %.
#[expect(clippy::cast_precision_loss, reason = "counts of source code are far below 2^52")]
fn is_below(ratio: Ratio, limit: f64) -> bool {
    (ratio.covered as f64) * 100.0 < limit * ratio.total as f64
}

fn check_all(project: &Project, measure: Measure, limit: f64, name: &str) -> Option<String> {
    let ratio = match (measure, &project.diff) {
        (Measure::Diff, Some(diff)) => diff.totals.lines,
        _ => measure.ratio(&project.totals),
    };
    // A check that finds nothing to check has lost its data, and must not pass in silence. A change of the
    // documentation alone has no lines that count, but then the data have some.
    let is_lost = ratio.total == 0 && (measure != Measure::Diff || project.totals.lines.total == 0);
    if is_lost && limit > 0.0 {
        let words = if measure == Measure::Diff { "lines" } else { measure.words() };
        return Some(format!("{name}: the data have no {words}"));
    }
    let Ratio { covered, total } = ratio;
    let (what, share) = (measure.words(), percent(ratio));
    is_below(ratio, limit).then(|| format!("{what}: {share} ({covered} of {total}) is less than {name}"))
}

fn check_each(what: &str, items: Vec<(&str, Ratio)>, limit: f64, name: &str) -> Option<String> {
    let mut below: Vec<(&str, Ratio)> = items.into_iter().filter(|(_, ratio)| is_below(*ratio, limit)).collect();
    below.sort_by(|(a, x), (b, y)| (x.permille(), a).cmp(&(y.permille(), b)));
    let count = below.len();
    let plural = if count == 1 { "" } else { "s" };
    let mut message = format!("{count} {what}{plural} below {name}:");
    for (name, ratio) in below.iter().take(NAMED_COUNT) {
        message.push_str(&format!("\n  {name}: {} ({} of {})", percent(*ratio), ratio.covered, ratio.total));
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
