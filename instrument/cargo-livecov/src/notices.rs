//! What programs have to say about their data.
//!
//! A program's own output is nobody's to change, so its runtime does not
//! complain there: it sends each complaint as a datagram, which is shown when
//! the run is over.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// The variable that tells programs where to send complaints.
pub(crate) const NOTICES: &str = "LIVECOV_NOTICES";

/// Longer complaints are cut off.
const LENGTH_LIMIT: usize = 1024;
/// How many different complaints are kept.
const KIND_LIMIT: usize = 50;
/// How many programs are named beside a complaint.
const NAMED_LIMIT: usize = 3;
/// What a program sends when it starts, before the path of the directory that it writes to.
const STARTED: &str = "started, writes to ";

/// A complaint, and who made it.
#[derive(Debug)]
struct Kind {
    message: String,
    programs: BTreeSet<String>,
    processes: BTreeSet<String>,
}

/// Complaints by their text, and who has started.
#[derive(Debug, Default)]
struct Kinds {
    kinds: Vec<Kind>,
    /// Of how many there is no more to say.
    more: usize,
    /// Programs by their processes and the directories that they write to.
    started: BTreeMap<(String, String), String>,
}

impl Kinds {
    fn add(&mut self, datagram: &[u8]) {
        // Anybody may send something.
        let text = printable(datagram);
        let (program, process, message) = parts(text.trim()).unwrap_or(("", "", text.trim()));
        if let Some(directory) = message.strip_prefix(STARTED) {
            self.started.insert((process.to_owned(), directory.to_owned()), program.to_owned());
        } else {
            self.add_message(program, process, message);
        }
    }

    fn add_message(&mut self, program: &str, process: &str, message: &str) {
        let index = self.kinds.iter().position(|kind| kind.message == message).unwrap_or_else(|| {
            let (programs, processes) = (BTreeSet::new(), BTreeSet::new());
            self.kinds.push(Kind { message: message.to_owned(), programs, processes });
            self.kinds.len() - 1
        });
        if index >= KIND_LIMIT {
            self.kinds.truncate(KIND_LIMIT);
            self.more += 1;
        } else if let Some(kind) = self.kinds.get_mut(index) {
            kind.programs.insert(program.to_owned());
            kind.processes.insert(process.to_owned());
        }
    }

    /// Complains for those who cannot any more: they have started, and of none
    /// of their processes there are data.
    fn miss(&mut self, written: &Written) {
        let mut missed = Vec::new();
        for ((process, directory), program) in std::mem::take(&mut self.started) {
            // What a build runs has its data elsewhere.
            let is_of_build = program.starts_with("build-script-") || program.starts_with("build_script_");
            // It has said itself what it could not write.
            let has_complained = self.kinds.iter().any(|kind| kind.processes.contains(&process));
            let is_known = written.processes.contains(&process) || has_complained;
            if is_known || !written.is_directory(&directory) || is_of_build {
                continue;
            }
            let message = if is_running(&process, &program) {
                "still runs; what it writes from now on is in no report of this run: have it end before the tests do"
            } else {
                "ended without a chance to write its data (SIGKILL, or `_exit` or `exec` by code that is not \
                 instrumented), so the report lacks what it ran: end it by SIGTERM, or have it dump before"
            };
            missed.push((program, process, message));
        }
        for (program, process, message) in &missed {
            self.add_message(program, process, message);
        }
    }

    fn lines(&self) -> Vec<String> {
        let mut lines: Vec<String> = self.kinds.iter().map(Kind::line).collect();
        if self.more > 0 {
            lines.push(format!("{} more notices of programs are not shown", self.more));
        }
        lines
    }
}

impl Kind {
    fn line(&self) -> String {
        let names: Vec<&str> = self.programs.iter().map(String::as_str).filter(|name| !name.is_empty()).collect();
        let shown = names.get(..NAMED_LIMIT.min(names.len())).unwrap_or_default().join(", ");
        let more = names.len().saturating_sub(NAMED_LIMIT);
        let shown = if more == 0 { shown } else { format!("{shown} and {more} more") };
        match (names.is_empty(), self.processes.len(), self.processes.first()) {
            (true, ..) | (_, _, None) => self.message.clone(),
            (_, 1, Some(process)) => format!("{shown} (process {process}): {}", self.message),
            (_, count, _) => format!("{shown} ({count} processes): {}", self.message),
        }
    }
}

/// Which processes have left data in the directory of a run.
#[derive(Debug)]
pub(crate) struct Written {
    processes: BTreeSet<String>,
    /// How programs may name the directory.
    directories: [String; 2],
}

impl Written {
    /// Of the counter files `files` in `directory`, which a variable names as
    /// `named`.
    pub(crate) fn new(files: &[impl AsRef<Path>], directory: &Path, named: &OsStr) -> Self {
        // covcounters.HASH.PROCESS.TIME
        let process = |path: &Path| path.file_name()?.to_str()?.split('.').nth(2).map(str::to_owned);
        Self {
            processes: files.iter().filter_map(|path| process(path.as_ref())).collect(),
            directories: [directory.as_os_str(), named].map(|name| printable(name.as_encoded_bytes())),
        }
    }

    fn is_directory(&self, name: &str) -> bool {
        // A long one is cut off where it is sent.
        self.directories.iter().any(|own| own == name || (name.len() > LENGTH_LIMIT / 2 && own.starts_with(name)))
    }
}

/// Whether a process is alive and runs the program.
fn is_running(process: &str, program: &str) -> bool {
    // There is no such link for one that has ended and has not been waited for.
    std::fs::read_link(format!("/proc/{process}/exe"))
        .is_ok_and(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(program)))
}

/// A text that does nothing to a terminal, which obeys what it is sent.
fn printable(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}

/// Program, process and message of `PROGRAM (process PID): MESSAGE`.
fn parts(text: &str) -> Option<(&str, &str, &str)> {
    let (program, rest) = text.split_once(" (process ")?;
    let (process, message) = rest.split_once("): ")?;
    process.bytes().all(|byte| byte.is_ascii_digit()).then_some((program, process, message))
}

fn add(kinds: &Mutex<Kinds>, datagram: &[u8]) {
    kinds.lock().unwrap_or_else(PoisonError::into_inner).add(datagram);
}

/// Takes complaints for as long as a run lasts.
#[derive(Debug)]
pub(crate) struct Notices {
    kinds: Arc<Mutex<Kinds>>,
    #[cfg(any(target_os = "linux", target_os = "android"))]
    socket: socket::Socket,
}

impl Notices {
    /// Starts to listen, where this system can.
    pub(crate) fn listen() -> io::Result<Self> {
        let kinds = Arc::new(Mutex::new(Kinds::default()));
        Ok(Self {
            #[cfg(any(target_os = "linux", target_os = "android"))]
            socket: socket::Socket::new(kinds.clone())?,
            kinds,
        })
    }

    /// Where programs are to send to.
    pub(crate) fn address(&self) -> Option<String> {
        #[cfg(any(target_os = "linux", target_os = "android"))]
        return Some(self.socket.address());
        #[cfg(not(any(target_os = "linux", target_os = "android")))]
        None
    }

    /// Takes what was sent so far, and gives a line for each complaint, those
    /// about programs included that have started and not `written`.
    pub(crate) fn close(self, written: &Written) -> Vec<String> {
        #[cfg(any(target_os = "linux", target_os = "android"))]
        self.socket.close();
        let mut kinds = self.kinds.lock().unwrap_or_else(PoisonError::into_inner);
        kinds.miss(written);
        kinds.lines()
    }
}

#[cfg(any(target_os = "linux", target_os = "android"))]
mod socket {
    use super::{Kinds, LENGTH_LIMIT, add};
    use std::io;
    use std::os::linux::net::SocketAddrExt;
    use std::os::unix::net::{SocketAddr, UnixDatagram};
    use std::sync::{Arc, Mutex};
    use std::thread::JoinHandle;
    use std::time::SystemTime;

    /// A socket without a file, and the thread that empties it.
    #[derive(Debug)]
    pub(super) struct Socket {
        name: String,
        /// What ends the thread; nobody else knows it.
        end: String,
        thread: JoinHandle<()>,
    }

    impl Socket {
        pub(super) fn new(kinds: Arc<Mutex<Kinds>>) -> io::Result<Self> {
            let time = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
            let key = crate::files::digest(&format!("{time:?}"));
            let name = format!("livecov-{}-{key}", std::process::id());
            let socket = UnixDatagram::bind_addr(&SocketAddr::from_abstract_name(&name)?)?;
            let end = crate::files::digest(&format!("end of {time:?}"));
            let word = end.clone();
            let thread = std::thread::Builder::new().name("notices".to_owned()).spawn(move || {
                let mut buffer = [0; LENGTH_LIMIT];
                // The queue is short, and who finds it full does not wait: this must not do anything slow.
                while let Ok(len) = socket.recv(&mut buffer) {
                    let datagram = buffer.get(..len).unwrap_or_default();
                    if datagram == word.as_bytes() {
                        break;
                    }
                    add(&kinds, datagram);
                }
            })?;
            Ok(Self { name, end, thread })
        }

        pub(super) fn address(&self) -> String {
            format!("@{}", self.name)
        }

        /// Whatever was sent before has been taken when this is done.
        pub(super) fn close(self) {
            let address = SocketAddr::from_abstract_name(&self.name);
            let sent = address.and_then(|to| UnixDatagram::unbound()?.send_to_addr(self.end.as_bytes(), &to));
            // Without an end the thread would stay, and it has nothing to say.
            if sent.is_ok() {
                let _ = self.thread.join();
            }
        }
    }

    #[cfg(test)]
    mod tests {
        use crate::notices::{Notices, Written};
        use std::ffi::OsStr;
        use std::os::linux::net::SocketAddrExt;
        use std::os::unix::net::{SocketAddr, UnixDatagram};
        use std::path::Path;

        #[test]
        fn complaints_of_many_processes_at_once() {
            let notices = Notices::listen().unwrap();
            let address = notices.address().unwrap();
            let to = SocketAddr::from_abstract_name(address.strip_prefix('@').unwrap()).unwrap();
            let send = |first: u32| {
                let socket = UnixDatagram::unbound().unwrap();
                for process in first..first + 500 {
                    let text = format!("prog (process {process}): the disk is full");
                    socket.send_to_addr(text.as_bytes(), &to).unwrap();
                }
            };
            std::thread::scope(|scope| {
                for first in [1000, 2000, 3000, 4000] {
                    scope.spawn(move || send(first));
                }
            });
            assert_eq!(
                notices.close(&Written::new(&[""; 0], Path::new("/d"), OsStr::new("/d"))),
                ["prog (2000 processes): the disk is full"]
            );
            // Who comes too late is not waited for.
            assert!(UnixDatagram::unbound().unwrap().send_to_addr(b"x", &to).is_err());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_complaints_are_shown_once() {
        let mut kinds = Kinds::default();
        for (program, process) in [("a", 1), ("a", 1), ("b", 2)] {
            kinds.add(format!("{program} (process {process}): no room").as_bytes());
        }
        kinds.add(b"c (process 3): no \x1b[31mright");
        kinds.add(b"\xff what?");
        assert_eq!(kinds.lines(), ["a, b (2 processes): no room", "c (process 3): no  [31mright", "\u{fffd} what?"]);
        for process in 10..15 {
            kinds.add(format!("p{process} (process {process}): no room").as_bytes());
        }
        assert_eq!(kinds.lines()[0], "a, b, p10 and 4 more (7 processes): no room");
    }

    #[test]
    fn who_has_started_and_left_nothing_is_named() {
        let mut kinds = Kinds::default();
        for (process, directory) in [(11, "/d"), (12, "/d"), (13, "/elsewhere"), (14, "/%%d"), (12, "/d")] {
            kinds.add(format!("a (process {process}): {STARTED}{directory}").as_bytes());
        }
        kinds.add(format!("build-script-main (process 15): {STARTED}/d").as_bytes());
        assert!(kinds.lines().is_empty());
        let files = ["/d/covcounters.ab.11.5", "/d/covmeta.ab", "/d/covcounters.ab.16.5"];
        kinds.miss(&Written::new(&files, Path::new("/d"), OsStr::new("/%%d")));
        let [line] = &kinds.lines()[..] else { panic!("{:?}", kinds.lines()) };
        assert!(line.starts_with("a (2 processes): ended without a chance"), "{line}");
    }

    #[test]
    fn a_flood_has_an_end() {
        let mut kinds = Kinds::default();
        (0..KIND_LIMIT + 7).for_each(|number| kinds.add(format!("a (process 1): {number}").as_bytes()));
        assert_eq!(kinds.lines().len(), KIND_LIMIT + 1);
        assert_eq!(kinds.lines()[KIND_LIMIT], "7 more notices of programs are not shown");
    }
}
