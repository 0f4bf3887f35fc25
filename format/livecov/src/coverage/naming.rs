//! Names of source files, where several packages have files of one path.
//!
//! Paths start from the workspace, so that `src/client.rs` of two services is one path and two files. Nothing in the data
//! says which workspace a package is from, but the content of files does: two packages that have different contents at one
//! path are *strangers*, and share no file. A file that several packages include has one content in all of them, and they
//! are no strangers unless another path says so.
//!
//! Where a path is of several files, each is named `PACKAGE/PATH` after the package that has it, the first if several do.
//! All versions of a package are one here: another content at its path is a change between two builds.
//!
//! ```text
//! mini-redis  src/client.rs 6f..  src/lib.rs 01..    strangers: mini-redis/src/client.rs, mini-redis/src/lib.rs
//! bore-cli    src/client.rs a2..  src/lib.rs 01..               bore-cli/src/client.rs, bore-cli/src/lib.rs
//! bore-cli    src/auth.rs   77..                                src/auth.rs
//! ```

use super::gather::{Version, text};
use livecov_format::hash::Hash;
use std::collections::{BTreeMap, BTreeSet};

/// The contents that a package has at a path. Empty if the data only say that it has something there.
type Contents = BTreeSet<Option<Hash>>;

/// By path, the packages that have it, with its contents there.
type Claims = BTreeMap<String, BTreeMap<String, Contents>>;

/// The new name of a path, by path and package.
type NewNames = BTreeMap<String, BTreeMap<String, String>>;

/// Renames the files of all versions so that files of different packages have different paths.
pub fn tell_apart(versions: &mut [Version]) {
    let claims = claims(versions);
    let names = new_names(&claims);
    if names.is_empty() {
        return;
    }
    for version in versions {
        let owner = owner(&version.path, &version.module_path).to_owned();
        let new_name = |path: &str| names.get(path).and_then(|names| names.get(&owner));
        for function in &mut version.functions {
            if let Some(name) = new_name(&function.file) {
                function.plain_file = Some(std::mem::replace(&mut function.file, name.clone()));
            }
        }
        let infos = version.extension.files.iter_mut().map(|file| &mut file.path);
        for path in infos.chain(version.extension.omissions.iter_mut().map(|omission| &mut omission.path)) {
            if let Some(name) = new_name(&text(path)) {
                *path = name.clone().into_bytes();
            }
        }
    }
}

/// The cargo package that a crate target belongs to, without its version. For Go's packages, the module.
#[must_use]
pub fn owner<'v>(package_path: &'v str, module_path: &'v str) -> &'v str {
    let name = module_path.rsplit_once('@').map_or(module_path, |(name, _)| name);
    if name.is_empty() { package_path } else { name }
}

fn claims(versions: &[Version]) -> Claims {
    let mut claims = Claims::new();
    for version in versions {
        let owner = owner(&version.path, &version.module_path);
        let mut claim = |path: String, content: Option<Option<Hash>>| {
            claims.entry(path).or_default().entry(owner.to_owned()).or_default().extend(content);
        };
        let mut known = BTreeSet::new();
        for info in &version.extension.files {
            let path = text(&info.path);
            claim(path.clone(), Some(Some(info.content_hash)));
            known.insert(path);
        }
        for function in &version.functions {
            if !known.contains(&function.file) {
                claim(function.file.clone(), Some(None));
                known.insert(function.file.clone());
            }
        }
        for omission in &version.extension.omissions {
            claim(text(&omission.path), None);
        }
    }
    claims
}

/// Whether a file of these contents in one package may be the one of those contents in another.
fn agree(a: &Contents, b: &Contents) -> bool {
    a.is_empty() || b.is_empty() || !a.is_disjoint(b)
}

/// The pairs of different packages among those that have a path.
fn pairs(owners: &BTreeMap<String, Contents>) -> impl Iterator<Item = [(&str, &Contents); 2]> {
    let following = |(place, first)| owners.iter().skip(place + 1).map(move |second| [first, second]);
    let pairs = owners.iter().enumerate().flat_map(following);
    pairs.map(|pair| pair.map(|(owner, contents)| (owner.as_str(), contents)))
}

fn new_names(claims: &Claims) -> NewNames {
    let shared = || claims.iter().filter(|(_, owners)| owners.len() > 1);
    let mut strangers: BTreeSet<[&str; 2]> = BTreeSet::new();
    for [(a, in_a), (b, in_b)] in shared().flat_map(|(_, owners)| pairs(owners)) {
        if !agree(in_a, in_b) {
            strangers.insert([a, b]);
        }
    }
    let mut taken: BTreeSet<String> = claims.keys().cloned().collect();
    let mut names = NewNames::new();
    for (path, owners) in shared() {
        // Packages that have the same file lead to the first of them.
        let mut firsts: BTreeMap<&str, &str> = owners.keys().map(|owner| (owner.as_str(), owner.as_str())).collect();
        for [(a, in_a), (b, in_b)] in pairs(owners) {
            if agree(in_a, in_b) && !strangers.contains(&[a, b]) {
                let [kept, gone] = [a, b].map(|owner| firsts.get(owner).copied().unwrap_or(owner));
                firsts.values_mut().filter(|first| **first == gone).for_each(|first| *first = kept);
            }
        }
        let files: BTreeSet<&str> = firsts.values().copied().collect();
        if files.len() < 2 {
            continue;
        }
        let shown: BTreeMap<&str, String> =
            files.into_iter().map(|owner| (owner, free_name(owner, path, &mut taken))).collect();
        let names_of_path =
            firsts.iter().filter_map(|(owner, first)| Some(((*owner).to_owned(), shown.get(first)?.clone())));
        names.insert(path.clone(), names_of_path.collect());
    }
    names
}

/// `OWNER/PATH`, unless another file has that path.
fn free_name(owner: &str, path: &str, taken: &mut BTreeSet<String>) -> String {
    let mut below = path;
    while let Some(rest) = below.strip_prefix("../").or_else(|| below.strip_prefix("./")) {
        below = rest;
    }
    let below = below.trim_start_matches('/');
    let number = |number: u32| if number < 2 { String::new() } else { format!("+{number}") };
    let names = (1..=u32::MAX).map(|count| format!("{owner}{}/{below}", number(count)));
    let name = names.into_iter().find(|name| !taken.contains(name)).unwrap_or_default();
    taken.insert(name.clone());
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Packages with their files, as a path and a number for the content; zero stands for an omission.
    #[track_caller]
    fn check(packages: &[(&str, &[(&str, u8)])], expected: &[(&str, &str, &str)]) {
        let mut claims = Claims::new();
        for (owner, files) in packages {
            for (path, content) in *files {
                let contents = claims.entry((*path).into()).or_default().entry((*owner).into()).or_default();
                contents.extend((*content > 0).then_some(Some([*content; 16])));
            }
        }
        let names = new_names(&claims);
        let found = names.iter().flat_map(|(path, names)| names.iter().map(move |(owner, name)| (owner, path, name)));
        let found: Vec<_> = found.map(|(owner, path, name)| (owner.as_str(), path.as_str(), name.as_str())).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn strangers_share_no_file_even_if_it_is_the_same() {
        check(
            &[
                ("a", &[("src/main.rs", 1), ("src/x.rs", 3), ("src/a.rs", 9)]),
                ("b", &[("src/main.rs", 2), ("src/x.rs", 3)]),
            ],
            &[
                ("a", "src/main.rs", "a/src/main.rs"),
                ("b", "src/main.rs", "b/src/main.rs"),
                ("a", "src/x.rs", "a/src/x.rs"),
                ("b", "src/x.rs", "b/src/x.rs"),
            ],
        );
    }

    #[test]
    fn a_file_that_packages_include_is_one_also_when_it_was_changed() {
        check(&[("a", &[("x.rs", 1), ("x.rs", 2)]), ("b", &[("x.rs", 2)]), ("c", &[("x.rs", 1)])], &[]);
        check(&[("a", &[("x.rs", 1)]), ("b", &[("x.rs", 0)])], &[]);
    }

    #[test]
    fn those_that_share_are_named_after_the_first() {
        check(
            &[("a", &[("x.rs", 1)]), ("b", &[("x.rs", 2)]), ("c", &[("x.rs", 1)])],
            &[("a", "x.rs", "a/x.rs"), ("b", "x.rs", "b/x.rs"), ("c", "x.rs", "a/x.rs")],
        );
    }

    #[test]
    fn what_a_stranger_left_out_is_its_own() {
        check(
            &[("a", &[("src/main.rs", 1), ("x.rs", 3)]), ("b", &[("src/main.rs", 2), ("x.rs", 0)])],
            &[
                ("a", "src/main.rs", "a/src/main.rs"),
                ("b", "src/main.rs", "b/src/main.rs"),
                ("a", "x.rs", "a/x.rs"),
                ("b", "x.rs", "b/x.rs"),
            ],
        );
    }

    #[test]
    fn names_are_free() {
        check(
            &[
                ("a", &[("x.rs", 1), ("a/x.rs", 5)]),
                ("b", &[("x.rs", 2), ("../../x.rs", 4)]),
                ("c", &[("../../x.rs", 6)]),
            ],
            &[
                ("b", "../../x.rs", "b/x.rs"),
                ("c", "../../x.rs", "c/x.rs"),
                ("a", "x.rs", "a+2/x.rs"),
                ("b", "x.rs", "b+2/x.rs"),
            ],
        );
    }

    #[test]
    fn owners_are_cargo_packages_or_go_modules() {
        assert_eq!(owner("rg/bin/rg", "rg@1.0.0"), "rg");
        assert_eq!(owner("example.com/m/p", "example.com/m"), "example.com/m");
        assert_eq!(owner("p", ""), "p");
        assert_eq!(owner("p", "@"), "p");
    }
}
