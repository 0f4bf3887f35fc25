//! The run of `cargo livecov` that this program belongs to, where no variable
//! says so: a test may start programs with an empty environment.
//!
//! A program that `cargo livecov` has built lies in its directory of builds,
//! `.../livecov/BUILD/`. For as long as a run lasts, `runs/` there has a file
//! named by the number of the tool's process, and the tool holds a lock on it;
//! `runs/last` is the same while there is one run only. The file's first line is
//! the directory of the data, its second the socket for notices.
//!
//! All of this is system calls, so that it can be asked in a signal handler.

use crate::place::Place;
use crate::settings::SocketName;
use crate::sys::{Fd, Path, link_target, parent_id, user_id};
use crate::text::{Text, parse_number};

/// More ancestors than this are not asked.
const MAX_ANCESTORS: usize = 64;

/// A run that has not ended.
pub(crate) struct Run {
    pub(crate) place: Place,
    pub(crate) socket: SocketName,
}

/// Looks for the run of this program.
pub(crate) fn find() -> Option<Run> {
    let program = link_target(c"/proc/self/exe");
    let mut path = program.bytes();
    loop {
        let start = last_start(path)?;
        let inside = program.bytes().get(start..).and_then(|rest| rest.iter().position(|byte| *byte == b'/'));
        let builds = inside.and_then(|len| program.bytes().get(..start + len));
        if let Some(run) = builds.filter(|builds| has_runs(builds)).and_then(find_in) {
            return Some(run);
        }
        // A directory of the project may have the same name.
        path = program.bytes().get(..start - 1)?;
    }
}

/// Where the name of a build may start: after the last directory `livecov`.
fn last_start(path: &[u8]) -> Option<usize> {
    const NAME: &[u8] = b"/livecov/";
    path.windows(NAME.len()).rposition(|window| window == NAME).map(|at| at + NAME.len())
}

fn has_runs(builds: &[u8]) -> bool {
    let mut path = Path::new();
    path.push(builds).push(b"/runs");
    Fd::open(path.c_str(), libc::O_RDONLY | libc::O_DIRECTORY).is_ok()
}

fn find_in(builds: &[u8]) -> Option<Run> {
    let mut process = parent_id();
    for _ in 0..MAX_ANCESTORS {
        if process <= 1 {
            break;
        }
        let mut name = Text::<20>::new();
        name.push_number(u64::from(process));
        if let Some(run) = read(builds, name.bytes()) {
            return Some(run);
        }
        let Some(parent) = parent_of(process) else { break };
        process = parent;
    }
    // The tool is no ancestor: the program has been left to itself, or is in a
    // namespace of processes of its own.
    read(builds, b"last")
}

fn parent_of(process: u32) -> Option<u32> {
    let mut path = Text::<32>::new();
    path.push(b"/proc/").push_number(u64::from(process)).push(b"/stat");
    let mut buffer = [0; 512];
    let stat = Fd::open(path.c_str(), libc::O_RDONLY).and_then(|file| file.read(&mut buffer)).ok()?;
    // Its name stands in brackets and may have any bytes; then state, parent.
    let behind_name = stat.iter().rposition(|byte| *byte == b')').and_then(|end| stat.get(end + 2..))?;
    let parent = behind_name.split(|byte| *byte == b' ').nth(1)?;
    u32::try_from(parse_number(parent)).ok()
}

fn read(builds: &[u8], name: &[u8]) -> Option<Run> {
    let mut path = Path::new();
    path.push(builds).push(b"/runs/").push(name);
    // Without waiting, should it be a pipe.
    let file = Fd::open(path.c_str(), libc::O_RDONLY | libc::O_NOFOLLOW | libc::O_NONBLOCK).ok()?;
    if file.owner() != Ok(user_id()) || !file.is_locked() {
        return None;
    }
    let mut buffer = [0; 4096 + 128];
    let text = file.read(&mut buffer).ok()?;
    let mut lines = text.split(|byte| *byte == b'\n');
    let directory = lines.next().filter(|line| line.starts_with(b"/"))?;
    let mut socket = SocketName::new();
    socket.push(lines.next().and_then(|line| line.strip_prefix(b"@")).unwrap_or_default());
    Some(Run { place: Place::literal(directory), socket })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn builds_lie_below_a_directory_of_that_name() {
        let rest = |path: &'static str| last_start(path.as_bytes()).map(|start| &path[start..]);
        assert_eq!(rest("/t/livecov/set-1/debug/deps/x-1"), Some("set-1/debug/deps/x-1"));
        assert_eq!(rest("/livecov/a/livecov/set-1/debug/x"), Some("set-1/debug/x"));
        assert_eq!(rest("/usr/bin/livecov"), None);
        assert_eq!(rest("/t/livecov/"), Some(""));
        assert_eq!(rest(""), None);
    }

    #[test]
    fn a_run_is_used_while_its_file_is_locked() {
        use std::os::fd::AsRawFd;
        let root = std::env::temp_dir().join(std::format!("livecov-run-{}", crate::sys::process_id()));
        std::fs::create_dir_all(root.join("runs")).unwrap();
        let path = root.join("runs/last");
        std::fs::write(&path, "/data\n@name\n").unwrap();
        let read = || read(root.to_str().unwrap().as_bytes(), b"last");
        assert!(read().is_none(), "nobody holds it");
        let held = std::fs::File::open(&path).unwrap();
        // SAFETY: no pointers are passed.
        assert_eq!(unsafe { libc::flock(held.as_raw_fd(), libc::LOCK_EX) }, 0);
        let run = read().unwrap();
        assert_eq!((run.place.written(), run.socket.bytes()), (&b"/data"[..], &b"name"[..]));
        drop(held);
        assert!(read().is_none(), "the run is over");
        std::fs::remove_dir_all(&root).unwrap();
    }
}
