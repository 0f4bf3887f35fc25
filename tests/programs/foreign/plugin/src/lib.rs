//! A plugin.

/// A piece of work.
#[unsafe(no_mangle)]
pub extern "C" fn run() -> i32 {
    1
}
