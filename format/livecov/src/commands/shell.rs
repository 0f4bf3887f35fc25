//! `completions` and `man`: what comes out of the argument parser itself.

use crate::cli::{Cli, CompletionsOpts};
use crate::error::Error;
use clap::CommandFactory;
use std::io::Write;

/// Prints a completion script.
///
/// # Errors
///
/// Those of `out`.
pub fn completions(out: &mut dyn Write, opts: &CompletionsOpts) -> Result<(), Error> {
    let mut script = Vec::new();
    clap_complete::generate(opts.shell, &mut Cli::command(), "livecov", &mut script);
    out.write_all(&script).map_err(Error::output)
}

/// Prints the manual page, one section for each command.
///
/// # Errors
///
/// Those of `out`.
pub fn man(out: &mut dyn Write) -> Result<(), Error> {
    let mut command = Cli::command();
    command.build();
    let mut page = Vec::new();
    clap_mangen::Man::new(command.clone()).render(&mut page).map_err(Error::output)?;
    for subcommand in command.get_subcommands() {
        let name = format!("livecov {}", subcommand.get_name());
        let man = clap_mangen::Man::new(subcommand.clone().name(name.clone()));
        page.extend(format!(".SH \"{}\"\n", name.to_uppercase()).bytes());
        man.render_description_section(&mut page).map_err(Error::output)?;
        man.render_options_section(&mut page).map_err(Error::output)?;
    }
    out.write_all(&page).map_err(Error::output)
}
