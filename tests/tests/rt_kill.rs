//! Processes killed while they write: whatever has a final name is whole.

use livecov_format::decode::{CounterFile, MetaFile, Records};
use livecov_tests::files;
use livecov_tests::rust::{Mode, Profile, program, recorded};
use livecov_tests::tool::Tool;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::Duration;

const KILLS: usize = 1_000;
/// As many processes write to one directory at once.
const AT_ONCE: usize = 4;

/// Numbers that look random and are the same on each run.
struct Sequence(u64);

impl Sequence {
    fn next(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % below
    }
}

/// A directory in memory where there is one: it is filled with thousands of files.
fn directory() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    let place = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
    tempfile::Builder::new().prefix("livecov-kill").tempdir_in(place).expect("a directory")
}

fn start(program: &Path, directory: &Path) -> Child {
    let mut command = recorded(program, directory);
    let mut child = command.arg(directory).stdout(Stdio::piped()).spawn().expect("the program starts");
    let mut word = [0; 8];
    child.stdout.as_mut().expect("its output").read_exact(&mut word).expect("the word that it is running");
    assert_eq!(&word, b"running\n");
    child
}

/// Decodes everything that has a final name, removes the counter files, and gives how many there were.
fn check(directory: &Path) -> usize {
    let mut records = Records::default();
    let counters: Vec<PathBuf> = files::counter_files(directory);
    for path in &counters {
        let bytes = files::read(path);
        let file = CounterFile::parse(&bytes).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        assert_eq!(file.segments.len(), 1);
        file.segments[0].decode(&mut records).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        std::fs::remove_file(path).expect("a file of ours");
    }
    for path in files::meta_files(directory) {
        let bytes = files::read(&path);
        MetaFile::parse(&bytes).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    }
    counters.len()
}

/// Temporary files of the killed, which no reader looks at.
fn leftovers(directory: &Path) -> usize {
    let is_temporary = |path: &PathBuf| files::name(path).starts_with("tmp.");
    let found: Vec<_> = files::list(directory).into_iter().filter(is_temporary).collect();
    for path in &found {
        std::fs::remove_file(path).expect("a file of ours");
    }
    found.len()
}

#[test]
fn a_thousand_kills_leave_no_broken_file() {
    let program = program("killed", Mode::Set, Profile::Release);
    let directory = directory();
    let directory = directory.path();
    let mut random = Sequence(20_261_121);
    let (mut whole, mut cut, mut first_meta) = (0, 0, 0);
    for round in 0..KILLS / AT_ONCE {
        if round % 10 == 0 {
            // So that writing the meta file is interrupted too.
            files::meta_files(directory).iter().for_each(|path| std::fs::remove_file(path).expect("a file of ours"));
        }
        let mut children: Vec<_> = (0..AT_ONCE).map(|_| start(&program, directory)).collect();
        for child in &mut children {
            std::thread::sleep(Duration::from_micros(random.next(1_500)));
            child.kill().expect("it runs until it is killed");
        }
        children.iter_mut().for_each(|child| drop(child.wait()));
        first_meta += usize::from(files::meta_files(directory).len() == 1);
        if round % 25 == 24 {
            let report = Tool::Ours.run(&["percent", &format!("-i={}", directory.display()), "--strict"]);
            assert!(report.status == Some(0), "{report:?}");
        }
        whole += check(directory);
        cut += leftovers(directory);
    }
    // Both must have happened, or nothing was tried.
    assert!(whole > KILLS && cut > KILLS / 50, "{whole} whole files, {cut} cut short");
    assert!(first_meta > 0);
    println!("{KILLS} kills: {whole} whole files, {cut} temporary files left");
}
