//! The files' contents, some together in each chunk.
//!
//! A chunk has the length of each file's part in bytes, then the parts ([`super::body`]). The page unpacks a chunk when a
//! file in it is opened; it is large enough to compress well, and small enough to be unpacked in an instant.

use super::body;
use super::columns::Block;
use super::index::{HAS_SOURCE, IS_STALE};
use super::pack::pack;
use crate::coverage::model::{File, Project};
use crate::coverage::source::Sources;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread;

/// A chunk is full with so many bytes before compression.
const FULL: usize = 192 << 10;
/// Chunks that wait to be compressed: memory, but no thread has to wait for the sources.
const WAITING_LIMIT: usize = 16;

/// All chunks of a project.
#[derive(Debug, Default)]
pub struct Chunks {
    /// Their text, compressed.
    pub texts: Vec<String>,
    /// How many files each has.
    pub file_counts: Vec<usize>,
    /// The flags of all files.
    pub flags: Vec<u64>,
}

/// A chunk that is being filled.
#[derive(Default)]
struct Filling {
    lengths: Vec<usize>,
    parts: Block,
}

impl Filling {
    fn finish(self) -> Block {
        let mut block = Block::default();
        block.column(self.lengths.iter().map(|length| *length as u64));
        block.block(&self.parts);
        block
    }
}

/// Encodes all files of a project: this thread reads and encodes, others compress.
#[must_use]
pub fn encode(project: &Project, sources: &Sources) -> Chunks {
    let (sender, receiver) = sync_channel::<(usize, Block)>(WAITING_LIMIT);
    let receiver = Mutex::new(receiver);
    let packed = Mutex::new(Vec::new());
    let compress = || {
        loop {
            let received = receiver.lock().unwrap_or_else(PoisonError::into_inner).recv();
            let Ok((number, block)) = received else { return };
            let text = pack(block.bytes());
            packed.lock().unwrap_or_else(PoisonError::into_inner).push((number, text));
        }
    };
    let mut chunks = Chunks::default();
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(compress);
        }
        fill(project, sources, &mut chunks, &sender);
        drop(sender);
    });
    let mut packed = packed.into_inner().unwrap_or_else(PoisonError::into_inner);
    packed.sort_unstable();
    chunks.texts = packed.into_iter().map(|(_, text)| text).collect();
    chunks
}

fn fill(project: &Project, sources: &Sources, chunks: &mut Chunks, sender: &SyncSender<(usize, Block)>) {
    let mut filling = Filling::default();
    for file in &project.files {
        let (part, flags) = encode_file(project, file, sources);
        chunks.flags.push(flags);
        filling.lengths.push(part.byte_count());
        filling.parts.block(&part);
        if filling.parts.byte_count() >= FULL {
            send(std::mem::take(&mut filling), chunks, sender);
        }
    }
    if !filling.lengths.is_empty() {
        send(filling, chunks, sender);
    }
}

fn send(filling: Filling, chunks: &mut Chunks, sender: &SyncSender<(usize, Block)>) {
    let number = chunks.file_counts.len();
    chunks.file_counts.push(filling.lengths.len());
    // There are receivers as long as there is a sender.
    let _ = sender.send((number, filling.finish()));
}

fn encode_file(project: &Project, file: &File, sources: &Sources) -> (Block, u64) {
    let has_contexts = !project.contexts.names.is_empty();
    let Some(source) = sources.of(project, file) else { return (body::encode(file, None, has_contexts), 0) };
    let text = String::from_utf8_lossy(&source.bytes);
    let flags = HAS_SOURCE | if source.is_stale(file) { IS_STALE } else { 0 };
    (body::encode(file, Some(text.trim_start_matches('\u{feff}')), has_contexts), flags)
}
