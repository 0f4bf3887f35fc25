//! A plugin that other Rust code can use, too.

/// A piece of work.
pub fn work() -> i32 {
    2
}

/// The same for others.
#[unsafe(no_mangle)]
pub extern "C" fn both_run() -> i32 {
    work()
}
