//! Programs that are linked against a library, which is loaded before `main`.

use crate::{built, library, ran};
use libc::{SIGABRT, SIGTERM};
use livecov_tests::child::command;
use livecov_tests::command::must;
use livecov_tests::compare::scratch;
use livecov_tests::files::{counter_files, list};
use livecov_tests::go::clean;
use livecov_tests::paths::text;
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::Output;
use tempfile::TempDir;

/// A program in C: works, dumps, works, and then what its argument says.
const IN_C: &str = "#include <signal.h>
#include <string.h>
int run(void);
int main(int count, char **words) {
    run();
    raise(SIGUSR2);
    run();
    if (count > 1 && strcmp(words[1], \"term\") == 0) raise(SIGTERM);
    if (count > 1 && strcmp(words[1], \"fault\") == 0) *(volatile char *)8 = 1;
    return 0;
}
";

/// One in Rust, whose standard library has a message for what it does.
const IN_RUST: &str = "#[link(name = \"plugin\")]
unsafe extern \"C\" {
    fn run() -> i32;
}
fn dive(depth: u64) -> u64 {
    let frame = std::hint::black_box([depth; 64]);
    if frame[0] == u64::MAX { 0 } else { dive(depth + 1) + frame[1] }
}
fn main() {
    unsafe { run() };
    std::hint::black_box(dive(0));
}
";

struct Built {
    _place: TempDir,
    program: PathBuf,
}

impl Built {
    /// The program in C, with these libraries.
    fn in_c(libraries: &[&str]) -> Self {
        let place = scratch();
        let (source, program) = (place.path().join("main.c"), place.path().join("main"));
        fs::write(&source, IN_C).unwrap();
        let mut compiler = command("cc");
        compiler.arg("-o").arg(&program).arg(&source).args(libraries);
        must(compiler.arg(format!("-Wl,-rpath,{}", text(built("dev")))));
        Self { _place: place, program }
    }

    fn run(&self, argument: &str, data: &Path) -> Output {
        let mut command = clean(&self.program);
        command.arg(argument).env("LIVECOV_DIR", data).env("LIVECOV_DUMP_SIGNAL", "USR2");
        command.output().unwrap()
    }
}

#[test]
fn a_program_in_c_keeps_its_data_at_signals() {
    let program = Built::in_c(&[library("plugin")]);
    for (argument, signal) in [("", None), ("term", Some(SIGTERM))] {
        let data = scratch();
        let output = program.run(argument, data.path());
        assert_eq!((output.status.signal(), output.stderr.len()), (signal, 0), "{output:?}");
        assert_eq!(counter_files(data.path()).len(), 2);
        assert_eq!(ran(data.path(), "plugin", "run"), 2, "{argument}");
    }
    // Faults are not armed, in case that the program is one in Rust.
    let data = scratch();
    assert_eq!(program.run("fault", data.path()).status.signal(), Some(libc::SIGSEGV));
    assert_eq!(ran(data.path(), "plugin", "run"), 1);
}

/// In the program itself the library arms what is named, and nothing else.
#[test]
fn a_static_library_arms_the_named_signals() {
    let archive = built("dev").join("libplugin.a");
    let program = Built::in_c(&[text(&archive), "-lpthread", "-ldl", "-lm"]);
    for (argument, signal, kept) in [("", None, 2), ("term", Some(SIGTERM), 1)] {
        let data = scratch();
        let output = program.run(argument, data.path());
        assert_eq!((output.status.signal(), output.stderr.len()), (signal, 0), "{output:?}");
        assert_eq!(ran(data.path(), "plugin", "run"), kept, "{argument}: {:?}", list(data.path()));
    }
}

/// The library is there before the host's standard library, which must still be the first to handle faults.
#[test]
fn a_program_in_rust_keeps_its_message_about_its_stack() {
    let place = scratch();
    let (source, program) = (place.path().join("main.rs"), place.path().join("main"));
    fs::write(&source, IN_RUST).unwrap();
    let mut compiler = command(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    compiler.arg("-o").arg(&program).arg(&source).arg("-L").arg(built("dev"));
    // A dynamic library, though a static one is there by that name.
    must(compiler.arg(format!("-Clink-arg=-Wl,-rpath,{}", text(built("dev")))).arg("-ldylib=plugin"));
    let data = scratch();
    let output = clean(&program).env("LIVECOV_DIR", data.path()).output().unwrap();
    let message = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.signal(), Some(SIGABRT), "{message}");
    assert!(message.contains("has overflowed its stack"), "{message}");
    assert_eq!(ran(data.path(), "plugin", "run"), 1, "SIGABRT is armed");
}
