//! Tables of flags: which have values, and what names that people know from
//! cargo-llvm-cov are here.

use crate::error::Error;
use clap::CommandFactory;
use std::collections::HashMap;
use std::sync::LazyLock;

/// Flags of `cargo run` that are followed by a value and mean nothing here.
pub(crate) const CARGO_VALUES: [&str; 11] = [
    "-p",
    "--package",
    "--bin",
    "--example",
    "-j",
    "--jobs",
    "--profile",
    "--message-format",
    "-Z",
    "--lockfile-path",
    "-C",
];

/// Our own flags that are followed by a value.
pub(crate) const OWN_VALUES: [&str; 11] = [
    "--artifact-dir",
    "--mode",
    "--granularity",
    "--include",
    "--exclude-from-report",
    "--exclude-from-test",
    "--output-dir",
    "--data-dir",
    "--format",
    "--target-dir",
    "--livecov-config",
];

/// Those of them that add up.
pub(crate) const LISTS: [&str; 3] = ["--include", "--exclude-from-report", "--exclude-from-test"];

/// Our own flags that are on or off.
pub(crate) const OWN_SWITCHES: [&str; 21] = [
    "--include-deps",
    "--tests-too",
    "--include-tests",
    "--proc-macros",
    "--no-proc-macros",
    "--build-scripts",
    "--include-build-script",
    "--cfg-coverage",
    "--no-cfg-coverage",
    "--cfg-coverage-nightly",
    "--no-cfg-coverage-nightly",
    "--const-fn",
    "--no-const-fn",
    "--signals",
    "--no-signals",
    "--exports",
    "--no-exports",
    "--no-clean",
    "--no-report",
    "--ignore-run-fail",
    "--open",
];

/// What a flag of cargo-llvm-cov is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Known {
    /// Another name of a flag.
    As(&'static str),
    /// Always so, whether it is asked for or not.
    Always,
    /// Not to be had, and why.
    Never(&'static str),
}

const KNOWN: [(&str, Known); 16] = [
    ("--show-missing-lines", Known::As("--missing")),
    ("--dep-coverage", Known::As("--include")),
    ("--fail-under-regions", Known::As("--fail-under-units")),
    ("--fail-under-file-regions", Known::As("--fail-under-file-units")),
    ("--fail-uncovered-regions", Known::As("--fail-uncovered-units")),
    // Branches are counted on stable, and doctests with the other tests.
    ("--branch", Known::Always),
    ("--doctests", Known::Always),
    // A generic function is one function, and files are named from the workspace on.
    ("--hide-instantiations", Known::Always),
    ("--remap-path-prefix", Known::Always),
    ("--summary-only", Known::Always),
    ("--coverage-target-only", Known::As("--no-proc-macros")),
    ("--include-ffi", Known::Never("code in C and C++ has no probes")),
    ("--mcdc", Known::Never("operands of && and || are counted, but not their combinations")),
    ("--show-instantiations", Known::Never("a generic function is counted once for all its types")),
    ("--skip-functions", Known::Never("reports in JSON and lcov have functions in them")),
    ("--failure-mode", Known::Never("damaged files are named and left out; --strict makes that an error")),
];

/// What a flag of that name is, if it is one of these.
pub(crate) fn known(name: &str) -> Option<Known> {
    KNOWN.iter().find(|(known, _)| *known == name).map(|(_, what)| *what)
}

/// The names of all of these.
pub(crate) fn known_names() -> impl Iterator<Item = &'static str> {
    KNOWN.iter().map(|(name, _)| *name)
}

/// Shells of `env`, each by the flags that stand for it.
pub(crate) fn shell(name: &str) -> Option<&'static str> {
    match name {
        "--sh" | "--export-prefix" => Some("sh"),
        "--pwsh" | "--with-pwsh-env-prefix" => Some("pwsh"),
        "--fish" => Some("fish"),
        _ => None,
    }
}

/// How unlike a name is another one: how many letters are wrong. The front of a
/// name is nearly all of it.
pub(crate) fn distance(wrong: &str, name: &str) -> usize {
    let is_front = wrong.len() > 6 && name.starts_with(wrong);
    if is_front { 1 } else { strsim::damerau_levenshtein(wrong, name) }
}

/// The name that is most like a wrong one; none if none is.
pub(crate) fn most_like<'a>(wrong: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let distances = names.into_iter().map(|name| (distance(wrong, name), name));
    distances.filter(|(distance, name)| *distance <= (name.len() / 3).max(1)).min().map(|(_, name)| name)
}

/// The same, as a question; nothing if none is.
pub(crate) fn nearest<'a>(wrong: &str, names: impl IntoIterator<Item = &'a str>) -> String {
    most_like(wrong, names).map(|name| format!("; do you mean {name}?")).unwrap_or_default()
}

/// Flags of `livecov report` that mean something else to cargo, or nothing
/// where a folder of data is at hand.
const NOT_FOR_REPORT: [&str; 7] = ["config", "i", "pkg", "v", "hw", "cpuprofile", "threads"];

/// The flags of `livecov report`, and whether each has a value behind it.
pub(crate) static REPORT_FLAGS: LazyLock<HashMap<String, bool>> = LazyLock::new(|| {
    let command = livecov::cli::Cli::command();
    let report = command.find_subcommand("report").into_iter().flat_map(|report| report.get_arguments());
    let named = report.filter_map(|flag| Some((flag.get_long()?, flag)));
    let ours = named.filter(|(name, _)| !NOT_FOR_REPORT.contains(name));
    ours.map(|(name, flag)| (format!("--{name}"), flag.get_action().takes_values() && !flag.is_require_equals_set()))
        .collect()
});

/// Flags of cargo's that `cargo metadata` takes as well.
pub(crate) const METADATA_SWITCHES: [&str; 5] =
    ["--all-features", "--no-default-features", "--locked", "--offline", "--frozen"];

/// Whether a flag, ours or cargo's, is followed by a value.
pub(crate) fn takes_value(name: &str) -> bool {
    let cargos = ["--manifest-path", "--target", "--exclude", "--features", "-F", "--config"];
    OWN_VALUES.contains(&name) || cargos.contains(&name) || REPORT_FLAGS.get(name) == Some(&true)
}

pub(crate) fn one_of(name: &str, value: &str, words: &[&str]) -> Result<String, Error> {
    let is_known = words.contains(&value);
    let unknown = || Error::Usage(format!("{name} is one of {}, not {value:?}", words.join(", ")));
    is_known.then(|| value.to_owned()).ok_or_else(unknown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_like_others() {
        assert_eq!(nearest("tset", ["build", "test"]), "; do you mean test?");
        assert_eq!(nearest("xyzzy", ["build", "test"]), "");
        assert_eq!(most_like("--fail-under", ["--fail-under-lines", "--file"]), Some("--fail-under-lines"));
    }
}
