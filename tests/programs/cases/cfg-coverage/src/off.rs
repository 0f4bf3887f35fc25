#[cfg_attr(coverage, coverage(off))]
pub fn one() -> u32 {
    1
}
