//! The command line: names and flags of `go tool covdata`, and a few more.

use crate::coverage::opts::CoverageOpts;
use crate::error::Error;
use crate::selection::SelectionOpts;
use clap::{ArgAction, Args, Parser, Subcommand};
use std::ffi::{OsStr, OsString};
use std::num::NonZeroUsize;
use std::path::Path;

/// Reads, reports, merges and inspects coverage data of Livecov and Go.
///
/// Commands and flags are those of `go tool covdata`; flags may start with one
/// dash or two.
#[derive(Debug, Parser)]
#[command(name = "livecov", version, max_term_width = 100, mut_subcommands(with_switches))]
#[command(after_help = "Exit status: 0 if all went well (what was left out is named on standard error),\n\
    1 if the command failed or --strict was violated, 2 if the command line is wrong,\n\
    3 if coverage is below a limit of `report`.")]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Show the percentage of statements covered, package by package
    Percent(ProfileOpts),
    /// List the import paths of all packages
    Pkglist(ReportOpts),
    /// Show the percentage of statements covered, function by function
    Func(FuncOpts),
    /// Convert to the text profile that `go tool cover` reads
    Textfmt(ProfileOpts),
    /// Report the coverage of lines, units, functions and branches, for people and machines
    #[command(override_usage = "livecov report [OPTIONS] [DIR]...")]
    Report(Box<CoverageOpts>),
    /// Merge data files
    Merge(MergeOpts),
    /// Keep what the first directory covers and the second does not
    Subtract(SetOpts),
    /// Keep what all directories cover
    Intersect(SetOpts),
    /// Show everything in readable form
    Debugdump(DebugdumpOpts),
    /// Make the meta-data files of instrumented programs and shared libraries, as their runtime writes them
    #[command(override_usage = "livecov meta PROGRAM... -o DIR")]
    Meta(MetaOpts),
    /// Print a completion script for a shell
    Completions(CompletionsOpts),
    /// Print the manual page
    Man,
}

/// Flags of all commands that read data.
#[derive(Clone, Debug, Args)]
pub struct Common {
    /// Input directories, counter files or tar archives (`-` for standard input), separated by commas; may be repeated
    #[arg(short = 'i', long = "i", value_name = "DIRS", allow_hyphen_values = true)]
    pub inputs: Vec<OsString>,
    /// Read the directories below input directories as well; `report` always does
    #[arg(long)]
    pub recursive: bool,
    /// Look only at packages that match one of these patterns, separated by commas; `...` matches anything; may be
    /// repeated
    #[arg(long = "pkg", value_name = "PATTERNS", allow_hyphen_values = true)]
    pub packages: Vec<String>,
    /// Say more about what is being done
    #[arg(short = 'v', long = "v", value_name = "LEVEL", default_value = "0", value_parser = parse_int,
        allow_negative_numbers = true)]
    pub verbosity: i64,
    /// Fail if any input is damaged or has no counterpart, instead of leaving it out
    #[arg(long)]
    pub strict: bool,
    /// Use so many threads instead of one for each core
    #[arg(long, value_name = "COUNT")]
    pub threads: Option<NonZeroUsize>,
    /// Go's flag to stop at warnings.
    #[arg(long = "hw", hide = true, action = ArgAction::SetTrue)]
    pub panic_on_warning: bool,
    /// Go's profiling flags, which say nothing here.
    #[arg(long = "cpuprofile", aliases = ["memprofile", "memprofilerate"], hide = true, value_name = "FILE")]
    pub profile: Vec<OsString>,
    #[arg(hide = true)]
    pub(crate) extra: Vec<OsString>,
}

impl Common {
    /// The lists of input directories; as in Go, an empty one says nothing.
    ///
    /// # Errors
    ///
    /// [`Error::Usage`] if there is none, or anything but flags.
    pub fn inputs(&self) -> Result<Vec<&OsStr>, Error> {
        if !self.extra.is_empty() {
            return Err(Error::Usage("unknown extra arguments".into()));
        }
        let lists: Vec<&OsStr> = self.listed().collect();
        if lists.is_empty() { Err(Error::Usage("select input directories with '-i' option".into())) } else { Ok(lists) }
    }

    /// The values of `-i` that say anything.
    pub(crate) fn listed(&self) -> impl Iterator<Item = &OsStr> {
        self.inputs.iter().map(OsString::as_os_str).filter(|list| !list.is_empty())
    }
}

/// Flags of reports without any of their own.
#[derive(Debug, Args)]
pub struct ReportOpts {
    /// The shared flags.
    #[command(flatten)]
    pub common: Common,
}

/// Flags of `func`.
#[derive(Debug, Args)]
pub struct FuncOpts {
    /// The shared flags.
    #[command(flatten)]
    pub common: Common,
    /// Which data.
    #[command(flatten)]
    pub selection: SelectionOpts,
}

/// Flags of `percent` and `textfmt`.
#[derive(Debug, Args)]
pub struct ProfileOpts {
    /// The shared flags.
    #[command(flatten)]
    pub common: Common,
    /// Which data.
    #[command(flatten)]
    pub selection: SelectionOpts,
    /// Write the text profile to this file
    #[arg(short = 'o', long = "o", value_name = "FILE", allow_hyphen_values = true)]
    output: Option<OsString>,
}

/// Flags of `merge`.
#[derive(Debug, Args)]
pub struct MergeOpts {
    /// The shared flags.
    #[command(flatten)]
    pub common: Common,
    /// The directory to write to; made if missing. If it is an input as well, the result replaces what was merged
    #[arg(short = 'o', long = "o", value_name = "DIR", allow_hyphen_values = true)]
    output: Option<OsString>,
    /// Combine the data of different programs into one
    #[arg(long = "pcombine", default_value = "false", value_parser = parse_bool, value_name = BOOL, hide_default_value = true)]
    pub combine_programs: bool,
    /// Forget which process each count came from. The result is smaller, but merging it again with data of the same
    /// processes counts them twice
    #[arg(long)]
    pub flatten: bool,
}

/// Flags of `subtract` and `intersect`.
#[derive(Debug, Args)]
pub struct SetOpts {
    /// The shared flags.
    #[command(flatten)]
    pub common: Common,
    /// The directory to write to; made if missing
    #[arg(short = 'o', long = "o", value_name = "DIR", allow_hyphen_values = true)]
    output: Option<OsString>,
}

/// Flags of `debugdump`.
#[derive(Debug, Args)]
pub struct DebugdumpOpts {
    /// The shared flags.
    #[command(flatten)]
    pub common: Common,
    /// Show only functions that have run
    #[arg(long = "live", default_value = "false", value_parser = parse_bool, value_name = BOOL, hide_default_value = true)]
    pub live: bool,
}

/// Flags of `meta`.
#[derive(Debug, Args)]
pub struct MetaOpts {
    /// The programs and shared libraries, which may be stripped
    #[arg(value_name = "PROGRAM")]
    pub programs: Vec<OsString>,
    /// The directory to write to; made if missing
    #[arg(short = 'o', long = "o", value_name = "DIR", allow_hyphen_values = true)]
    output: Option<OsString>,
}

/// Flags of `completions`.
#[derive(Debug, Args)]
pub struct CompletionsOpts {
    /// The shell
    pub shell: clap_complete::Shell,
}

/// What stands for the value of a switch in help texts, and makes one of a flag.
pub(crate) const BOOL: &str = "BOOL";

/// Gives switches their form: `--SWITCH` or `--SWITCH=BOOL`. They may be repeated, as to ask twice asks for nothing else, and
/// the last one holds. All other flags either take what each of their values says, or are refused the second time.
fn with_switches(command: clap::Command) -> clap::Command {
    command.mut_args(|arg| {
        let id = arg.get_id().clone();
        if arg.get_value_names().is_some_and(|names| names == [BOOL]) {
            let with_value = arg.action(ArgAction::Set).num_args(0..=1).require_equals(true);
            with_value.overrides_with(id).default_missing_value("true").hide_possible_values(true)
        } else if matches!(arg.get_action(), ArgAction::SetTrue) {
            arg.overrides_with(id)
        } else {
            arg
        }
    })
}

/// Gives opts with `-o` a look at it.
macro_rules! with_output {
    ($($opts:ident)+) => {
        $(impl $opts {
            /// What `-o` says; as in Go, the empty path says nothing.
            #[must_use]
            pub fn output(&self) -> Option<&Path> {
                self.output.as_deref().filter(|output| !output.is_empty()).map(Path::new)
            }
        })+
    };
}

with_output!(ProfileOpts MergeOpts SetOpts MetaOpts);

/// A number as Go's flag package takes it: in base 16, 8 or 2 behind `0x`, `0o`
/// or `0b`, with underscores.
fn parse_int(text: &str) -> Result<i64, String> {
    let (sign, digits) = match text.strip_prefix(['-', '+']) {
        Some(digits) => (if text.starts_with('-') { "-" } else { "" }, digits),
        None => ("", text),
    };
    let lower = digits.to_lowercase();
    let (base, digits) = match lower.as_bytes() {
        [b'0', b'x', ..] => (16, lower.get(2..)),
        [b'0', b'b', ..] => (2, lower.get(2..)),
        [b'0', b'o', ..] => (8, lower.get(2..)),
        [b'0', _, ..] => (8, lower.get(1..)),
        _ => (10, Some(lower.as_str())),
    };
    let digits = digits.unwrap_or_default().replace('_', "");
    let is_number = digits.chars().all(|digit| digit.is_digit(base));
    let number = i64::from_str_radix(&format!("{sign}{digits}"), base).ok().filter(|_| is_number);
    number.ok_or_else(|| "not a number".into())
}

/// The spellings that Go's flag package takes.
fn parse_bool(text: &str) -> Result<bool, String> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Ok(false),
        _ => Err("neither true nor false".into()),
    }
}

/// Flags of Go's commands that take their value from the next argument as well.
const VALUE_FLAGS: [&str; 13] = [
    "i",
    "o",
    "pkg",
    "v",
    "cpuprofile",
    "memprofile",
    "memprofilerate",
    "threads",
    "since",
    "program",
    "label",
    "pid",
    "written-since",
];

/// Gives flags of more than one letter the two dashes that the parser wants,
/// and leaves values alone.
#[must_use]
pub fn normalize(args: impl IntoIterator<Item = OsString>) -> Vec<OsString> {
    let mut normal = Vec::new();
    let mut is_value = false;
    for arg in args {
        let text = arg.to_str().unwrap_or_default();
        let flag = text.trim_start_matches('-');
        let dashes = text.len() - flag.len();
        let name = flag.split('=').next().unwrap_or_default();
        let is_flag = !is_value && (dashes == 1 || dashes == 2);
        is_value = is_flag && name == flag && VALUE_FLAGS.contains(&name);
        if is_flag && dashes == 1 && name.chars().count() > 1 {
            normal.push(format!("--{flag}").into());
        } else {
            normal.push(arg);
        }
    }
    normal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_dash_or_two() {
        let args = [
            "merge",
            "-pkg=a",
            "-i",
            "-pkg",
            "--pcombine",
            "-live=false",
            "-o=x",
            "-v",
            "3",
            "-pkg",
            "-live",
            "-strict",
        ];
        let normal = normalize(args.map(OsString::from));
        let expected = [
            "merge",
            "--pkg=a",
            "-i",
            "-pkg",
            "--pcombine",
            "--live=false",
            "-o=x",
            "-v",
            "3",
            "--pkg",
            "-live",
            "--strict",
        ];
        assert_eq!(normal, expected);
    }

    #[test]
    fn numbers_are_go_s() {
        for (text, number) in
            [("0", 0), ("-3", -3), ("+3", 3), ("0x1F", 31), ("0b101", 5), ("0o17", 15), ("017", 15), ("1_0", 10)]
        {
            assert_eq!(parse_int(text), Ok(number), "{text}");
        }
        for text in ["", "-", "abc", "0x", "--1", "08", "1-"] {
            assert!(parse_int(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_parser_is_consistent() {
        use clap::CommandFactory;
        Cli::command().debug_assert();
    }
}
