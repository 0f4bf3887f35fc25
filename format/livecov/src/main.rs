//! The `livecov` command.

use std::io::{self, BufWriter};
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    livecov::run_program(std::env::args_os(), &mut out, &mut io::stderr()).into()
}
