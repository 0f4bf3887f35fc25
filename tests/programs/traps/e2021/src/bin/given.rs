//! Macros that give back what they are given, and macros that such macros define.
#![allow(unused_macros)]

mod cfg {
    macro_rules! enabled {
        () => { true };
        (if { $($then:tt)* } else { $($other:tt)* }) => { $($then)* };
        ($($given:tt)*) => { $($given)* };
    }
    macro_rules! disabled {
        () => { false };
        (if { $($then:tt)* } else { $($other:tt)* }) => { $($other)* };
        ($($given:tt)*) => {};
    }
    macro_rules! either {
        (_ => { $($given:tt)* }) => { $($given)* };
        (#[cfg($meta:meta)] => $given:tt $($($rest:tt)+)?) => {
            #[cfg($meta)]
            $crate::cfg::either! { _ => $given }
            $(
                #[cfg(not($meta))]
                $crate::cfg::either! { $($rest)+ }
            )?
        };
        ($condition:path => $given:tt $($($rest:tt)+)?) => {
            $condition! { if { $crate::cfg::either! { _ => $given } } else { $($crate::cfg::either! { $($rest)+ })? } }
        };
    }
    macro_rules! names {
        ($(#[cfg($meta:meta)] => { $name:ident })*) => {
            $($crate::cfg::either! {
                #[cfg($meta)] => { pub(crate) use $crate::cfg::enabled as $name; }
                _ => { pub(crate) use $crate::cfg::disabled as $name; }
            })*
        };
    }
    pub(crate) use {disabled, either, enabled};

    names! {
        #[cfg(feature = "on")] => { on }
        #[cfg(feature = "off")] => { off }
    }
}

cfg::on! {
    #[path = "../given/renamed.rs"]
    mod renamed;

    fn first(n: u32) -> u32 { //~ 1
        if n > 1 { n } else { 0 } //~ 1 0
    }
}

cfg::off! {
    if {
        #[path = "../nowhere.rs"]
        mod chosen;
    } else {
        #[path = "../given/chosen.rs"]
        mod chosen;
    }
}

cfg::either! {
    cfg::off => { fn second() -> u32 { 1 } }
    cfg::on => { fn second() -> u32 { 2 } } //~ 1
    _ => { fn second() -> u32 { 3 } }
}

macro_rules! when {
    ( #![$meta:meta] $($item:item)* ) => {
        $( #[cfg($meta)] #[cfg_attr(docsrs, doc(cfg($meta)))] $item )*
    };
    ($($item:item)*) => { $( #[cfg(feature = "off")] $item )* };
}

when! {
    #![all(unix, feature = "on")]

    fn third() -> u32 { 3 } //~ 1
    impl Methods {
        fn inside(&self) -> u32 { if self.0 > 0 { 1 } else { 2 } } //~ 1 1 0
    }
}

when! {
    fn third() -> u32 { 4 }
}

struct Methods(u32);

macro_rules! methods {
    ($( $(#[$meta:meta])* $kind:ident { $($given:tt)* } )*) => {
        impl Methods { $( $kind! { $($given)* } )* }
    };
}

macro_rules! stable { ($($given:tt)*) => { $($given)* }; }
macro_rules! unstable { ($($given:tt)*) => {}; }

methods! {
    stable { fn get(&self) -> u32 { self.0 } } //~ 1
    unstable { fn get(&self) -> u32 { self.0 + 1 } }
}

impl Methods {
    stable! {
        fn more(&self) -> u32 { (0..self.0).map(|n| n + 1).sum() } //~ 1 3
    }
}

/// A macro of the same name around it must not be taken for the other one.
macro_rules! twice {
    ($($given:tt)*) => { self::other::twice! { $($given)* } };
}
mod other {
    macro_rules! twice {
        ($name:ident { $($given:item)* }) => { mod $name { $($given)* } };
    }
    pub(crate) use twice;
}

twice! { named {
    pub fn f() -> u32 { 5 } //~ 1
} }

macro_rules! define {
    ($dollar:tt $name:ident) => {
        macro_rules! $name { ($dollar($dollar item:item)*) => { $dollar($dollar item)* }; }
    };
}

define!($ made);

made! {
    mod inner {
        stable! { pub fn g() -> u32 { 6 } } //~ 1
    }
}

macro_rules! each {
    ($($type:ident)* $block:block) => { $( impl Block for $type { fn run() -> u32 $block } )* };
}

trait Block {
    fn run() -> u32;
}

struct A;
struct B;

each! { A B { if A::NAME.len() > 1 { 1 } else { 2 } } } //~ 2 0 2

impl A {
    const NAME: &'static str = "a";
}

fn main() { //~ 1
    println!("{} {} {} {}", renamed::f(), first(2), chosen::f(), second());
    println!("{} {} {} {}", third(), Methods(1).inside(), Methods(2).get(), Methods(3).more());
    println!("{} {} {} {}", named::f(), inner::g(), A::run(), B::run());
}
