//! The table `[build]` of the configuration file, beside the command line.

use crate::cli::Cli;
use livecov::coverage::config::build::{Build, Granularity};

impl Cli {
    /// Takes from the configuration file what the command line does not say.
    /// Lists of both are joined.
    pub fn complete(&mut self, build: Build) {
        let Build { mode, granularity, include, exclude, .. } = build;
        if let Some(mode) = mode.filter(|_| !self.given.contains("mode")) {
            self.mode = mode.name().to_owned();
        }
        if let Some(granularity) = granularity.filter(|_| !self.given.contains("granularity")) {
            self.granularity = if granularity == Granularity::Unit { "perblock" } else { "perfunc" }.to_owned();
        }
        self.included.extend(include);
        self.excluded.extend(exclude);
        let opposite = |value: Option<bool>| value.map(|is_on| !is_on);
        let switches = [
            ("include-deps", build.include_deps, &mut self.includes_dependencies),
            ("tests-too", build.tests_too, &mut self.counts_tests),
            ("proc-macros", build.proc_macros, &mut self.counts_proc_macros),
            ("build-scripts", build.build_scripts, &mut self.counts_build_scripts),
            ("cfg-coverage", opposite(build.cfg_coverage), &mut self.no_cfg_coverage),
            ("cfg-coverage-nightly", opposite(build.cfg_coverage_nightly), &mut self.no_cfg_coverage_nightly),
            ("const-fn", opposite(build.const_fn), &mut self.skips_const_fn),
            ("signals", opposite(build.signals), &mut self.no_signals),
            ("exports", opposite(build.exports), &mut self.no_exports),
        ];
        for (key, value, place) in switches {
            if let Some(value) = value.filter(|_| !self.given.contains(key)) {
                *place = value;
            }
        }
    }
}
