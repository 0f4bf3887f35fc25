//! The `cargo-livecov` command, and the compiler wrapper that it makes cargo
//! call.

use cargo_livecov::protocol::Config;
use cargo_livecov::{session, wrapper};
use std::env;
use std::ffi::OsString;
use std::process::exit;

fn main() {
    let mut args: Vec<OsString> = env::args_os().skip(1).collect();
    if args.first().is_some_and(|word| word == "livecov") {
        args.remove(0);
        exit(session::run(args));
    }
    let done = match Config::load() {
        Ok(Some(config)) if !args.is_empty() => {
            let compiler = args.remove(0);
            wrapper::run(&config, &compiler, args)
        }
        Ok(_) => Ok(session::run(args)),
        Err(error) => Err(error),
    };
    exit(done.unwrap_or_else(|error| {
        eprintln!("error: livecov: {error}");
        session::FAILURE
    }));
}
