//! The table `[build]`, which is for `cargo livecov`; a report has no use for it.

use super::file::{Holder, Manifest, parse_as};
use serde::Deserialize;

/// What `cargo livecov` counts, and how. Names of keys are those of its flags.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Build {
    /// `--mode`.
    pub mode: Option<Mode>,
    /// `--granularity`.
    pub granularity: Option<Granularity>,
    /// `--include-deps`.
    pub include_deps: Option<bool>,
    /// `--include`.
    pub include: Vec<String>,
    /// `--exclude-from-report`.
    pub exclude: Vec<String>,
    /// `--tests-too`.
    pub tests_too: Option<bool>,
    /// `--proc-macros`.
    pub proc_macros: Option<bool>,
    /// `--build-scripts`.
    pub build_scripts: Option<bool>,
    /// `--cfg-coverage`.
    pub cfg_coverage: Option<bool>,
    /// `--cfg-coverage-nightly`.
    pub cfg_coverage_nightly: Option<bool>,
    /// `--const-fn`.
    pub const_fn: Option<bool>,
    /// `--signals`.
    pub signals: Option<bool>,
    /// `--exports`.
    pub exports: Option<bool>,
}

/// What counters count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// Whether something ran.
    Set,
    /// How often.
    Count,
    /// How often exactly, also in many threads.
    Atomic,
}

impl Mode {
    /// Its name, as flags have it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Set => "set",
            Self::Count => "count",
            Self::Atomic => "atomic",
        }
    }
}

/// What has a counter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Granularity {
    /// Each unit.
    Unit,
    /// Each function.
    Function,
}

/// A file of which only the one table matters.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct File {
    build: Build,
}

/// Reads the table of a `livecov.toml`.
///
/// # Errors
///
/// What is wrong with it, with the line, in words for its user.
pub fn parse(text: &str) -> Result<Build, String> {
    parse_as::<File>(text).map(|file| file.build)
}

/// Reads the table `metadata.livecov.build` of a `Cargo.toml`, from where the rest of the configuration is.
///
/// # Errors
///
/// As [`parse`].
pub fn parse_manifest(text: &str) -> Result<Build, String> {
    let Manifest { workspace, package }: Manifest<File> = parse_as(text)?;
    let own = |holder: Holder<File>| holder.metadata.livecov;
    Ok(own(package).or_else(|| own(workspace)).unwrap_or_default().build)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_the_table_may_have_is_read() {
        let text = "by = 'crate'\n[build]\nmode = 'count'\ngranularity = 'function'\ninclude-deps = true\ninclude = ['a']\nexclude = ['b']\n\
                    tests-too = true\nproc-macros = false\nbuild-scripts = false\ncfg-coverage = false\ncfg-coverage-nightly = false\nconst-fn = false\nsignals = false\nexports = false\n";
        let expected = Build {
            mode: Some(Mode::Count),
            granularity: Some(Granularity::Function),
            include_deps: Some(true),
            include: vec!["a".into()],
            exclude: vec!["b".into()],
            tests_too: Some(true),
            proc_macros: Some(false),
            build_scripts: Some(false),
            cfg_coverage: Some(false),
            cfg_coverage_nightly: Some(false),
            const_fn: Some(false),
            signals: Some(false),
            exports: Some(false),
        };
        assert_eq!(parse(text), Ok(expected));
        assert_eq!(parse("by = 'crate'"), Ok(Build::default()));
    }

    #[test]
    fn manifests_may_have_it() {
        let of = |text: &str| parse_manifest(text).unwrap().mode;
        assert_eq!(of("[workspace.metadata.livecov.build]\nmode = 'set'\n"), Some(Mode::Set));
        let both = "[workspace.metadata.livecov.build]\nmode = 'set'\n[package.metadata.livecov]\nby = 'crate'\n";
        assert_eq!(of(both), None);
        assert_eq!(of("[package]\nname = 'x'\n"), None);
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        for (text, words) in [
            ("by = 'crate'\n[build]\nmod = 'set'", "line 3: unknown field `mod`, expected one of "),
            ("[build]\nmod = 'set'", "; do you mean `mode`?"),
            ("[build]\n\ninclude_deps = true", "; do you mean `include-deps`?"),
            ("[build]\nmode = 'sets'", "line 2: unknown variant `sets`, expected one of `set`, `count`, `atomic`"),
            ("[build]\nsignals = 'no'", "line 2: invalid type: string \"no\", expected a boolean"),
        ] {
            let message = parse(text).unwrap_err();
            assert!(message.contains(words), "{text}: {message}");
        }
    }
}
