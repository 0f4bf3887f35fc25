//! What the parser does not know: compiled as it is, and named.

trait Anonymous {
    fn f(&self, u32) -> u32 { 3 }
}

impl Anonymous for () {}

fn main() {
    println!("{}", ().f(1));
}
