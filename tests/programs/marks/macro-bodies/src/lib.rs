macro_rules! ensure {
    ($c:expr) => {
        if !$c { //=2
            return Err(()); //=0
        }
    };
}
macro_rules! setup {
    ($x:expr) => {{
        let y = $x; //=2
        y + 1 //=2
    }};
}
macro_rules! never_used {
    ($x:expr) => {{
        let y = $x; //=0
        y + 1 //=0
    }};
}
macro_rules! pick {
    ($e:expr; $($p:pat => $r:expr),+) => { match $e { $($p => $r),+ } };
}
pub fn a(x: u32) -> Result<u32, ()> { //=2
    ensure!(x < 10); //=2
    Ok(setup!(x)) //=2
}
pub fn b(x: u32) -> u32 { //=1
    pick!(x; //=1
        0 => 10, //=1
        _ => 20 //=0
    )
}
pub fn c(x: u32) -> u32 { //=1
    assert!(x < 5, "too big"); //=1
    let y = x + 1; //=0
    y * 2 //=0
}
pub fn d(x: Option<u32>) -> u32 { //=1
    let y = x.expect("some"); //=1
    y * 2 //=0
}
pub fn e(x: u32) -> u32 { //=1
    diverge(x); //=1
    #[allow(unreachable_code)]
    { 1 } //=0
}
fn diverge(_: u32) -> ! { std::process::exit(0) } //=1
mod forms;
mod given;
mod made;
#[cfg(test)]
mod t {
    use super::*;
    #[test] fn t() { a(1).unwrap(); a(2).unwrap(); b(0); }
    #[test] #[should_panic] fn p() { c(9); }
    #[test] #[should_panic] fn q() { d(None); }
}
