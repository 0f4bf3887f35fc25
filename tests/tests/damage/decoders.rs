//! Damaged files through the decoders of the library.

use crate::kinds::{Damage, in_parallel};
use crate::table::Table;
use crate::{Case, Part, more_cases};
use livecov_format::decode::DecodeError;
use livecov_format::decode::{CounterFile, MetaFile, Records};
use livecov_format::layout::limits::{MEMORY_BASE, MEMORY_FACTOR};
use livecov_format::layout::{ARG_EPOCH, ARG_INSTANCE, ARG_ORIGIN, ARG_PARTS, ARG_SEQ};
use livecov_tests::model::{Program, Run};
use std::panic::catch_unwind;

/// Columns of the table.
const COLUMNS: [&str; 4] = ["refused", "same content", "other content", "panic"];
const REFUSED: usize = 0;
const SAME: usize = 1;
const OTHER: usize = 2;
const PANIC: usize = 3;

/// Everything that is decoded of a file.
#[derive(PartialEq)]
enum Content {
    Program(Program),
    Run(Run),
}

fn decode(part: Part, bytes: &[u8]) -> Result<Content, DecodeError> {
    match part {
        Part::Meta => Program::decode(bytes).map(Content::Program),
        Part::Counters => Run::decode(bytes).map(|mut run| {
            // A reader keeps arguments that it does not know, but no report shows them.
            run.segments.iter_mut().for_each(|segment| segment.args.retain(|(key, _)| has_meaning(key)));
            Content::Run(run)
        }),
    }
}

fn has_meaning(key: &[u8]) -> bool {
    let known = ["GOOS", "GOARCH", "argc", ARG_INSTANCE, ARG_EPOCH, ARG_SEQ, ARG_ORIGIN, ARG_PARTS];
    key.starts_with(b"argv") || known.iter().any(|known| known.as_bytes() == key)
}

/// Nothing but decoding, so that what the model allocates is not counted.
fn decode_only(part: Part, bytes: &[u8]) -> Result<(), DecodeError> {
    match part {
        Part::Meta => {
            for package in &MetaFile::parse(bytes)?.packages {
                package.extension()?;
            }
        }
        Part::Counters => {
            let mut records = Records::default();
            for segment in &CounterFile::parse(bytes)?.segments {
                segment.decode(&mut records)?;
            }
        }
    }
    Ok(())
}

/// The column of what became of a file, and the bytes that decoding allocated at once.
fn outcome(case: &Case, intact: &Content, damage: Damage) -> (usize, usize) {
    let bytes = damage.apply(case.bytes());
    let mut column = PANIC;
    let memory = allocation_counter::measure(|| {
        catch_unwind(|| decode_only(case.part, &bytes)).ok();
    });
    if let Ok(decoded) = catch_unwind(|| decode(case.part, &bytes)) {
        column = match decoded {
            Err(_) => REFUSED,
            Ok(content) if content == *intact => SAME,
            Ok(_) => OTHER,
        };
    }
    let peak = usize::try_from(memory.bytes_max).expect("memory has an address");
    let limit = MEMORY_FACTOR * bytes.len() + MEMORY_BASE;
    assert!(peak <= limit, "{}, {damage:?}: {peak} bytes allocated, the limit is {limit}", case.name);
    (column, peak)
}

#[test]
fn every_damage_through_the_decoders() {
    let mut table = Table::new("decoders", COLUMNS);
    let mut broken = Vec::new();
    for case in more_cases() {
        let damages = Damage::all(case.bytes());
        let intact = decode(case.part, case.bytes()).expect("the undamaged file is sound");
        let outcomes = in_parallel(&damages, |_| (), |(), damage| outcome(&case, &intact, damage));
        let peak = outcomes.iter().map(|(_, peak)| *peak).max().unwrap_or(0);
        println!("{}: at most {peak} bytes allocated at once", case.name);
        for (damage, (column, _)) in damages.iter().zip(&outcomes) {
            if *column == PANIC || *column == OTHER && case.is_covered {
                broken.push(format!("{}, {damage:?}: {}", case.name, COLUMNS[*column]));
            }
        }
        let outcomes = damages.iter().zip(&outcomes).map(|(damage, (column, _))| (damage.row(), *column));
        table.add(case.name, case.bytes().len(), outcomes);
    }
    assert!(broken.is_empty(), "{} times:\n{}", broken.len(), broken.join("\n"));
    table.check();
}

/// Files whose numbers promise more than follows cost no more than what follows.
#[test]
fn promises_cost_nothing() {
    for case in more_cases() {
        let bytes = case.bytes();
        let offsets: Vec<usize> = (0..bytes.len()).collect();
        in_parallel(
            &offsets,
            |_| (),
            |(), offset| {
                for number in (7..35).step_by(4).map(|bits| 1u64 << bits) {
                    for greedy in greedy(bytes, offset, number) {
                        let memory = allocation_counter::measure(|| {
                            decode_only(case.part, &greedy).ok();
                        });
                        let limit = (MEMORY_FACTOR * greedy.len() + MEMORY_BASE) as u64;
                        assert!(memory.bytes_max <= limit, "{}, {offset}: {} bytes", case.name, memory.bytes_max);
                    }
                }
            },
        );
    }
}

/// The file with `number` at `offset`, of fixed width over what was there, and as ULEB128 in the place of one byte.
fn greedy(bytes: &[u8], offset: usize, number: u64) -> [Vec<u8>; 2] {
    let mut fixed = bytes.to_vec();
    fixed.iter_mut().skip(offset).zip(number.to_le_bytes()).for_each(|(byte, value)| *byte = value);
    let mut encoded = Vec::new();
    leb128::write::unsigned(&mut encoded, number).expect("memory takes all bytes");
    let mut uleb = bytes.to_vec();
    uleb.splice(offset..=offset, encoded);
    [fixed, uleb]
}
