//! Exclusions of parts, and what stands beside them.
#![allow(unexpected_cfgs)]

pub struct Excluded;

#[cfg_attr(coverage_nightly, coverage(off))]
impl Excluded { //= excluded attribute coverage(off)
    pub fn method(&self) -> u32 { //=-
        1 //=-
    }
}

pub struct Methods;

impl Methods {
    #[cfg(not(any(tarpaulin_include, tarpaulin)))]
    pub fn excluded(&self) -> u32 { //= excluded attribute cfg(not(any(tarpaulin_include, tarpaulin)))
        1 //=-
    }

    #[cfg(not(coverage))]
    pub fn chosen(&self) -> u32 { //= excluded attribute cfg(not(coverage))
        3 //=-
    }

    #[cfg(coverage)]
    pub fn chosen(&self) -> u32 { //=1
        2 //=1
    }

    #[cfg_attr(any(coverage, coverage_nightly), coverage(off))]
    pub fn off(&self) -> u32 { //= excluded attribute coverage(off)
        1 //=-
    }

    #[cfg(not(windows))]
    pub fn counted(&self) -> u32 { //=1
        2 //=1
    }
}

pub trait Defaults {
    #[cfg_attr(all(coverage_nightly, not(windows)), coverage(off))]
    fn excluded(&self) -> u32 { //= excluded attribute coverage(off)
        1 //=-
    }
    fn counted(&self) -> u32 { //=1
        1 //=1
    }
}

impl Defaults for Methods {}

#[cfg(not(tarpaulin))]
mod inline { //= excluded attribute cfg(not(tarpaulin))
    pub fn f() -> u32 { //=-
        1 //=-
    }
}

pub fn parts(n: u32) -> u32 { //=2
    #[cfg(not(coverage))]
    if n > 1 { //=-
        drop(n); //=-
    }
    let m = match n { //=2
        #[cfg(not(tarpaulin_include))]
        7 => 1, //=-
        1 => 2, //=1
        _ => 3, //=1
    };
    #[cfg_attr(coverage_nightly, coverage(off))]
    let f = || { //=-
        5 //=-
    };
    m + f() //=2
}

pub fn comments(n: u32) -> u32 { //=2
    if n > 5 { // LCOV_EXCL_LINE //= excluded comment LCOV_EXCL_LINE
        drop(n); //=0
    }
    // LCOV_EXCL_START: told why
    if n > 1 { //=-
        drop(n); //=-
    }
    // LCOV_EXCL_STOP
    let text = "LCOV_EXCL_LINE"; //=2
    let m = match n { //=2
        1 => text.len() as u32, //=1
        2 => { //=1
            1 //=1
        }
        // GCOVR_EXCL_START
        _ => { //=-
            3 //=-
        } // GCOVR_EXCL_STOP
    };
    // livecov:off
    drop(n); //=-
    // livecov:on
    m + n //=2
}

pub fn all_of_it() -> u32 { //=-
    // GRCOV_EXCL_START
    let n = 1; //=-
    n //=-
    // GRCOV_EXCL_STOP
}

#[test]
fn t() {
    assert_eq!(Excluded.method() + Methods.excluded() + Methods.counted(), 4);
    assert_eq!(Defaults::excluded(&Methods) + Defaults::counted(&Methods) + inline::f(), 3);
    assert_eq!(parts(1) + parts(2), 15);
    assert_eq!(Methods.chosen() + Methods.off(), 3);
    assert_eq!(comments(1) + comments(2) + all_of_it(), 19);
}
