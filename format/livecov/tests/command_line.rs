//! What the command line says of itself.

#![allow(clippy::unwrap_used, reason = "a test says so by failing")]

use std::ffi::OsString;

/// Status, standard output and standard error of a command line.
fn run(args: &[&str]) -> (u8, String, String) {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let args = ["livecov"].iter().chain(args).map(OsString::from);
    let status = livecov::run(args, &mut out, &mut err);
    (status, String::from_utf8(out).unwrap(), String::from_utf8(err).unwrap())
}

const COMMANDS: [&str; 9] =
    ["percent", "pkglist", "func", "report", "textfmt", "merge", "subtract", "intersect", "debugdump"];

#[test]
fn help_names_every_command_and_the_exit_statuses() {
    for flag in ["--help", "-help", "-h", "help"] {
        let (status, out, err) = run(&[flag]);
        assert_eq!((status, err.as_str()), (livecov::exit::SUCCESS, ""), "{flag}");
        for command in COMMANDS {
            assert!(out.contains(&format!("\n  {command} ")), "{flag}: {command}");
        }
        assert!(
            out.contains("Exit status: 0 if all went well") && out.contains("3 if coverage is below a limit"),
            "{flag}"
        );
    }
}

#[test]
fn every_command_explains_its_flags() {
    for command in COMMANDS {
        let (status, out, _) = run(&[command, "-help"]);
        assert_eq!(status, livecov::exit::SUCCESS);
        for flag in ["-i, --i <DIRS>", "--pkg <PATTERNS>", "--strict", "--threads <COUNT>"] {
            assert!(out.contains(flag), "{command}: {flag}");
        }
    }
}

#[test]
fn completions_know_every_command() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let (status, script, _) = run(&["completions", shell]);
        assert_eq!(status, livecov::exit::SUCCESS);
        for command in COMMANDS {
            assert!(script.contains(command), "{shell}: {command}");
        }
    }
    assert_eq!(run(&["completions", "tcsh"]).0, livecov::exit::USAGE);
}

#[test]
fn the_manual_page_has_a_section_for_every_command() {
    let (status, page, _) = run(&["man"]);
    assert_eq!(status, livecov::exit::SUCCESS);
    assert!(page.contains(".TH livecov 1"));
    for command in COMMANDS {
        assert!(page.contains(&format!(".SH \"LIVECOV {}\"", command.to_uppercase())), "{command}");
    }
}

#[test]
fn mistakes_are_named_and_the_usage_shown() {
    for (args, message) in [
        (&[][..], "error: missing command selector\n"),
        (&["percnt"], "error: unknown command selector \"percnt\"\n"),
        (&["percent"], "error: select input directories with '-i' option\n"),
        (&["merge", "-i=a"], "error: select output directory with '-o' option\n"),
        (&["percent", "-i=a", "b"], "error: unknown extra arguments\n"),
        (&["percent", "-i=a", "-threads=0"], "error: invalid value '0' for '--threads <COUNT>'"),
        (&["debugdump", "-i=a", "-live=perhaps"], "error: invalid value 'perhaps' for '--live[=<BOOL>]'"),
    ] {
        let (status, out, err) = run(args);
        assert_eq!((status, out.as_str()), (livecov::exit::USAGE, ""), "{args:?}");
        assert!(err.starts_with(message), "{args:?}: {err}");
        assert!(err.contains("Usage:") || err.contains("--help"), "{args:?}: {err}");
    }
}

#[test]
fn flags_that_say_nothing_here_are_taken_with_a_word() {
    let (status, _, err) = run(&["percent", "-cpuprofile=x", "-i=/nowhere/at/all"]);
    assert_eq!(status, livecov::exit::FAILURE);
    let expected = "warning: this tool does not profile itself: -cpuprofile and the like are ignored\n\
        error: reading inputs: open /nowhere/at/all: no such file or directory\n";
    assert_eq!(err, expected);
}
