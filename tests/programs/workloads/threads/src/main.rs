//! The same work in several threads, which share all counters: `threads ITERATIONS THREADS` prints `checksum HEX wall N`
//! (nanoseconds).

use harness::Random;
use std::time::Instant;

fn work(iterations: usize) -> u64 {
    let pattern = regex_lite::Regex::new(r"(\w+)@(\w+)\.com|[0-9]{3,}-x").expect("the pattern is right");
    let text = "hello there some one@example.com and 12345-y then 999-x more words here";
    let mut random = Random::new(7);
    let mut sum = 0;
    for _ in 0..iterations {
        sum += pattern.find_iter(text).count() as u64;
        sum += (0..2000).map(|_| random.below(1000) as u64).sum::<u64>();
    }
    sum
}

fn main() {
    let mut words = std::env::args().skip(1).map(|word| word.parse::<usize>().ok());
    let (Some(Some(iterations)), Some(Some(threads))) = (words.next(), words.next()) else {
        eprintln!("usage: threads ITERATIONS THREADS");
        std::process::exit(2);
    };
    let start = Instant::now();
    let workers: Vec<_> = (0..threads).map(|_| std::thread::spawn(move || work(iterations))).collect();
    let sums = workers.into_iter().map(|worker| worker.join().expect("the work does not panic"));
    let sum: u64 = sums.sum();
    println!("checksum {sum:016x} wall {}", start.elapsed().as_nanos());
}
