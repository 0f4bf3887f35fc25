//! The `cargo-livecov` command, and the compiler wrapper that it makes cargo
//! call.

use cargo_livecov::protocol::Config;
use cargo_livecov::{cli, session, wrapper};
use std::env;
use std::ffi::OsString;
use std::process::exit;

fn main() {
    let mut args: Vec<OsString> = env::args_os().skip(1).collect();
    if args.first().is_some_and(|word| word == "livecov") {
        args.remove(0);
        exit(session::run(args));
    }
    // What a command runs may well run this program as a command again.
    let is_command = args.first().is_none_or(|word| cli::is_command(&word.to_string_lossy()));
    let done = match Config::load() {
        Ok(Some(config)) if !is_command => wrapper::run(&config, &args),
        Err(error) if !is_command => Err(error),
        _ => Ok(session::run(args)),
    };
    exit(done.unwrap_or_else(|error| {
        eprintln!("error: livecov: {error}");
        session::FAILURE
    }));
}
