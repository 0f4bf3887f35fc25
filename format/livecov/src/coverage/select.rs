//! Which files a report is about.

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use regex::RegexSet;

/// Filters by path.
#[derive(Clone, Debug, Default)]
pub struct FileFilter {
    /// None lets all paths through.
    wanted: Option<(GlobSet, RegexSet)>,
    ignored: RegexSet,
}

impl FileFilter {
    /// A filter that lets through what fits one of `wanted`, globs or expressions behind `re:`, or all if there are
    /// none, and what fits none of the expressions `ignored`.
    ///
    /// # Errors
    ///
    /// A pattern that is none, in words for its user.
    pub fn new(wanted: &[String], ignored: &[String]) -> Result<Self, String> {
        let expressions = wanted.iter().filter_map(|pattern| pattern.strip_prefix("re:"));
        let expressions = RegexSet::new(expressions).map_err(|error| format!("--filter: {error}"))?;
        let mut globs = GlobSetBuilder::new();
        for pattern in wanted.iter().filter(|pattern| !pattern.starts_with("re:")) {
            for glob in [pattern.clone(), format!("**/{pattern}"), format!("{pattern}/**"), format!("**/{pattern}/**")]
            {
                let glob = GlobBuilder::new(&glob).literal_separator(true).build();
                globs.add(glob.map_err(|error| format!("--filter {pattern}: {error}"))?);
            }
        }
        let globs = globs.build().map_err(|error| format!("--filter: {error}"))?;
        let ignored = RegexSet::new(ignored).map_err(|error| format!("--ignore-filename-regex: {error}"))?;
        Ok(Self { wanted: (!wanted.is_empty()).then_some((globs, expressions)), ignored })
    }

    /// Whether the report is about a file.
    #[must_use]
    pub fn matches(&self, path: &str) -> bool {
        let is_wanted = |(globs, expressions): &(GlobSet, RegexSet)| globs.is_match(path) || expressions.is_match(path);
        self.wanted.as_ref().is_none_or(is_wanted) && !self.ignored.is_match(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs_fit_files_and_directories_at_any_depth() {
        for (pattern, path, fits) in [
            ("a.rs", "a.rs", true),
            ("a.rs", "src/deep/a.rs", true),
            ("a.rs", "src/ba.rs", false),
            ("src", "src/a.rs", true),
            ("net/*.rs", "src/net/a.rs", true),
            ("net/*.rs", "src/net/deep/a.rs", false),
            ("net/**", "src/net/deep/a.rs", true),
            ("re:^src/.*[ab]\\.rs$", "src/x/b.rs", true),
            ("re:^b", "src/x/b.rs", false),
        ] {
            assert_eq!(FileFilter::new(&[pattern.into()], &[]).unwrap().matches(path), fits, "{pattern} {path}");
        }
    }

    #[test]
    fn what_is_ignored_is_left_out_of_what_is_wanted() {
        let filter = FileFilter::new(&["src".into()], &["gen".into()]).unwrap();
        assert!(filter.matches("src/a.rs") && !filter.matches("src/gen.rs") && !filter.matches("a.rs"));
        assert!(FileFilter::new(&["[".into()], &[]).unwrap_err().starts_with("--filter [: "));
        assert!(FileFilter::new(&[], &["(".into()]).is_err());
    }
}
