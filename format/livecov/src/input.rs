//! Input directories and the files in them.

use crate::error::{Error, reason};
use crate::session::Session;
use livecov_format::decode::MetaFile;
use livecov_format::layout::{COUNTER_PREFIX, META_PREFIX};
use livecov_format::pods::{self, FileName, FoundFile, Pod};
use memmap2::Mmap;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Read};
use std::ops::Deref;
use std::path::{Component, Path, PathBuf};

/// The input directories of a command, and what was found there.
#[derive(Debug)]
pub struct Inputs {
    /// The directories, in the order of the command line.
    pub dirs: Vec<PathBuf>,
    /// The pods, by the paths of their meta files.
    pub pods: Vec<Pod>,
}

impl Inputs {
    /// Looks into the directories of a list that is separated by commas.
    ///
    /// # Errors
    ///
    /// A directory that cannot be read; under `--strict`, a counter file
    /// without a meta file.
    pub fn find(session: &mut Session<'_>, list: &OsStr) -> Result<Self, Error> {
        Self::find_in(session, split(list))
    }

    /// Looks into directories.
    ///
    /// # Errors
    ///
    /// As [`find`](Self::find).
    pub fn find_in(session: &mut Session<'_>, dirs: Vec<PathBuf>) -> Result<Self, Error> {
        let (mut files, mut others) = (Vec::new(), Vec::new());
        for (number, dir) in dirs.iter().enumerate() {
            let clean_dir = clean(dir);
            let unreadable = |source| Error::Inputs { path: dir.clone(), source };
            for entry in fs::read_dir(dir).map_err(unreadable)? {
                let entry = entry.map_err(unreadable)?;
                let kind = entry.file_type().map_err(unreadable)?;
                let path = clean_dir.join(entry.file_name());
                if kind.is_file() || kind.is_symlink() && leads_to_file(&path) {
                    files.push(FoundFile { path, dir: number });
                } else if !kind.is_dir() && !kind.is_symlink() {
                    others.push(path);
                }
            }
        }
        for path in others.iter().filter(|path| is_data(path)) {
            session.leave_out(&format!("leaving out {}: not a regular file", path.display()))?;
        }
        let found = pods::pair(files);
        for orphan in &found.orphans {
            session.leave_out(&format!(
                "leaving out counter data file {}: none of the input directories has its meta-data file",
                orphan.path.display()
            ))?;
        }
        session.progress().expect(found.pods.iter().map(|pod| pod.counter_files.len()).sum());
        if found.pods.is_empty() {
            session.warn("no applicable files found in input directories");
        }
        Ok(Self { dirs, pods: found.pods })
    }

    /// Reads the meta file of each pod in turn and calls `work` with it. Pods
    /// whose meta file is damaged are left out.
    ///
    /// # Errors
    ///
    /// Those of `work`; damage under `--strict`, or if nothing is left.
    pub fn for_each_pod(
        &mut self,
        session: &mut Session<'_>,
        mut work: impl FnMut(&mut Session<'_>, LoadedPod<'_>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut sound_count = 0;
        for (number, pod) in self.pods.iter_mut().enumerate() {
            match load(session, number, pod, &mut work)? {
                // The others need not be looked at, nor named, again.
                Some(sound) => {
                    pod.meta_files = pod.meta_files.drain(..).skip(sound).take(1).collect();
                    sound_count += 1;
                }
                None => pod.meta_files.clear(),
            }
        }
        if sound_count == 0 && !self.pods.is_empty() {
            return Err(Error::Unsuitable("no usable data: all meta-data files are damaged".into()));
        }
        Ok(())
    }

    /// As [`for_each_pod`](Self::for_each_pod), for the pods that were sound
    /// then.
    ///
    /// # Errors
    ///
    /// The same.
    pub fn for_each_pod_again(
        &mut self,
        session: &mut Session<'_>,
        mut work: impl FnMut(&mut Session<'_>, LoadedPod<'_>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        for (number, pod) in self.pods.iter().enumerate() {
            if !pod.meta_files.is_empty() {
                load(session, number, pod, &mut work)?;
            }
        }
        Ok(())
    }
}

/// A pod whose meta file has been read.
#[derive(Debug)]
pub struct LoadedPod<'a> {
    /// Its number among the pods.
    pub number: usize,
    /// Its files.
    pub pod: &'a Pod,
    /// The meta file that was read.
    pub meta_path: &'a Path,
    /// The bytes of the meta file.
    pub meta_bytes: &'a [u8],
    /// What the meta file says.
    pub meta: MetaFile<'a>,
}

/// Calls `work` with the first sound one of the pod's meta files, and gives its
/// number; none if there is no sound one.
fn load(
    session: &mut Session<'_>,
    number: usize,
    pod: &Pod,
    work: &mut impl FnMut(&mut Session<'_>, LoadedPod<'_>) -> Result<(), Error>,
) -> Result<Option<usize>, Error> {
    session.trace(1, || format!("reading {META_PREFIX}.{} with {} counter files", pod.tag, pod.counter_files.len()));
    let mut damaged = Vec::new();
    for (place, file) in pod.meta_files.iter().enumerate() {
        let path = file.path.as_path();
        let damage = match FileBytes::read(path) {
            Err(error) => reason(&error),
            Ok(bytes) => match MetaFile::parse(&bytes) {
                Err(error) => error.to_string(),
                Ok(meta) => {
                    for (damaged, damage) in &damaged {
                        session.note(&format!("{damaged} cannot be used ({damage}): {} has the same", path.display()));
                    }
                    work(session, LoadedPod { number, pod, meta_path: path, meta_bytes: &bytes, meta })?;
                    return Ok(Some(place));
                }
            },
        };
        damaged.push((path.display(), damage));
    }
    for (path, damage) in damaged {
        session.leave_out(&format!("leaving out meta-data file {path}: {damage}"))?;
    }
    if !pod.counter_files.is_empty() {
        let (count, tag) = (pod.counter_files.len(), &pod.tag);
        session.leave_out(&format!(
            "leaving out the {count} counter data files {COUNTER_PREFIX}.{tag}.* that go with it"
        ))?;
    }
    Ok(None)
}

/// Whether a link leads to a file: reading from a pipe would wait for ever. One
/// that leads nowhere is left to be named when it is read.
fn leads_to_file(path: &Path) -> bool {
    fs::metadata(path).map_or(true, |target| target.is_file())
}

/// Whether a path has the name of coverage data.
fn is_data(path: &Path) -> bool {
    path.file_name().is_some_and(|name| FileName::parse(&name.to_string_lossy()).is_some())
}

/// The items of a list that is separated by commas; an empty item stays one.
pub(crate) fn split(list: &OsStr) -> Vec<PathBuf> {
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt;
        list.as_bytes().split(|byte| *byte == b',').map(|item| PathBuf::from(OsStr::from_bytes(item))).collect()
    }
    #[cfg(not(unix))]
    list.to_string_lossy().split(',').map(PathBuf::from).collect()
}

/// The shortest path of the same meaning, told without looking at the disk:
/// paths are printed as Go prints them.
fn clean(path: &Path) -> PathBuf {
    let mut clean = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir if matches!(clean.components().next_back(), Some(Component::Normal(_))) => {
                clean.pop();
            }
            Component::ParentDir if clean.has_root() => {}
            other => clean.push(other),
        }
    }
    clean
}

/// Files from this length on are mapped: reading them would double what they
/// take of the memory. Below it one read is faster than a page fault each 4 KiB.
const MAP_LEN: u64 = 512 << 10;

/// The bytes of a file.
#[derive(Debug)]
pub enum FileBytes {
    /// Read into memory.
    Read(Vec<u8>),
    /// Mapped into memory.
    Mapped(Mmap),
}

impl FileBytes {
    /// Reads or maps a whole file.
    ///
    /// # Errors
    ///
    /// Those of the system.
    pub fn read(path: &Path) -> io::Result<Self> {
        let mut file = File::open(path)?;
        if file.metadata()?.len() >= MAP_LEN {
            return map(&file).map(Self::Mapped);
        }
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        Ok(Self::Read(bytes))
    }

    /// Reads a whole file into `buffer`, over what it held, or gives its map.
    fn read_into(path: &Path, buffer: &mut Vec<u8>) -> io::Result<Option<Mmap>> {
        let mut file = File::open(path)?;
        let len = file.metadata()?.len();
        if len >= MAP_LEN {
            return map(&file).map(Some);
        }
        let len = usize::try_from(len).unwrap_or(0);
        // Room for one byte more tells the end of the file in the same read.
        if buffer.len() <= len {
            buffer.resize((len + 1).next_power_of_two(), 0);
        }
        let mut used = 0;
        while let Some(room) = buffer.get_mut(used..).filter(|room| !room.is_empty()) {
            match file.read(room) {
                Ok(0) => break,
                Ok(count) => used += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
            if used == len {
                break;
            }
        }
        buffer.truncate(used);
        Ok(None)
    }
}

impl Deref for FileBytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Read(bytes) => bytes,
            Self::Mapped(map) => map,
        }
    }
}

#[expect(unsafe_code, reason = "mapping is the one thing that the file system does not make safe")]
fn map(file: &File) -> io::Result<Mmap> {
    // SAFETY: nothing but this map reads the bytes, and only as plain bytes.
    // They change under it only if somebody writes to a file that is complete:
    // runtimes and this tool let files appear by rename and never write to
    // them again. Whoever does it all the same gets a wrong report, or SIGBUS
    // if the file is cut short, as with every tool that maps its inputs.
    unsafe { Mmap::map(file) }
}

/// Memory that one thread reads file after file into.
#[derive(Debug, Default)]
pub struct FileReader {
    buffer: Vec<u8>,
    map: Option<Mmap>,
}

impl FileReader {
    /// The bytes of a file, until the next is read.
    ///
    /// # Errors
    ///
    /// As [`FileBytes::read`].
    pub fn read(&mut self, path: &Path) -> io::Result<&[u8]> {
        self.map = FileBytes::read_into(path, &mut self.buffer)?;
        Ok(self.map.as_deref().unwrap_or(&self.buffer))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_cleaned_as_go_does() {
        for (path, cleaned) in
            [("./a//b", "a/b"), ("a/./b/../c", "a/c"), ("/../a", "/a"), ("../a", "../a"), ("a/../../b", "../b")]
        {
            assert_eq!(clean(Path::new(path)), Path::new(cleaned), "{path}");
        }
    }

    #[test]
    fn lists_keep_empty_items() {
        assert_eq!(split(OsStr::new("a,,b")), [Path::new("a"), Path::new(""), Path::new("b")]);
        assert_eq!(split(OsStr::new("a,")), [Path::new("a"), Path::new("")]);
    }
}
