#[cfg_attr(coverage, coverage(off))]
pub fn three() -> u32 {
    3
}
