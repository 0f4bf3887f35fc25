//! What the parser does not know is left as it is, and named; the rest of the file counts.

trait Anonymous {
    fn f(&self, u32) -> u32 { 3 }
}

impl Anonymous for () {}

fn main() { //~ 1
    println!("{}", ().f(1));
}
