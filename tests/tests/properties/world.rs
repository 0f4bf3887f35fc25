//! Programs that share packages, and runs of them.

use arbitrary::{Result, Unstructured};
use livecov_format::encode::counters::CounterHeader;
use livecov_format::hash::hex;
use livecov_format::layout::{ARG_EPOCH, ARG_INSTANCE, ARG_SEQ};
use livecov_format::model::{Extension, Unit};
use livecov_format::vocab::{CounterMode, Granularity};
use livecov_tests::model::{Function, Package, Program, Record, Run, Segment, list, number};
use livecov_tests::{files, paths};
use std::path::Path;

/// Programs and their runs.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) mode: CounterMode,
    pub(crate) programs: Vec<Program>,
    /// Numbers of programs, and runs of them.
    pub(crate) runs: Vec<Process>,
}

/// One run of a program, or a snapshot of it.
#[derive(Clone, Debug)]
pub(crate) struct Process {
    /// Number of the program.
    pub(crate) program: usize,
    /// Instance and epoch, if the file says them.
    pub(crate) window: Option<(u8, u8)>,
    pub(crate) records: Vec<Record>,
    file: Vec<u8>,
}

impl World {
    pub(crate) fn any(u: &mut Unstructured<'_>) -> Result<Self> {
        let mode = *u.choose(&[CounterMode::Set, CounterMode::Count, CounterMode::Atomic])?;
        let count = u.int_in_range(1..=3u32)?;
        let mut programs: Vec<Program> = Vec::new();
        for number in 0..count {
            let program = program(u, mode, number)?;
            // Equal programs are one.
            if !programs.contains(&program) {
                programs.push(program);
            }
        }
        let mut world = Self { mode, programs, runs: Vec::new() };
        world.runs = list(u, 8, |u| world.process(u))?;
        Ok(world)
    }

    fn process(&self, u: &mut Unstructured<'_>) -> Result<Process> {
        let program = u.choose_index(self.programs.len())?;
        let window = if u.ratio(2u8, 3)? { Some((u.int_in_range(0..=2)?, u.int_in_range(0..=1)?)) } else { None };
        let mut records = Vec::new();
        for (package, content) in (0u32..).zip(&self.programs[program].packages) {
            for (function, content) in (0u32..).zip(&content.functions) {
                if u.arbitrary()? {
                    let counters = content.units.iter().map(|_| self.counter(u)).collect::<Result<_>>()?;
                    records.push(Record { package, function, counters });
                }
            }
        }
        let mut args = vec![(b"GOOS".to_vec(), b"linux".to_vec())];
        if let Some((instance, epoch)) = window {
            args.push((ARG_INSTANCE.into(), hex(&[instance; 16]).to_vec()));
            args.push((ARG_EPOCH.into(), epoch.to_string().into_bytes()));
            args.push((ARG_SEQ.into(), u.arbitrary::<u16>()?.to_string().into_bytes()));
        }
        let segment = Segment { args, records: records.clone() };
        let run = Run { header: CounterHeader::new(self.programs[program].hash()), segments: vec![segment] };
        Ok(Process { program, window, records, file: run.encode(256) })
    }

    fn counter(&self, u: &mut Unstructured<'_>) -> Result<u32> {
        if self.mode == CounterMode::Set { u.int_in_range(0..=1) } else { number(u) }
    }

    /// Writes the meta file of a program.
    pub(crate) fn write_meta(&self, dir: &Path, program: usize) {
        let program = &self.programs[program];
        files::write(&paths::make_dir(dir).join(format!("covmeta.{}", program.tag())), &program.encode());
    }

    /// Writes run number `number` under a name of its own.
    pub(crate) fn write_run(&self, dir: &Path, number: usize) {
        let run = &self.runs[number];
        let tag = self.programs[run.program].tag();
        files::write(&paths::make_dir(dir).join(format!("covcounters.{tag}.{number}.1")), &run.file);
    }
}

/// A program with up to three of the packages that there are. Functions are as in all programs, or of this program
/// alone; names occur twice in a package.
fn program(u: &mut Unstructured<'_>, mode: CounterMode, number: u32) -> Result<Program> {
    let mut packages = Vec::new();
    for path in ["a", "a/b", "c"] {
        if u.ratio(2u8, 3)? {
            packages.push(package(u, path, number)?);
        }
    }
    if u.arbitrary()? {
        packages.reverse();
    }
    Ok(Program { mode, granularity: Granularity::PerBlock, packages })
}

fn package(u: &mut Unstructured<'_>, path: &str, program: u32) -> Result<Package> {
    let mut functions = Vec::new();
    for (index, name) in (0u32..).zip(["f", "init", "init", "T.m"]) {
        if u.ratio(3u8, 4)? {
            // Functions of one place are the same function, so each has lines of its own.
            let line = if u.ratio(1u8, 3)? { 1000 * (program + 1) + 10 * index } else { 10 * index + 1 };
            let units = (0..=index).map(|unit| Unit::from_numbers([line + unit, 2, line + unit, 9, unit % 3]));
            let file = format!("{path}/x y.rs").into_bytes();
            functions.push(Function { name: name.into(), file, units: units.collect(), is_literal: index == 3 });
        }
    }
    Ok(Package {
        path: path.into(),
        name: b"name".to_vec(),
        module_path: b"m@1".to_vec(),
        functions,
        extension: Extension::default(),
    })
}
