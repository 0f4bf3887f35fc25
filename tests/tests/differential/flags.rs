//! Flags in all their spellings, and what is wrong on the command line or with the inputs.

use livecov_tests::compare::{Answer, OUT, same, same_in, scratch};
use livecov_tests::corpus::{tiny, tiny_run};
use livecov_tests::files::{copy, write};
use livecov_tests::paths::{repo_root, text};
use livecov_tests::tool::Tool;

#[test]
fn spellings_of_flags() {
    let data = tiny("count");
    let data = text(&data);
    let single = format!("-i={data}");
    let double = format!("--i={data}");
    let out = format!("-o={OUT}");
    let double_out = format!("--o={OUT}");
    let commands: [&[&str]; 15] = [
        &["func", &single],
        &["func", &double],
        &["func", "-i", data],
        &["func", "--i", data],
        &["func", "-i", data, "-pkg", "...shapes"],
        &["func", "--pkg=...shapes", "--i", data],
        &["func", "-pkg", "x", &single, "-pkg", "...shapes"],
        &["textfmt", &single, "-o", OUT],
        &["textfmt", &double_out, "-i", data],
        &["textfmt", "--o", OUT, &single, "-pkg="],
        &["debugdump", "-live", &single],
        &["debugdump", "--live", &single],
        &["debugdump", "-live=true", &single],
        &["debugdump", "-live=0", &single],
        &["percent", &out, &single, "-v=0", "-hw"],
    ];
    for command in commands {
        same(command).outcome.quiet();
    }
}

#[test]
fn spellings_of_booleans() {
    let input = format!("-i={}", text(&tiny("count")));
    for value in ["1", "0", "t", "f", "T", "F", "true", "false", "TRUE", "False"] {
        same(&["debugdump", &format!("-live={value}"), &input]).outcome.quiet();
    }
}

#[test]
fn numbers_for_verbosity() {
    let input = format!("-i={}", text(&tiny("count")));
    for value in ["0", "-1", "00", "+0"] {
        same(&["pkglist", &format!("-v={value}"), &input]).outcome.quiet();
    }
}

#[test]
fn flags_end_at_two_dashes() {
    let input = format!("-i={}", text(&tiny("set")));
    same(&["pkglist", &input, "--"]).outcome.quiet();
    same(&["pkglist", "--", &input]).outcome.exits(2);
    same(&["pkglist", &input, "--", "more"]).outcome.exits(2);
}

#[test]
fn a_higher_verbosity_changes_no_report() {
    let input = format!("-i={}", text(&tiny("set")));
    let plain = Tool::Ours.run(&["func", &input]).quiet().stdout_text();
    for verbosity in ["-v=1", "-v=5"] {
        let outcome = Tool::Ours.run(&["func", &input, verbosity]).exits(0);
        assert!(outcome.stdout_text().contains(&plain), "{outcome:?}");
    }
}

#[test]
fn missing_and_unknown_commands() {
    for command in [&[][..], &["nonsense"], &["Percent"], &[""]] {
        let answer = same(command);
        assert!(answer.outcome.exits(2).complaint().starts_with("error: "));
    }
}

const COMMANDS: [&str; 8] = ["percent", "pkglist", "func", "textfmt", "merge", "subtract", "intersect", "debugdump"];

#[test]
fn missing_options() {
    let input = format!("-i={}", text(&tiny("set")));
    for command in COMMANDS {
        same(&[command]).outcome.exits(2);
        same(&[command, "-i="]).outcome.exits(2);
    }
    both_refuse(&["-i=x"], "-i");
    for command in ["textfmt", "merge", "subtract", "intersect"] {
        same(&[command, &format!("-o={OUT}"), "-v=0"]).outcome.exits(2);
        same(&[command, &input]).outcome.exits(2);
        same(&[command, &input, "-o="]).outcome.exits(2);
    }
}

/// An empty value of `-o` is none: scripts fill it from a variable.
#[test]
fn empty_values() {
    let input = format!("-i={}", text(&tiny("set")));
    same(&["percent", &input, "-o=", "-pkg="]).outcome.quiet();
    same(&["percent", &input, "-o", "", "-pkg", ""]).outcome.quiet();
}

#[test]
fn extra_arguments() {
    let data = tiny("set");
    for command in COMMANDS {
        same(&[command, "-i", text(&data), "more"]).outcome.exits(2);
        same(&[command, text(&data)]).outcome.exits(2);
    }
}

/// Both must refuse with status 2; our text need not be Go's but must name what is wrong.
#[track_caller]
fn both_refuse(args: &[&str], name: &str) {
    for tool in [Tool::Go, Tool::Ours] {
        let answer = Answer::new(tool, repo_root(), args);
        let outcome = answer.outcome.exits(2);
        assert!(outcome.stdout.is_empty(), "{outcome:?}");
        assert!(outcome.stderr_text().contains(name), "{outcome:?}");
    }
}

#[test]
fn flags_that_do_not_exist() {
    let input = format!("-i={}", text(&tiny("set")));
    for command in COMMANDS {
        both_refuse(&[command, &input, "-nonsense"], "nonsense");
        both_refuse(&[command, &input, "--nonsense=1"], "nonsense");
    }
    both_refuse(&["percent", &input, "-live"], "live");
    both_refuse(&["percent", &input, "-nonsense", "-h"], "nonsense");
    both_refuse(&["debugdump", &input, "-o=x"], "o");
    both_refuse(&["percent", &input, "-pcombine"], "pcombine");
    both_refuse(&["percent", &input, "-pk=x"], "pk");
}

#[test]
fn flags_with_wrong_or_no_values() {
    let input = format!("-i={}", text(&tiny("set")));
    both_refuse(&["percent", &input, "-v=abc"], "abc");
    both_refuse(&["percent", &input, "-v="], "v");
    both_refuse(&["percent", &input, "-v"], "v");
    both_refuse(&["debugdump", &input, "-live=maybe"], "maybe");
    both_refuse(&["percent", "-i"], "i");
    both_refuse(&["percent", &input, "-pkg"], "pkg");
}

#[test]
fn inputs_that_are_not_there() {
    let data = tiny("set");
    let data = text(&data);
    let out = format!("-o={OUT}");
    for input in [
        "no/such/directory".to_owned(),
        format!("{data},no/such/directory"),
        format!("no/such/directory,{data}"),
        format!("{data},"),
        format!(",{data}"),
        ",".to_owned(),
        "README.md/x".to_owned(),
    ] {
        let input = format!("-i={input}");
        for command in ["percent", "pkglist", "func", "debugdump"] {
            let outcome = same(&[command, &input]).outcome.exits(1);
            let complaint = outcome.complaint();
            assert!(complaint.starts_with("error: reading inputs: "), "{complaint}");
        }
        same(&["textfmt", &input, &out]).outcome.exits(1);
        same(&["merge", &input, &out]).outcome.exits(1);
    }
    let input = format!("-i={data},no/such/directory");
    same(&["subtract", &input, &out]).outcome.exits(1);
    same(&["intersect", &input, &out]).outcome.exits(1);
}

#[test]
fn an_input_that_is_a_file() {
    let dir = scratch();
    write(&dir.path().join("file"), b"");
    for command in ["percent", "debugdump"] {
        let outcome = same_in(dir.path(), &[command, "-i=file"]).outcome.exits(1);
        assert!(outcome.complaint().contains("file"), "{outcome:?}");
    }
}

#[test]
fn an_empty_directory() {
    let dir = scratch();
    for command in ["percent", "pkglist", "func", "debugdump"] {
        let outcome = same_in(dir.path(), &[command, "-i=."]).outcome.exits(0);
        assert!(outcome.complaint().starts_with("warning: "), "{outcome:?}");
    }
    let out = format!("-o={OUT}");
    same_in(dir.path(), &["percent", "-i=.", &out]).outcome.exits(0);
    same_in(dir.path(), &["textfmt", "-i=.", &out]).outcome.exits(0);
    same_in(dir.path(), &["merge", "-i=.", &out]).outcome.exits(0);
    same_in(dir.path(), &["intersect", "-i=.", &out]).outcome.exits(0);
    same_in(dir.path(), &["subtract", "-i=.,.", &out]).outcome.exits(0);
}

#[test]
fn an_empty_directory_beside_one_with_data() {
    let dir = scratch();
    std::fs::create_dir(dir.path().join("empty")).unwrap();
    copy(&tiny_run("set", 1), &dir.path().join("data"));
    for input in ["-i=empty,data", "-i=data,empty"] {
        for command in ["percent", "func", "debugdump"] {
            same_in(dir.path(), &[command, input]).outcome.quiet();
        }
    }
}

#[test]
fn subtract_wants_two_directories() {
    let data = tiny_run("set", 1);
    let data = text(&data);
    let out = format!("-o={OUT}");
    for input in [data.to_owned(), format!("{data},{data},{data}")] {
        let outcome = same(&["subtract", &format!("-i={input}"), &out]).outcome;
        assert!(outcome.exits(2).complaint().contains("two input dirs"));
    }
}

#[test]
fn profiles_that_cannot_be_written() {
    let input = format!("-i={}", text(&tiny("set")));
    for target in ["-o=no/such/directory/file", "-o=/proc/none/file"] {
        for command in ["textfmt", "percent"] {
            same(&[command, &input, target]).outcome.exits(2);
        }
    }
}
