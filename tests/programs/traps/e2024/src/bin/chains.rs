//! Edition 2024: `let` chains, which compilers before 1.88 do not know.
use std::cell::RefCell;

fn chain(a: Option<u32>, b: &RefCell<Vec<u32>>) -> u32 { //~ 3
    if let Some(n) = a && n > 1 && let Some(m) = b.borrow().first() && (*m == 3 || *m == 4) { //~ 1 2
        return n + m;
    }
    if let Some(n) = a { n } else if let Some(m) = b.borrow_mut().pop() { m } else { 0 } //~ 1 1 0 0 0
}

fn main() { //~ 1
    let list = RefCell::new(vec![3]);
    println!("{} {}", chain(Some(2), &list), chain(Some(1), &list));
    println!("{}", chain(Some(2), &RefCell::new(vec![4])));
}
