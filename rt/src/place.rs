//! The path that data go to, as the environment or a call has it.
//!
//! It may hold `%h` (name of the host), `%p` (number of the process), `%e`
//! (name of the program), `%b` (hash of the build, which is that of the pod)
//! and `%%`. They are filled in at each dump: a child of a fork has a number of
//! its own. Missing directories are made: the last part of the path, and all
//! parts from the first with a pattern on, as nobody can make those beforehand.

use crate::directory::Directory;
use crate::error::{Error, Operation};
use crate::sys::{Errno, Path, current_directory, environment, host_name, link_target, make_directory, process_id};
use core::ffi::CStr;
use livecov_format::hash::{Hash, hex};

/// Where data go.
#[derive(Clone, Copy)]
pub(crate) struct Place {
    path: Path,
    /// Where the first part with a pattern starts; the length if there is none.
    patterns: usize,
}

impl Place {
    /// The path in `LIVECOV_DIR`, else `GOCOVERDIR`; `None` if neither is set.
    /// Not for signal handlers.
    pub(crate) fn of_environment() -> Option<Self> {
        environment(c"LIVECOV_DIR").or_else(|| environment(c"GOCOVERDIR")).map(|path| Self::with_patterns(path.bytes()))
    }

    /// A path in which patterns are filled in.
    fn with_patterns(path: &[u8]) -> Self {
        let percent = path.iter().position(|byte| *byte == b'%').unwrap_or(path.len());
        let part = path.get(..percent).and_then(|head| head.iter().rposition(|byte| *byte == b'/'));
        let patterns = if percent == path.len() { percent } else { part.map_or(0, |slash| slash + 1) };
        Self { path: text(path), patterns }
    }

    /// A path as it stands.
    pub(crate) fn literal(path: &[u8]) -> Self {
        Self { path: text(path), patterns: path.len() }
    }

    /// The path without its patterns filled in.
    pub(crate) fn written(&self) -> &[u8] {
        self.path.bytes()
    }

    /// Whether each build has a directory of its own.
    pub(crate) fn differs_by_build(&self) -> bool {
        let patterns = self.path.bytes().get(self.patterns..).unwrap_or_default();
        patterns.windows(2).any(|pair| pair == b"%b")
    }

    pub(crate) fn is_absolute(&self) -> bool {
        self.path.bytes().starts_with(b"/")
    }

    /// The same, whatever the current directory will be. A relative path is
    /// looked for in the current directory; if it is not there, in the one that
    /// the shell says it was in (`PWD`), as the program may have changed it.
    /// Not for signal handlers.
    pub(crate) fn made_absolute(self) -> Self {
        if self.is_absolute() {
            return self;
        }
        let here = current_directory().map(|here| self.below(here.bytes()));
        let is_there = |place: &Self| place.patterns == place.path.bytes().len() && place.exists();
        if here.as_ref().is_some_and(is_there) {
            return here.unwrap_or(self);
        }
        let start = environment(c"PWD").filter(|start| start.bytes().starts_with(b"/"));
        let start = start.map(|start| self.below(start.bytes()));
        start.filter(is_there).or(here).unwrap_or(self)
    }

    fn below(&self, directory: &[u8]) -> Self {
        let mut path = text(directory);
        path.push(b"/");
        let patterns = path.bytes().len() + self.patterns;
        path.push(self.path.bytes());
        Self { path, patterns }
    }

    fn exists(&self) -> bool {
        Directory::open(self.path.c_str()).is_ok()
    }

    /// Opens the directory, for data of the build `hash`. `filled` becomes its
    /// path. Missing directories are made.
    pub(crate) fn open(&self, hash: &Hash, filled: &mut Path) -> Result<Directory, Error> {
        let first_made = self.fill(hash, filled);
        let mut opened = Directory::open(filled.c_str());
        if matches!(opened, Err(Error::System { errno: Errno::MISSING, .. })) {
            make_parts(filled, first_made).map_err(|errno| Error::system(Operation::OpenDirectory, errno))?;
            opened = Directory::open(filled.c_str());
        }
        opened
    }

    /// Fills in the patterns. Returns where the first part starts that may be
    /// made.
    fn fill(&self, hash: &Hash, filled: &mut Path) -> usize {
        *filled = Path::new();
        let path = self.path.bytes();
        let mut rest = path;
        while let Some((first, behind)) = rest.split_first() {
            rest = behind;
            if *first != b'%' || self.patterns == path.len() {
                filled.push(&[*first]);
                continue;
            }
            match rest.split_first() {
                Some((b'h', behind)) => rest = pushed(filled, host_name().bytes(), behind),
                Some((b'p', behind)) => {
                    filled.push_number(u64::from(process_id()));
                    rest = behind;
                }
                Some((b'e', behind)) => {
                    rest = pushed(filled, program_name(link_target(c"/proc/self/exe").bytes()), behind);
                }
                Some((b'b', behind)) => rest = pushed(filled, &hex(hash), behind),
                Some((b'%', behind)) => rest = pushed(filled, b"%", behind),
                // No pattern of ours: as it stands.
                _ => {
                    filled.push(b"%");
                }
            }
        }
        // A slash at the end makes no part of its own.
        let bytes = filled.bytes();
        let end = bytes.iter().rposition(|byte| *byte != b'/').map_or(0, |last| last + 1);
        let last = bytes.get(..end).and_then(|path| path.iter().rposition(|byte| *byte == b'/'));
        last.map_or(0, |slash| slash + 1).min(self.patterns)
    }
}

fn text(bytes: &[u8]) -> Path {
    let mut path = Path::new();
    path.push(bytes);
    path
}

fn pushed<'r>(filled: &mut Path, value: &[u8], rest: &'r [u8]) -> &'r [u8] {
    // A slash would make two parts of one.
    for byte in value {
        filled.push(if *byte == b'/' { b"_" } else { core::slice::from_ref(byte) });
    }
    rest
}

/// The last part of the path of a program, which may have been replaced since
/// it started.
pub(crate) fn program_name(path: &[u8]) -> &[u8] {
    let path = path.strip_suffix(b" (deleted)").unwrap_or(path);
    path.rsplit(|byte| *byte == b'/').next().unwrap_or(path)
}

/// Makes the parts of `path` from `first` on.
fn make_parts(path: &Path, first: usize) -> Result<(), Errno> {
    let bytes = path.bytes();
    for (end, byte) in bytes.iter().enumerate().skip(first) {
        if *byte == b'/' && end > first {
            made(text(bytes.get(..end).unwrap_or_default()).c_str())?;
        }
    }
    made(path.c_str())
}

/// Makes a directory that may be there: another process may make it, too.
fn made(path: &CStr) -> Result<(), Errno> {
    match make_directory(path) {
        Err(Errno::EXISTS) => Ok(()),
        result => result,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(path: &[u8]) -> (std::string::String, usize) {
        let mut filled = Path::new();
        let first = Place::with_patterns(path).fill(&[0xab; 16], &mut filled);
        (std::string::String::from_utf8(filled.bytes().to_vec()).unwrap(), first)
    }

    #[test]
    fn patterns_are_filled_in_and_the_rest_stays() {
        let process = process_id();
        assert_eq!(filled(b"/a/b"), ("/a/b".into(), 3));
        assert_eq!(filled(b"/a/b//"), ("/a/b//".into(), 3));
        assert_eq!(filled(b"b"), ("b".into(), 0));
        assert_eq!(filled(b"/a/%p/c"), (std::format!("/a/{process}/c"), 3));
        assert_eq!(filled(b"/a/x%%y%q%"), ("/a/x%y%q%".into(), 3));
        assert_eq!(filled(b"%b"), ("ab".repeat(16), 0));
        let (path, _) = filled(b"/a/%e-%h");
        assert!(path.starts_with("/a/livecov_rt-") && !path.ends_with("%h"), "{path}");
        assert_eq!(program_name(b"/a/b (deleted)"), b"b");
    }

    #[test]
    fn missing_parts_are_made() {
        let root = std::env::temp_dir().join(std::format!("livecov-place-{}", process_id()));
        std::fs::create_dir(&root).unwrap();
        let open = |below: &str| {
            let path = root.join(below);
            Place::with_patterns(path.to_str().unwrap().as_bytes()).open(&[1; 16], &mut Path::new()).map(drop)
        };
        open("one").unwrap();
        assert!(open("two/three").is_err(), "only the last part is made");
        assert!(!root.join("two").exists());
        open("%p/%b/four").unwrap();
        assert!(root.join(std::format!("{}/{}/four", process_id(), "01".repeat(16))).is_dir());
        std::fs::remove_dir_all(&root).unwrap();
    }
}
