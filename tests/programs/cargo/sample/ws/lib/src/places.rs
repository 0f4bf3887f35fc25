//! Places in source, and files beside it.

pub const NOTES: &str = include_str!("../../NOTES.txt");

#[path = "../shared/deep.rs"]
pub mod deep;

pub fn place() -> String {
    format!("{}:{}:{} {}", file!(), line!(), column!(), module_path!()) // run
}

#[track_caller]
pub fn caller() -> String {
    std::panic::Location::caller().to_string() // run
}

pub fn fail() -> ! {
    panic!("on purpose") // panic
}
