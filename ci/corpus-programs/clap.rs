//! Parses command lines, right and wrong ones, and prints help texts.

use clap::{Arg, ArgAction, ArgGroup, Args, Command, CommandFactory, Parser, Subcommand, ValueEnum, value_parser};
use std::path::PathBuf;

/// A program with commands.
#[derive(Debug, Parser)]
#[command(name = "tool", version = "1.2.3", about, long_about = "A program with commands.\n\nAnd more to say.")]
struct Cli {
    /// How much to say.
    #[arg(short, long, action = ArgAction::Count, global = true)]
    verbose: u8,
    #[arg(long, value_enum, default_value_t = Color::Auto)]
    color: Color,
    #[command(flatten)]
    limits: Limits,
    #[command(subcommand)]
    command: Option<Commands>,
}

#[derive(Debug, Args)]
struct Limits {
    /// At least.
    #[arg(long, value_parser = value_parser!(u16).range(1..=100))]
    least: Option<u16>,
    /// At most.
    #[arg(long, requires = "least")]
    most: Option<u16>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Color {
    Auto,
    Always,
    /// Not at all.
    Never,
}

#[derive(Debug, Subcommand)]
enum Commands {
    /// Adds files.
    #[command(visible_alias = "a")]
    Add {
        #[arg(required = true)]
        files: Vec<PathBuf>,
        #[arg(short = 'n', long, conflicts_with = "force")]
        dry_run: bool,
        #[arg(short, long)]
        force: bool,
    },
    /// Takes what follows as it is.
    Run {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
}

fn parse(line: &str) {
    println!("$ {line}");
    match Cli::try_parse_from(line.split_whitespace()) {
        Ok(cli) => println!("{cli:?}"),
        Err(error) => println!("{:?} {}\n{error}", error.kind(), error.exit_code()),
    }
}

fn built() -> Command {
    Command::new("built")
        .arg(Arg::new("define").short('D').value_delimiter(',').num_args(1..).value_names(["KEY", "VALUE"]))
        .arg(Arg::new("json").long("json").action(ArgAction::SetTrue).env("BUILT_JSON_THAT_NOBODY_SETS"))
        .arg(Arg::new("text").long("text").action(ArgAction::SetTrue).hide(true))
        .arg(Arg::new("level").long("level").default_value_if("json", "true", "9").default_value("1"))
        .group(ArgGroup::new("form").args(["json", "text"]).multiple(false).required(true))
        .after_help("That is all.")
        .term_width(60)
}

fn parse_built(line: &str) {
    println!("$ {line}");
    match built().try_get_matches_from(line.split_whitespace()) {
        Ok(matches) => {
            let defined: Vec<_> = matches.get_many::<String>("define").unwrap_or_default().collect();
            println!("{defined:?} {:?} {:?}", matches.get_flag("json"), matches.get_one::<String>("level"));
            println!("{:?}", matches.value_source("level"));
        }
        Err(error) => println!("{error}"),
    }
}

fn main() {
    for line in [
        "tool",
        "tool -vvv --color always add x y -n",
        "tool a --force x",
        "tool add -nf x",
        "tool add",
        "tool ad x",
        "tool --colour never",
        "tool --color pink",
        "tool --least 101",
        "tool --most 5",
        "tool --least=3 --most=5 run -- -x --help",
        "tool run a -b",
        "tool --version",
        "tool -h",
        "tool --help",
        "tool help add",
        "tool --verbose=3",
    ] {
        parse(line);
    }
    for line in ["built", "built --json", "built --text -D a,b c --level 3", "built --json --text", "built --help"] {
        parse_built(line);
    }
    Cli::command().debug_assert();
    println!("{}", Cli::command().render_usage());
}
