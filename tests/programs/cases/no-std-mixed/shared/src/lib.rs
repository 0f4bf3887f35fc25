#![no_std]
pub fn f(x: u32) -> u32 {
    x.wrapping_add(1)
}
