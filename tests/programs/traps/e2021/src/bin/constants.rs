//! Constants, and functions that are run in the compiler and in the program.
use std::sync::{LazyLock, OnceLock};

const LEN: usize = size(2);
static TABLE: [u8; size(3)] = [if LEN > 3 { 1 } else { 2 }; size(3)];
static LAZY: LazyLock<u32> = LazyLock::new(|| { //~ 1
    let n = 4;
    n + 1
});
static SECOND: LazyLock<u32> = LazyLock::new(|| 6); //~ 0
static ONCE: OnceLock<u32> = OnceLock::new();

const fn size(n: usize) -> usize { //~ 2
    let mut m = n;
    while m < 10 { //~ 10
        m += 1;
    }
    if m > 3 && n < 100 { //~ 2 2 2
        m
    } else { //~ 0
        n
    }
}

struct Wrapper<const N: usize>;

impl<const N: usize> Wrapper<N> {
    const TWICE: usize = N * 2;
    const fn get(&self) -> usize { Self::TWICE } //~ 1
}

#[rustversion::attr(since(1.64), const)]
fn made_const(n: usize) -> usize { //~ 1
    if n > 1 { n } else { 2 } //~ 0 1
}
const MADE: usize = made_const(3);

enum Kind {
    A = size(7) as isize,
}

thread_local! {
    static LOCAL: u32 = helper::constant(1) + { let n = 1; n }; //~ 1
    static EAGER: u32 = const { if true { 3 } else { 4 } };
}

fn main() { //~ 1
    println!("{} {} {} {}", LEN, TABLE[1], *LAZY, Wrapper::<{ size(1) }>.get());
    println!("{} {} {}", size(3), size(7), made_const(MADE - 2));
    println!("{} {}", Kind::A as u32, ONCE.get_or_init(|| 3)); //~ 1
    println!("{}", LOCAL.with(|n| *n) + EAGER.with(|n| *n)); //~ 1 1
    if false { //~ 0
        println!("{}", *SECOND);
    }
}
