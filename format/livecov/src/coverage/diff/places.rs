//! Which file of the report a path of a diff means.

use super::parse::FileChange;
use crate::coverage::model::Project;
use crate::coverage::source::Sources;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What paths of a diff start from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Root {
    /// The directory, without links.
    dir: Option<PathBuf>,
    /// Whether it is known to be, because git said so.
    is_certain: bool,
}

impl Root {
    /// The root of a working tree.
    #[must_use]
    pub fn of_tree(dir: &Path) -> Self {
        // Git found it a moment ago. Without it, no file lies in the tree, and each that changed is named as unknown.
        Self { dir: dir.canonicalize().ok(), is_certain: true }
    }

    /// The root that a diff of unknown origin most likely has: the repository around a directory, else the directory.
    #[must_use]
    pub fn around(dir: &Path) -> Self {
        // A directory that is not there has no repository around it: then the ends of paths decide.
        let dir = dir.canonicalize().ok();
        let repository = dir.as_deref().and_then(|dir| dir.ancestors().find(|dir| dir.join(".git").exists()));
        Self { dir: repository.map(Path::to_owned).or(dir), is_certain: false }
    }
}

/// Files of a diff beside files of the report.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Placed {
    /// The change of each file in [`Project::files`] that changed.
    pub changes: BTreeMap<usize, FileChange>,
    /// Paths that the report has no file for.
    pub unknown: Vec<String>,
    /// Paths that several files of the report could have, in words for people.
    pub ambiguous: Vec<String>,
}

/// Finds the file of each change.
#[must_use]
pub fn place(project: &Project, sources: &Sources, root: &Root, changes: Vec<FileChange>) -> Placed {
    let mut by_name: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (number, file) in project.files.iter().enumerate() {
        by_name.entry(last_part(&file.path)).or_default().push(number);
    }
    let finder = Finder { project, sources, root };
    let mut known: BTreeMap<String, Candidates> = BTreeMap::new();
    let mut placed = Placed::default();
    for change in changes {
        let Some(path) = &change.new_path else { continue };
        let name = last_part(path);
        let numbers = by_name.get(name).map(Vec::as_slice).unwrap_or_default();
        // Projects have many files of one name, such as `mod.rs`: each is looked for once.
        let candidates = known.entry(name.to_owned()).or_insert_with(|| finder.look_for(numbers));
        match finder.find(path, candidates).as_slice() {
            // What only took another name need not be measured.
            [] if change.edits.added_count() == 0 => {}
            [] => placed.unknown.push(path.clone()),
            [one] => drop(placed.changes.entry(*one).or_insert(change)),
            many => placed.ambiguous.push(finder.say_ambiguous(path, many)),
        }
    }
    placed
}

/// Files of one name.
#[derive(Debug, Default)]
struct Candidates {
    /// By where they lie below the root.
    lying: BTreeMap<PathBuf, Vec<usize>>,
    /// Those that were not found, or lie elsewhere.
    floating: Vec<usize>,
}

fn last_part(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

struct Finder<'p> {
    project: &'p Project,
    sources: &'p Sources,
    root: &'p Root,
}

impl Finder<'_> {
    fn look_for(&self, numbers: &[usize]) -> Candidates {
        let mut candidates = Candidates::default();
        for number in numbers {
            match self.location(*number) {
                Some(location) => candidates.lying.entry(location).or_default().push(*number),
                None => candidates.floating.push(*number),
            }
        }
        candidates
    }

    /// Where a file lies below the root; none if it was not found or lies elsewhere: then the end of its path decides.
    fn location(&self, number: usize) -> Option<PathBuf> {
        let file = self.project.files.get(number)?;
        let source = self.sources.of(self.project, file)?;
        let path = source.path.canonicalize().ok()?;
        path.strip_prefix(self.root.dir.as_deref()?).ok().map(Path::to_owned)
    }

    /// The candidates that are the file of this path: those that lie there, else those whose path ends the same way.
    fn find(&self, path: &str, candidates: &Candidates) -> Vec<usize> {
        if let Some(lying) = candidates.lying.get(Path::new(path)) {
            return lying.clone();
        }
        let mut possible = candidates.floating.clone();
        if !self.root.is_certain {
            // The diff may start from another directory, but not from one that the file is not in.
            let fits = |location: &Path| shared_end(path, &location.to_string_lossy()).is_some();
            let fitting = candidates.lying.iter().filter(|(location, _)| fits(location));
            possible.extend(fitting.flat_map(|(_, numbers)| numbers));
        }
        self.best_ends(path, &possible)
    }

    /// Of the files one of whose paths is the end of the other, those that agree in most parts.
    fn best_ends(&self, path: &str, candidates: &[usize]) -> Vec<usize> {
        let shared = |number: &usize| {
            let file = self.project.files.get(*number)?;
            let names = [&file.path, file.plain_path(), &file.original_path];
            names.into_iter().find_map(|name| shared_end(path, name))
        };
        let most = candidates.iter().filter_map(shared).max();
        candidates.iter().copied().filter(|number| most.is_some() && shared(number) == most).collect()
    }

    fn say_ambiguous(&self, path: &str, numbers: &[usize]) -> String {
        let files = numbers.iter().filter_map(|number| self.project.files.get(*number));
        let names: Vec<&str> = files.map(|file| file.path.as_str()).collect();
        format!("{path} could be {}: tell them apart with --source-root or --remap", names.join(" or "))
    }
}

/// The path that agrees with `path` in most parts, if one of the two is the end of the other, and no other does as well.
#[must_use]
pub fn best_end<'p>(path: &str, others: impl Iterator<Item = &'p str> + Clone) -> Option<&'p str> {
    let most = others.clone().filter_map(|other| shared_end(path, other)).max()?;
    let mut best = others.filter(|other| shared_end(path, other) == Some(most));
    best.next().filter(|_| best.next().is_none())
}

/// How many parts two paths share, if one of them is the end of the other.
fn shared_end(a: &str, b: &str) -> Option<usize> {
    let [mut a, mut b] = [a, b].map(|path| path.rsplit(['/', '\\']).filter(|part| !part.is_empty() && *part != "."));
    let mut count = 0;
    loop {
        match (a.next(), b.next()) {
            (Some(a), Some(b)) if a == b => count += 1,
            (Some(_), Some(_)) => return None,
            _ => return (count > 0).then_some(count),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coverage::model::File;

    fn project(paths: &[&str]) -> Project {
        let file = |path: &&str| File { path: (*path).into(), ..File::default() };
        Project { files: paths.iter().map(file).collect(), ..Project::default() }
    }

    #[track_caller]
    fn check(paths: &[&str], changed: &str, expected: &[usize]) {
        let change = FileChange { new_path: Some(changed.into()), ..FileChange::default() };
        let placed = place(&project(paths), &Sources::default(), &Root::default(), vec![change]);
        let is_ambiguous = !placed.ambiguous.is_empty();
        let found: Vec<usize> = placed.changes.into_keys().collect();
        assert_eq!((found.as_slice(), is_ambiguous), (expected, false), "{paths:?} {changed}");
    }

    #[test]
    fn without_source_paths_are_matched_by_their_ends() {
        check(&["src/a.rs", "src/b.rs"], "src/b.rs", &[1]);
        check(&["/build/x/src/a.rs"], "src/a.rs", &[0]);
        check(&["src/a.rs"], "crates/x/src/a.rs", &[0]);
        check(&["x/src/a.rs", "src/a.rs"], "x/src/a.rs", &[0]);
        check(&["./src/a.rs"], "src/a.rs", &[0]);
        check(&["src\\a.rs"], "src/a.rs", &[0]);
        check(&["src/ba.rs", "a.rs/b.rs"], "src/a.rs", &[]);
        check(&["src/a.rs"], "lib/a.rs", &[]);
    }

    #[test]
    fn what_could_be_several_is_named() {
        let change = FileChange { new_path: Some("src/a.rs".into()), ..FileChange::default() };
        let project = project(&["x/src/a.rs", "y/src/a.rs"]);
        let placed = place(&project, &Sources::default(), &Root::default(), vec![change]);
        assert_eq!(placed.changes.len(), 0);
        assert!(placed.ambiguous[0].starts_with("src/a.rs could be x/src/a.rs or y/src/a.rs: "), "{placed:?}");
    }
}
