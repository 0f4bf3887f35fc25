//! Which files belong together, told by their names alone.
//!
//! A pod is a meta file and the counter files of the same tag. This module
//! reads no directory: it is given names.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::string::String;
use std::vec::Vec;

use crate::layout::{COUNTER_PREFIX, META_PREFIX};

/// What a file's name says it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileName<'a> {
    /// `covmeta.TAG`, or `covmeta.TAG.PID.NANOS`
    Meta {
        /// The tag: the meta hash in hex, in files that programs write.
        tag: &'a str,
    },
    /// `covcounters.TAG.PID.NANOS`
    Counters {
        /// The tag of the meta file that goes with it.
        tag: &'a str,
        /// The process, zero in files that tools write; none if the digits
        /// are no process's number: Go leaves such a file out.
        pid: Option<u64>,
    },
}

impl<'a> FileName<'a> {
    /// Parses the last component of a path; none if it is neither.
    #[must_use]
    pub fn parse(name: &'a str) -> Option<Self> {
        if let Some(tag) = strip(name, META_PREFIX) {
            return is_tag(tag).then(|| Self::Meta { tag: without_writer(tag).unwrap_or(tag) });
        }
        let (rest, nanos) = strip(name, COUNTER_PREFIX)?.rsplit_once('.')?;
        let (tag, pid) = rest.rsplit_once('.')?;
        let is_counters = is_tag(tag) && is_number(pid) && is_number(nanos);
        let pid = pid.parse::<i64>().ok().and_then(|pid| u64::try_from(pid).ok());
        is_counters.then_some(Self::Counters { tag, pid })
    }
}

/// The hash of a name of the form `HASH.PID.NANOS`. Go takes all of it for the
/// tag, but writes no such names.
fn without_writer(name: &str) -> Option<&str> {
    let (rest, nanos) = name.rsplit_once('.')?;
    let (hash, pid) = rest.rsplit_once('.')?;
    let is_hash = hash.len() == 32 && hash.bytes().all(|digit| digit.is_ascii_hexdigit());
    (is_hash && is_number(pid) && is_number(nanos)).then_some(hash)
}

fn strip<'a>(name: &'a str, prefix: &str) -> Option<&'a str> {
    name.strip_prefix(prefix)?.strip_prefix('.')
}

/// Go's expression has `\S+`, which knows these five white spaces.
fn is_tag(tag: &str) -> bool {
    !tag.is_empty() && !tag.contains(['\t', '\n', '\u{c}', '\r', ' '])
}

fn is_number(digits: &str) -> bool {
    !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit())
}

/// A file that was found in an input directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundFile {
    /// The path.
    pub path: PathBuf,
    /// The number of the input directory, from zero.
    pub dir: usize,
}

/// A meta file and the counter files that go with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pod {
    /// The tag in the names.
    pub tag: String,
    /// The meta files of that tag, in the order of the directories; in each,
    /// `covmeta.TAG` comes first. They should be equal; the first that can be
    /// read counts.
    pub meta_files: Vec<FoundFile>,
    /// The counter files, by directory and then by path.
    pub counter_files: Vec<FoundFile>,
}

/// What [`pair`] makes of a list of files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pods {
    /// The pods, by the paths of their meta files.
    pub pods: Vec<Pod>,
    /// Counter files without a meta file, or without a process number.
    pub orphans: Vec<FoundFile>,
}

/// Finds the pods among files, given directory by directory. Names of other
/// forms are passed over.
#[must_use]
pub fn pair(mut files: Vec<FoundFile>) -> Pods {
    files.sort_by(|a, b| a.dir.cmp(&b.dir).then_with(|| a.path.as_os_str().cmp(b.path.as_os_str())));
    let mut pods = BTreeMap::new();
    let mut counter_files = Vec::new();
    for file in files {
        let name = file.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        match FileName::parse(&name) {
            Some(FileName::Meta { tag }) => {
                let pod = pods.entry(String::from(tag)).or_insert_with(|| empty_pod(tag));
                pod.meta_files.push(file);
            }
            Some(FileName::Counters { tag, pid }) => counter_files.push((String::from(tag), pid, file)),
            None => {}
        }
    }
    let mut orphans = Vec::new();
    for (tag, pid, file) in counter_files {
        match pods.get_mut(&tag).filter(|_| pid.is_some()) {
            Some(pod) => pod.counter_files.push(file),
            None => orphans.push(file),
        }
    }
    let mut pods: Vec<Pod> = pods.into_values().collect();
    pods.sort_by(|a, b| first_path(a).cmp(&first_path(b)));
    Pods { pods, orphans }
}

fn empty_pod(tag: &str) -> Pod {
    Pod { tag: tag.into(), meta_files: Vec::new(), counter_files: Vec::new() }
}

fn first_path(pod: &Pod) -> Option<&std::ffi::OsStr> {
    pod.meta_files.first().map(|file| file.path.as_os_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::borrow::ToOwned;
    use std::vec;

    fn found(dir: usize, path: &str) -> FoundFile {
        FoundFile { path: path.into(), dir }
    }

    #[test]
    fn names() {
        let counters = |tag, pid| Some(FileName::Counters { tag, pid });
        assert_eq!(FileName::parse("covmeta.abc"), Some(FileName::Meta { tag: "abc" }));
        assert_eq!(FileName::parse("covmeta.a.b"), Some(FileName::Meta { tag: "a.b" }));
        assert_eq!(FileName::parse("covcounters.abc.12.34"), counters("abc", Some(12)));
        assert_eq!(FileName::parse("covcounters.a.1.2.3"), counters("a.1", Some(2)));
        assert_eq!(FileName::parse("covcounters.a.99999999999999999999.3"), counters("a", None));
        for other in ["covmeta.", "covmeta.a b", "covcounters.a.1", "covcounters.1.2", "covcounters.a.-1.2"] {
            assert_eq!(FileName::parse(other), None, "{other}");
        }
        assert_eq!(FileName::parse("tmp.covmeta.abc"), None);
        // Further meta files of a tag that is a hash.
        let hash = "0123456789abcdef0123456789abcdef";
        let of_tag = |name: &str| match FileName::parse(name) {
            Some(FileName::Meta { tag }) => tag.to_owned(),
            other => panic!("{other:?}"),
        };
        assert_eq!(of_tag(&std::format!("covmeta.{hash}.12.34")), hash);
        for tag in ["12.34", "0123.12.34", &std::format!("{hash}.12"), &std::format!("{hash}.x.34")] {
            assert_eq!(of_tag(&std::format!("covmeta.{tag}")), tag);
        }
    }

    #[test]
    fn the_further_meta_files_of_a_tag_come_after_the_first() {
        let hash = "0123456789abcdef0123456789abcdef";
        let [first, further] = ["", ".12.34"].map(|end| std::format!("a/covmeta.{hash}{end}"));
        let pods = pair(vec![found(0, &further), found(0, &first)]);
        assert_eq!(pods.pods.len(), 1);
        assert_eq!(pods.pods[0].meta_files, [found(0, &first), found(0, &further)]);
    }

    #[test]
    fn files_pair_up_across_directories() {
        let pods = pair(vec![
            found(1, "b/covcounters.x.1.1"),
            found(0, "a/covcounters.x.1.1"),
            found(1, "b/covmeta.x"),
            found(0, "a/covmeta.x"),
            found(0, "a/covcounters.y.1.1"),
            found(0, "a/README"),
            found(1, "b/covmeta.a"),
        ]);
        assert_eq!(pods.orphans, [found(0, "a/covcounters.y.1.1")]);
        let tags: Vec<_> = pods.pods.iter().map(|pod| pod.tag.as_str()).collect();
        assert_eq!(tags, ["x", "a"]);
        assert_eq!(pods.pods[0].meta_files, [found(0, "a/covmeta.x"), found(1, "b/covmeta.x")]);
        assert_eq!(pods.pods[0].counter_files, [found(0, "a/covcounters.x.1.1"), found(1, "b/covcounters.x.1.1")]);
    }
}
