//! Code of another crate: generic, inlined, in constants.
use helper::Double;

const C: u32 = helper::constant(9);

fn main() { //~ 1
    println!("{}", helper::generic(1, 2) + helper::generic(3, 1));
    println!("{}", helper::generic("a", "a"));
    println!("{} {} {}", helper::inlined(1), 4.double(), C);
}
