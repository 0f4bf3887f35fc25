//! Tables of flags: which have values, and what names that people know from
//! cargo-llvm-cov are here.

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
pub(crate) const OWN_VALUES: [&str; 10] = [
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

const KNOWN: [(&str, Known); 18] = [
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
    // Code that runs while building is left out, and no cfg is set.
    ("--coverage-target-only", Known::Always),
    ("--no-cfg-coverage", Known::Always),
    ("--no-cfg-coverage-nightly", Known::Always),
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

/// Shells of `env`, each by the flags that stand for it.
pub(crate) fn shell(name: &str) -> Option<&'static str> {
    match name {
        "--sh" | "--export-prefix" => Some("sh"),
        "--pwsh" | "--with-pwsh-env-prefix" => Some("pwsh"),
        "--fish" => Some("fish"),
        _ => None,
    }
}

/// The name that is most like a wrong one, as a question; nothing if none is.
pub(crate) fn nearest<'a>(wrong: &str, names: impl IntoIterator<Item = &'a str>) -> String {
    let distances = names.into_iter().map(|name| (strsim::damerau_levenshtein(wrong, name), name));
    let near = distances.filter(|(distance, name)| *distance <= (name.len() / 3).max(1)).min();
    near.map(|(_, name)| format!("; do you mean {name}?")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_like_others() {
        assert_eq!(nearest("tset", ["build", "test"]), "; do you mean test?");
        assert_eq!(nearest("xyzzy", ["build", "test"]), "");
    }
}
