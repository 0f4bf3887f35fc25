//! Directories in directories, single files, and archives.

use crate::{counts, lookup, run};
use livecov_format::vocab::CounterMode::{Count, Set};
use livecov_tests::child::command;
use livecov_tests::command::{Outcome, capture};
use livecov_tests::files::{counter_files, list, meta_files, read, write};
use livecov_tests::paths::{make_dir, text};
use livecov_tests::reports::{Process, report, shop, write_process};
use livecov_tests::tool::Tool;
use std::path::Path;
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// A process with so many calls of `price::lookup`.
fn write_run(dir: &Path, instance: u8, count: u32) {
    let process = Process { instance, args: &["shop"], ..Process::default() };
    write_process(&make_dir(dir), &shop(Count), process, &[("price::lookup", &[count, 0, 0, 0])]);
}

/// Data of three hosts, each in a directory of its own.
fn hosts() -> TempDir {
    let scratch = tempfile::tempdir().unwrap();
    for (dir, instance, count) in [("data/a", 1, 1), ("data/b", 2, 10), ("data/b/c/d", 3, 100)] {
        write_run(&scratch.path().join(dir), instance, count);
    }
    scratch
}

/// A command, in a directory.
fn at(dir: &Path, program: &str, args: &[&str]) -> Command {
    let mut command = command(program);
    command.current_dir(dir).args(args);
    command
}

#[track_caller]
fn made(dir: &Path, program: &str, args: &[&str]) -> Outcome {
    capture(&mut at(dir, program, args)).exits(0)
}

#[test]
fn directories_in_directories_are_read() {
    let scratch = hosts();
    let data = scratch.path().join("data");
    assert_eq!(lookup(&[text(&data)])[0], 111);
    // A link to a directory, and one that leads back.
    let beside = scratch.path().join("beside");
    write_run(&beside, 4, 1000);
    std::os::unix::fs::symlink(&beside, data.join("a/link")).unwrap();
    std::os::unix::fs::symlink(&data, data.join("b/back")).unwrap();
    assert_eq!(lookup(&[text(&data)])[0], 1111);
    // Go's commands do so if they are told, and else say what they leave.
    let (_, out, err) = run(&["percent", "-i", text(&data)]);
    assert_eq!(out, "");
    let below = data.join("a");
    let expected =
        format!("warning: the data in {} are not read: add --recursive to read directories below", text(&below));
    assert!(err.starts_with(&expected), "{err}");
    let (_, out, err) = run(&["percent", "-recursive", "-i", text(&data)]);
    assert!(err.is_empty() && out.contains("coverage: "), "{err}{out}");
}

/// No data are left out because another `-i` came later.
#[test]
fn inputs_add_up_however_they_are_named() {
    let scratch = hosts();
    let [a, b, c] = ["data/a", "data/b", "data/b/c/d"].map(|dir| text(&scratch.path().join(dir)).to_owned());
    let list = format!("{a},{c}");
    for args in [&["-i", &a, "-i", &c][..], &["-i", &list], &["-i", &a, &c], &["-i=", "--i", &c, "-i", &a]] {
        assert_eq!(lookup(args)[0], 101, "{args:?}");
    }
    // Each command; in what order makes no difference.
    let whole = format!("{a},{b}");
    for command in ["percent", "pkglist", "func", "debugdump"] {
        let (status, both, err) = run(&[command, "-recursive", "-i", &whole]);
        assert!(status == 0 && err.is_empty(), "{command}: {err}");
        let (_, repeated, _) = run(&[command, "-recursive", "-i", &a, "-i", &b]);
        let without_line = |dump: &str| dump.lines().filter(|line| !line.contains("-i")).collect::<Vec<_>>().join("\n");
        assert_eq!(without_line(&repeated), without_line(&both), "{command}");
    }
    let merged = scratch.path().join("merged");
    let (status, _, err) = run(&["merge", "-i", &a, "-i", &c, "-o", text(&merged)]);
    assert_eq!((status, err.as_str()), (0, ""));
    assert_eq!(lookup(&[text(&merged)])[0], 101);
    let (status, _, err) = run(&["subtract", "-i", &a, "-i", &c, "-o", text(&scratch.path().join("less"))]);
    assert_eq!((status, err.as_str()), (0, ""));
}

/// A comma is part of the name of what is there, and else separates.
#[test]
fn names_may_have_commas() {
    let scratch = tempfile::tempdir().unwrap();
    let [both, a, b] = ["a,b", "a", "b"].map(|name| scratch.path().join(name));
    write_run(&both, 1, 1);
    for args in [&[text(&both)][..], &["-i", text(&both)]] {
        assert_eq!(lookup(args)[0], 1);
    }
    write_run(&scratch.path().join("c"), 2, 10);
    write_run(&scratch.path().join("d"), 3, 100);
    let list = ["c", "a,b", "d"].map(|name| text(&scratch.path().join(name)).to_owned()).join(",");
    assert_eq!(lookup(&["-i", &list])[0], 111);
    // All flags with lists take them so, and commands that write as well.
    let (found, err) = counts("price::lookup", &["-i", text(&scratch.path().join("c")), "--since", text(&both)]);
    assert!(found[0] == 10 && !err.contains("No such file"), "{err}");
    let (status, _, err) = run(&["merge", &format!("-i={}", text(&both)), &format!("-o={}", text(&both))]);
    assert_eq!((status, err.as_str()), (0, ""));
    let less = format!("-o={}", text(&scratch.path().join("less")));
    let (status, _, err) = run(&["subtract", &format!("-i={},{}", text(&both), text(&both)), &less]);
    assert_eq!((status, err.as_str()), (0, ""));
    // Where both readings are possible, somebody has to know which one was taken.
    write_run(&a, 4, 1000);
    write_run(&b, 5, 10000);
    let at = |args: &[&str]| made(scratch.path(), text(Tool::Ours.path()), args);
    let said = at(&["percent", "-i", "a,b"]).stderr_text();
    assert_eq!(said, "warning: a,b is read as one input; to read a and b instead, repeat the flag for each\n");
    assert_eq!(at(&["percent", "-i", "a", "-i", "b"]).stderr_text(), "");
    assert_eq!(at(&["report", "a,b"]).stderr_text(), "");
}

/// Whoever gives a value twice means both, or is mistaken: none is dropped in silence.
#[test]
fn no_flag_drops_a_value_in_silence() {
    use clap::{ArgAction, CommandFactory};
    let mut command = livecov::cli::Cli::command();
    command.build();
    let mut refused_count = 0;
    for command in command.get_subcommands() {
        for arg in command.get_arguments().filter(|arg| arg.get_long().is_some()) {
            let name = arg.get_long().unwrap();
            let value = match arg.get_possible_values().first() {
                Some(value) => value.get_name().to_owned(),
                None => "1".to_owned(),
            };
            let is_switch = matches!(arg.get_action(), ArgAction::SetTrue)
                || arg.get_value_names().is_some_and(|names| names == ["BOOL"]);
            if is_switch {
                let flag = format!("--{name}");
                let (_, _, err) = run(&[command.get_name(), &flag, &flag, "-i", "nowhere"]);
                assert!(!err.contains("multiple times"), "{} {flag}: {err}", command.get_name());
            } else if matches!(arg.get_action(), ArgAction::Set) {
                let flag = format!("--{name}={value}");
                let (status, _, err) = run(&[command.get_name(), &flag, &flag, "-i", "nowhere"]);
                assert!(status == 2 && err.contains("cannot be used multiple times"), "{flag}: {err}");
                refused_count += 1;
            }
        }
    }
    assert!(refused_count > 50, "{refused_count}");
}

/// Patterns of packages add up as well.
#[test]
fn patterns_of_packages_add_up() {
    let scratch = hosts();
    let data = scratch.path().join("data");
    let (_, _, err) = report(&[text(&data), "--pkg", "shop", "--pkg", "nothing"]);
    assert_eq!(err, "warning: --pkg nothing fits no package of the data\n");
    assert_eq!(lookup(&[text(&data), "--pkg", "...op", "--pkg=", "--pkg", "shop"])[0], 111);
}

#[test]
fn a_directory_that_cannot_be_read_costs_itself() {
    let scratch = hosts();
    let data = scratch.path().join("data");
    // Who runs as root may read everything: a link without end is no directory to anybody.
    let name = data.join("b/covcounters.0.1.1");
    std::os::unix::fs::symlink(&name, &name).unwrap();
    let (found, err) = counts("price::lookup", &[text(&data)]);
    assert_eq!(found[0], 111);
    assert!(err.starts_with("warning: leaving out counter data file ") && err.lines().count() == 1, "{err}");
}

#[test]
fn an_output_below_an_input_is_not_mixed_with_it() {
    let scratch = hosts();
    let data = scratch.path().join("data");
    let (input, output) = (text(&data), data.join("b"));
    let (status, _, err) = run(&["merge", "--recursive", "-pkg=shop", "-i", input, "-o", text(&output)]);
    assert!(status == 1 && err.contains("choose another output directory"), "{err}");
    let (status, _, err) = run(&["intersect", "--recursive", "-i", input, "-o", text(&output)]);
    assert!(status == 1 && err.contains("choose another output directory"), "{err}");
    // A plain merge replaces what it has merged there.
    for _ in 0..2 {
        assert_eq!(run(&["merge", "--recursive", "-i", input, "-o", text(&output)]).0, 0);
        assert_eq!(counter_files(&output).len(), 1);
        assert_eq!(lookup(&[input])[0], 111);
    }
}

#[test]
fn archives_are_read_where_they_lie_and_from_standard_input() {
    let scratch = hosts();
    let root = scratch.path();
    made(root, "tar", &["cf", "data.tar", "data"]);
    made(root, "tar", &["czf", "data.tgz", "-C", "data", "."]);
    // The formats of older and newer programs, and hard links.
    let original = counter_files(&root.join("data/a")).remove(0);
    std::fs::hard_link(&original, original.with_extension("999")).unwrap();
    made(root, "tar", &["cf", "v7.tar", "--format=v7", "data"]);
    made(root, "tar", &["cf", "pax.tar", "--format=pax", "data"]);
    for archive in ["data.tar", "data.tgz", "v7.tar", "pax.tar"] {
        let (found, err) = counts("price::lookup", &[text(&root.join(archive))]);
        assert_eq!((found[0], err.as_str()), (111, ""), "{archive}");
        let piped = |args: &[&str]| {
            let mut command = Tool::Ours.command();
            command.args(args).stdin(Stdio::from(std::fs::File::open(root.join(archive)).unwrap()));
            let output = command.output().unwrap();
            assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
            String::from_utf8(output.stdout).unwrap()
        };
        let found: serde_json::Value = serde_json::from_str(&piped(&["report", "--json", "-"])).unwrap();
        assert_eq!(found["files"][0]["functions"][1]["count"], 111, "{archive}");
        assert!(piped(&["func", "-i=-"]).contains("price::lookup"), "{archive}");
    }
    // Merges write to the disk what they have read there.
    let merged = root.join("merged");
    assert_eq!(
        run(&["merge", "-i", text(&root.join("data.tgz")), "-o", text(&merged)]),
        (0, String::new(), String::new())
    );
    assert_eq!(meta_files(&merged).len(), 1);
    assert_eq!(lookup(&[text(&merged)])[0], 111);
    assert_eq!(lookup(&[text(&root.join("data.tar")), "--since", text(&root.join("data/b"))])[0], 1);
}

#[test]
fn damaged_archives_cost_what_is_damaged() {
    let scratch = hosts();
    let root = scratch.path();
    made(root, "tar", &["cf", "data.tar", "--sort=name", "data"]);
    let whole = read(&root.join("data.tar"));
    let cut = root.join("cut.tar");
    let last = whole.windows(4).rposition(|bytes| bytes == b"\0cwm").unwrap();
    let block = last.next_multiple_of(512);
    // In a file, between two blocks, and before the end.
    for (len, counts_all) in [(last + 3, false), (block, true)] {
        write(&cut, &whole[..len]);
        let (found, err) = counts("price::lookup", &[text(&cut)]);
        assert_eq!(found[0] == 111, counts_all);
        assert!(
            found[0] > 0 && err.starts_with(&format!("warning: leaving out the rest of archive {}: ", text(&cut))),
            "{err}"
        );
    }
    assert_eq!(report(&[text(&cut), "--strict"]).0, 1);
    write(&cut, &whole[..300]);
    let (status, _, err) = report(&[text(&cut)]);
    assert!(status == 1 && err.contains(text(&cut)), "{err}");
    made(root, "tar", &["czf", "data.tgz", "data"]);
    let compressed = read(&root.join("data.tgz"));
    write(&cut, &compressed[..compressed.len() - 9]);
    assert!(report(&[text(&cut)]).2.contains("leaving out the rest of archive"));
    write(&cut, b"\x28\xb5\x2f\xfd and so on");
    let (status, _, err) = report(&[text(&cut)]);
    assert!(status == 1 && err.contains("it is compressed with zstd: decompress it first"), "{err}");
    write(&cut, b"neither");
    let (status, _, err) = report(&[text(&cut)]);
    assert!(status == 1 && err.contains("not a directory"), "{err}");
    // A file in an archive that is damaged is named, as on the disk.
    write(&counter_files(&root.join("data/a"))[0], b"damage");
    made(root, "tar", &["cf", "data.tar", "data"]);
    let (found, err) = counts("price::lookup", &[text(&root.join("data.tar"))]);
    assert_eq!(found[0], 110);
    assert!(err.contains("leaving out counter data file ") && err.contains("data.tar/data/a/covcounters."), "{err}");
}

#[test]
fn single_files_are_read_with_the_meta_file_beside_them() {
    let scratch = tempfile::tempdir().unwrap();
    write_run(scratch.path(), 1, 1);
    write_run(scratch.path(), 2, 10);
    let other = Process { instance: 9, args: &["shop"], ..Process::default() };
    write_process(scratch.path(), &shop(Set), other, &[]);
    let files: Vec<_> =
        list(scratch.path()).into_iter().filter(|path| path.to_str().unwrap().contains("covcounters")).collect();
    let of_process = |number: &str| files.iter().find(|path| path.to_str().unwrap().ends_with(number)).unwrap();
    let [first, second] = [".101", ".102"].map(|number| text(of_process(number)));
    assert_eq!(lookup(&[first])[0], 1);
    assert_eq!(lookup(&[first, second])[0], 11);
    let (_, out, err) = run(&["func", "-i", &format!("{first},{second}")]);
    assert!(err.is_empty() && out.contains("price::lookup"), "{err}");
    for meta in meta_files(scratch.path()) {
        std::fs::remove_file(meta).unwrap();
    }
    let (status, _, err) = report(&[first]);
    assert!(status == 1 && err.contains("none of the input directories has its meta-data file"), "{err}");
}
