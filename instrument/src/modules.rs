//! Where the file of a module is.

use std::path::{Component, Path, PathBuf};
use syn::Meta;

/// The files that a module may be in: the first that is there.
pub(crate) type Candidates = Vec<ModuleFile>;

/// A file of a module, and where the files of its own modules are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ModuleFile {
    pub(crate) path: PathBuf,
    pub(crate) place: ModulePlace,
}

/// Where modules that are declared at some point have their files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ModulePlace {
    /// Where a path in an attribute starts.
    base: PathBuf,
    /// Where `NAME.rs` and `NAME/mod.rs` are.
    children: PathBuf,
}

impl ModulePlace {
    /// In a crate's root file, in a `mod.rs`, and in a file that a `path`
    /// attribute named.
    pub(crate) fn root(file: &Path) -> Self {
        let folder = file.parent().unwrap_or(Path::new("")).to_owned();
        Self { base: folder.clone(), children: folder }
    }

    /// In `NAME.rs`.
    fn plain(file: &Path) -> Self {
        Self { base: file.parent().unwrap_or(Path::new("")).to_owned(), children: file.with_extension("") }
    }

    /// Inside `mod NAME { ... }`.
    pub(crate) fn inside(&self, name: &str, attributes: &[Meta]) -> Self {
        let folder = match path_attribute(attributes) {
            Some(path) => straight(&self.base.join(path)),
            None => self.children.join(name),
        };
        Self { base: folder.clone(), children: folder }
    }

    /// The file of `mod NAME;`.
    pub(crate) fn candidates(&self, name: &str, attributes: &[Meta]) -> Candidates {
        if let Some(path) = path_attribute(attributes) {
            let path = straight(&self.base.join(path));
            return vec![ModuleFile { place: Self::root(&path), path }];
        }
        let plain = self.children.join(format!("{name}.rs"));
        let folder = self.children.join(name).join("mod.rs");
        vec![
            ModuleFile { place: Self::plain(&plain), path: plain },
            ModuleFile { place: Self::root(&folder), path: folder },
        ]
    }
}

/// The path without `..`: files are known by one name.
pub(crate) fn straight(path: &Path) -> PathBuf {
    let mut straight = PathBuf::new();
    for part in path.components() {
        let is_up =
            part == Component::ParentDir && matches!(straight.components().next_back(), Some(Component::Normal(_)));
        if is_up {
            straight.pop();
        } else if part != Component::CurDir {
            straight.push(part);
        }
    }
    straight
}

fn path_attribute(attributes: &[Meta]) -> Option<String> {
    path_value(attributes).and_then(crate::cfg::string)
}

/// What a `path` attribute says, if it is the whole path of a file.
pub(crate) fn whole_path(attributes: &[Meta]) -> Option<&syn::Expr> {
    path_value(attributes).filter(|value| crate::cfg::string(value).is_some_and(|path| Path::new(&path).is_absolute()))
}

fn path_value(attributes: &[Meta]) -> Option<&syn::Expr> {
    attributes.iter().find_map(|attribute| match attribute {
        Meta::NameValue(pair) if pair.path.is_ident("path") => Some(&pair.value),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(place: &ModulePlace, item: &str) -> Vec<String> {
        let item: syn::ItemMod = syn::parse_str(item).unwrap();
        let attributes: Vec<Meta> = item.attrs.iter().map(|attribute| attribute.meta.clone()).collect();
        let candidates = place.candidates(&item.ident.to_string(), &attributes);
        candidates.into_iter().map(|file| file.path.display().to_string()).collect()
    }

    #[test]
    fn files_are_where_the_compiler_looks() {
        let root = ModulePlace::root(Path::new("src/lib.rs"));
        assert_eq!(files(&root, "mod a;"), ["src/a.rs", "src/a/mod.rs"]);
        assert_eq!(files(&root, "#[path = \"x/y.rs\"] mod a;"), ["src/x/y.rs"]);
        assert_eq!(files(&root, "#[path = \"../x/./y.rs\"] mod a;"), ["x/y.rs"]);
        let plain = root.candidates("a", &[]).remove(0).place;
        assert_eq!(files(&plain, "mod b;"), ["src/a/b.rs", "src/a/b/mod.rs"]);
        assert_eq!(files(&plain, "#[path = \"x.rs\"] mod b;"), ["src/x.rs"]);
        assert_eq!(files(&plain.inside("i", &[]), "mod b;"), ["src/a/i/b.rs", "src/a/i/b/mod.rs"]);
        assert_eq!(files(&plain.inside("i", &[]), "#[path = \"x.rs\"] mod b;"), ["src/a/i/x.rs"]);
        let folder = root.candidates("a", &[]).remove(1).place;
        assert_eq!(files(&folder, "mod b;"), ["src/a/b.rs", "src/a/b/mod.rs"]);
        let named: Meta = syn::parse_quote_path();
        assert_eq!(files(&root.inside("i", &[named]), "mod b;"), ["src/other/b.rs", "src/other/b/mod.rs"]);
    }

    mod syn {
        pub(super) use ::syn::*;

        pub(super) fn parse_quote_path() -> Meta {
            parse_str("path = \"other\"").unwrap()
        }
    }
}
