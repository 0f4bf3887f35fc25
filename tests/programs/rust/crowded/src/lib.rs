//! See the package's description.

include!(concat!(env!("OUT_DIR"), "/coverage.rs"));

#[allow(dead_code, reason = "nothing counts in these packages")]
mod packages {
    include!(concat!(env!("OUT_DIR"), "/packages.rs"));
}

/// Does `count` pieces of work.
#[unsafe(no_mangle)]
pub extern "C" fn plugin_run(count: u64) -> u64 {
    cov!(plugin_run, 0);
    count
}
