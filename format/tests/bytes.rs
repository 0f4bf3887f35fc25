//! `function_of_bytes` is `function` for small counters, byte for byte.

use livecov_format::encode::counters::{CounterFileEncoder, CounterHeader};
use livecov_format::vocab::Flavor;

const FUNCTIONS: [(u32, u32, &[u8]); 5] =
    [(0, 0, &[1, 0, 1]), (3, 128, &[]), (200, 70_000, &[1; 40]), (0, 1, &[0, 127]), (1, u32::MAX, &[1])];

/// The file, and how many functions `function_of_bytes` wrote.
fn encode(flavor: Flavor, buffer_len: usize, as_bytes: bool) -> (Vec<u8>, usize) {
    let mut done = 0;
    let header = CounterHeader { flavor, ..CounterHeader::new([7; 16]) };
    let mut file = CounterFileEncoder::new(Vec::new(), vec![0; buffer_len], header).expect("memory takes everything");
    let mut segment = file.segment(std::iter::empty(), None).expect("memory takes everything");
    for (package, function, counters) in FUNCTIONS {
        let fill = |out: &mut [u8]| out.copy_from_slice(counters);
        let is_done = as_bytes && {
            let encoded = segment.function_of_bytes(package, function, counters.len(), fill);
            encoded.expect("memory takes everything")
        };
        if !is_done {
            let counters = counters.iter().map(|counter| u32::from(*counter));
            segment.function(package, function, counters).expect("memory takes everything");
        }
        done += usize::from(is_done);
    }
    let patch = segment.finish().expect("memory takes everything");
    let mut bytes = file.finish().expect("memory takes everything");
    patch.apply(&mut bytes);
    (bytes, done)
}

#[test]
fn both_ways_give_the_same_file() {
    for flavor in [Flavor::Uleb128, Flavor::Raw] {
        // Shorter than any record, than some, and longer than all.
        for buffer_len in [0, 1, 16, 20, 56, 64, 4096] {
            let (plain, _) = encode(flavor, buffer_len, false);
            let (bytes, done) = encode(flavor, buffer_len, true);
            assert_eq!(bytes, plain, "{flavor:?}, a buffer of {buffer_len}");
            let expected = match (flavor, buffer_len) {
                (Flavor::Uleb128, 56..) => FUNCTIONS.len(),
                (Flavor::Uleb128, 20) => FUNCTIONS.len() - 1,
                (Flavor::Uleb128, 16) => 2,
                _ => 0,
            };
            assert_eq!(done, expected, "{flavor:?}, a buffer of {buffer_len}");
            assert!(plain.len() > 100);
        }
    }
}
