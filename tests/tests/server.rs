//! An ordinary server under `cargo livecov`: each file shows what ran in its window, and nothing else.

#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

use livecov_tests::cargo_livecov::Project;
use livecov_tests::child::command;
use livecov_tests::command::must;
use livecov_tests::files::counter_files;
use livecov_tests::paths::programs_dir;
use livecov_tests::tool::Tool;
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Stdio};
use std::time::{Duration, Instant};
use std::{fs, thread};

/// A server that is running; killed if a test fails.
struct Server {
    child: Child,
    output: BufReader<ChildStdout>,
    port: u16,
    data: PathBuf,
    seen: BTreeSet<PathBuf>,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
    }
}

impl Server {
    fn start(program: &Path, args: &[&str], data: &Path) -> Self {
        let mut server = command(program);
        server.args(args);
        server.env("LIVECOV_DIR", data).env("LIVECOV_DUMP_SIGNAL", "USR2").stdout(Stdio::piped());
        let mut child = server.spawn().unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        Self { child, output, port: line.trim().parse().unwrap(), data: data.to_owned(), seen: BTreeSet::new() }
    }

    fn get(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer.rsplit("\r\n\r\n").next().unwrap().to_owned()
    }

    fn signal(&self, name: &str) {
        must(command("kill").arg(format!("-{name}")).arg(self.child.id().to_string()));
    }

    /// The functions of the server that the next file of counters says have run.
    fn next_file(&mut self) -> BTreeSet<String> {
        let start = Instant::now();
        let new = loop {
            assert!(start.elapsed() < Duration::from_secs(20), "no new file");
            let files = fs::read_dir(&self.data).unwrap().map(|entry| entry.unwrap().path());
            let is_counters = |path: &PathBuf| path.file_name().unwrap().to_string_lossy().starts_with("covcounters.");
            let new: Vec<PathBuf> = files.filter(is_counters).filter(|path| !self.seen.contains(path)).collect();
            if let Some(path) = new.into_iter().next() {
                break path;
            }
            thread::sleep(Duration::from_millis(10));
        };
        self.seen.insert(new.clone());
        let alone = tempfile::tempdir().unwrap();
        fs::copy(&new, alone.path().join(new.file_name().unwrap())).unwrap();
        for file in fs::read_dir(&self.data).unwrap().map(|entry| entry.unwrap().path()) {
            if file.file_name().unwrap().to_string_lossy().starts_with("covmeta.") {
                fs::copy(&file, alone.path().join(file.file_name().unwrap())).unwrap();
            }
        }
        let dump = must(Tool::Ours.command().arg("func").arg("-i").arg(alone.path()));
        let ran = dump.lines().filter(|line| line.contains("main.rs") && !line.ends_with("\t0.0%"));
        ran.map(|line| line.split_whitespace().nth(1).unwrap().to_owned()).collect()
    }
}

fn names(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn each_file_shows_what_ran_in_its_window() {
    let project = Project::new("server", &programs_dir().join("server"));
    let build = project.build(&[]);
    assert_eq!(build.warnings, Vec::<String>::new());
    let data = tempfile::tempdir().unwrap();
    let mut server = Server::start(&build.folder.join("server"), &[], data.path());
    assert_eq!(server.get("/alpha"), "1234");
    server.signal("USR2");
    assert_eq!(server.next_file(), names(&["alpha", "answer", "main", "serve"]));
    assert_eq!(server.get("/clear"), "cleared");
    assert_eq!(server.get("/beta"), "BETA");
    server.signal("USR2");
    // The window starts in the middle of `clear`; `serve` waits in its loop, where a connection is a new turn.
    assert_eq!(server.next_file(), names(&["answer", "beta", "clear", "serve"]));
    assert_eq!(server.get("/nothing"), "");
    server.signal("TERM");
    let status = server.child.wait().unwrap();
    assert_eq!(std::os::unix::process::ExitStatusExt::signal(&status), Some(15), "as without probes");
    assert_eq!(
        server.next_file(),
        names(&["answer", "beta", "clear", "serve"]),
        "a second snapshot of the same window"
    );
}

/// A server that handles SIGTERM ends as it wants to, and what it does then counts too.
#[test]
fn a_graceful_end_is_the_servers_own() {
    let project = Project::new("server", &programs_dir().join("server"));
    let build = project.build(&[]);
    let data = tempfile::tempdir().unwrap();
    let mut server = Server::start(&build.folder.join("server"), &["graceful"], data.path());
    assert_eq!(server.get("/alpha"), "1234");
    server.signal("TERM");
    let status = server.child.wait().unwrap();
    let mut output = String::new();
    server.output.read_to_string(&mut output).unwrap();
    assert_eq!((status.code(), output.as_str()), (Some(0), "graceful\nbye\n"));
    assert_eq!(server.next_file(), names(&["alpha", "answer", "farewell", "main", "serve"]));
    assert_eq!(counter_files(data.path()).len(), 1);
}
