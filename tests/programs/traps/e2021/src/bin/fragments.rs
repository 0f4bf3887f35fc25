//! Calls of own macros among expressions: what they were given is counted where it stands, if that changes nothing.
#![allow(clippy::all)]

macro_rules! machine {
    ($state:ident, $step:expr) => {
        loop { //~ 1 3
            match $step {
                Some(next) => $state = next, //~ 2
                None => break, //~ 1
            }
        }
    };
}

macro_rules! when {
    ($condition:expr, $then:block) => {
        if $condition $then //~ 6
    };
    ($condition:expr, $then:block, $other:expr) => {
        if $condition $then else { $other } //~ 4 3
    };
}

macro_rules! lazily {
    ($given:expr) => {
        Some(1).unwrap_or_else($given) //~ 1
    };
}

macro_rules! shown {
    ($given:expr) => {
        concat!(stringify!($given), "!")
    };
}

macro_rules! shown_and_run {
    ($shown:expr, $given:expr) => {{
        println!("{} is {}", stringify!($shown), $shown); //~ 1
        $given //~ 1
    }};
}

macro_rules! must {
    ($given:expr) => {
        assert!($given) //~ 1
    };
    ($given:expr, $($message:tt)+) => {
        assert!($given, $($message)+) //~ 1
    };
}

macro_rules! constant {
    ($given:expr) => {{
        const VALUE: u32 = $given; //~ 1
        VALUE
    }};
}

macro_rules! both {
    ($given:expr) => {{
        const LEN: usize = $given; //~ 1
        LEN + $given
    }};
}

macro_rules! sum {
    () => { 0 };
    ($first:expr $(, $rest:expr)*) => { $first + sum!($($rest),*) }; //~ 14
}

macro_rules! through_another {
    ($($given:tt)*) => { $crate::sum!($($given)*, 1) };
}
pub(crate) use sum;

macro_rules! each {
    ($($given:expr),* $(,)?) => { [$($given),*] };
}

macro_rules! wrapped {
    ($($given:tt)*) => {{
        let guard = 1; //~ 4
        $($given)*
        drop(guard); //~ 3
    }};
}

macro_rules! unless {
    ($condition:expr => $($given:tt)*) => {
        if !$condition { $($given)* } //~ 1 0
    };
}

macro_rules! counted {
    () => { 0 };
    ($first:tt $($rest:tt)*) => { 1 + counted!($($rest)*) }; //~ 11
}

macro_rules! choose {
    ($given:expr; $($arms:tt)*) => {
        match $given { $($arms)* }
    };
}

macro_rules! one_of_two {
    (|$name:ident| $body:block) => { concat!("block ", stringify!($name)) };
    ($given:expr) => { if $given(1) > 1 { "more" } else { "less" } }; //~ 1 1 0
}

macro_rules! length {
    ($given:expr) => { [0u8; $given].len() }; //~ 1
}

macro_rules! twice {
    ($given:expr) => { if true { $given } else { $given } }; //~ 1 1 0
}

macro_rules! in_a_function {
    ($given:block) => {{
        fn inside() -> u32 $given //~ 1
        inside() + inside()
    }};
}

macro_rules! in_a_const_function {
    ($given:block) => {{
        const fn inside() -> usize $given //~ 1
        [0u8; inside()].len()
    }};
}

macro_rules! on {
    ($given:block $other:block) => {{
        #[cfg(feature = "on")] //~ 1
        $given
        #[cfg(not(feature = "on"))]
        $other
    }};
}

macro_rules! each_statement {
    ($($given:stmt;)*) => { $($given;)* };
}

macro_rules! statements {
    ($($given:stmt)*) => {{ $($given)* }}; //~ 1
}

macro_rules! until {
    ($name:ident < $limit:expr, $body:expr) => {
        while $name < $limit { //~ 2 4
            $body
            $name += 1; //~ 4
        }
    };
}

const fn in_const(n: u32) -> u32 { //~ 2
    when!(n > 1, { return 2; }); //~ 0
    when!(n > 0, { 1 }, 0) //~ 2 1 1
}

const FIXED: u32 = in_const(2) + sum!(if true { 1 } else { 2 }, 1);

fn leaves(n: u32) -> Option<u32> { //~ 3
    let n = sum!(
        if n > 1 { //~ 2
            let n = n.checked_sub(2)?;
            n * 2 //~ 2
        } else { //~ 1
            0
        },
        1
    );
    wrapped! { //~ 3
        when!(n > 1, { //~ 3 1
            return None;
        });
        println!("stays {n}"); //~ 2
    }
    Some(n) //~ 2
}

fn main() { //~ 1
    std::panic::set_hook(Box::new(|_| {})); //~ 1
    let mut state = 0;
    machine!(state, match state {
        0 => Some(1), //~ 1
        1 => { //~ 1
            let next = state + 1;
            Some(next)
        }
        3 => { //~ 0
            println!("never");
            None
        }
        _ => None, //~ 1
    });
    when!(state == 2, { //~ 1 1
        println!("two");
    });
    let other = when!(state == 3, { //~ 0
        println!("three");
        1
    }, if state > 3 { 4 } else { 5 }); //~ 1 0 1
    println!("{other} {}", lazily!(|| { //~ 0
        println!("never called");
        2
    }));
    println!("{}", shown!(if state == 2 { |x: u32| x + 1 } else { |x: u32| x }));
    println!("{}", shown_and_run!(state == 2 && other == 5, if state == 2 && other == 5 { 1 } else { 2 })); //~ 1 1 0
    let failed = std::panic::catch_unwind(|| must!(FIXED == 2 && FIXED > 1)); //~ 1
    println!("{:?}", failed.unwrap_err().downcast_ref::<&str>()); //~ 1
    must!(FIXED == 2 || FIXED == 4, "{}", { FIXED }); //~ 1 1 0
    println!("{}", constant!(if FIXED > 1 { 1 } else { 2 })); //~ 1
    println!("{}", both!(if FIXED > 1 { 1 } else { 2 }));
    println!("{}", through_another!(if state > 1 { 1 } else { 2 }, { state })); //~ 1 0 1
    println!("{:?}", each![(|| state)(), if state == 1 { 1 } else { 0 }, state + 1,]); //~ 1 0 1
    wrapped! {
        println!("in it"); //~ 1
        if state == 1 { //~ 0
            println!("not here");
        }
    }
    unless!(state == 2 =>
        println!("nor here"); //~ 0
        drop(state);
    );
    println!("{}", counted!(if state == 2 { 1 } else { 2 } && true));
    println!("{}", counted!({ if state == 2 && other == 5 { 1 } else { 2 } } x));
    println!("{}", choose!(state; 1 => "one", 2 => "two", _ => { "more" })); //~ 0 1 0
    println!("{}", one_of_two!(|x| x + 1));
    println!("{}", length!({
        let n = 3;
        n
    }));
    println!("{}", twice!(if state == 2 { 1 } else { 2 })); //~ 1 1 0
    println!("{} {}", in_a_function!({ if true { 1 } else { 2 } }), in_a_const_function!({ if true { 1 } else { 2 } })); //~ 2 2 0
    println!("{}", on!({ if state == 2 { 1 } else { 2 } } { 3 })); //~ 1 1 0
    each_statement! { let a = if state == 2 { 1 } else { 2 }; let b = a + 1; } //~ 1 0
    println!("{a} {b} {} {}", in_const(0), in_const(1));
    println!("{:?} {:?} {:?}", leaves(0), leaves(2), leaves(5));
    println!("{}", sum!(sum!({ state }, (|| 1)()), when!(state == 1, { 1 }, 0))); //~ 1 1 0 1
    statements! {
        let c = [0; 2]; //~ 1
        if c.len() == state { //~ 1
            println!("as long");
        }
    }
    until!(state < 4, { //~ 2
        if state == 3 { //~ 1
            println!("three");
        }
    });
    until!(state < 6, if state == 5 { //~ 1
        println!("five");
    });
    std::thread::spawn(move || sum!(if state == 2 { 1 } else { 2 })).join().unwrap(); //~ 1 0 1
}
