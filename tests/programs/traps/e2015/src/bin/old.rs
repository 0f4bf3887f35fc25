//! Edition 2015: paths start at the crate's root.
extern crate helper;

mod r#async {
    pub fn r#dyn(a: u32) -> u32 { //~ 3
        ::helper::inlined(a)
    }
}

trait Anonymous {
    fn f(&self, _: u32) -> u32 { 3 } //~ 1
}

impl Anonymous for () {}

fn main() { //~ 1
    let list = vec![1, 2, 3];
    let core = 1;
    let sum: u32 = list.iter().map(|n| r#async::r#dyn(*n)).sum(); //~ 3
    println!("{} {} {}", sum, core, ().f(1));
    for n in list { if n > 2 && n < 9 { println!("{}", n) } } //~ 3 1 1
    let tried: Result<u32, ()> = (|| { Ok(try!(Err(()))) })(); //~ 1 1
    println!("{:?}", tried); //~ 1
}
