//! Functions whose code ends up in the crates that call them.

include!(concat!(env!("OUT_DIR"), "/coverage.rs"));

/// Twice the number, for any kind of number.
pub fn twice<N: std::ops::Add<Output = N> + Copy>(number: N) -> N {
    cov!(twice, 0);
    number + number
}

/// One more.
#[inline]
pub fn inlined(number: u64) -> u64 {
    cov!(inlined, 0);
    number.wrapping_add(1)
}

/// Nobody calls it.
pub fn idle() {
    cov!(idle, 0);
}
