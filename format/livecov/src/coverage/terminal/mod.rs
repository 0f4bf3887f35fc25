//! Reports for people at a terminal.

pub mod changed;
pub mod lists;
pub mod paint;
pub mod rows;
pub mod show;
pub mod table;
