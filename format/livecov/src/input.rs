//! The inputs of a command, and the files in them.

pub mod archive;
pub(crate) mod list;
mod walk;

pub use walk::Subdirectories;

use crate::cli::Common;
use crate::error::{Error, reason};
use crate::session::Session;
use archive::Archive;
use livecov_format::decode::MetaFile;
use livecov_format::layout::{COUNTER_PREFIX, META_PREFIX};
use livecov_format::pods::{self, FoundFile, Pod};
use memmap2::Mmap;
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read};
use std::ops::Deref;
use std::path::{Component, Path, PathBuf};
use walk::Finder;

/// The inputs of a command, and what was found there.
#[derive(Debug)]
pub struct Inputs {
    /// The directories, files and archives, in the order of the command line.
    pub dirs: Vec<PathBuf>,
    /// The pods, by the paths of their meta files.
    pub pods: Vec<Pod>,
    /// For each pod, the counter files of the data that the counts are to be taken off from.
    earlier: Vec<Vec<FoundFile>>,
    archive: Archive,
}

/// What a command reads.
#[derive(Clone, Debug)]
pub struct Request {
    /// Directories, files and archives.
    pub inputs: Vec<PathBuf>,
    /// The same of `--since`.
    pub earlier: Vec<PathBuf>,
    /// What to do about directories in directories.
    pub subdirectories: Subdirectories,
}

impl Inputs {
    /// Looks at the inputs of a command of Go's tool.
    ///
    /// # Errors
    ///
    /// As [`find_in`](Self::find_in); no inputs.
    pub fn find(session: &mut Session<'_>, common: &Common) -> Result<Self, Error> {
        Self::find_since(session, common, Vec::new())
    }

    /// The same beside earlier data.
    ///
    /// # Errors
    ///
    /// The same.
    pub fn find_since(session: &mut Session<'_>, common: &Common, earlier: Vec<PathBuf>) -> Result<Self, Error> {
        let subdirectories = if common.recursive { Subdirectories::Read } else { Subdirectories::Warn };
        let inputs = list::paths(session, common.inputs()?);
        Self::find_in(session, Request { inputs, earlier, subdirectories })
    }

    /// Looks at inputs.
    ///
    /// # Errors
    ///
    /// An input that cannot be read; under `--strict`, a counter file without a meta file.
    pub fn find_in(session: &mut Session<'_>, request: Request) -> Result<Self, Error> {
        let Request { inputs: dirs, earlier, subdirectories } = request;
        let mut finder = Finder::new(subdirectories);
        for (number, input) in dirs.iter().chain(&earlier).enumerate() {
            finder.find(session, number, input)?;
        }
        let Finder { files, archive, .. } = finder;
        let found = pods::pair(files);
        for orphan in &found.orphans {
            session.leave_out(&format!(
                "leaving out counter data file {}: none of the input directories has its meta-data file",
                orphan.path.display()
            ))?;
        }
        let mut inputs = Self { pods: Vec::new(), earlier: Vec::new(), archive, dirs };
        for mut pod in found.pods {
            let is_now = |file: &FoundFile| file.dir < inputs.dirs.len();
            let has_now = pod.meta_files.iter().chain(&pod.counter_files).any(is_now);
            let (now, earlier) = pod.counter_files.into_iter().partition(is_now);
            pod.counter_files = now;
            // Programs that only the earlier data have are no part of a report on what came later.
            if has_now {
                inputs.pods.push(pod);
                inputs.earlier.push(earlier);
            }
        }
        session.progress().expect(inputs.pods.iter().map(|pod| pod.counter_files.len()).sum());
        if inputs.pods.is_empty() {
            session.warn("no applicable files found in input directories");
        }
        Ok(inputs)
    }

    /// The directories of the inputs and of the files that were found there.
    #[must_use]
    pub fn directories(&self) -> BTreeSet<PathBuf> {
        let files = self.pods.iter().flat_map(|pod| pod.meta_files.iter().chain(&pod.counter_files));
        let parents = files.filter_map(|file| file.path.parent());
        let parents = parents.map(|dir| if dir.as_os_str().is_empty() { Path::new(".") } else { dir });
        parents.map(Path::to_owned).chain(self.dirs.iter().cloned()).collect()
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
        let Self { pods, earlier, archive, .. } = self;
        for (number, (pod, earlier)) in pods.iter_mut().zip(earlier).enumerate() {
            match load(session, Place { number, earlier, archive }, pod, &mut work)? {
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
        let Self { pods, earlier, archive, .. } = self;
        for (number, (pod, earlier)) in pods.iter().zip(earlier).enumerate() {
            if !pod.meta_files.is_empty() {
                load(session, Place { number, earlier, archive }, pod, &mut work)?;
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
    /// Its counter files of earlier data.
    pub earlier: &'a [FoundFile],
    /// The archives that files may lie in.
    pub archive: &'a Archive,
    /// The meta file that was read.
    pub meta_path: &'a Path,
    /// The bytes of the meta file.
    pub meta_bytes: &'a [u8],
    /// What the meta file says.
    pub meta: MetaFile<'a>,
}

impl LoadedPod<'_> {
    /// The meta file that was read, if it is a file of its own.
    #[must_use]
    pub fn meta_on_disk(&self) -> Option<&Path> {
        Some(self.meta_path).filter(|path| self.archive.get(path).is_none())
    }
}

/// Where a pod stands among the inputs.
#[derive(Clone, Copy)]
struct Place<'a> {
    number: usize,
    earlier: &'a [FoundFile],
    archive: &'a Archive,
}

/// Calls `work` with the first sound one of the pod's meta files, and gives its
/// number; none if there is no sound one.
fn load(
    session: &mut Session<'_>,
    Place { number, earlier, archive }: Place<'_>,
    pod: &Pod,
    work: &mut impl FnMut(&mut Session<'_>, LoadedPod<'_>) -> Result<(), Error>,
) -> Result<Option<usize>, Error> {
    session.trace(1, || format!("reading {META_PREFIX}.{} with {} counter files", pod.tag, pod.counter_files.len()));
    let mut damaged = Vec::new();
    for (place, file) in pod.meta_files.iter().enumerate() {
        let path = file.path.as_path();
        let damage = match FileBytes::find(archive, path) {
            Err(error) => reason(&error),
            Ok(bytes) => match MetaFile::parse(&bytes) {
                Err(error) => error.to_string(),
                Ok(meta) => {
                    for (damaged, damage) in &damaged {
                        session.note(&format!("{damaged} cannot be used ({damage}): {} has the same", path.display()));
                    }
                    work(
                        session,
                        LoadedPod { number, pod, earlier, archive, meta_path: path, meta_bytes: &bytes, meta },
                    )?;
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
pub enum FileBytes<'a> {
    /// In memory already.
    Archived(&'a [u8]),
    /// Read into memory.
    Read(Vec<u8>),
    /// Mapped into memory.
    Mapped(Mmap),
}

impl<'a> FileBytes<'a> {
    /// The bytes of a file that may lie in an archive.
    ///
    /// # Errors
    ///
    /// Those of the system.
    pub fn find(archive: &'a Archive, path: &Path) -> io::Result<Self> {
        archive.get(path).map_or_else(|| FileBytes::read(path), |bytes| Ok(Self::Archived(bytes)))
    }

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

impl Deref for FileBytes<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Archived(bytes) => bytes,
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
#[derive(Debug)]
pub struct FileReader<'a> {
    archive: &'a Archive,
    buffer: Vec<u8>,
    map: Option<Mmap>,
}

impl<'a> FileReader<'a> {
    /// A reader of files, some of which may lie in archives.
    #[must_use]
    pub const fn new(archive: &'a Archive) -> Self {
        Self { archive, buffer: Vec::new(), map: None }
    }

    /// The bytes of a file, until the next is read.
    ///
    /// # Errors
    ///
    /// As [`FileBytes::read`].
    pub fn read(&mut self, path: &Path) -> io::Result<&[u8]> {
        if let Some(bytes) = self.archive.get(path) {
            return Ok(bytes);
        }
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
}
