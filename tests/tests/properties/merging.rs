//! `livecov merge`, in any order, in any groups, with what is repeated.

use crate::naive::{Counts, Lines};
use crate::tool::{dump, livecov, profile, temp_dir};
use crate::world::World;
use arbitrary::{Result, Unstructured};
use arbtest::arbtest;
use livecov_tests::paths::text;
use std::path::{Path, PathBuf};

const BUDGET_MS: u64 = 5000;

impl World {
    fn expected(&self) -> Lines {
        let programs: Vec<Counts> = (0..self.programs.len()).map(|program| self.counts(program, &self.runs)).collect();
        self.lines(&programs)
    }

    /// Writes the runs to a few directories, those of named processes to several.
    fn scatter(&self, u: &mut Unstructured<'_>, dir: &Path) -> Result<Vec<PathBuf>> {
        let count = u.int_in_range(1..=4)?;
        let dirs: Vec<PathBuf> = (0..count).map(|number| dir.join(format!("in{number}"))).collect();
        for program in 0..self.programs.len() {
            self.write_meta(&dirs[u.choose_index(count)?], program);
        }
        for dir in &dirs {
            livecov_tests::paths::make_dir(dir);
        }
        for (number, run) in self.runs.iter().enumerate() {
            let times = if run.window.is_some() { u.int_in_range(1..=2)? } else { 1 };
            for _ in 0..times {
                let dir = &dirs[u.choose_index(count)?];
                self.write_meta(dir, run.program);
                self.write_run(dir, number);
            }
        }
        Ok(dirs)
    }
}

/// Merges directories, some at a time, until one is left.
fn merge_all(
    u: &mut Unstructured<'_>,
    dir: &Path,
    mut dirs: Vec<PathBuf>,
    mut flags: impl FnMut(&mut Unstructured<'_>, bool) -> Result<Vec<&'static str>>,
) -> Result<PathBuf> {
    for step in 0.. {
        // A directory may be merged by itself, but not for ever.
        let least = if step < 3 { 1 } else { dirs.len().min(2) };
        let count = u.int_in_range(least..=dirs.len())?;
        let mut taken = Vec::new();
        for _ in 0..count {
            taken.push(dirs.swap_remove(u.choose_index(dirs.len())?));
        }
        let merged = dir.join(format!("merged{step}"));
        let output = format!("-o={}", text(&merged));
        let mut command = vec!["merge", &output];
        command.extend(flags(u, dirs.is_empty())?);
        livecov(&command, &taken);
        if dirs.is_empty() {
            return Ok(merged);
        }
        dirs.push(merged);
    }
    unreachable!("each step but the first few takes a directory away")
}

#[test]
fn merging_each_program() {
    arbtest(|u| {
        let world = World::any(u)?;
        let dir = temp_dir();
        let dirs = world.scatter(u, dir.path())?;
        let expected = world.expected();
        assert_eq!(profile(dir.path(), &dirs), expected, "before merging");
        let dump_before = dump(&dirs);
        let merged = [merge_all(u, dir.path(), dirs, |_, _| Ok(Vec::new()))?];
        assert_eq!(profile(dir.path(), &merged), expected, "after merging");
        assert_eq!(dump(&merged), dump_before);
        Ok(())
    })
    .size_max(4096)
    .budget_ms(BUDGET_MS)
    .run();
}

#[test]
fn merging_all_programs_in_one() {
    arbtest(|u| {
        let world = World::any(u)?;
        let dir = temp_dir();
        let dirs = world.scatter(u, dir.path())?;
        let combine = |u: &mut Unstructured<'_>, is_last: bool| {
            Ok(if is_last || u.arbitrary()? { vec!["-pcombine"] } else { Vec::new() })
        };
        let merged = [merge_all(u, dir.path(), dirs, combine)?];
        assert_eq!(profile(dir.path(), &merged), world.expected());
        Ok(())
    })
    .size_max(4096)
    .budget_ms(BUDGET_MS)
    .run();
}

#[test]
fn flattening_keeps_sums_and_forgets_parts() {
    arbtest(|u| {
        let world = World::any(u)?;
        let dir = temp_dir();
        let dirs = world.scatter(u, dir.path())?;
        let merged = dir.path().join("merged");
        livecov(&["merge", "-flatten", &format!("-o={}", text(&merged))], &dirs);
        for path in livecov_tests::files::counter_files(&merged) {
            let bytes = livecov_tests::files::read(&path);
            let file = livecov_format::decode::CounterFile::parse(&bytes).expect("a counter file");
            assert_eq!(file.segments.len(), 1);
            assert_eq!(file.segments[0].args.snapshot(), None);
        }
        assert_eq!(profile(dir.path(), &[merged]), world.expected());
        Ok(())
    })
    .size_max(4096)
    .budget_ms(BUDGET_MS / 2)
    .run();
}
