//! Where source files are now.

use super::model::{File, Project};
use livecov_format::hash::{Algorithm, Hash, Hasher};
use std::path::{Path, PathBuf};

/// A file longer than this is no source that anybody looks at.
const LENGTH_LIMIT: u64 = 64 << 20;

/// The places to look for source files at.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// Directories that the user named.
    named: Vec<PathBuf>,
    /// The working directory and those around it.
    around: Vec<PathBuf>,
    /// Directories with the sources of published crates.
    registries: Vec<PathBuf>,
}

/// A source file that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Where it is.
    pub path: PathBuf,
    /// What it has.
    pub bytes: Vec<u8>,
    /// MD5 of that.
    pub hash: Hash,
}

impl Sources {
    /// Looks in `roots` first, then in the working directory and those around it, and among the sources of published
    /// crates that Cargo has.
    #[must_use]
    pub fn new(roots: &[PathBuf]) -> Self {
        let cwd = std::env::current_dir().unwrap_or_default();
        let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
        let home = home.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cargo")));
        // Of what is not found, `--show` and the formats say so; people name it by `--source-root`.
        let registries = home.and_then(|home| std::fs::read_dir(home.join("registry/src")).ok());
        let registries = registries.into_iter().flatten().flatten().map(|entry| entry.path());
        Self {
            named: roots.to_vec(),
            around: cwd.ancestors().map(Path::to_path_buf).collect(),
            registries: registries.collect(),
        }
    }

    /// The source of a report's file.
    #[must_use]
    pub fn of(&self, project: &Project, file: &File) -> Option<Source> {
        let packages = file.packages.iter().filter_map(|number| project.packages.get(*number as usize));
        let modules: Vec<&str> = packages.map(|package| package.module_path.as_str()).collect();
        let found = self.find([&file.path, file.plain_path(), &file.original_path], &modules, file.content_hash)?;
        let is_anothers = file.content_hash != Some(found.hash) && file.namesakes.contains(&found.hash);
        (!is_anothers).then_some(found)
    }

    /// The file of one of these names that has the content of `hash`, else the first that there is.
    #[must_use]
    pub fn find(&self, names: [&str; 3], modules: &[&str], hash: Option<Hash>) -> Option<Source> {
        let mut first = None;
        for path in self.candidates(names, modules) {
            let Some(source) = read(path) else { continue };
            if hash.is_none_or(|hash| hash == source.hash) {
                return Some(source);
            }
            first = first.or(Some(source));
        }
        first
    }

    fn candidates(&self, names: [&str; 3], modules: &[&str]) -> Vec<PathBuf> {
        let mut candidates = Vec::new();
        for name in names {
            // Go names files after the import paths of their packages.
            let inner = modules.iter().find_map(|module| {
                let rest = name.strip_prefix(module)?.strip_prefix('/')?;
                (!module.is_empty()).then_some((*module, rest))
            });
            for root in &self.named {
                candidates.push(root.join(name));
                candidates.extend(inner.map(|(_, rest)| root.join(rest)));
            }
            for dir in &self.around {
                candidates.push(dir.join(name));
                let module = inner.filter(|(module, _)| is_module_root(dir, module));
                candidates.extend(module.map(|(_, rest)| dir.join(rest)));
            }
            candidates.extend(self.registries.iter().map(|dir| dir.join(name)));
        }
        let mut seen = std::collections::BTreeSet::new();
        candidates.retain(|path| seen.insert(path.clone()));
        candidates
    }
}

/// Whether a directory has the `go.mod` of a module.
fn is_module_root(dir: &Path, module: &str) -> bool {
    let Ok(text) = std::fs::read_to_string(dir.join("go.mod")) else { return false };
    let line = text.lines().find_map(|line| line.trim().strip_prefix("module"));
    line.is_some_and(|name| name.split("//").next().unwrap_or_default().trim().trim_matches('"') == module)
}

/// A source file; none if it cannot be read, which is for a report as if it was not there.
fn read(path: PathBuf) -> Option<Source> {
    let metadata = std::fs::metadata(&path).ok()?;
    if !metadata.is_file() || metadata.len() > LENGTH_LIMIT {
        return None;
    }
    let bytes = std::fs::read(&path).ok()?;
    Some(Source { path, hash: md5(&bytes), bytes })
}

/// The hash that tells contents of source files apart.
#[must_use]
pub fn md5(bytes: &[u8]) -> Hash {
    let mut hasher = Hasher::new(Algorithm::Md5);
    hasher.update(bytes);
    hasher.finish()
}

impl Source {
    /// Whether the file was changed since it was compiled; unknown counts as no.
    #[must_use]
    pub fn is_stale(&self, file: &File) -> bool {
        file.content_hash.is_some_and(|hash| hash != self.hash)
    }

    /// The lines without their ends; bytes that are no text are replaced.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let text = String::from_utf8_lossy(&self.bytes);
        text.trim_start_matches('\u{feff}').lines().map(String::from).collect()
    }
}
