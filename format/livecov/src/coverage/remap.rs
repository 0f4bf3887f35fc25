//! `--remap from=to`: other names for directories of source files.

/// Replacements of leading directories; the last that fits counts.
#[derive(Clone, Debug, Default)]
pub struct Remap {
    rules: Vec<(String, String)>,
}

impl Remap {
    /// Parses `from=to` rules.
    ///
    /// # Errors
    ///
    /// A rule without `=`.
    pub fn new(rules: &[String]) -> Result<Self, String> {
        let parse = |rule: &String| {
            let (from, to) =
                rule.split_once('=').ok_or_else(|| format!("--remap {rule}: write it as FROM=TO, with one `=`"))?;
            Ok((from.trim_end_matches('/').to_owned(), to.trim_end_matches('/').to_owned()))
        };
        Ok(Self { rules: rules.iter().map(parse).collect::<Result<_, String>>()? })
    }

    /// The path with its leading directories replaced.
    #[must_use]
    pub fn apply(&self, path: &str) -> String {
        let replaced = self.rules.iter().rev().find_map(|(from, to)| replace(path, from, to));
        replaced.unwrap_or_else(|| path.to_owned())
    }
}

impl Remap {
    /// The rules that fit none of these paths.
    pub fn unused<'p>(&self, paths: impl Iterator<Item = &'p str> + Clone) -> impl Iterator<Item = String> {
        let unused =
            self.rules.iter().filter(move |(from, to)| !paths.clone().any(|path| replace(path, from, to).is_some()));
        unused.map(|(from, to)| format!("--remap {from}={to}"))
    }
}

/// Whole directories only: `src` is no part of `src2/a.rs`.
fn replace(path: &str, from: &str, to: &str) -> Option<String> {
    let rest = path.strip_prefix(from)?;
    match (from, to, rest.strip_prefix('/')) {
        ("", "", _) => None,
        // Nothing in front stands for any relative path.
        ("", to, None) => Some(format!("{to}/{path}")),
        ("", ..) | (_, _, None) => rest.is_empty().then(|| to.to_owned()),
        (_, "", Some(rest)) => Some(rest.to_owned()),
        (_, to, Some(rest)) => Some(format!("{to}/{rest}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_directories_are_replaced() {
        for (rule, path, expected) in [
            ("/build=.", "/build/src/a.rs", "./src/a.rs"),
            ("/build/=", "/build/src/a.rs", "src/a.rs"),
            ("src=lib", "src2/a.rs", "src2/a.rs"),
            ("src=lib", "src", "lib"),
            ("=front", "src/a.rs", "front/src/a.rs"),
            ("=front", "/src/a.rs", "/src/a.rs"),
            ("a b=ü", "a b/c", "ü/c"),
        ] {
            assert_eq!(Remap::new(&[rule.into()]).unwrap().apply(path), expected, "{rule} {path}");
        }
    }

    #[test]
    fn the_last_rule_that_fits_counts() {
        let remap = Remap::new(&["a=1".into(), "a/b=2".into(), "x=3".into()]).unwrap();
        assert_eq!(remap.apply("a/b/c"), "2/c");
        assert_eq!(remap.apply("a/c"), "1/c");
        assert!(Remap::new(&["nothing".into()]).is_err());
    }
}
