//! `subtract` and `intersect`, of several programs with several runs in each directory.

use crate::naive::{Counts, Lines};
use crate::tool::{livecov, profile, temp_dir};
use crate::world::World;
use arbitrary::{Result, Unstructured};
use arbtest::arbtest;
use livecov_tests::paths::{make_dir, text};
use std::path::{Path, PathBuf};

const BUDGET_MS: u64 = 4000;

/// Input directories and what each of them says of each program.
struct Scene {
    world: World,
    dirs: Vec<PathBuf>,
    counts: Vec<Vec<Counts>>,
}

impl Scene {
    fn any(u: &mut Unstructured<'_>, dir: &Path, dir_count: usize) -> Result<Self> {
        let world = World::any(u)?;
        let dirs: Vec<PathBuf> = (0..dir_count).map(|number| make_dir(&dir.join(format!("in{number}")))).collect();
        let mut members = vec![Vec::new(); dir_count];
        for (number, run) in world.runs.iter().enumerate() {
            let place = u.choose_index(dir_count)?;
            members[place].push(run);
            world.write_meta(&dirs[place], run.program);
            world.write_run(&dirs[place], number);
        }
        let all = |runs: &Vec<_>| {
            (0..world.programs.len()).map(|program| world.counts(program, runs.iter().copied())).collect()
        };
        let counts = members.iter().map(all).collect();
        Ok(Self { world, dirs, counts })
    }

    /// The profile of what `keep` leaves of the first directory's counts, given those of the others; what did not run
    /// is left out.
    fn expected(&self, keep: impl Fn(&[bool]) -> bool) -> Lines {
        let (first, others) = self.counts.split_first().expect("a directory");
        let mut programs = first.clone();
        for (program, counts) in programs.iter_mut().enumerate() {
            counts.retain(|place, _| {
                let ran = |dir: &Vec<Counts>| dir[program].get(place).is_some_and(|count| *count != 0);
                keep(&others.iter().map(ran).collect::<Vec<_>>())
            });
        }
        covered(self.world.lines(&programs))
    }

    fn run(&self, command: &str, dir: &Path) -> Lines {
        let out = dir.join(command);
        livecov(&[command, &format!("-o={}", text(&out))], &self.dirs);
        covered(profile(dir, &[out]))
    }
}

fn covered(mut lines: Lines) -> Lines {
    lines.retain(|_, count| *count != 0);
    lines
}

#[test]
fn subtract_keeps_what_the_second_did_not_run() {
    arbtest(|u| {
        let dir = temp_dir();
        let scene = Scene::any(u, dir.path(), 2)?;
        if !scene.world.runs.is_empty() {
            assert_eq!(scene.run("subtract", dir.path()), scene.expected(|ran| !ran[0]));
        }
        Ok(())
    })
    .size_max(4096)
    .budget_ms(BUDGET_MS)
    .run();
}

#[test]
fn intersect_keeps_what_all_ran() {
    arbtest(|u| {
        let dir = temp_dir();
        let dir_count = u.int_in_range(1..=3)?;
        let scene = Scene::any(u, dir.path(), dir_count)?;
        if !scene.world.runs.is_empty() {
            assert_eq!(scene.run("intersect", dir.path()), scene.expected(|ran| ran.iter().all(|ran| *ran)));
        }
        Ok(())
    })
    .size_max(4096)
    .budget_ms(BUDGET_MS)
    .run();
}

/// Laws that need no oracle: nothing is lost between the two commands, and a directory and itself.
#[test]
fn both_together_are_the_first() {
    arbtest(|u| {
        let dir = temp_dir();
        let scene = Scene::any(u, dir.path(), 2)?;
        if scene.world.runs.is_empty() {
            return Ok(());
        }
        let mut both = scene.run("subtract", dir.path());
        both.extend(scene.run("intersect", dir.path()));
        // A unit of several programs may be in both parts, then each has some of its count.
        let whole = covered(profile(dir.path(), &scene.dirs[..1]));
        assert!(both.keys().eq(whole.keys()), "{both:?}\n{whole:?}");
        let twice = Scene { dirs: vec![scene.dirs[0].clone(), scene.dirs[0].clone()], ..scene };
        let again = make_dir(&dir.path().join("again"));
        assert_eq!(twice.run("subtract", &again), Lines::new());
        assert_eq!(twice.run("intersect", &again), whole);
        Ok(())
    })
    .size_max(4096)
    .budget_ms(BUDGET_MS)
    .run();
}
