//! Which files a report is about.

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use regex::RegexSet;

/// Filters by path.
#[derive(Clone, Debug, Default)]
pub struct FileFilter {
    /// None lets all paths through.
    wanted: Option<(GlobSet, RegexSet)>,
    excluded: (GlobSet, RegexSet),
    ignored: RegexSet,
    /// Each pattern by itself, with its flag in front.
    single: Vec<(String, GlobSet, RegexSet)>,
}

impl FileFilter {
    /// A filter that lets through what fits one of `wanted`, globs or expressions behind `re:`, or all if there are
    /// none, and what fits none of `excluded`, which are the same, nor of the expressions `ignored`.
    ///
    /// # Errors
    ///
    /// A pattern that is none, in words for its user.
    pub fn new(wanted: &[String], excluded: &[String], ignored: &[String]) -> Result<Self, String> {
        let [all_wanted, all_excluded, all_ignored] = [wanted, excluded, ignored];
        let wanted = (!wanted.is_empty()).then(|| patterns("--filter", wanted)).transpose()?;
        let excluded = patterns("--exclude-files", excluded)?;
        let ignored = RegexSet::new(ignored).map_err(|error| format!("--ignore-filename-regex: {error}"))?;
        let mut single = Vec::new();
        for (flag, all) in [("--filter", all_wanted), ("--exclude-files", all_excluded)] {
            for pattern in all {
                let (globs, expressions) = patterns(flag, std::slice::from_ref(pattern))?;
                single.push((format!("{flag} {pattern}"), globs, expressions));
            }
        }
        for pattern in all_ignored {
            let expression = RegexSet::new([pattern]).map_err(|error| format!("--ignore-filename-regex: {error}"))?;
            single.push((format!("--ignore-filename-regex {pattern}"), GlobSet::empty(), expression));
        }
        Ok(Self { wanted, excluded, ignored, single })
    }

    /// The patterns that none of these paths fits, with their flags.
    pub fn unused<'p>(&self, paths: impl Iterator<Item = &'p str> + Clone) -> impl Iterator<Item = &str> {
        let unused = self.single.iter().filter(move |(_, globs, expressions)| {
            !paths.clone().any(|path| globs.is_match(path) || expressions.is_match(path))
        });
        unused.map(|(name, _, _)| name.as_str())
    }

    /// Whether the report is about a file, which may have several names.
    #[must_use]
    pub fn matches<const N: usize>(&self, names: [&str; N]) -> bool {
        let fits = |(globs, expressions): &(GlobSet, RegexSet)| {
            names.iter().any(|name| globs.is_match(name) || expressions.is_match(name))
        };
        let is_ignored = || names.iter().any(|name| self.ignored.is_match(name));
        self.wanted.as_ref().is_none_or(fits) && !fits(&self.excluded) && !is_ignored()
    }
}

/// Globs, which fit at any depth, and expressions behind `re:`.
fn patterns(flag: &str, patterns: &[String]) -> Result<(GlobSet, RegexSet), String> {
    let expressions = patterns.iter().filter_map(|pattern| pattern.strip_prefix("re:"));
    let expressions = RegexSet::new(expressions).map_err(|error| format!("{flag}: {error}"))?;
    let mut globs = GlobSetBuilder::new();
    for pattern in patterns.iter().filter(|pattern| !pattern.starts_with("re:")) {
        for glob in [pattern.clone(), format!("**/{pattern}"), format!("{pattern}/**"), format!("**/{pattern}/**")] {
            let glob = GlobBuilder::new(&glob).literal_separator(true).build();
            globs.add(glob.map_err(|error| format!("{flag} {pattern}: {error}"))?);
        }
    }
    let globs = globs.build().map_err(|error| format!("{flag}: {error}"))?;
    Ok((globs, expressions))
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
            assert_eq!(FileFilter::new(&[pattern.into()], &[], &[]).unwrap().matches([path]), fits, "{pattern} {path}");
            assert_ne!(FileFilter::new(&[], &[pattern.into()], &[]).unwrap().matches([path]), fits, "{pattern} {path}");
        }
    }

    #[test]
    fn what_is_ignored_is_left_out_of_what_is_wanted() {
        let filter = FileFilter::new(&["src".into()], &["x.rs".into()], &["gen".into()]).unwrap();
        assert!(filter.matches(["src/a.rs"]) && !filter.matches(["src/gen.rs"]) && !filter.matches(["a.rs"]));
        assert!(!filter.matches(["src/x.rs"]));
        assert!(FileFilter::new(&["[".into()], &[], &[]).unwrap_err().starts_with("--filter [: "));
        assert!(FileFilter::new(&[], &[], &["(".into()]).is_err());
    }
}
