//! Makes the data that `ci/bench-data` measures with, and measures what needs no process of its own: decoding and
//! merging from memory.

use clap::{Parser, Subcommand};
use livecov_format::decode::{CounterFile, DecodeError, MetaFile, Records};
use livecov_format::merge::{FunctionTable, Tally};
use livecov_format::vocab::CounterMode;
use livecov_tests::synthetic::{GO_BIG, Program, Shape, W_BIG};
use std::error::Error;
use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Coverage data of a made-up program, and the speed of the library on them.
#[derive(Parser)]
struct Opts {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Write a meta file and counter files.
    Write {
        /// Directory, made if need be.
        dir: PathBuf,
        /// Number of counter files.
        #[arg(long, default_value_t = 1)]
        files: u32,
        /// Number of the first run.
        #[arg(long, default_value_t = 0)]
        first: u32,
        /// `set`, `count` or `atomic`.
        #[arg(long, default_value = "atomic")]
        mode: CounterMode,
        /// The program that LLVM was measured with, instead of the one that Go was.
        #[arg(long)]
        w_big: bool,
        /// Say in each file which process it is from.
        #[arg(long)]
        instances: bool,
    },
    /// Decode and merge the files of a directory from memory, on one core.
    Throughput {
        /// Directory with one meta file and its counter files.
        dir: PathBuf,
        /// How often; the fastest counts.
        #[arg(long, default_value_t = 9)]
        rounds: u32,
    },
}

fn main() -> Result<(), Box<dyn Error>> {
    match Opts::parse().command {
        Command::Write { dir, files, first, mode, w_big, instances } => {
            let shape: Shape = if w_big { W_BIG } else { GO_BIG };
            Ok(Program::new(shape, mode).save(&dir, first..first + files, instances)?)
        }
        Command::Throughput { dir, rounds } => throughput(&dir, rounds),
    }
}

fn throughput(dir: &Path, rounds: u32) -> Result<(), Box<dyn Error>> {
    let mut meta = Vec::new();
    let mut files = Vec::new();
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let bytes = fs::read(entry.path())?;
        if entry.file_name().as_encoded_bytes().starts_with(b"covmeta.") {
            meta = bytes;
        } else {
            files.push(bytes);
        }
    }
    let meta = MetaFile::parse(&meta)?;
    let table = FunctionTable::new(&meta);
    let counter_count: usize = files.iter().map(|file| counter_count(file)).sum::<Result<_, _>>()?;
    let mut fastest = Duration::MAX;
    for _ in 0..rounds {
        let mut tally = Tally::new(&table, meta.mode);
        let mut unknown = Vec::new();
        let start = Instant::now();
        for file in &files {
            for segment in &CounterFile::parse(file)?.segments {
                tally.add_segment(&table, segment, &mut unknown)?;
            }
        }
        black_box(tally.finish());
        fastest = fastest.min(start.elapsed());
    }
    let bytes: usize = files.iter().map(Vec::len).sum();
    let seconds = fastest.as_secs_f64();
    println!("files={} bytes={bytes} counters={counter_count} seconds={seconds:.6}", files.len());
    println!("counters_per_second={:.0}", f64::from(u32::try_from(counter_count)?) / seconds);
    Ok(())
}

/// Number of counters in a file.
fn counter_count(file: &[u8]) -> Result<usize, DecodeError> {
    let mut records = Records::default();
    let mut count = 0;
    for segment in &CounterFile::parse(file)?.segments {
        segment.decode(&mut records)?;
        count += records.counter_count();
    }
    Ok(count)
}
