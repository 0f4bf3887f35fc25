//! Functions that a macro makes around what a call has.

macro_rules! make {
    ($name:ident, $x:ident, $($body:tt)*) => {
        fn $name($x: u32) -> u32 { //=4
            let _guard = $x; //=4
            $($body)*
        }
    };
}

make! { one, x, //=-
    let y = x; //=1
    if y > 2 { //=1
        y + 1 //=0
    } else {
        y //=1
    }
}

make! { never, x,
    let y = x; //=0
    y + 1 //=0
}

make!(returns, x,
    if x > 2 { return 5; } //=2
    let y = x; //=1
    y + 1 //=1
);

macro_rules! outer {
    ($x:ident $first:ident { $($body:tt)* } $second:ident { $($other:tt)* }) => {
        make! { $first, $x, $($body)* }
        mod inside {
            make! { $second, $x, $($other)* }
            pub(super) fn call() -> u32 { $second(3) } //=1
        }
    };
}

outer! { x
    first {
        let a = x; //=0
        a
    }
    second {
        let a = x; //=1
        a * 2 //=1
    }
}

macro_rules! methods {
    ($kind:ident: $($name:ident => $body:expr;)*) => {
        struct $kind;
        impl $kind {
            $(fn $name(&self) -> Vec<u32> { [1, 2].map($body).to_vec() })* //=1
        }
    };
}

methods! { Kind:
    twice => |x| {
        let y = x * 2; //=2
        y
    };
    thrice => |x| {
        let y = x * 3; //=0
        y
    };
}

macro_rules! with_default {
    ($name:ident, $($body:tt)*) => {
        trait $name {
            fn get(&self) -> u32 { $($body)* }
        }
        impl $name for Kind {}
    };
}

with_default! { Get,
    let x = 3; //=1
    x + 1 //=1
}

macro_rules! both {
    ($a:ident $b:ident $($body:tt)*) => {
        fn $a() -> u32 { $($body)* }
        fn $b() -> u32 { $($body)* }
    };
}

both! { left right
    let x = 1; //=3
    x + 1 //=3
}

macro_rules! shown {
    ($name:ident $($body:tt)*) => {
        fn $name() -> (u32, &'static str) {
            let text = stringify!($($body)*);
            let value = { $($body)* };
            (value, text)
        }
    };
}

shown! { shows
    let x = 1; //= excluded macro arguments of shown!
    x + 1 //= excluded macro arguments of shown!
}

macro_rules! fragments {
    ($name:ident $($body:stmt;)*) => {
        fn $name() { $($body;)* }
    };
}

fragments! { by_fragments
    let x = 1; //= excluded macro arguments of fragments!
    println!("{x}"); //= excluded macro arguments of fragments!
}

macro_rules! constant {
    ($name:ident $($body:tt)*) => {
        const fn $name() -> u32 { $($body)* }
    };
}

constant! { constants
    let x = 1; //= excluded macro arguments of constant!
    x + 1 //= excluded macro arguments of constant!
}

macro_rules! test {
    ($name:ident $($body:tt)*) => {
        #[test]
        fn $name() { $($body)* }
    };
}

test! { made
    let kind = Kind; //=-
    assert_eq!((one(1), returns(1), returns(3)), (1, 2, 5)); //=-
    assert_eq!((inside::call(), kind.twice(), kind.get()), (6, vec![2, 4], 4));
    assert_eq!((left() + left() + right(), shows()), (6, (2, "let x = 1; x + 1")));
    by_fragments();
    assert_eq!(constants(), 2); //=-
}

pub(crate) fn unused() -> u32 { //=0
    never(1) + first(1) + Kind.thrice().len() as u32 //=0
}
