//! Modules and functions that macros of the crate declare.

#[macro_use]
mod modules_macros {
    macro_rules! declare {
        () => {
            #[path = "../present_file.rs"]
            mod declared;

            macro_rules! doubled {
                ($n:expr) => { if $n > 1 { $n * 2 } else { 0 } }; //~ 1 1 0
            }
        };
    }
    macro_rules! when_on {
        ($($item:item)*) => { $( #[cfg(feature = "on")] $item )* };
    }
    macro_rules! when_off {
        ($($item:item)*) => { $( #[cfg(feature = "off")] $item )* };
    }
}

declare!();

when_on! {
    #[path = "../inline/other.rs"]
    mod other;

    fn there() -> u32 { //~ 1
        if other::f() > 1 { 1 } else { 2 } //~ 1 0
    }
}

when_off! {
    #[path = "../nowhere.rs"]
    mod nowhere;

    fn absent() -> u32 { 1 }
}

when_on! {
    when_on! {
        fn deep() -> u32 { 3 } //~ 2
    }
    when_off! {
        fn deep() -> u32 { 4 }
    }
}

fn main() { //~ 1
    println!("{} {} {}", declared::f(), there(), doubled!(deep()));
}
