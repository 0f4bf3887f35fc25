//! Branches, loops, and statements that leave early.
use std::fmt::Write;

fn main() { //~ 1
    println!("{}", branches(1) + branches(5) + branches(10));
    println!("{:?} {:?}", early("1"), early("x"));
    println!("{}", loops());
    println!("{:?}", labels(3));
    println!("{}", let_else(Some(2)) + let_else(None));
    println!("{}", arms(&[1, 2, 3]));
    println!("{}", conditions(1, 2));
    println!("{}", closures());
    println!("{}", nested(4));
    println!("{}", if_let(Some(Ok(3))));
    println!("{}", starts_with_blocks(2));
    empty();
    if std::env::args().count() > 5 { //~ 0
        unreachable!();
    }
    println!("{}:{}:{}", file!(), line!(), column!()); //~ 1
}

fn empty() {} //~ 1

fn branches(n: u32) -> u32 { //~ 3
    let mut m = n;
    if n < 2 { //~ 1
        m += 1;
    } else if n < 6 { //~ 2 1
        m += 2;
    } else { //~ 1
        m += 3;
        m += 4;
    }
    m //~ 3
}

fn early(text: &str) -> Result<u32, std::num::ParseIntError> { //~ 2
    let number: u32 = text.parse()?;
    let mut out = String::new(); //~ 1
    write!(out, "{number}").unwrap();
    if number > 5 { //~ 1 0
        return Ok(5);
    }
    Ok(number + 1) //~ 1
}

fn loops() -> u32 { //~ 1
    let mut sum = 0;
    for n in 0..10 { //~ 10
        if n % 2 == 0 { //~ 5
            continue;
        }
        if n > 7 { //~ 5 1
            break;
        }
        sum += n; //~ 4
    }
    while sum < 20 { //~ 1 2
        sum += 3;
    }
    loop { //~ 1 4
        sum += 1;
        if sum > 25 { //~ 1
            break sum;
        }
    }
}

fn labels(n: u32) -> Option<u32> { //~ 1
    let found = 'search: { //~ 1
        for a in 0..n { //~ 2
            for b in 0..n { //~ 5
                if a * b == 1 { //~ 1
                    break 'search Some(a);
                }
            }
        }
        None //~ 0
    };
    found.map(|a| a + 1) //~ 1 1
}

fn let_else(n: Option<u32>) -> u32 { //~ 2
    let Some(n) = n else { return 7 }; //~ 1
    n //~ 1
}

fn arms(list: &[u32]) -> String { //~ 1
    let mut out = String::new();
    for n in list { //~ 3
        let word = match n {
            1 => "one", //~ 1
            2 if list.len() > 2 && list[0] == 1 => { //~ 1 1
                out.push('!');
                "two"
            }
            2 => "other two", //~ 0
            n if *n > 100 => "big", //~ 0
            _ => "many", //~ 1
        };
        out.push_str(word); //~ 3
    }
    out //~ 1
}

fn conditions(a: u32, b: u32) -> bool { //~ 1
    let first = a == 1 && b == 2 && a != b; //~ 1 1
    let second = a == 1 || b == 3; //~ 0
    while a > 3 && b > 4 {} //~ 0 0
    first && (second || a == 9) //~ 1 1 0
}

fn closures() -> u32 { //~ 1
    let add = |a: u32, b| a + b; //~ 2
    let typed = |a: u32| -> u32 { //~ 1
        let b = a;
        b * 2
    };
    let never = || println!("no"); //~ 0
    let _ = never;
    let moved = move |list: Vec<u32>| list.iter().map(|n| n + 1).filter(|n| n % 2 == 0).sum::<u32>(); //~ 1 3 3
    add(1, 2) + add(3, 4) + typed(5) + moved(vec![1, 2, 3])
}

fn nested(n: u32) -> u32 { //~ 1
    fn inner(n: u32) -> u32 { //~ 1
        n * 2
    }
    struct Local(u32);
    impl Local {
        fn get(&self) -> u32 { //~ 1
            self.0
        }
    }
    const SIZE: usize = if true { 2 } else { 3 };
    let list = [n; SIZE];
    Local(inner(list[0])).get() + unsafe {
        let p = &list[1] as *const u32;
        *p
    }
}

fn if_let(value: Option<Result<u32, ()>>) -> u32 { //~ 1
    if let Some(Ok(n)) = value { n } else if let Some(Err(())) = value { 1 } else { 0 } //~ 1 0 0 0
}

fn double(n: u32) -> u32 { //~ 2
    n * 2
}

macro_rules! same {
    ($value:expr) => { $value };
}

// As a statement it would end with its block.
macro_rules! chosen {
    ($value:expr) => { if $value > 1 { 1 } else { 2 } + 1 };
}

fn starts_with_blocks(n: u32) -> u32 { //~ 1
    let call = |n: u32| { if n > 1 { double } else { double } }(n); //~ 1 1 0
    let sum = |n| unsafe { *&raw const n } + 1; //~ 1
    let index = |n: usize| { [1, 2, 3] }[n]; //~ 1
    let cast = |n| match n { 2 => 1u8, _ => 2u8 } as u32; //~ 1 1 0
    let method = |n| if n > 1 { 1u32 } else { 2 }.pow(2); //~ 1 1 0
    let given = |n: u32| same! { n } + 1; //~ 1
    let chosen = |n: u32| chosen! { n }; //~ 1
    match n {
        2 => double(n) + call(n) + sum(n) + index(1) + cast(n) + method(n) + given(n) + chosen(n), //~ 1
        _ => 0, //~ 0
    }
}
