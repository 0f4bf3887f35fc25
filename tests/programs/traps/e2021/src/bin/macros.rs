//! Macros: bodies are counted where they are defined, for all uses together; arguments of well-known ones too.

macro_rules! bigger {
    ($a:expr, $b:expr) => {
        if $a > $b { //~ 3 1
            $a
        } else { //~ 2
            $b
        }
    };
    ($a:expr, $b:expr, $($rest:expr),+) => {{
        let first = bigger!($a, $b); //~ 1
        bigger!(first, $($rest),+)
    }};
}

macro_rules! methods {
    ($($type:ident: $name:ident = $value:literal;)*) => {
        $(
            #[derive(Default)]
            struct $type;
            impl $type {
                fn $name(&self) -> u32 { //~ 2
                    let n = $value;
                    if n > 2 { return 1; } //~ 1
                    n //~ 1
                }
            }
        )*
    };
}

methods! { A: get = 1; B: take = 3; }

macro_rules! steps {
    ($($step:expr;)* => $last:expr) => {{
        let mut sum = 0; //~ 1
        $( if $step > 1 { sum += $step; } )* //~ 2
        sum + $last //~ 1
    }};
}

macro_rules! all {
    ($($each:expr),*) => { true $(&& $each)* }; //~ 1 2
}

macro_rules! tokens {
    ($($any:tt)*) => { $($any)* };
}

macro_rules! function {
    ($name:ident $body:block) => {
        fn $name(n: u32) -> u32 $body
    };
}

function! { given { 3 } } //~ 1

// The name of a macro that the instrumenter needs.
macro_rules! include_bytes {
    ($name:literal) => { stringify!($name) };
}

macro_rules! pattern {
    () => { 1 | 2 };
}

const C: u32 = bigger!(1, 2);
static S: [u32; bigger!(1, 3)] = [0; 3];

fn main() { //~ 1
    println!("{} {} {} {}", bigger!(1, 2), bigger!(5, 1, 7), C, S.len()); //~ 1 2 2 1 2
    println!("{} {}", A.get(), B.take());
    println!("{}", steps!(1; 2; 3; => 4));
    println!("{} {}", all!(true, C > 1), tokens! { C > 1 && C < 3 }); //~ 1
    println!("{}", matches!(C, pattern!()) && matches!(if C > 1 { 1 } else { 2 }, 1)); //~ 1 1 0
    let list = vec![if C > 1 { 1 } else { 2 }; 2]; //~ 1 1 0
    assert_eq!(list.len(), if list[0] == 1 { 2 } else { 3 }, "{}", (|| 1)()); //~ 1 1 0 0
    println!("{}", format!("{0} {n}", list.iter().map(|n| n + 1).sum::<u32>(), n = if C > 1 { 1 } else { 2 })); //~ 1 2 1 0
    macro_rules! local { ($n:ident) => { for $n in 0..3 { print!("{} ", $n); } } } //~ 1 3
    local!(k); //~ 1
    println!("{} {}", given(1), include_bytes!("none"));
    println!();
}
