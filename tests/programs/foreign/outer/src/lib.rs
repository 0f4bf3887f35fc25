//! A plugin with another one inside.

/// A piece of work.
#[unsafe(no_mangle)]
pub extern "C" fn run() -> i32 {
    both::work() + 1
}
