//! The directory that merges write to.

use crate::combine::{Combined, Source, SourceReader, Task};
use crate::error::Error;
use crate::output::OutputFile;
use crate::summary::as_args;
use livecov_format::encode::EncodeError;
use livecov_format::encode::counters::{CounterFileEncoder, CounterHeader, SegmentPatch};
use livecov_format::hash::Hash;
use livecov_format::layout::{ARG_CHECKSUM, ARG_ORIGIN, ARG_PARTS, COUNTER_PREFIX, META_PREFIX, TEMPORARY_PREFIX};
use livecov_format::merge::{Counters, FunctionTable};
use livecov_format::sink::IoSink;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

/// Arguments of a segment, as keys and values.
pub type OwnedArgs = Vec<(Vec<u8>, Vec<u8>)>;

/// Package and function numbers in the written file, by the function's number
/// in the file that was read; none for what is not written.
pub type FunctionMap = Vec<Option<(u32, u32)>>;

/// An output directory.
#[derive(Debug)]
pub struct Store {
    dir: PathBuf,
    /// The directory's one true name, to be compared with those of inputs.
    canonical: PathBuf,
}

impl Store {
    /// Opens a directory, and makes it if it is not there.
    ///
    /// # Errors
    ///
    /// Those of the system.
    pub fn open(dir: &Path) -> Result<Self, Error> {
        let made = fs::create_dir_all(dir).and_then(|()| fs::canonicalize(dir));
        let canonical = made.map_err(|source| Error::file("opening output directory", dir, source))?;
        Ok(Self { dir: dir.to_owned(), canonical })
    }

    /// Whether files of `dir` lie in this directory.
    #[must_use]
    pub fn is(&self, dir: &Path) -> bool {
        fs::canonicalize(dir).is_ok_and(|dir| dir == self.canonical)
    }

    /// Whether the file lies in this directory.
    #[must_use]
    pub fn holds(&self, file: &Path) -> bool {
        file.parent().is_some_and(|dir| self.is(if dir.as_os_str().is_empty() { Path::new(".") } else { dir }))
    }

    /// The path of the meta file with this tag.
    #[must_use]
    pub fn meta_path(&self, tag: &str) -> PathBuf {
        self.dir.join(format!("{META_PREFIX}.{tag}"))
    }

    /// Writes a meta file, with the permissions of the one it was copied from.
    ///
    /// # Errors
    ///
    /// Those of the system.
    pub fn write_meta(&self, tag: &str, bytes: &[u8], copied_from: Option<&Path>) -> Result<(), Error> {
        let path = self.meta_path(tag);
        // Of another name, it is there because what has this one is damaged.
        if copied_from.is_some_and(|from| from.file_name() == path.file_name() && self.holds(from)) {
            return Ok(());
        }
        let mut output = OutputFile::create(&path)?;
        if let Some(from) = copied_from {
            output.copy_permissions(from)?;
        }
        output.write_all(bytes).map_err(|source| Error::file("writing", &path, source))?;
        output.commit()
    }

    /// A file for the time of a merge, which goes when it is dropped.
    ///
    /// # Errors
    ///
    /// Those of the system.
    pub fn temporary(&self) -> Result<tempfile::TempPath, Error> {
        let prefix = format!("{TEMPORARY_PREFIX}{COUNTER_PREFIX}.");
        let suffix = format!(".{}.0", std::process::id());
        let made = tempfile::Builder::new().prefix(&prefix).suffix(&suffix).tempfile_in(&self.dir);
        made.map(tempfile::NamedTempFile::into_temp_path).map_err(|source| Error::file("writing to", &self.dir, source))
    }

    /// A name for a counter file that no file has yet. Tools write under the
    /// process number zero.
    fn counter_path(&self, tag: &str) -> PathBuf {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let mut nanos = since_epoch.as_nanos();
        loop {
            let path = self.dir.join(format!("{COUNTER_PREFIX}.{tag}.0.{nanos}"));
            if !path.exists() {
                return path;
            }
            nanos += 1;
        }
    }

    /// Writes a counter file with one segment.
    ///
    /// # Errors
    ///
    /// Those of the system.
    pub fn write_counters(
        &self,
        tag: &str,
        meta_hash: Hash,
        args: &OwnedArgs,
        table: &FunctionTable,
        counters: &Counters,
        map: Option<&FunctionMap>,
    ) -> Result<PathBuf, Error> {
        let path = self.counter_path(tag);
        let mut file = CounterFileWriter::create(&path, meta_hash)?;
        file.encode(args, table, counters, map)?;
        file.commit()?;
        Ok(path)
    }

    /// Writes what several files say as one: the sum, and behind it, for those
    /// who merge again, what each process said.
    ///
    /// # Errors
    ///
    /// Those of the system.
    pub fn write_combined(
        &self,
        tag: &str,
        task: Task<'_>,
        combined: &Combined,
        flatten: bool,
    ) -> Result<PathBuf, Error> {
        let path = self.counter_path(tag);
        let mut file = CounterFileWriter::create(&path, task.pod.meta.hash)?;
        let mut args = combined.args.to_args();
        let has_parts = !flatten && !combined.windows.is_empty();
        if !has_parts {
            file.encode(&args, task.table, &combined.total, None)?;
        } else if let Some(only) = combined.only_window() {
            let mut reader = SourceReader::new(task);
            file.part(&mut reader, task, only)?;
            reader.finish()?;
        } else {
            let part_count = combined.windows.len() + usize::from(combined.has_anonymous);
            args.push((ARG_PARTS.into(), part_count.to_string().into()));
            file.encode(&args, task.table, &combined.total, None)?;
            if combined.has_anonymous {
                file.encode(&combined.anonymous_args.to_args(), task.table, &combined.anonymous, None)?;
            }
            let mut reader = SourceReader::new(task);
            for sources in combined.windows.values() {
                file.part(&mut reader, task, sources)?;
            }
            reader.finish()?;
        }
        file.commit()?;
        Ok(path)
    }
}

/// A counter file on its way to the disk.
pub struct CounterFileWriter {
    encoder: CounterFileEncoder<IoSink<OutputFile>, Vec<u8>>,
    patches: Vec<SegmentPatch>,
    path: PathBuf,
}

impl CounterFileWriter {
    /// Starts a counter file.
    ///
    /// # Errors
    ///
    /// Those of the system.
    pub fn create(path: &Path, meta_hash: Hash) -> Result<Self, Error> {
        let output = OutputFile::create(path)?;
        // The output has a buffer of its own; the encoder's only gathers what
        // the checksum is taken over.
        let buffer = vec![0; 1 << 12];
        let encoder = CounterFileEncoder::new(IoSink(output), buffer, CounterHeader::new(meta_hash));
        let encoder = encoder.map_err(|error| failed(path, error))?;
        Ok(Self { encoder, patches: Vec::new(), path: path.to_owned() })
    }

    /// Writes a segment.
    ///
    /// # Errors
    ///
    /// Those of the system.
    pub fn encode(
        &mut self,
        args: &OwnedArgs,
        table: &FunctionTable,
        counters: &Counters,
        map: Option<&FunctionMap>,
    ) -> Result<(), Error> {
        let encoded = (|| {
            let mut segment = self.encoder.segment(as_args(args), None)?;
            for (package, function, counters) in counters.functions(table) {
                let place = match map {
                    None => Some((package, function)),
                    Some(map) => table.number(package, function).and_then(|number| *map.get(number)?),
                };
                if let Some((package, function)) = place {
                    segment.function(package, function, counters.iter().copied())?;
                }
            }
            segment.finish()
        })();
        self.patches.push(encoded.map_err(|error| failed(&self.path, error))?);
        Ok(())
    }

    /// Writes what one window's sources say: a lone one as it stands, else
    /// their maximum with the arguments of the last.
    fn part(&mut self, reader: &mut SourceReader<'_>, task: Task<'_>, sources: &[Source]) -> Result<(), Error> {
        if let [only] = sources {
            // Go looks at the first segment, and has its wishes there.
            let is_first = self.encoder.segment_count() == 0;
            let copied = reader.with_segment(*only, |segment| {
                let is_alike = if is_first { segment.is_movable() } else { segment.is_uleb() };
                is_alike.then(|| self.encoder.copy_segment(segment.bytes()))
            });
            if let Some(copied) = copied.flatten() {
                return copied.map_err(|error| failed(&self.path, error));
            }
        }
        let (args, maximum) = maximum(reader, task, sources);
        self.encode(&args, task.table, &maximum, None)
    }

    /// Completes the file.
    ///
    /// # Errors
    ///
    /// Those of the system.
    pub fn commit(self) -> Result<(), Error> {
        let IoSink(mut output) = self.encoder.finish().map_err(|error| failed(&self.path, error))?;
        for (offset, bytes) in self.patches.iter().flat_map(SegmentPatch::writes) {
            output.patch(offset, &bytes)?;
        }
        output.commit()
    }
}

/// What the sources of one window say together, and the arguments of the last.
pub fn maximum(reader: &mut SourceReader<'_>, task: Task<'_>, sources: &[Source]) -> (OwnedArgs, Counters) {
    let mut maximum = Counters::new(task.table, task.pod.meta.mode);
    let mut args = Vec::new();
    let last = sources.iter().max_by_key(|source| source.seq);
    for source in sources {
        reader.with(*source, |segment, records| {
            maximum.max_records(task.table, records);
            if Some(source) == last {
                args = owned_args(segment.args.iter());
            }
        });
    }
    (args, maximum)
}

/// A segment's own arguments, without what the encoder adds.
fn owned_args<'a>(args: impl Iterator<Item = (&'a [u8], &'a [u8])>) -> OwnedArgs {
    let own = args.filter(|(key, _)| *key != ARG_CHECKSUM.as_bytes());
    own.map(|(key, value)| (key.to_vec(), value.to_vec())).collect()
}

/// Adds where a part came from, unless it says so already.
pub fn with_origin(args: &mut OwnedArgs, origin: &Hash) {
    let key = ARG_ORIGIN.as_bytes();
    if args.iter().all(|(found, _)| found != key) {
        args.push((key.to_vec(), livecov_format::hash::hex(origin).to_vec()));
    }
}

fn failed(path: &Path, error: EncodeError<io::Error>) -> Error {
    match error {
        EncodeError::Sink(source) => Error::file("writing", path, source),
        other => Error::Unsuitable(format!("writing {}: {other}", path.display())),
    }
}
