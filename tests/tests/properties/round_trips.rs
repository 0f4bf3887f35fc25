//! What is encoded decodes to the same.

use arbitrary::{Result, Unstructured};
use arbtest::arbtest;
use livecov_format::decode::{CounterFile, MetaFile};
use livecov_format::encode::args::{Arg, Key};
use livecov_format::encode::counters::{CounterFileEncoder, Promise};
use livecov_format::encode::meta::meta_file_len;
use livecov_format::layout::{ARG_CHECKSUM, CHECKSUM_PREFIX};
use livecov_format::vocab::Flavor;
use livecov_tests::fuzz::counter_file;
use livecov_tests::model::{Program, Run, Segment};

const BUDGET_MS: u64 = 2000;

const MEMORY: &str = "memory takes all bytes";

#[test]
fn programs() {
    arbtest(|u| {
        let program = Program::any(u)?;
        let file = program.encode();
        assert_eq!(Program::decode(&file).as_ref(), Ok(&program));
        let meta = MetaFile::parse(&file).unwrap();
        assert_eq!(meta.hash, program.hash());
        assert_eq!(meta_file_len(meta.packages.iter().map(|package| package.blob)), file.len() as u64);
        Ok(())
    })
    .budget_ms(BUDGET_MS)
    .run();
}

#[test]
fn runs() {
    arbtest(|u| {
        let run = Run::any(u)?;
        let file = run.encode(u.int_in_range(0..=300)?);
        assert_eq!(Run::decode(&file).as_ref(), Ok(&run));
        assert_eq!(file, run.encode(1 << 16), "the length of the buffer shows");
        assert_eq!(file, streamed(&run, u)?, "a stream is not the file");
        for segment in CounterFile::parse(&file).unwrap().segments {
            assert!(segment.args.get(ARG_CHECKSUM).unwrap().starts_with(CHECKSUM_PREFIX.as_bytes()));
        }
        Ok(())
    })
    .budget_ms(BUDGET_MS)
    .run();
}

/// The file as a sink takes it that cannot be patched: what stands in front of the records is promised.
fn streamed(run: &Run, u: &mut Unstructured<'_>) -> Result<Vec<u8>> {
    let mut promises: Vec<Promise> = Vec::new();
    let len = u.int_in_range(0..=300)?;
    // The first pass makes the promises, the second keeps them.
    for promised in [false, true] {
        let mut file = CounterFileEncoder::new(Vec::new(), vec![0; len], run.header).expect(MEMORY);
        for (number, segment) in run.segments.iter().enumerate() {
            let args = segment.args.iter().map(|(key, value)| Arg { key: Key::Name(key), value });
            let promise = promised.then(|| promises[number]);
            let mut encoder = file.segment(args, promise).expect(MEMORY);
            for record in &segment.records {
                encoder.function(record.package, record.function, record.counters.iter().copied()).expect(MEMORY);
            }
            promises.push(encoder.finish().expect("the promise is kept").promise());
        }
        if promised {
            return Ok(file.finish().expect(MEMORY));
        }
    }
    unreachable!("the second pass returns")
}

/// ULEB128 lets a number be longer than it must be, which writers use to align what follows.
#[test]
fn redundant_bytes_change_nothing() {
    arbtest(|u| {
        let expected = Segment::any(u)?.records;
        let mut bytes = Vec::new();
        for record in &expected {
            let len = u32::try_from(record.counters.len()).unwrap();
            for number in [&[len, record.package, record.function], record.counters.as_slice()].concat() {
                put_long(&mut bytes, number, if u.ratio(1u8, 8)? { u.int_in_range(0..=5)? } else { 0 });
            }
        }
        let file = counter_file(Flavor::Uleb128, expected.len() as u64, &bytes);
        assert_eq!(Run::decode(&file).unwrap().segments[0].records, expected);
        Ok(())
    })
    .budget_ms(BUDGET_MS)
    .run();
}

/// A number with so many bytes more than it needs.
fn put_long(bytes: &mut Vec<u8>, number: u32, more: usize) {
    leb128::write::unsigned(bytes, number.into()).expect(MEMORY);
    if let Some(last) = bytes.last_mut().filter(|_| more > 0) {
        *last |= 0x80;
        bytes.extend(std::iter::repeat_n(0x80, more - 1));
        bytes.push(0);
    }
}
