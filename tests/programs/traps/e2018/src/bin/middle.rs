//! Edition 2018.
use std::sync::Mutex;

fn main() { //~ 1
    let m = Mutex::new(vec![1, 2]);
    let first = match m.lock().unwrap().first() { Some(n) => *n, None => 0 }; //~ 1 0
    if let Some(n) = m.lock().unwrap().pop() { println!("{} {}", first, n) } else { println!("none") } //~ 1 1 0
    println!("{}", m.lock().unwrap().len() == 1 && m.lock().unwrap()[0] == 1); //~ 1 1
}
