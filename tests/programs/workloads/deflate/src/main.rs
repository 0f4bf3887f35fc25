//! `miniz_oxide`: compresses at several levels, and decompresses what came out.

use harness::{Random, sentence};
use miniz_oxide::deflate::compress_to_vec_zlib;
use miniz_oxide::inflate::decompress_to_vec_zlib;

/// Text with runs and with bytes that do not compress, as archives have.
fn data(random: &mut Random) -> Vec<u8> {
    let mut bytes = Vec::new();
    while bytes.len() < 100_000 {
        match random.below(6) {
            0 => bytes.extend((0..random.below(300)).map(|_| random.below(256) as u8)),
            1 => bytes.resize(bytes.len() + random.below(500), b'.'),
            _ => bytes.extend_from_slice(sentence(random, 20).as_bytes()),
        }
    }
    bytes
}

fn main() {
    let plain = data(&mut Random::new(3));
    harness::measure(|iteration| {
        let packed = compress_to_vec_zlib(&plain, [1, 6, 9][iteration % 3]);
        let again = decompress_to_vec_zlib(&packed).expect("what was packed can be unpacked");
        assert_eq!(again.len(), plain.len(), "bytes were lost");
        packed
    });
}
