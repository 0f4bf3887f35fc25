#![cfg_attr(coverage_nightly, feature(coverage_attribute))]
#![cfg_attr(coverage, feature(coverage_attribute))]
#![deny(warnings)]

mod inner;
#[cfg_attr(coverage, coverage(off))]
mod off;

macro_rules! off {
    ($($t:tt)*) => { #[cfg_attr(coverage, coverage(off))] $($t)* };
}

off! { pub fn by_macro() -> u32 { 1 } }

#[cfg(coverage)]
pub const SET: bool = true;
#[cfg(not(coverage))]
pub const SET: bool = false;

pub fn sum() -> u32 {
    if cfg!(coverage) {
        inner::two() + off::one() //=+
    } else {
        7 //=0
    }
}

/// ```
/// assert!(cf::sum() > 0);
/// ```
pub fn documented() {}
