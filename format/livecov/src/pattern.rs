//! Package patterns, as Go's tools read them.

use livecov_format::decode::Package;

/// Which packages to look at.
#[derive(Clone, Debug)]
pub struct PackageFilter {
    /// None for all packages.
    patterns: Option<Vec<String>>,
    is_workspace_only: bool,
}

impl PackageFilter {
    /// The filter of lists that are separated by commas; without a list, or if
    /// all are empty, all packages get through.
    #[must_use]
    pub fn new(lists: &[String]) -> Self {
        let lists = || lists.iter().filter(|list| !list.is_empty());
        let items = lists().flat_map(|list| list.split(',')).filter(|item| !item.is_empty());
        let patterns = lists().next().is_some().then(|| items.map(String::from).collect());
        Self { patterns, is_workspace_only: false }
    }

    /// The same without crates that are no part of the workspace.
    #[must_use]
    pub fn workspace_only(self, is_workspace_only: bool) -> Self {
        Self { is_workspace_only, ..self }
    }

    /// Whether a package is to be looked at, and is not left out as a dependency.
    #[must_use]
    pub fn takes(&self, package: &Package<'_>) -> bool {
        self.matches(package.path) && !(self.is_workspace_only && is_dependency(package))
    }

    /// The patterns that none of these import paths matches.
    pub fn unused<'p>(&self, paths: impl Iterator<Item = &'p [u8]> + Clone) -> impl Iterator<Item = &str> {
        let patterns = self.patterns.iter().flatten();
        let unused = patterns.filter(move |pattern| !paths.clone().any(|path| is_match(pattern.as_bytes(), path)));
        unused.map(String::as_str)
    }

    /// Whether this filter lets all packages through.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        self.patterns.is_none()
    }

    /// Whether a package is to be looked at.
    #[must_use]
    pub fn matches(&self, path: &[u8]) -> bool {
        self.patterns.as_ref().is_none_or(|patterns| patterns.iter().any(|pattern| is_match(pattern.as_bytes(), path)))
    }
}

/// Whether a package is a crate from a registry or from git: all its files are outside of the workspace, named by the crate
/// and its version, or by a full path. Crates that lie beside the workspace may be the user's own. Go's do not tell.
#[must_use]
pub fn is_dependency(package: &Package<'_>) -> bool {
    let module = String::from_utf8_lossy(package.module_path);
    let Some((name, version)) = module.rsplit_once('@') else { return false };
    let published = format!("{name}-{version}/");
    let is_outside = |file: &[u8]| file.starts_with(published.as_bytes()) || is_absolute(file);
    !package.functions.is_empty() && package.functions.iter().all(|function| is_outside(function.file))
}

fn is_absolute(path: &[u8]) -> bool {
    matches!(path, [b'/', ..] | [b'A'..=b'Z' | b'a'..=b'z', b':', b'/' | b'\\', ..])
}

/// `...` stands for anything, also for nothing; `/...` at the end also lets the
/// bare prefix through; all else stands for itself.
fn is_match(pattern: &[u8], path: &[u8]) -> bool {
    if pattern.strip_suffix(b"/...").is_some_and(|prefix| is_match(prefix, path)) {
        return true;
    }
    let mut parts = split_dots(pattern);
    let Some(first) = parts.next() else { return path.is_empty() };
    let Some(mut left) = path.strip_prefix(first) else { return false };
    let rest: Vec<&[u8]> = parts.collect();
    let Some((last, middle)) = rest.split_last() else { return left.is_empty() };
    for part in middle {
        let Some(place) = find(left, part) else { return false };
        left = left.get(place + part.len()..).unwrap_or_default();
    }
    left.ends_with(last)
}

fn split_dots(pattern: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut left = Some(pattern);
    std::iter::from_fn(move || {
        let pattern = left?;
        let place = find(pattern, b"...");
        left = place.and_then(|place| pattern.get(place + 3..));
        Some(place.and_then(|place| pattern.get(..place)).unwrap_or(pattern))
    })
}

fn find(text: &[u8], part: &[u8]) -> Option<usize> {
    if part.is_empty() {
        return Some(0);
    }
    text.windows(part.len()).position(|window| window == part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        for (pattern, path, matches) in [
            ("a", "a", true),
            ("a", "ab", false),
            ("a/...", "a", true),
            ("a/...", "a/b", true),
            ("a/...", "ab", false),
            ("a...", "ab/c", true),
            ("...x", "a/x", true),
            ("...", "anything", true),
            ("a...b...c", "a1b2c", true),
            ("a...b...c", "acb", false),
            ("a...a", "a", false),
            ("...b", "bb", true),
            (".../b/...", "a/b", true),
            ("a.b", "axb", false),
        ] {
            assert_eq!(is_match(pattern.as_bytes(), path.as_bytes()), matches, "{pattern} {path}");
        }
        let filter = |lists: &[&str]| PackageFilter::new(&lists.iter().map(ToString::to_string).collect::<Vec<_>>());
        assert!(filter(&[]).is_open() && filter(&["", ""]).is_open());
        assert!(!filter(&[","]).matches(b"a"));
        assert!(filter(&["x,,a"]).matches(b"a"));
        assert!(filter(&["x", "", "a,y"]).matches(b"a") && filter(&["a", "x"]).matches(b"a"));
    }
}
