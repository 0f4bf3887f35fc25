//! Output directories: what is written where, and how.

use livecov_tests::command::Outcome;
use livecov_tests::compare::{Reading, assert_same_reading, assert_same_text, same_reading, scratch};
use livecov_tests::corpus::{FIRST, SECOND, SHARED_RUNS, tiny, tiny_run};
use livecov_tests::files::{
    copy, counter_files, hex, list, meta_file, meta_files, meta_hash, name, packages, read, state, write,
};
use livecov_tests::paths::text;
use livecov_tests::tool::Tool;
use md5::{Digest, Md5};
use std::path::Path;

/// Runs `args` in `dir`, where all inputs and outputs are.
fn run(tool: Tool, dir: &Path, args: &[&str]) -> Outcome {
    tool.run_in(dir, args)
}

fn reading(dir: &Path) -> Reading {
    same_reading("the output", dir)
}

#[test]
fn merge_into_one_of_its_inputs() {
    let scratch = scratch();
    let root = scratch.path();
    let [a, b] = ["a", "b"].map(|name| root.join(name));
    for (tool, is_destroyed) in [(Tool::Go, true), (Tool::Ours, false)] {
        for dir in [&a, &b] {
            let _ = std::fs::remove_dir_all(dir);
        }
        copy(&tiny_run("count", 1), &a);
        copy(&tiny_run("count", 1), &b);
        let meta = meta_file(&a);
        let before = read(&meta);
        run(tool, root, &["merge", "-i=a,b", "-o=a"]).exits(0);
        assert_eq!(read(&meta).is_empty(), is_destroyed, "{tool:?}");
        if tool == Tool::Ours {
            assert!(read(&meta) == before);
        }
    }
    // The merged files are gone, so that nothing counts twice.
    let [counters] = counter_files(&a).try_into().unwrap();
    assert!(name(&counters).contains(".0."), "{counters:?}");
    assert_eq!(list(&a).len(), 2);
    run(Tool::Ours, root, &["merge", "-i=b,b", "-o=twice"]).quiet();
    assert_same_reading("merge", &reading(&root.join("twice")), &reading(&a));
    assert_eq!(state(&b).len(), 2, "the other input is as it was");
}

#[test]
fn repeated_merges_into_one_directory_count_each_run_once() {
    let scratch = scratch();
    let root = scratch.path();
    let runs = [0, 1, 2, 3].map(|run| tiny_run("count", run));
    copy(&runs[0], &root.join("all"));
    for run_dir in &runs[1..] {
        let input = format!("-i=all,{}", text(run_dir));
        run(Tool::Ours, root, &["merge", &input, "-o=all"]).quiet();
        assert_eq!(list(&root.join("all")).len(), 2);
    }
    let expected = same_reading("all runs", &tiny("count")).profile;
    assert_same_text("repeated merge", &expected, &reading(&root.join("all")).profile);
}

#[test]
fn combining_programs_into_one_of_the_inputs() {
    let scratch = scratch();
    let root = scratch.path();
    copy(&FIRST.data(&SHARED_RUNS), &root.join("a"));
    copy(&SECOND.data(&SHARED_RUNS), &root.join("b"));
    run(Tool::Ours, root, &["merge", "-pcombine", "-i=a,b", "-o=fresh"]).quiet();
    run(Tool::Ours, root, &["merge", "-pcombine", "-i=a,b", "-o=a"]).quiet();
    assert_eq!(counter_files(&root.join("a")).len(), 1);
    let expected = reading(&root.join("fresh")).profile;
    assert_same_text("combining", &expected, &reading(&root.join("a")).profile);
}

/// What was left out is still there, with what it takes to look at it.
#[test]
fn combining_programs_leaves_damaged_files_where_they_are() {
    let scratch = scratch();
    let root = scratch.path();
    let [a, b] = ["a", "b"].map(|name| root.join(name));
    for dir in [&a, &b] {
        copy(&FIRST.data(&SHARED_RUNS), dir);
        copy(&SECOND.data(&SHARED_RUNS), dir);
    }
    let damaged = counter_files(&b).remove(0);
    let bytes = read(&damaged);
    write(&damaged, &bytes[..bytes.len() / 2]);
    let outcome = run(Tool::Ours, root, &["merge", "-pcombine", "-i=a,b", "-o=b"]).exits(0);
    assert!(outcome.stderr_text().contains("leaving out counter data file b/"), "{outcome:?}");
    let tag = name(&damaged).split('.').nth(1).unwrap().to_owned();
    let mut left: Vec<String> = list(&b).iter().map(|path| name(path).to_owned()).collect();
    left.retain(|name| name.contains(&tag));
    assert_eq!(left, [name(&damaged).to_owned(), format!("covmeta.{tag}")]);
    assert_eq!(meta_files(&b).len(), 2, "the damaged file's and the result's");
    assert_eq!(counter_files(&b).len(), 2);
}

#[test]
fn results_that_would_lose_data_are_refused() {
    let scratch = scratch();
    let root = scratch.path();
    copy(&tiny_run("count", 1), &root.join("a"));
    copy(&tiny_run("count", 2), &root.join("b"));
    std::os::unix::fs::symlink("a", root.join("link")).unwrap();
    let before = [state(&root.join("a")), state(&root.join("b"))];
    for out in ["-o=a", "-o=b", "-o=./b/", "-o=a/../a", "-o=link"] {
        let commands: [&[&str]; 3] =
            [&["merge", "-pkg=...shapes", "-i=a,b", out], &["subtract", "-i=a,b", out], &["intersect", "-i=a,b", out]];
        for command in commands {
            let outcome = run(Tool::Ours, root, command).exits(1);
            assert!(outcome.complaint().starts_with("error: "), "{outcome:?}");
            let after = [state(&root.join("a")), state(&root.join("b"))];
            assert!(before == after, "{command:?} changed its inputs");
        }
    }
}

#[test]
fn merge_through_a_link_to_one_of_its_inputs() {
    let scratch = scratch();
    let root = scratch.path();
    copy(&tiny_run("count", 1), &root.join("a"));
    std::os::unix::fs::symlink("a", root.join("link")).unwrap();
    run(Tool::Ours, root, &["merge", "-i=a", "-o=fresh"]).quiet();
    for out in ["-o=link", "-o=./a/"] {
        run(Tool::Ours, root, &["merge", "-i=a", out]).quiet();
        assert_eq!(list(&root.join("a")).len(), 2, "{out}");
        assert_same_reading(out, &reading(&root.join("fresh")), &reading(&root.join("a")));
    }
}

#[test]
fn a_missing_output_directory_is_made() {
    let scratch = scratch();
    let root = scratch.path();
    copy(&tiny_run("count", 1), &root.join("a"));
    copy(&tiny_run("count", 2), &root.join("b"));
    for command in ["merge", "subtract", "intersect"] {
        run(Tool::Go, root, &[command, "-i=a,b", "-o=go"]).exits(1);
        let out = format!("new/{command}");
        let output = format!("-o={out}");
        run(Tool::Ours, root, &[command, "-i=a,b", &output]).quiet();
        assert_eq!(list(&root.join(out)).len(), 2);
    }
}

#[test]
fn data_files_appear_by_rename() {
    let scratch = scratch();
    let root = scratch.path();
    let data = tiny_run("count", 1);
    copy(&data, &root.join("a"));
    let meta = meta_file(&data);
    for (tool, kept) in [(Tool::Go, false), (Tool::Ours, true)] {
        let out = root.join(format!("{tool:?}"));
        let older = out.join(name(&meta));
        let link = root.join(format!("link {tool:?}"));
        std::fs::create_dir(&out).unwrap();
        write(&older, b"older");
        std::fs::hard_link(&older, &link).unwrap();
        let output = format!("-o={}", text(&out));
        run(tool, root, &["merge", "-i=a", &output]).quiet();
        assert!(read(&older) == read(&meta), "{tool:?}");
        assert_eq!(read(&link) == b"older", kept, "{tool:?}");
        assert_eq!(list(&out).len(), 2, "no temporary file stays");
    }
}

/// The hash of a meta file as this project makes it.
fn expected_hash(meta: &[u8], mode: &str) -> String {
    let mut hasher = Md5::new();
    for package in packages(meta) {
        hasher.update(package.hash);
    }
    hasher.update(mode);
    hasher.update("perblock");
    hex(&hasher.finalize())
}

#[test]
fn names_of_new_meta_files_depend_on_hashes_mode_and_granularity() {
    let scratch = scratch();
    let root = scratch.path();
    for option in ["-pkg=...shapes", "-pcombine", "-pkg=nowhere"] {
        let mut names = Vec::new();
        for (tool, mode) in [(Tool::Go, "set"), (Tool::Go, "atomic"), (Tool::Ours, "set"), (Tool::Ours, "atomic")] {
            let out = root.join(format!("{tool:?} {mode} {option}"));
            std::fs::create_dir(&out).unwrap();
            let input = format!("-i={}", text(&tiny(mode)));
            run(tool, root, &["merge", &input, option, "-o", text(&out)]).quiet();
            let [meta] = meta_files(&out).try_into().unwrap();
            let bytes = read(&meta);
            let tag = name(&meta).strip_prefix("covmeta.").unwrap().to_owned();
            assert_eq!(tag, hex(&meta_hash(&bytes)), "name and header agree");
            assert_eq!(tag == expected_hash(&bytes, mode), tool == Tool::Ours);
            names.push(tag);
        }
        assert_eq!(names[0], names[1], "Go gives two modes one name");
        assert_ne!(names[2], names[3]);
    }
}

#[test]
fn combining_nothing_writes_nothing() {
    let scratch = scratch();
    for (tool, file_count) in [(Tool::Go, 2), (Tool::Ours, 0)] {
        let [input, output] = ["in", "out"].map(|name| scratch.path().join(format!("{name} {tool:?}")));
        livecov_tests::paths::make_dir(&input);
        livecov_tests::paths::make_dir(&output);
        let args = [format!("-i={}", text(&input)), format!("-o={}", text(&output))];
        run(tool, scratch.path(), &["merge", "-pcombine", &args[0], &args[1]]).exits(0);
        assert_eq!(list(&output).len(), file_count, "{tool:?}");
    }
}

#[test]
fn counters_keep_the_tag_of_their_meta_file() {
    let scratch = scratch();
    let root = scratch.path();
    let [input, go, ours] = ["in", "go", "ours"].map(|name| root.join(name));
    copy(&tiny_run("count", 1), &input);
    for (path, renamed) in
        [(meta_file(&input), "covmeta.byhand"), (counter_files(&input).remove(0), "covcounters.byhand.1.1")]
    {
        std::fs::rename(path, input.join(renamed)).unwrap();
    }
    livecov_tests::paths::make_dir(&go);
    run(Tool::Go, root, &["merge", "-i=in", "-o=go"]).quiet();
    run(Tool::Ours, root, &["merge", "-i=in", "-o=ours"]).quiet();
    // Go reads no counters back from its own result.
    assert!(run(Tool::Go, root, &["percent", "-i=go"]).stdout_text().contains("coverage: 0.0%"));
    assert_same_reading("merge", &reading(&input), &reading(&ours));
}

#[test]
fn merge_removes_what_dead_processes_left() {
    let scratch = scratch();
    let data = scratch.path().join("data");
    copy(&tiny_run("count", 1), &data);
    let mut child = livecov_tests::child::command("true").spawn().unwrap();
    let dead = child.id();
    child.wait().unwrap();
    let alive = std::process::id();
    let long_ago = std::time::SystemTime::now() - std::time::Duration::from_hours(1);
    let make = |name: &str, is_old: bool| {
        let file = std::fs::File::create(data.join(name)).unwrap();
        if is_old {
            file.set_modified(long_ago).unwrap();
        }
        file
    };
    let old_nanos = "1700000000000000000";
    let tag = "00112233445566778899aabbccddeeff";
    make(&format!("tmp.covcounters.{tag}.{dead}.{old_nanos}"), true);
    make(&format!("tmp.covmeta.{tag}.{dead}.{old_nanos}"), true);
    // A merge's own; and of this number is another process now, which has not opened it.
    make(&format!("tmp.covcounters.{tag}.0.{old_nanos}.{dead}.0"), true);
    make(&format!("tmp.covcounters.{tag}.{alive}.{old_nanos}"), true);
    let kept = [
        format!("tmp.covcounters.{tag}.{dead}.1"),
        format!("tmp.covcounters.{tag}.{dead}.4000000000000000000"),
        format!("tmp.covcounters.{tag}.{alive}.2"),
        format!("tmp.notes.{dead}.{old_nanos}"),
        "tmp.covmeta.others".to_owned(),
    ];
    let held: Vec<_> = kept.iter().enumerate().map(|(number, name)| make(name, number > 0)).collect();
    let outcome = run(Tool::Ours, scratch.path(), &["merge", "-i=data", "-o=out"]).exits(0);
    let note = outcome.stderr_text();
    assert_eq!(note, "note: removed 4 temporary files of dead processes\n");
    for name in &kept {
        assert!(data.join(name).exists(), "{name}");
    }
    let left = list(&data).iter().filter(|path| name(path).starts_with("tmp.")).count();
    assert_eq!(left, kept.len());
    drop(held);
    // Reports remove nothing, and a merge has nothing to say when there is nothing.
    make(&format!("tmp.covcounters.{tag}.{dead}.{old_nanos}"), true);
    run(Tool::Ours, scratch.path(), &["percent", "-i=data"]).quiet();
    assert_eq!(list(&data).iter().filter(|path| name(path).starts_with("tmp.")).count(), kept.len() + 1);
    run(Tool::Ours, scratch.path(), &["merge", "-i=out", "-o=out"]).quiet();
}
