//! What the parser does not know is left as it is, and named; the rest of the file counts.

trait Anonymous {
    fn f(&self, u32) -> u32 { 3 }
}

type Bare = Fn(u32) -> u32 + Send;

impl Anonymous for () {}

fn main() { //~ 1
    let bare: Box<Bare> = Box::new(|n| n); //~ 0
    drop(bare);
    println!("{}", ().f(1));
}
