//! What else macros of other crates are given.

use items_helper::{described, given, given_or_not, methods, numbered, small_functions};

given! {
    #[path = "declared.rs"]
    mod declared;

    pub fn free(n: u32) -> u32 { //=2
        if n > 1 { //=2
            return 2; //=0
        }
        n //=2
    }

    pub trait Named {
        fn name(&self) -> u32 { //=1
            3 //=1
        }
    }

    #[cfg(windows)]
    pub fn not_here() {} //=-

    #[cfg_attr(coverage_nightly, coverage(off))]
    pub fn excluded() -> u32 { //= excluded attribute coverage(off)
        1
    }
}

/// The macro is given what our macro makes of it.
macro_rules! forward {
    ($($given:tt)*) => { given! { $($given)* } };
}

forward! {
    pub fn forwarded() -> u32 { //=1
        1 //=1
    }
}

/// In a definition it is not known which macro is meant.
macro_rules! define {
    ($name:ident) => {
        given! {
            pub fn $name() -> u32 { //= excluded macro arguments of given! in a macro
                1
            }
        }
    };
}

define!(defined);

pub struct Methods;

impl Methods {
    methods! {
        pub fn method(&self) -> u32 { //=1
            4 //=1
        }
    }
}

impl Named for Methods {}

pub trait Defaults {
    given! {
        fn default_of_a_macro(&self) -> u32 { //=1
            5 //=1
        }
    }
}

impl Defaults for Methods {}

// What is no item.
described! { "a sum" => { //= excluded macro arguments of described!
    let sum = 1 + 1;
    assert_eq!(sum, 2);
} }

// A macro that drops what it is given: nobody knows.
given_or_not! {
    pub fn dropped() -> u32 { //=0
        1 //=0
    }
}

// A macro that looks at the tokens of functions: they lose their probes, those of the next one stay.
small_functions! {
    pub fn small() -> u32 { 7 } //= excluded rejected
}

numbered! {
    pub fn kept() -> u32 { 8 } //=1
}

pub fn pasted_code() -> u32 { //=1
    paste::paste! {
        let [<a b>] = 1; //=1
        if ab > 1 { //=1
            return 2; //=0
        }
    }
    paste::paste!(if [<a b>] > 0 { //=1
        [<f ree>](ab) //=1
    } else {
        0 //=0
    })
}

#[test]
fn more() {
    assert_eq!(free(1) + Methods.name() + excluded() + forwarded() + defined(), 7);
    assert_eq!(Methods.method() + Methods.default_of_a_macro() + small() + kept(), 24);
    assert_eq!(described() + declared::f(), 11);
    let _ = pasted_code;
}

#[test]
fn pasted() {
    assert_eq!(super::more::pasted_code(), 1);
}
