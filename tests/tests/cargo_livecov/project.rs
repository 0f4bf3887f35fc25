//! A copy of a project, and commands in it.

use livecov_tests::cache;
use livecov_tests::cargo_livecov::{CACHE, cache_dir};
use livecov_tests::command::{Outcome, capture};
use livecov_tests::files;
use livecov_tests::go::clean;
use livecov_tests::paths::{make_dir, programs_dir};
use livecov_tests::tool::cargo_livecov;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A copy of a project.
pub(crate) struct Project {
    place: tempfile::TempDir,
    root: PathBuf,
}

/// How often lines ran, by file and line.
pub(crate) type Lines = BTreeMap<(String, usize), u64>;

impl Project {
    /// The folder `name` of `tests/programs/cargo`, which has the project in `ws`.
    pub(crate) fn copy(name: &str) -> Self {
        Self::copy_to(name, "place")
    }

    /// The same below a folder with a name of its own.
    pub(crate) fn copy_to(name: &str, folder: &str) -> Self {
        let project = Self::empty(folder);
        for (path, bytes) in cache::contents(&programs_dir().join("cargo").join(name)) {
            project.write(Path::new("..").join(path), &bytes);
        }
        project
    }

    /// The folder `name` of `tests/programs/cases`, where cargo is called in `inner`.
    pub(crate) fn case(name: &str, inner: &str) -> Self {
        let mut project = Self::empty("place");
        let place = project.place.path().join("place");
        project.root = place.join(inner);
        fs::create_dir_all(&project.root).expect("a folder");
        for (path, bytes) in cache::contents(&programs_dir().join("cases").join(name)) {
            project.write(place.join(path), &bytes);
        }
        project
    }

    /// A project of these files.
    pub(crate) fn of(texts: &[(&str, &str)]) -> Self {
        let project = Self::empty("place");
        for (path, text) in texts {
            project.write(path, text.as_bytes());
        }
        project
    }

    fn empty(folder: &str) -> Self {
        let place = tempfile::tempdir().expect("a folder");
        let root = place.path().join(folder).join("ws");
        fs::create_dir_all(root.join("target/livecov")).expect("a folder");
        Self { place, root }
    }

    /// The folder that cargo is called in.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// A folder that is no part of the project.
    pub(crate) fn outside(&self, name: &str) -> PathBuf {
        make_dir(&self.place.path().join(name))
    }

    /// Puts a file there.
    pub(crate) fn write(&self, path: impl AsRef<Path>, bytes: &[u8]) {
        let path = self.root.join(path);
        make_dir(path.parent().expect("a file has a folder"));
        files::write(&path, bytes);
    }

    /// Changes a file.
    pub(crate) fn replace(&self, path: &str, old: &str, new: &str) {
        let text = fs::read_to_string(self.root.join(path)).expect("a text");
        assert!(text.contains(old), "{path} has no {old:?}");
        self.write(path, text.replace(old, new).as_bytes());
    }

    /// `program` in the project, with no more of the surroundings than cargo needs.
    pub(crate) fn command(&self, program: &Path) -> Command {
        let mut command = clean(program);
        for name in ["HOME", "CARGO_HOME", "RUSTUP_HOME", "RUSTUP_TOOLCHAIN"] {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        command
            .env(CACHE, cache_dir())
            .current_dir(&self.root)
            .env("CARGO_NET_OFFLINE", "true")
            .env("CARGO_TERM_COLOR", "never");
        command
    }

    /// `cargo ARGS`.
    pub(crate) fn cargo(&self, args: &[&str]) -> Command {
        let mut command = self.command(Path::new("cargo"));
        command.args(args);
        command
    }

    /// `cargo livecov ARGS`, as cargo calls it.
    pub(crate) fn livecov(&self, args: &[&str]) -> Command {
        let mut command = self.command(cargo_livecov());
        command.arg("livecov").args(args);
        command
    }

    /// `cargo livecov ARGS`, which must end well, with nothing left out.
    #[track_caller]
    pub(crate) fn done(&self, args: &[&str]) -> Outcome {
        let outcome = capture(&mut self.livecov(args)).exits(0);
        assert!(!outcome.stderr_text().contains("warning: livecov"), "{outcome:?}");
        outcome
    }

    /// What the data of the last run say.
    #[track_caller]
    pub(crate) fn lines(&self) -> Lines {
        let path = self.place.path().join("lines.info");
        let name = path.to_str().expect("a name");
        capture(&mut self.livecov(&["report", "--lcov", "--output-path", name])).exits(0);
        lines_of(&path)
    }

    /// Counts by the marks beside the source, `// mark` at the end of a line; none for lines that are not counted.
    #[track_caller]
    pub(crate) fn marks(&self) -> BTreeMap<String, Vec<Option<u64>>> {
        let lines = self.lines();
        let mut marks: BTreeMap<String, Vec<_>> = BTreeMap::new();
        for (path, text) in self.sources() {
            for (index, line) in text.lines().enumerate() {
                let Some((code, mark)) = line.rsplit_once(" // ") else { continue };
                if !code.trim().is_empty() {
                    let count = count(&lines, &path, index + 1);
                    marks.entry(mark.to_owned()).or_default().push(count);
                }
            }
        }
        marks
    }

    /// Holds counts against `expected`, a list of marks with counts.
    #[track_caller]
    pub(crate) fn check(&self, expected: &[(&str, Option<u64>)]) {
        let marks = self.marks();
        for (mark, count) in expected {
            let counts = marks.get(*mark).unwrap_or_else(|| panic!("no line has the mark {mark}"));
            assert!(counts.iter().all(|found| found == count), "{mark}: {counts:?}, expected {count:?}");
        }
    }

    fn sources(&self) -> Vec<(String, String)> {
        let mut sources = Vec::new();
        let top = self.root.parent().expect("a folder");
        let mut left = vec![top.to_owned()];
        while let Some(folder) = left.pop() {
            for path in files::list(&folder) {
                if path.is_dir() && !path.ends_with("target") {
                    left.push(path);
                } else if path.extension().is_some_and(|extension| extension == "rs") {
                    let name = path.strip_prefix(top).expect("below").display().to_string();
                    sources.push((name, fs::read_to_string(&path).expect("a text")));
                }
            }
        }
        sources
    }
}

/// What a report of lcov's form has.
pub(crate) fn lines_of(path: &Path) -> Lines {
    let text = fs::read_to_string(path).expect("a report");
    let mut file = "";
    let mut lines = Lines::new();
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("SF:") {
            file = name;
        } else if let Some((number, count)) = line.strip_prefix("DA:").and_then(|line| line.split_once(',')) {
            lines.insert((file.to_owned(), number.parse().expect("a line")), count.parse().expect("a count"));
        }
    }
    lines
}

/// The count of a line of the file `path`, however its name in the data starts.
fn count(lines: &Lines, path: &str, line: usize) -> Option<u64> {
    let below = path.strip_prefix("ws/").unwrap_or(path);
    let is_same = |name: &str| {
        let outside = below.split_once('/').map_or(below, |(_, rest)| rest);
        name == below || (path == below && name.ends_with(&format!("/{outside}")))
    };
    lines.iter().find(|((name, number), _)| *number == line && is_same(name)).map(|(_, count)| *count)
}

/// Standard error without what cargo says of its work.
pub(crate) fn said(outcome: &Outcome) -> String {
    let verbs =
        ["Compiling", "Finished", "Running", "Locking", "Blocking", "Doc-tests", "Fresh", "Dirty", "Executable"];
    let is_own = |line: &&str| !verbs.iter().any(|verb| line.trim_start().starts_with(verb));
    outcome.stderr_text().lines().filter(is_own).map(|line| format!("{line}\n")).collect()
}

/// The names of the packages that cargo says it compiled.
pub(crate) fn compiled(outcome: &Outcome) -> Vec<String> {
    let text = outcome.stderr_text();
    let names = text.lines().filter_map(|line| line.trim_start().strip_prefix("Compiling ")?.split(' ').next());
    let mut names: Vec<_> = names.map(str::to_owned).collect();
    names.sort();
    names
}
