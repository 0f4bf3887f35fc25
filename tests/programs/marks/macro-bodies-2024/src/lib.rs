//! As in edition 2021, although temporaries at the end of a block end with it.

mod given;

macro_rules! statements {
    ($x:expr => $y:ident) => {
        let $y = $x + 1; //=2
        $y.checked_add(1); //=2
    };
}

macro_rules! statements_never {
    ($x:expr) => {
        $x.checked_add(1); //=0
        $x.checked_add(2); //=0
    };
}

macro_rules! one_statement {
    ($x:expr) => {
        $x.push(1); //=1
    };
}

/// Also in the place of an expression.
macro_rules! one_macro {
    ($x:expr) => {
        assert!($x) //=2
    };
    (never $x:expr) => {
        assert!($x, "never"); //=0
    };
}

macro_rules! method {
    ($x:expr) => {
        $x.len() //=1
    };
    (never $x:expr) => {
        $x.len() //=0
    };
}

macro_rules! function {
    ($x:expr) => {
        std::convert::identity($x) //=2
    };
}

macro_rules! sum {
    ($x:expr, $y:expr) => {
        $x + $y //=2
    };
}

macro_rules! choice {
    ($x:expr) => {
        match $x { //=2
            0 => "none", //=1
            _ => "some", //=1
        }
    };
}

macro_rules! repeated {
    ($($x:expr),* => $list:ident) => {
        $($list.push($x);)* //=2
    };
}

macro_rules! any {
    ($($x:expr),*) => {
        false $(|| $x)* //=2
    };
}

macro_rules! in_unsafe {
    ($x:expr) => {
        unsafe { *$x } //=1
    };
}

macro_rules! closure {
    () => {
        |x: u32| x + 1 //=2
    };
}

macro_rules! early {
    ($x:expr) => {
        return $x; //=1
    };
}

/// A place, which must stay one.
macro_rules! place {
    ($x:expr) => {
        $x.1 //=-
    };
}

/// A pattern, too.
macro_rules! pattern {
    (names) => {
        None | Some(0) //=-
    };
    ($x:pat) => {
        Some($x) //=-
    };
}

/// A literal that another macro wants.
macro_rules! literal {
    () => {
        concat!("a", "b") //=-
    };
}

/// A temporary lives as long as the statement around the call.
macro_rules! pointer {
    ($x:expr) => {
        Dropping($x).text().as_ptr() //=1
    };
}

macro_rules! extended {
    () => {
        &String::from("long") //= excluded macro macro_rules! extended
    };
}

macro_rules! guarded {
    ($x:expr) => {
        match Dropping($x).text() { //=1
            text => text.len(), //=1
        }
    };
}

struct Dropping(&'static str);

thread_local! {
    static DROPS: std::cell::Cell<u32> = const { std::cell::Cell::new(0) };
}

impl Dropping {
    fn text(&self) -> &'static str { //=2
        self.0 //=2
    }
}

impl Drop for Dropping {
    fn drop(&mut self) { //=2
        DROPS.set(DROPS.get() + 1); //=2
    }
}

fn with_drops<T>(_: T) -> u32 { //=2
    DROPS.get() //=2
}

const LENGTH: usize = method!("four") + sum!(1, 2) as usize;

fn leaves(n: u32) -> u32 { //=1
    early!(n + 1); //=1
    #[allow(unreachable_code)]
    2 //=0
}

pub(crate) fn run() -> usize {
    statements!(1_u32 => a);
    statements!(a => b);
    let mut list = Vec::new();
    one_statement!(list);
    match a {
        2 => one_macro!(b == 3),
        _ => { statements_never!(a); }
    }
    one_macro!(true);
    let length = method!(list) + LENGTH;
    if length == 99 {
        one_macro!(never false);
        let _ = method!(never list);
    }
    let mut pair = (function!(1), function!(2));
    place!(pair) += 3;
    let reference = &mut place!(pair);
    *reference += sum!(1, 2);
    assert!(matches!(Some(pair.1), pattern!(8)) && !matches!(Some(1), pattern!(names)));
    assert_eq!(concat!(literal!(), "c"), "abc");
    assert_eq!([choice!(0), choice!(1)], ["none", "some"]);
    repeated!(1, 2 => list);
    let _ = sum!(1, 1);
    repeated!(=> list);
    assert!(any!(false, true) && !any!());
    assert_eq!(in_unsafe!(&raw const pair.0), 1);
    assert_eq!(closure!()(1) + closure!()(2), 5);
    assert_eq!(with_drops(pointer!("x")), 0);
    assert_eq!(DROPS.get(), 1);
    assert_eq!(with_drops(guarded!("x")), 1);
    let long = extended!();
    assert_eq!(long.len() as u32 + leaves(1), 6);
    length
}

#[test]
fn forms() {
    assert_eq!(run(), 8);
}
