//! See the package's description.

include!(concat!(env!("OUT_DIR"), "/coverage.rs"));

#[allow(dead_code, reason = "nothing counts in these packages")]
mod packages {
    include!(concat!(env!("OUT_DIR"), "/packages.rs"));
}

unsafe extern "C" {
    /// No library has it.
    fn function_that_does_not_exist();
}

/// Needs what is not there.
#[unsafe(no_mangle)]
pub extern "C" fn plugin_run(count: u64) -> u64 {
    cov!(plugin_run, 0);
    // SAFETY: never called: the library cannot be loaded.
    unsafe { function_that_does_not_exist() };
    count
}
