#[cfg_attr(coverage, coverage(off))]
pub fn two() -> u32 {
    2 //=-
}
