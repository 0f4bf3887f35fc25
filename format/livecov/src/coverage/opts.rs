//! Flags of `report`.

use super::changes::ChangeOpts;
use super::formats::Format;
use super::thresholds::{CountLimits, Limits};
use crate::cli::{BOOL, Common};
use crate::selection::SelectionOpts;
use clap::{Args, ValueEnum};
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// Flags of `report`.
#[derive(Clone, Debug, Args)]
#[command(after_help = "Input directories may also be given without -i. Without a format, a table is printed.\n\
    Flags go before the configuration file: livecov.toml, or [workspace.metadata.livecov] of Cargo.toml.\n\
    Exit status 3 means that coverage is below one of the --fail-under limits.")]
pub struct CoverageOpts {
    /// The shared flags.
    #[command(flatten)]
    pub common: Common,
    /// Which data.
    #[command(flatten)]
    pub selection: SelectionOpts,
    /// What the table has a row for [default: file]
    #[arg(long, value_enum)]
    pub by: Option<By>,
    /// What the rows are sorted by; shares: the lowest first [default: name]
    #[arg(long, value_enum)]
    pub sort: Option<Sort>,
    /// Sort the other way round
    #[arg(long, value_name = BOOL)]
    pub reverse: Option<bool>,
    /// List the lines that did not run, as ranges
    #[arg(long, value_name = BOOL)]
    pub missing: Option<bool>,
    /// List what was left out of the measurement, and why
    #[arg(long, value_name = BOOL)]
    pub omissions: Option<bool>,
    /// Show the source with its counts
    #[arg(long)]
    pub show: bool,
    /// List the functions that never ran, one line each; those that the compiler or the linker dropped are only counted
    #[arg(long, conflicts_with_all = ["show", "diff", "diff_file", "baseline", "missing", "omissions"])]
    pub never_ran: bool,
    /// The program or shared library that the data are of, if it is not where it ran: its code tells which functions were
    /// dropped; may be repeated
    #[arg(long, value_name = "PROGRAM")]
    pub binary: Vec<PathBuf>,
    /// Where cargo builds the programs that it calls by relative paths.
    #[arg(long, hide = true, value_name = "DIR")]
    pub builds: Option<PathBuf>,
    /// Only files that match: a glob, or a regular expression behind `re:`; may be repeated
    #[arg(long, value_name = "PATTERN")]
    pub filter: Vec<String>,
    /// No files that match: patterns as for --filter; may be repeated
    #[arg(long, value_name = "PATTERN")]
    pub exclude_files: Vec<String>,
    /// No files whose path matches; may be repeated
    #[arg(long, value_name = "REGEX")]
    pub ignore_filename_regex: Vec<String>,
    /// Look for source files here first; may be repeated
    #[arg(long, value_name = "DIR")]
    pub source_root: Vec<PathBuf>,
    /// Replace a leading directory of source paths; may be repeated
    #[arg(long, value_name = "FROM=TO")]
    pub remap: Vec<String>,
    /// When to use colours [default: auto]
    #[arg(long, value_enum, value_name = "WHEN")]
    pub color: Option<ColorChoice>,
    /// Fit the table into so many columns instead of the terminal's
    #[arg(long, value_name = "COLUMNS")]
    pub width: Option<usize>,
    /// Read this configuration file instead of looking for one
    #[arg(long, value_name = "FILE", conflicts_with = "no_config")]
    pub config: Option<PathBuf>,
    /// Read no configuration file
    #[arg(long)]
    pub no_config: bool,
    /// What the report is held against.
    #[command(flatten)]
    pub changes: ChangeOpts,
    /// The formats.
    #[command(flatten)]
    pub formats: FormatOpts,
    /// The thresholds.
    #[command(flatten)]
    pub limits: Limits,
    /// The thresholds in numbers.
    #[command(flatten)]
    pub count_limits: CountLimits,
}

/// What a row of the table stands for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum By {
    /// A source file.
    #[default]
    File,
    /// A package: a compiled crate target, or a Go package.
    Crate,
    /// A module of a crate, told by the names of its functions.
    Module,
    /// A function.
    Function,
}

/// What rows are sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Sort {
    /// The name; functions by their place.
    #[default]
    Name,
    /// The share of lines that ran.
    Lines,
    /// The share of units that ran.
    Units,
    /// The share of functions that ran.
    Functions,
    /// The share of branches that were taken.
    Branches,
    /// The number of lines that did not run, the largest first.
    Missed,
}

/// When to use colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum ColorChoice {
    /// On a terminal, unless `NO_COLOR` is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The file that stands for standard output, also where none is named.
const NO_FILE: &str = "-";

macro_rules! format_opts {
    ($($(#[doc = $doc:literal])+ $field:ident = $name:literal => $format:ident;)+) => {
        /// Formats, each with the file that it goes to, if it has one of its own.
        #[derive(Clone, Debug, Args)]
        pub struct FormatOpts {
            $($(#[doc = $doc])+
            #[arg(long = $name, value_name = "FILE", num_args = 0..=1, require_equals = true,
                default_missing_value = NO_FILE, help_heading = "Formats")]
            $field: Option<PathBuf>,)+
            /// Write to this file instead of standard output
            #[arg(long, value_name = "FILE", help_heading = "Formats")]
            output_path: Option<PathBuf>,
            /// Whether the formats are those of the configuration file.
            #[arg(skip)]
            are_configured: bool,
        }

        /// Formats with the files that they go to, as the configuration file has them; `-` is standard output.
        #[derive(Clone, Debug, Default, Deserialize)]
        #[serde(default, deny_unknown_fields)]
        pub struct FormatFiles {
            $(#[serde(rename = $name)]
            $field: Option<PathBuf>,)+
        }

        impl FormatOpts {
            /// Takes formats of the configuration file in `dir`, if the command line names none.
            pub fn complete(&mut self, files: FormatFiles, dir: &Path) {
                if !self.wanted().is_empty() {
                    return;
                }
                $(self.$field = files.$field.map(|path| if path.as_os_str() == NO_FILE { path } else { dir.join(path) });)+
                self.are_configured = true;
            }

            /// The formats that are wanted and the files that they name.
            pub fn wanted(&self) -> Vec<(Format, Option<&Path>)> {
                let all = [$((Format::$format, self.$field.as_deref()),)+];
                let named = |path: &Path| path.as_os_str() != NO_FILE;
                all.into_iter().filter_map(|(format, path)| Some((format, path.map(|path| Some(path).filter(|path| named(path)))?)))
                    .collect()
            }
        }
    };
}

format_opts! {
    /// lcov's tracefile
    lcov = "lcov" => Lcov;
    /// JSON of our own
    json = "json" => Json;
    /// Cobertura XML
    cobertura = "cobertura" => Cobertura;
    /// Codecov's JSON
    codecov = "codecov" => Codecov;
    /// Coveralls' JSON
    coveralls = "coveralls" => Coveralls;
    /// One HTML file, which needs nothing else
    html = "html" => Html;
    /// SonarQube's generic XML
    sonarqube = "sonarqube" => Sonarqube;
    /// Markdown, for pull requests
    markdown = "markdown" => Markdown;
    /// Go's text profile
    text = "text" => Text;
    /// The JSON of `llvm-cov export`
    llvm_json = "llvm-json" => LlvmJson;
}

impl FormatOpts {
    /// Whether the table is wanted: no format is, or those of the configuration file all go to files.
    #[must_use]
    pub fn have_table(&self) -> bool {
        let wanted = self.wanted();
        wanted.is_empty() || self.are_configured && wanted.iter().all(|(_, path)| path.is_some())
    }

    /// The file that goes in the place of standard output.
    #[must_use]
    pub fn output_path(&self) -> Option<&Path> {
        self.output_path.as_deref()
    }
}
