//! Programs made up at random: no report fails, and the formats agree. Names are any bytes, units overlap as they like.

use crate::totals::all_agree;
use arbitrary::{Result, Unstructured};
use arbtest::arbtest;
use livecov_format::vocab::CounterMode;
use livecov_tests::model::{Program, number};
use livecov_tests::paths::text;
use livecov_tests::reports::{report, write_run};
use std::time::Duration;

/// Lines and columns are small, so that units meet.
const PLACES: u32 = 24;

fn small_program(u: &mut Unstructured<'_>) -> Result<Program> {
    let mut program = Program::any(u)?;
    program.mode = *u.choose(&[CounterMode::Set, CounterMode::Count, CounterMode::Atomic])?;
    for package in &mut program.packages {
        // Few files, so that functions meet as well.
        for function in &mut package.functions {
            function.file.truncate(1);
            for unit in &mut function.units {
                *unit = livecov_format::model::Unit::from_numbers(unit.numbers().map(|number| number % PLACES));
            }
        }
        for file in &mut package.extension.files {
            file.path.truncate(1);
            file.code_lines.retain(|run| run[1] < 2 * PLACES);
        }
        for info in package.extension.functions.iter_mut().flat_map(|function| &mut function.units) {
            info.decision %= 3;
        }
    }
    Ok(program)
}

#[test]
fn formats_agree_whatever_the_program() {
    let mut has_lines = 0;
    arbtest(|u| {
        let program = small_program(u)?;
        let scratch = tempfile::tempdir().expect("a temporary directory");
        write_run(scratch.path(), &program, |_| number(u))?;
        let run = |args: &[&str]| {
            let args: Vec<&str> = [text(scratch.path())].iter().chain(args).copied().collect();
            let (status, out, err) = report(&args);
            assert_eq!(status, 0, "{args:?}: {err}");
            out
        };
        has_lines += u32::from(all_agree(&run));
        for args in [&["--show"][..], &["--text"], &["--markdown"], &["--by=function"], &["--by=module", "--width=1"]] {
            run(args);
        }
        Ok(())
    })
    .budget(Duration::from_secs(5))
    .size_max(1 << 13);
    assert!(has_lines > 10, "only {has_lines} programs had lines");
}
