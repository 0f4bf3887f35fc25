//! The data of running programs: read, checked, added up and deleted, again and again while the programs write more.

use crate::command::{Outcome, capture_within};
use crate::files::{list, name, read};
use livecov_format::decode::{CounterFile, MetaFile, Records};
use livecov_format::merge::{FunctionTable, SnapshotSet};
use livecov_format::pods::FileName;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::thread::{scope, sleep};
use std::time::Duration;
use tempfile::TempDir;

/// A directory in memory where the system has one: for files by the ten thousand.
pub fn memory_dir() -> TempDir {
    const MEMORY: &str = "/dev/shm";
    let builder = || tempfile::Builder::new().prefix("livecov-").to_owned();
    let in_memory = builder().tempdir_in(MEMORY);
    in_memory.or_else(|_| builder().tempdir()).expect("a directory")
}

/// One program or library: its meta file and what its counter files said so far.
pub struct Pod {
    /// The bytes of the meta file.
    pub meta: Vec<u8>,
    /// How many counter files there were.
    pub file_count: usize,
    table: &'static FunctionTable,
    functions: Vec<(String, String)>,
    set: SnapshotSet<'static>,
}

impl Pod {
    fn new(meta: Vec<u8>) -> Pod {
        let file = MetaFile::parse(&meta).expect("a whole meta file");
        // For the rest of the test: the set keeps a reference to it.
        let table: &'static FunctionTable = Box::leak(Box::new(FunctionTable::new(&file)));
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("UTF-8");
        let functions = file
            .packages
            .iter()
            .flat_map(|package| package.functions.iter().map(|function| (text(package.path), text(function.name))));
        let functions = functions.collect();
        let set = SnapshotSet::new(table, file.mode);
        Pod { meta, file_count: 0, table, functions, set }
    }

    fn add(&mut self, bytes: &[u8], records: &mut Records) {
        let file = CounterFile::parse(bytes).expect("a whole counter file");
        for segment in &file.segments {
            segment.decode(records).expect("records as the checksum says");
            assert!(self.table.check(records).expect("counters as the meta file has them").is_empty());
            let key = segment.args.snapshot();
            assert!(key.is_some(), "a file that does not say which process it is from");
            self.set.insert(key, records);
        }
        self.file_count += 1;
    }

    /// Whether it has functions of the package.
    pub fn has_package(&self, package: &str) -> bool {
        self.functions.iter().any(|(path, _)| path == package)
    }

    /// The counters of a function, over all processes; zeros if it never ran.
    pub fn counters(&self, package: &str, function: &str) -> Vec<u64> {
        let total = self.set.total();
        let is_it = |(path, name): &(String, String)| path == package && name == function;
        let number = self.functions.iter().position(is_it);
        let number = number.unwrap_or_else(|| panic!("{package} has no function {function}"));
        let zeros = || vec![0; self.table.units(number).len()];
        total
            .function(self.table, number)
            .map_or_else(zeros, |counters| counters.iter().map(|c| u64::from(*c)).collect())
    }
}

/// All pods of some programs, by the tag in the files' names.
#[derive(Default)]
pub struct Pods(pub BTreeMap<String, Pod>);

impl Pods {
    /// Those in `dir`, which no program writes to any more.
    pub fn of(dir: &Path) -> Pods {
        let mut pods = Pods::default();
        pods.drain(dir);
        pods.assert_nothing_left(dir);
        pods
    }

    /// Takes in the counter files of `dir`, each of which must be whole, and deletes them; programs may be writing more.
    pub fn drain(&mut self, dir: &Path) {
        let mut records = Records::default();
        let paths = list(dir);
        let found = |path: &Path| match FileName::parse(name(path)) {
            Some(FileName::Meta { tag }) => Some((true, tag.to_owned())),
            Some(FileName::Counters { tag, .. }) => Some((false, tag.to_owned())),
            None => None,
        };
        for path in &paths {
            if let Some((true, tag)) = found(path) {
                self.0.entry(tag).or_insert_with(|| Pod::new(read(path)));
            }
        }
        for path in &paths {
            // A meta file that is younger than the list is in the next.
            if let Some((false, tag)) = found(path)
                && let Some(pod) = self.0.get_mut(&tag)
            {
                pod.add(&read(path), &mut records);
                std::fs::remove_file(path).expect("a file to delete");
            }
        }
    }

    /// Panics unless `dir` has nothing but the meta files: no temporary ones, and no counters without.
    pub fn assert_nothing_left(&self, dir: &Path) {
        let left: Vec<_> = list(dir).iter().map(|path| name(path).to_owned()).collect();
        let expected: Vec<_> = self.0.keys().map(|tag| format!("covmeta.{tag}")).collect();
        assert_eq!(left, expected);
    }

    /// The only pod with functions of the package.
    #[track_caller]
    pub fn with_package(&self, package: &str) -> &Pod {
        let pods: Vec<_> = self.0.values().filter(|pod| pod.has_package(package)).collect();
        let [pod] = pods.try_into().unwrap_or_else(|pods: Vec<_>| panic!("{} pods have {package}", pods.len()));
        pod
    }

    /// How many counter files there were.
    pub fn file_count(&self) -> usize {
        self.0.values().map(|pod| pod.file_count).sum()
    }
}

/// Runs `command`, which must end within `limit`, and takes in what it writes to `dir` while it runs and after.
pub fn run_drained(limit: Duration, command: &mut Command, dir: &Path) -> (Outcome, Pods) {
    let mut pods = Pods::default();
    let outcome = scope(|scope| {
        let running = scope.spawn(|| capture_within(limit, command));
        while !running.is_finished() {
            pods.drain(dir);
            sleep(Duration::from_millis(50));
        }
        running.join().expect("a command that ends")
    });
    pods.drain(dir);
    pods.assert_nothing_left(dir);
    (outcome, pods)
}

/// The number behind `name` in lines of the form `name number`: the sum if there are several.
#[track_caller]
pub fn number(text: &str, name: &str) -> u64 {
    let values: Vec<u64> =
        text.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.parse().ok()).collect();
    assert!(!values.is_empty(), "{name} is not in {text:?}");
    values.iter().sum()
}
