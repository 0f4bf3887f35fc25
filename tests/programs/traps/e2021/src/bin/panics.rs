//! Where panics are said to be, and what assertions say.
use std::panic::{Location, catch_unwind};

#[track_caller]
fn tracked() -> u32 { //~ 2
    Location::caller().line()
}

fn fails(n: u32) -> u32 { //~ 2
    assert!(n > 1 && n < 3 || n == 9);
    assert!(n > 100 || n == 2, "with a message: {}", if n == 2 { 1 } else { 2 }); //~ 1 1 0 0
    debug_assert!({ n > 1 }); //~ 1
    n //~ 1
}

fn index(list: &[u32], n: usize) -> u32 { //~ 1
    list[n]
}

fn main() { //~ 1
    std::panic::set_hook(Box::new(|info| { //~ 3
        println!("{info}");
    }));
    println!("{} {}", tracked(), { tracked() });
    let _ = catch_unwind(|| fails(1)); //~ 1
    let _ = catch_unwind(|| fails(2)); //~ 1
    let _ = catch_unwind(|| index(&[], 3)); //~ 1
    let _ = catch_unwind(|| { //~ 1
        let n: Result<u32, u32> = Err(3);
        n.unwrap()
    });
}
