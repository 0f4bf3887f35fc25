//! The fuzz targets of `livecov-tests`, compiled again without what else that crate needs: a command-line parser
//! instrumented for fuzzing takes longer to build than the targets run in CI.

#[path = "../../../tests/src/fuzz.rs"]
pub mod fuzz;
#[path = "../../../tests/src/model.rs"]
pub mod model;
