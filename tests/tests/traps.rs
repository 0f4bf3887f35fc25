//! Programs in which instrumenting can go wrong (`tests/programs/traps`): each behaves as its plain build does, and
//! gives the counts that stand beside its source.
//!
//! With `LIVECOV_BLESS=1` the counts beside the source are written anew; then look at what has changed.

#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

use livecov_tests::cargo_livecov::{Project, Run, minor_version};
use livecov_tests::paths::programs_dir;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// The counts of the units that start on each line, by file, in the order of their columns.
type Counts = BTreeMap<String, BTreeMap<u32, Vec<u32>>>;

const MARK: &str = " //~";

/// Programs that compilers before 1.95 do not know: `cfg_select!`, `let` chains.
const NEW: [&str; 2] = ["chains", "selects"];
/// A module of one of them, and of another program.
const SHARED: &str = "e2021/src/inline/other.rs";
/// The features of all others.
const ON: &str = "e2015/on,e2018/on,e2021/on,e2024/on";

/// What stands beside the source.
fn expected(root: &Path) -> Counts {
    let mut counts = Counts::new();
    for file in sources(root) {
        let text = fs::read_to_string(root.join(&file)).unwrap();
        let lines = text.lines().zip(1..).filter_map(|(line, number)| {
            let (_, marks) = line.split_once(MARK)?;
            Some((number, marks.split_whitespace().map(|count| count.parse().unwrap()).collect()))
        });
        counts.insert(file, lines.collect());
    }
    counts
}

fn sources(root: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut waiting = vec![root.to_owned()];
    while let Some(folder) = waiting.pop() {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() && !path.ends_with("target") {
                waiting.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path.strip_prefix(root).unwrap().display().to_string());
            }
        }
    }
    found.sort();
    found
}

/// What a text profile says.
fn measured(profile: &str) -> Counts {
    let mut units: Vec<(String, u32, u32, u32)> = profile
        .lines()
        .skip(1)
        .map(|line| {
            let (file, rest) = line.rsplit_once(':').unwrap();
            let (start, rest) = rest.split_once(',').unwrap();
            let (row, column) = start.split_once('.').unwrap();
            let count = rest.rsplit_once(' ').unwrap().1;
            (file.to_owned(), row.parse().unwrap(), column.parse().unwrap(), count.parse().unwrap())
        })
        .collect();
    units.sort();
    let mut counts = Counts::new();
    for (file, row, _, count) in units {
        counts.entry(file).or_default().entry(row).or_default().push(count);
    }
    counts
}

fn bless(root: &Path, counts: &Counts) {
    for file in sources(root) {
        let text = fs::read_to_string(root.join(&file)).unwrap();
        let of_file = counts.get(&file);
        let mut new = String::new();
        for (line, number) in text.split_inclusive('\n').zip(1..) {
            let end = if line.ends_with("\r\n") { "\r\n" } else { "\n" };
            let code = line.trim_end_matches(['\r', '\n']).split(MARK).next().unwrap();
            new.push_str(code);
            if let Some(counts) = of_file.and_then(|lines| lines.get(&number)) {
                new.push_str(MARK);
                counts.iter().for_each(|count| new.push_str(&format!(" {count}")));
            }
            new.push_str(end);
        }
        if new != text {
            fs::write(root.join(&file), new).unwrap();
        }
    }
}

#[test]
fn every_trap_behaves_as_plain_and_counts_what_stands_beside_it() {
    let root = programs_dir().join("traps");
    let project = Project::new("traps", &root);
    let data = project.fresh_data();
    let is_new = minor_version() >= 95;
    let features: &[&str] = if is_new { &[] } else { &["--no-default-features", "--features", ON] };
    let plain = project.build_plain(&[&["--workspace"], features].concat());
    let counted = project.build(&[&["--workspace", "--mode", "count"], features].concat());
    let [warning] = &counted.warnings[..] else { panic!("{:?}", counted.warnings) };
    assert!(warning.contains("e2015/src/bin/anonymous.rs:4: an item is left out, as it cannot be parsed"), "{warning}");
    let mut programs = 0;
    let is_left_out = |name: &str| !is_new && NEW.contains(&name);
    for program in project.programs().into_iter().filter(|name| !is_left_out(name)) {
        let [expected, got] = [(&plain, None), (&counted.folder, Some(data.as_path()))]
            .map(|(folder, data)| Run::new(&folder.join(&program), data));
        assert_eq!(got, expected, "{program}");
        programs += 1;
    }
    assert!(programs >= 10, "{programs}");
    let mut counts = measured(&project.text_profile(&data));
    if std::env::var_os("LIVECOV_BLESS").is_some() {
        return bless(&root, &counts);
    }
    let mut expected = expected(&root);
    expected.retain(|_, lines| !lines.is_empty());
    if !is_new {
        let is_left_out = |file: &str| file == SHARED || NEW.iter().any(|name| file.ends_with(&format!("/{name}.rs")));
        expected.retain(|file, _| !is_left_out(file));
        counts.retain(|file, _| !is_left_out(file));
    }
    for (file, lines) in &expected {
        assert_eq!(counts.get(file), Some(lines), "{file}");
    }
    assert_eq!(counts.len(), expected.len(), "{:?}", counts.keys());
}
