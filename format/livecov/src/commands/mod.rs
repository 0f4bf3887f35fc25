//! The commands, one module each.

pub mod debugdump;
pub mod func;
pub mod merge;
pub mod meta;
pub mod percent;
pub mod pkglist;
pub mod report;
pub mod set_operation;
pub mod shell;
pub mod textfmt;
