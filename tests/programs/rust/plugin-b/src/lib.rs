//! A plugin. It and the other one export the same function and nothing else, and are as large.

include!(concat!(env!("OUT_DIR"), "/coverage.rs"));

/// Does `count` pieces of work.
#[unsafe(no_mangle)]
pub extern "C" fn plugin_run(count: u64) -> u64 {
    cov!(plugin_run, 0);
    let mut sum = 0u64;
    for number in 0..count {
        cov!(plugin_run, 1);
        sum = sum.wrapping_add(shared::twice(number)).wrapping_add(shared::inlined(number));
    }
    sum
}
