//! `function_of_bytes` is `function` for small counters, byte for byte.

use livecov_format::encode::counters::{CounterFileEncoder, CounterHeader};
use livecov_format::vocab::Flavor;

const FUNCTIONS: [(u32, u32, &[u8]); 5] =
    [(0, 0, &[1, 0, 1]), (3, 128, &[]), (200, 70_000, &[1; 40]), (0, 1, &[0, 127]), (1, u32::MAX, &[1])];

fn encode(flavor: Flavor, buffer_len: usize, as_bytes: bool) -> Vec<u8> {
    let header = CounterHeader { flavor, ..CounterHeader::new([7; 16]) };
    let mut file = CounterFileEncoder::new(Vec::new(), vec![0; buffer_len], header).expect("memory takes everything");
    let mut segment = file.segment(std::iter::empty(), None).expect("memory takes everything");
    for (package, function, counters) in FUNCTIONS {
        if as_bytes {
            segment.function_of_bytes(package, function, counters.iter().copied()).expect("memory takes everything");
        } else {
            segment
                .function(package, function, counters.iter().map(|counter| u32::from(*counter)))
                .expect("memory takes everything");
        }
    }
    let patch = segment.finish().expect("memory takes everything");
    let mut bytes = file.finish().expect("memory takes everything");
    patch.apply(&mut bytes);
    bytes
}

#[test]
fn both_ways_give_the_same_file() {
    for flavor in [Flavor::Uleb128, Flavor::Raw] {
        // Shorter than any record, than some, and longer than all.
        for buffer_len in [0, 1, 16, 20, 56, 64, 4096] {
            let plain = encode(flavor, buffer_len, false);
            assert_eq!(encode(flavor, buffer_len, true), plain, "{flavor:?}, a buffer of {buffer_len}");
            assert!(plain.len() > 100);
        }
    }
}
