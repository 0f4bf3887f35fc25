//! What the workloads share: the same made-up input everywhere, and the measuring of the loop.
//!
//! A workload prints one line, `checksum HEX wall N cpu N` (nanoseconds), and is told the number of iterations.

use std::time::Instant;

/// A generator of numbers that is the same on every machine (Knuth's MMIX constants).
pub struct Random(u64);

impl Random {
    /// Starts at a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below `limit`.
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }

    /// One of several.
    pub fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[self.below(from.len())]
    }
}

/// Words of which the workloads make their text.
pub const WORDS: &[&str] = &[
    "counter", "probe", "image", "the", "of", "window", "a", "snapshot", "server", "is", "and", "signal", "running",
    "coverage", "unit", "not", "function", "with", "package", "daemon", "in", "section", "to", "linker", "meta",
];

/// Some words with spaces between.
pub fn sentence(random: &mut Random, words: usize) -> String {
    let chosen: Vec<&str> = (0..words).map(|_| random.pick(WORDS)).collect();
    chosen.join(" ")
}

/// CPU time of this process so far, in nanoseconds.
pub fn cpu_nanos() -> u64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the structure is ours and lives until the call returns.
    let status = unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &mut time) };
    assert_eq!(status, 0, "the clock of CPU time does not answer");
    time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
}

/// FNV-1a, going on from a hash.
pub fn hash(start: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(start, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3))
}

/// Runs the work as often as the command line says, and prints the checksum of its results and the time it took.
///
/// Of each result the length counts, of the last one every byte, after the time was taken: the check costs nothing.
pub fn measure<T: AsRef<[u8]>>(mut work: impl FnMut(usize) -> T) {
    let iterations: usize = std::env::args().nth(1).and_then(|word| word.parse().ok()).expect("usage: ITERATIONS");
    let (wall, cpu) = (Instant::now(), cpu_nanos());
    let mut checksum = 0xcbf2_9ce4_8422_2325;
    let mut last = None;
    for iteration in 0..iterations {
        let result = work(iteration);
        checksum = hash(checksum, &result.as_ref().len().to_le_bytes());
        last = Some(result);
    }
    let (wall, cpu) = (wall.elapsed().as_nanos(), cpu_nanos() - cpu);
    if let Some(result) = last {
        checksum = hash(checksum, result.as_ref());
    }
    println!("checksum {checksum:016x} wall {wall} cpu {cpu}");
}
