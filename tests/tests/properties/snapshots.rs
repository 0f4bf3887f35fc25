//! Merging in the library, against the oracle.

use crate::naive::{Counts, combine};
use crate::world::World;
use arbtest::arbtest;
use livecov_format::decode::{CounterFile, MetaFile, Records};
use livecov_format::encode::counters::CounterHeader;
use livecov_format::merge::{Counters, FunctionTable, SnapshotSet};
use livecov_format::snapshot::SnapshotKey;
use livecov_tests::model::{Record, Run, Segment};

fn records(source: &[Record]) -> Records {
    let segment = Segment { args: Vec::new(), records: source.to_vec() };
    let file = Run { header: CounterHeader::new([0; 16]), segments: vec![segment] }.encode(0);
    let mut records = Records::default();
    let file = CounterFile::parse(&file).expect("the encoder's files are sound");
    file.segments[0].decode(&mut records).expect("the encoder's files are sound");
    records
}

fn counts(table: &FunctionTable, counters: &Counters) -> Counts {
    let functions = counters.functions(table);
    let counts = functions.flat_map(|(package, function, counters)| {
        counters.iter().enumerate().map(move |(unit, count)| ((package, function, unit), u128::from(*count)))
    });
    counts.collect()
}

#[test]
fn order_grouping_and_repetition_make_no_difference() {
    arbtest(|u| {
        let world = World::any(u)?;
        let file = world.programs[0].encode();
        let meta = MetaFile::parse(&file).unwrap();
        let table = FunctionTable::new(&meta);
        let runs: Vec<_> = world.runs.iter().filter(|run| run.program == 0).collect();
        let mut sets = vec![SnapshotSet::new(&table, world.mode)];
        for run in &runs {
            let key = |(instance, epoch): (u8, u8), seq| SnapshotKey {
                instance: [instance; 16],
                epoch: epoch.into(),
                origin: None,
                seq,
            };
            let times = if run.window.is_some() { u.int_in_range(1..=3u64)? } else { 1 };
            for seq in 0..times {
                let key = run.window.map(|window| key(window, seq));
                if u.arbitrary()? {
                    sets.push(SnapshotSet::new(&table, world.mode));
                }
                let place = u.choose_index(sets.len())?;
                sets[place].insert(key, &records(&run.records));
            }
        }
        while sets.len() > 1 {
            let taken = sets.swap_remove(u.choose_index(sets.len())?);
            let place = u.choose_index(sets.len())?;
            sets[place].merge(&taken);
        }
        let expected = combine(world.mode, runs.iter().map(|run| (run.window, run.records.as_slice())));
        assert_eq!(counts(&table, &sets[0].total()), expected);
        Ok(())
    })
    .budget_ms(2000)
    .run();
}
