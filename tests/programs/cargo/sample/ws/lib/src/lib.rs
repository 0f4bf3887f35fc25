//! What the other packages use.
//!
//! ```
//! assert_eq!(sample_lib::for_documents(), 5);
//! ```

#![forbid(unsafe_code)]
#![deny(warnings)]

pub mod places;

include!(concat!(env!("OUT_DIR"), "/generated.rs"));

/// Called by the example above only.
pub fn for_documents() -> u32 {
    5 // doctest
}

/// Called by the unit tests only.
pub fn for_unit_tests(n: u32) -> u32 {
    if n > 3 {
        n * 2 // unit
    } else {
        n + 100 // never
    }
}

/// Called by the program.
pub fn corners(shape: &str) -> Option<u32> {
    let corners = match shape {
        "triangle" => 3, // run
        "square" => 4,   // never
        _ => return None,
    };
    Some(corners) // run
}

#[cfg(feature = "extra")]
pub fn extra() -> u32 {
    7 // extra
}

pub const fn twice(n: u32) -> u32 {
    n * 2 // run
}

pub const SIX: u32 = twice(3);

#[cfg(test)]
mod tests {
    #[test]
    fn doubled() {
        assert_eq!(super::for_unit_tests(4), 8);
        assert_eq!(super::SIX + super::generated(), 12);
    }
}
