//! Helpers of the whole-system suites: the tools under test, Go, fixture programs and the data of their runs.
//!
//! * [`paths`]: where the repository, the build and cached test data are.
//! * [`cache`]: what is costly to make is made once and kept, by content.
//! * [`child`]: how children start: signals, mask, limits.
//! * [`command`]: run a command, keep status and output.
//! * [`go`]: the pinned Go and its `covdata`.
//! * [`tool`]: the `livecov` under test; `LIVECOV_TEST_TOOL` puts another one in its place.
//! * [`program`]: fixture programs of `tests/programs/go`, built and run.
//! * [`rust`]: fixture programs of `tests/programs/rust`, with probes written by hand.
//! * [`cargo_livecov`]: `cargo livecov` on projects of the suites.
//! * [`pods`]: the data of running programs, added up.
//! * [`corpus`]: the data directories that several suites use.
//! * [`compare`]: one command by both tools, and what may differ.
//! * [`dump`]: reading the text that `debugdump` prints.
//! * [`files`]: small changes to data files and directories.
//! * [`synthetic`]: a made-up program of a given size with its runs, for measurements.
//! * [`samples`]: small files of both worlds; [`model`]: what files say, as plain values, made up at random.
//! * [`reports`]: made-up programs with source, for reports.
//! * [`fuzz`]: the fuzz targets, which `format/fuzz` and the suite `fuzz_smoke` feed.

pub mod cache;
pub mod cargo_livecov;
pub mod child;
pub mod command;
pub mod compare;
pub mod corpus;
pub mod dump;
pub mod files;
pub mod fuzz;
pub mod go;
pub mod model;
pub mod paths;
pub mod pods;
pub mod program;
pub mod reports;
pub mod rust;
pub mod samples;
pub mod synthetic;
pub mod tool;
