//! Edition 2024: temporaries of tail expressions.
use std::cell::RefCell;
use std::sync::Mutex;

#[unsafe(no_mangle)]
pub extern "C" fn exported(n: u32) -> u32 { //~ 1
    n + 1
}

struct Noisy(&'static str);

impl Drop for Noisy {
    fn drop(&mut self) { //~ 5
        println!("drop {}", self.0);
    }
}

impl Noisy {
    fn len(&self) -> usize { //~ 5
        self.0.len()
    }
}

fn tail(c: &RefCell<u32>) -> u32 { //~ 1
    match c.borrow().checked_add(1) {
        Some(n) => n + c.borrow().pow(2), //~ 1
        None => 0, //~ 0
    }
}

fn order(n: usize) -> usize { //~ 2
    let f = |s| Noisy(s).len(); //~ 2
    match n {
        0 => Noisy("arm").len() + f("closure"), //~ 1
        _ if Noisy("guard").len() == 5 && Noisy("right").len() == 5 => f("then"), //~ 1 1
        _ => 1, //~ 0
    }
}

macro_rules! old_expression {
    ($given:expr_2021) => { $given };
    (const $given:block) => { const $given };
}

fn main() { //~ 1
    let list = RefCell::new(vec![3]);
    println!("{}", tail(&RefCell::new(2)));
    println!("{} {}", order(0), order(1));
    println!("{}", old_expression!(match list.borrow().first() {
        Some(n) => n + 1, //~ 1
        None => { //~ 0
            0
        }
    }));
    println!("{}", old_expression!(const { if true { 1 } else { 2 } }));
    let m = Mutex::new(1);
    println!("{} {}", *m.lock().unwrap() == 1 && m.lock().is_err(), exported(1)); //~ 1
}
