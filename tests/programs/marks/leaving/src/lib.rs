//! Statements that do not come back, although no keyword says so.

mod checks;
#[macro_use]
mod macros;

pub fn asserted(x: u32) -> u32 { //=1
    assert!(x < 5, "too big"); //=1
    let y = x + 1; //=0
    y * 2 //=0
}

pub fn asserted_equal(x: u32) -> u32 { //=1
    assert_eq!(x, 5); //=1
    x //=0
}

pub fn asserted_in_debug(x: u32) -> u32 { //=1
    debug_assert_ne!(x, 9); //=1
    x //=0
}

pub fn expected(x: Option<u32>) -> u32 { //=1
    let y = x.expect("some"); //=1
    y * 2 //=0
}

pub fn unwrapped(x: Option<u32>) -> u32 { //=1
    let y = Option::unwrap(x); //=1
    y * 2 //=0
}

pub fn in_a_closure(x: &[u32]) -> u32 { //=1
    let y: u32 = x.iter().map(|x| x.checked_sub(1).unwrap()).sum(); //=1
    y * 2 //=0
}

pub fn or_else(x: Option<u32>) -> u32 { //=1
    let y = x.unwrap_or_else(|| { //=1
        panic!("none") //=1
    });
    y * 2 //=0
}

/// A macro of a later file.
pub fn checked(x: u32) -> Option<u32> { //=2
    must_be_small!(x); //=2
    let y = x + 1; //=1
    Some(y) //=1
}

/// A macro that calls another.
pub fn twice_checked(x: u32) -> Option<u32> { //=2
    must_be_smaller!(x); //=2
    let y = x + 1; //=1
    Some(y) //=1
}

/// What its closure returns from is the closure.
pub fn not_left(x: u32) -> u32 { //=1
    let y = [x].iter().find_map(|x| { //=1
        x.checked_sub(9)?; //=1
        Some(1) //=0
    });
    y.unwrap_or(2) //=1
}

pub fn ended(x: u32) -> u32 { //=1
    checks::diverge(x); //=1
    #[allow(unreachable_code)]
    { 1 } //=0
}

pub fn ended_by_a_method(x: u32) -> u32 { //=1
    let ending = checks::Ending; //=1
    if x > 0 { //=1
        checks::Fail::fail(&ending); //=1
    }
    x //=0
}
