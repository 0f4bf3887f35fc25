//! What macros are given, where they decide whether it runs.

macro_rules! either {
    ($c:expr, $a:expr, $b:expr) => {
        if $c { $a } else { $b } //=4
    };
}

macro_rules! lazily {
    ($a:expr, $b:expr) => {
        $a.unwrap_or_else(|| $b) //=2
    };
}

macro_rules! result {
    ($c:expr, $a:expr, $b:expr) => {
        match $c { //=1
            true => Ok($a), //=1
            false => Err($b), //=0
        }
    };
}

macro_rules! repeat {
    ($n:expr, $($body:tt)*) => {
        for _ in 0..$n { //=3
            $($body)*
        }
    };
}

macro_rules! function {
    ($name:ident, $e:expr) => {
        fn $name() -> u32 { //=1
            $e
        }
    };
}

macro_rules! kept {
    ($c:expr, $x:expr) => {
        if $c { $x.0 += 1; } //=2
    };
}

fn one() -> u32 { //=7
    1 //=7
}

fn never() -> u32 { //=0
    1 //=0
}

#[test]
fn given() {
    let list = run(); //=-
    assert_eq!(list, [1, 2, 1, 1, 1, 3, 7]); //=-
}

pub(crate) fn run() -> Vec<u32> { //=1
    let mut list = vec![ //=1
        either!( //=1
            true, //=1
            one(), //=1
            never() //=0
        ),
        either!(false, 1, 2), //=1
        lazily!( //=1
            Some(one()), //=1
            never() //=0
        ),
        lazily!( //=1
            None, //=1
            one() //=1
        ),
        result!( //=1
            true, //=1
            one(), //=1
            never() //=1
        )
        .unwrap_or(0), //=1
    ];
    let mut sum = 0; //=1
    repeat!(3, //=1
        sum += one(); //=3
    );
    repeat! { 0, //=1
        sum += never(); //=0
    }
    list.push(sum); //=1
    let mut pair = (5, 5); //=1
    kept!(true, pair); //=1
    kept!(either!(true, false, true), pair); //=1
    if either!( //=1
        sum > 5, //=1
        true, //=0
        false //=1
    ) {
        list.clear(); //=0
    }
    function!(inner, { //=1
        let n = 1; //=1
        n + pair_of() //=1
    });
    list.push(inner()); //=1
    list
}

fn pair_of() -> u32 { //=1
    6 //=1
}
