//! What a configuration file has.

use crate::coverage::opts::{By, ColorChoice, FormatFiles, Sort};
use crate::coverage::thresholds::{Measure, Scope, check_percent};
use serde::de::{DeserializeOwned, Error as _, IgnoredAny};
use serde::{Deserialize, Deserializer};
use std::path::PathBuf;

/// Defaults and limits for `report`.
///
/// Names of keys are those of the flags. Paths start from the directory of the file.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Config {
    /// `--by`.
    pub by: Option<By>,
    /// `--sort`.
    pub sort: Option<Sort>,
    /// `--reverse`.
    pub reverse: Option<bool>,
    /// `--missing`.
    pub missing: Option<bool>,
    /// `--omissions`.
    pub omissions: Option<bool>,
    /// `--color`.
    pub color: Option<ColorChoice>,
    /// `--strict`.
    pub strict: bool,
    /// `--filter`.
    pub filter: Vec<String>,
    /// `--exclude-files`.
    pub exclude_files: Vec<String>,
    /// `--ignore-filename-regex`.
    pub ignore_filename_regex: Vec<String>,
    /// `--source-root`.
    pub source_root: Vec<PathBuf>,
    /// `--remap`.
    pub remap: Vec<String>,
    /// `--diff`.
    pub diff: Option<String>,
    /// `--baseline`.
    pub baseline: Vec<PathBuf>,
    /// Formats with the files that they go to.
    pub formats: FormatFiles,
    /// `--fail-under-*`.
    pub thresholds: Thresholds,
    /// For `cargo livecov`, which says what is wrong in it.
    pub build: IgnoredAny,
}

/// Limits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Thresholds {
    lines: Option<Percent>,
    units: Option<Percent>,
    functions: Option<Percent>,
    branches: Option<Percent>,
    diff: Option<Percent>,
    file: Limits,
    #[serde(rename = "crate")]
    package: Limits,
}

/// Limits for each file or crate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Limits {
    lines: Option<Percent>,
    units: Option<Percent>,
    functions: Option<Percent>,
    branches: Option<Percent>,
    diff: Option<Percent>,
}

impl Thresholds {
    /// All limits that are set.
    pub fn all(&self) -> impl Iterator<Item = (Scope, Measure, f64)> {
        let Self { lines, units, functions, branches, diff, file, package } = *self;
        let all = Limits { lines, units, functions, branches, diff };
        let scopes = [(Scope::All, all), (Scope::File, file), (Scope::Crate, package)];
        scopes.into_iter().flat_map(|(scope, limits)| {
            let limits = limits.all().into_iter();
            limits.filter_map(move |(measure, limit)| Some((scope, measure, limit?.0)))
        })
    }
}

impl Limits {
    const fn all(self) -> [(Measure, Option<Percent>); 5] {
        [
            (Measure::Lines, self.lines),
            (Measure::Units, self.units),
            (Measure::Functions, self.functions),
            (Measure::Branches, self.branches),
            (Measure::Diff, self.diff),
        ]
    }
}

/// A number from 0 to 100.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Percent(f64);

impl<'de> Deserialize<'de> for Percent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = f64::deserialize(deserializer)?;
        check_percent(number).map(Self).ok_or_else(|| D::Error::custom(format!("{number} is not between 0 and 100")))
    }
}

/// The part of `Cargo.toml` that matters here, with `T` for what a file has.
#[derive(Debug, Deserialize)]
#[serde(bound = "T: DeserializeOwned")]
pub(super) struct Manifest<T> {
    #[serde(default = "Holder::default")]
    pub(super) workspace: Holder<T>,
    #[serde(default = "Holder::default")]
    pub(super) package: Holder<T>,
}

#[derive(Debug, Deserialize)]
#[serde(bound = "T: DeserializeOwned")]
pub(super) struct Holder<T> {
    #[serde(default = "Metadata::default")]
    pub(super) metadata: Metadata<T>,
}

impl<T> Default for Holder<T> {
    fn default() -> Self {
        Self { metadata: Metadata::default() }
    }
}

#[derive(Debug, Deserialize)]
#[serde(bound = "T: DeserializeOwned")]
pub(super) struct Metadata<T> {
    #[serde(default = "none")]
    pub(super) livecov: Option<T>,
}

impl<T> Default for Metadata<T> {
    fn default() -> Self {
        Self { livecov: None }
    }
}

const fn none<T>() -> Option<T> {
    None
}

/// Reads a `livecov.toml`.
///
/// # Errors
///
/// What is wrong with it, with the line, in words for its user.
pub fn parse(text: &str) -> Result<Config, String> {
    parse_as(text)
}

/// Reads the table of a `Cargo.toml`; none if it has none. A package's goes before that of its workspace.
///
/// # Errors
///
/// As [`parse`].
pub fn parse_manifest(text: &str) -> Result<Option<Config>, String> {
    // Most manifests have none, and need not be understood.
    if !text.contains("livecov") {
        return Ok(None);
    }
    let Manifest { workspace, package }: Manifest<Config> = parse_as(text)?;
    Ok(package.metadata.livecov.or(workspace.metadata.livecov))
}

pub(super) fn parse_as<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    toml::from_str(text).map_err(|error| {
        let line =
            error.span().and_then(|span| text.get(..span.start)).map_or(1, |before| before.matches('\n').count() + 1);
        let message = error.message().trim();
        let words = nearest(message)
            .map_or_else(|| message.replace('\n', "; "), |key| format!("{message}; do you mean `{key}`?"));
        format!("line {line}: {words}")
    })
}

/// Of the names that a message offers, the one that is most like the name that is wrong.
fn nearest(message: &str) -> Option<&str> {
    if !message.starts_with("unknown ") {
        return None;
    }
    let mut names = message.split('`').skip(1).step_by(2);
    let wrong = names.next()?;
    let distance = |name: &&str| strsim::damerau_levenshtein(wrong, name);
    let is_like = |name: &&str| name.starts_with(wrong) || distance(name) <= (name.len() / 2).max(1);
    names.filter(is_like).min_by_key(distance)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_a_file_may_have_is_read() {
        let config = parse(
            "by = 'crate'\nsort = 'missed'\nreverse = true\nmissing = true\nomissions = true\ncolor = 'never'\n\
             strict = true\nfilter = ['src']\nexclude-files = ['gen']\nignore-filename-regex = ['x']\nsource-root = ['.']\n\
             remap = ['a=b']\ndiff = 'main...'\nbaseline = ['old']\n\
             [formats]\nlcov = 'a.info'\nllvm-json = 'b.json'\n\
             [thresholds]\nlines = 80\ndiff = 99.5\nfile.lines = 50\n[thresholds.crate]\nbranches = 1\n",
        );
        let config = config.unwrap();
        assert_eq!(
            (config.by, config.sort, config.color),
            (Some(By::Crate), Some(Sort::Missed), Some(ColorChoice::Never))
        );
        let limits: Vec<_> = config.thresholds.all().collect();
        let expected = [
            (Scope::All, Measure::Lines, 80.0),
            (Scope::All, Measure::Diff, 99.5),
            (Scope::File, Measure::Lines, 50.0),
            (Scope::Crate, Measure::Branches, 1.0),
        ];
        assert_eq!(limits, expected);
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        for (text, words) in [
            ("by = 'crate'\nsrot = 'name'", "line 2: unknown field `srot`, expected one of "),
            ("srot = 'name'", "; do you mean `sort`?"),
            ("[thresholds]\n\nlnies = 8", "line 3: unknown field `lnies`, "),
            ("[thresholds]\nlnies = 8", "; do you mean `lines`?"),
            ("[thresholds.crate]\nbranch = 8", "; do you mean `branches`?"),
            ("[thresholds]\nlines = 101", "line 2: 101 is not between 0 and 100"),
            ("[thresholds]\nlines = '80'", "line 2: invalid type: string \"80\", expected f64"),
            ("\nby = 'crates'", "line 2: unknown variant `crates`, expected one of "),
            ("\nby = 'crates'", "; do you mean `crate`?"),
            ("[formats]\nlcvo = 'x'", "; do you mean `lcov`?"),
            ("by = 'crate'\nby = 'file'", "line 2: duplicate key"),
            ("by = ", "line 1: "),
        ] {
            let message = parse(text).unwrap_err();
            assert!(message.contains(words), "{text}: {message}");
        }
        let message = parse("xyzzy = 1").unwrap_err();
        assert!(!message.contains("do you mean"), "{message}");
    }

    #[test]
    fn what_is_for_building_is_no_matter_of_reports() {
        let config = parse("by = 'crate'\n[build]\nmode = 'count'\nof-another-version = 1\n").unwrap();
        assert_eq!(config.by, Some(By::Crate));
    }

    #[test]
    fn manifests_may_have_a_table() {
        assert!(parse_manifest("[package]\nname = 'x'\n").unwrap().is_none());
        assert!(parse_manifest("not livecov's [[[").is_err());
        assert!(parse_manifest("[dependencies]\nlivecov = '1'\n").unwrap().is_none());
        let both = "[workspace.metadata.livecov]\nby = 'crate'\n[package.metadata.livecov]\nby = 'module'\n";
        assert_eq!(parse_manifest(both).unwrap().unwrap().by, Some(By::Module));
        let message = parse_manifest("[workspace]\n[workspace.metadata.livecov]\nbi = 'crate'\n").unwrap_err();
        assert!(message.starts_with("line 3: unknown field `bi`"), "{message}");
    }
}
