//! Lists of inputs, which commas separate.
//!
//! Names may have commas as well. So the longest run of items that is there as one path, commas included, is one input, from
//! the left on: of `a,b,c` the directory `a,b` and then `c`, if there is an `a,b`. Whatever is not there is taken apart, as
//! Go's tool does it. Inputs that need no list (those without a flag) are never taken apart.

use crate::session::Session;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

/// The inputs of lists. Says so if items that are there by themselves as well were read as one path.
pub(crate) fn paths<'l>(session: &mut Session<'_>, lists: impl IntoIterator<Item = &'l OsStr>) -> Vec<PathBuf> {
    let inputs: Vec<Vec<PathBuf>> = lists.into_iter().flat_map(|list| join(split(list), Path::exists)).collect();
    for items in inputs.iter().filter(|items| items.len() > 1 && items.iter().all(|item| item.exists())) {
        let names: Vec<String> = items.iter().map(|item| item.display().to_string()).collect();
        let one = one_path(items).display().to_string();
        session.warn(&format!(
            "{one} is read as one input; to read {} instead, repeat the flag for each",
            names.join(" and ")
        ));
    }
    inputs.iter().map(|items| one_path(items)).collect()
}

/// How many inputs lists have.
pub(crate) fn count<'l>(lists: impl IntoIterator<Item = &'l OsStr>) -> usize {
    lists.into_iter().flat_map(|list| join(split(list), Path::exists)).count()
}

/// No path is longer on any system that is known.
const PATH_MAX: usize = 4096;

/// The items of each input: several where these are there as one path.
fn join(items: Vec<PathBuf>, is_there: impl Fn(&Path) -> bool) -> Vec<Vec<PathBuf>> {
    let mut inputs = Vec::new();
    let mut rest = items.as_slice();
    while !rest.is_empty() {
        let mut len = 0;
        let is_short = |item: &&PathBuf| {
            len += item.as_os_str().len() + 1;
            len <= PATH_MAX
        };
        let most = rest.iter().take_while(is_short).count();
        let count = (2..=most).rev().find(|count| rest.get(..*count).is_some_and(|items| is_there(&one_path(items))));
        let (input, others) = rest.split_at(count.unwrap_or(1));
        inputs.push(input.to_vec());
        rest = others;
    }
    inputs
}

fn one_path(items: &[PathBuf]) -> PathBuf {
    let mut path = OsString::new();
    for (number, item) in items.iter().enumerate() {
        path.push(if number > 0 { "," } else { "" });
        path.push(item);
    }
    path.into()
}

/// The items of a list that is separated by commas; an empty item stays one.
fn split(list: &OsStr) -> Vec<PathBuf> {
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt;
        list.as_bytes().split(|byte| *byte == b',').map(|item| PathBuf::from(OsStr::from_bytes(item))).collect()
    }
    #[cfg(not(unix))]
    list.to_string_lossy().split(',').map(PathBuf::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inputs(list: &str, there: &[&str]) -> Vec<PathBuf> {
        let inputs = join(split(OsStr::new(list)), |path| there.iter().any(|there| path == Path::new(there)));
        inputs.iter().map(|items| one_path(items)).collect()
    }

    #[test]
    fn lists_keep_empty_items() {
        assert_eq!(inputs("a,,b", &["a", "b"]), [Path::new("a"), Path::new(""), Path::new("b")]);
        assert_eq!(inputs("a,", &["a"]), [Path::new("a"), Path::new("")]);
        assert_eq!(inputs("", &[]), [Path::new("")]);
    }

    #[test]
    fn what_is_there_with_its_commas_is_one_input() {
        let list = |list: &str, there: &[&str]| {
            inputs(list, there).iter().map(|path| path.display().to_string()).collect::<Vec<_>>()
        };
        assert_eq!(list("a,b", &["a,b"]), ["a,b"]);
        assert_eq!(list("a,b", &["a,b", "a", "b"]), ["a,b"]);
        assert_eq!(list("x,a,b,y", &["a,b"]), ["x", "a,b", "y"]);
        assert_eq!(list("a,b,c", &["a,b", "a,b,c"]), ["a,b,c"]);
        assert_eq!(list("a,,b,", &["a,,b,"]), ["a,,b,"]);
        assert_eq!(list("a,b,c", &["b,c"]), ["a", "b,c"]);
    }

    #[test]
    fn long_lists_take_no_time() {
        let list = vec!["/data/of/some/host/or/other"; 5000].join(",");
        assert_eq!(inputs(&list, &[]).len(), 5000);
    }
}
