#![cfg_attr(coverage_nightly, feature(coverage_attribute))]
mod more;
pub fn used() -> u32 { 1 } //=1
#[cfg_attr(coverage_nightly, coverage(off))]
pub fn off_nightly() -> u32 { //= excluded attribute coverage(off)
    2 //=-
}
#[cfg_attr(coverage, coverage(off))]
pub fn off_cov() -> u32 { //= excluded attribute coverage(off)
    2 //=-
}
#[cfg(not(tarpaulin_include))]
pub fn tarp() -> u32 { //= excluded attribute cfg(not(tarpaulin_include))
    3 //=-
}
#[cfg_attr(tarpaulin, ignore)]
pub fn tarp2() -> u32 { //= excluded attribute cfg_attr(tarpaulin, ignore)
    3 //=-
}
pub fn excl_line(x: u32) -> u32 { //=1
    if x > 3 { //=1
        panic!("no"); // LCOV_EXCL_LINE //= excluded comment LCOV_EXCL_LINE
    }
    if x > 2 { //=1
        return 4; // GRCOV_EXCL_LINE //= excluded comment GRCOV_EXCL_LINE
    }
    x //=1
}
// LCOV_EXCL_START //= excluded comment LCOV_EXCL_START
pub fn excl_block() -> u32 { //=-
    5 //=-
}
// LCOV_EXCL_STOP
// GRCOV_EXCL_START //= excluded comment GRCOV_EXCL_START
pub fn excl_block2() -> u32 { //=-
    5 //=-
}
// GRCOV_EXCL_STOP
pub fn never_needed(x: u8) -> u8 { //=1
    match x { //=1
        0 => 1, //=1
        _ => unreachable!(), //=0
    }
}
#[test]
fn t() {
    used();
    excl_line(1);
    never_needed(0);
}
