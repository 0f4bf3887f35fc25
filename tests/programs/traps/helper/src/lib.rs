#![no_std]
#![deny(missing_docs, unused, warnings)]
#![forbid(unsafe_code)]
//! A library without the standard library, whose code is inlined into others and whose macros are used by them.

/// Generic: compiled in the crate that uses it.
pub fn generic<T: PartialOrd>(a: T, b: T) -> T { //~ 3
    if a < b { //~ 1
        b
    } else { //~ 2
        a
    }
}

/// Inlined into other crates.
#[inline(always)]
pub fn inlined(n: u32) -> u32 { //~ 4
    n + 1
}

/// A trait with a body.
pub trait Double {
    /// What there is.
    fn value(&self) -> u32;
    /// Twice of it.
    fn double(&self) -> u32 { //~ 1
        self.value() * 2
    }
}

impl Double for u32 {
    fn value(&self) -> u32 { //~ 1
        *self
    }
}

/// Also in constants.
pub const fn constant(n: u32) -> u32 { //~ 1
    if n > 2 { //~ 0
        n
    } else { //~ 1
        2
    }
}
