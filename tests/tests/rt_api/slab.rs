//! Counters that hold what no probe put there.

use super::{Run, ran, run};
use livecov_tests::compare::assert_same_text;
use livecov_tests::paths::text;
use livecov_tests::rust::Mode;
use livecov_tests::{dump, tool::Tool};
use std::path::Path;

/// The largest number that files hold in that mode.
fn most(mode: Mode) -> u64 {
    if mode == Mode::Set { 1 } else { 4_294_967_295 }
}

/// As `live`; a count at the largest number makes our tool warn.
#[track_caller]
fn live(mode: Mode, directory: &Path) -> String {
    let [go, ours] =
        [Tool::Go, Tool::Ours].map(|tool| tool.run(&["debugdump", "-live", &format!("-i={}", text(directory))]));
    assert_same_text("dump", &dump::comparable(&go.stdout_text()), &dump::comparable(&ours.stdout_text()));
    assert!(go.status == Some(0) && ours.status == Some(0), "{ours:?}");
    let warning = if mode == Mode::Set { "" } else { "warning: some counts do not fit 32 bits" };
    assert!(ours.complaint().starts_with(warning) && ours.stderr.is_empty() == warning.is_empty(), "{ours:?}");
    ours.stdout_text()
}

fn each(point: &str, check: impl Fn(Mode, &Run, &str)) {
    for mode in Mode::COUNTING {
        let run = run(mode, point);
        assert!(run.complaints().is_empty(), "{:?}", run.outcome);
        // The file of the last emission can be read too.
        live(mode, run.data.path());
        check(mode, &run, &live(mode, run.out.path()));
    }
}

/// Wrong counts, but a readable file and a program that ends well.
#[test]
fn a_stray_write_costs_right_counts_only() {
    each("strayWrite", |mode, run, live| {
        // Each function there is seems to have run.
        let all = Tool::Ours.run(&["debugdump", &format!("-i={}", text(run.out.path()))]).stdout_text();
        let names: Vec<_> = all.lines().filter_map(|line| line.strip_prefix("Func: ")).collect();
        assert!(names.len() > 20 && names.contains(&"at_the_end"));
        for name in names {
            assert_eq!(ran(live, name), Some(most(mode)), "{mode:?} {name}");
        }
    });
}

#[test]
fn counters_beyond_32_bits_stay_at_the_largest_number() {
    each("saturation", |mode, _, live| {
        assert_eq!(ran(live, "near_the_end"), Some(most(mode)), "{mode:?}");
        assert_eq!(ran(live, "main"), Some(most(mode)), "{mode:?}");
        assert_eq!(ran(live, "at_the_end"), None, "{mode:?}");
    });
}
