//! `--diff`: coverage of the lines that a diff changed.
//!
//! ```text
//! git, or a file --text--> parse --FileChange--> places --(file, change)--> cover --DiffCoverage--> table, formats
//! ```

pub mod cover;
pub mod edits;
pub mod git;
pub mod names;
pub mod parse;
pub mod places;
