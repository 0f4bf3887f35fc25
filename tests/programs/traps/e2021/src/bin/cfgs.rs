//! Code that is there in one configuration and not in the other.
#![allow(dead_code)]

struct Number {
    n: u32,
}

impl Number {
    fn tail(&self) -> u32 { //~ 1
        #[cfg(feature = "off")]
        match self.n {
            1 => 2,
            _ => 3,
        }
        #[cfg(not(feature = "off"))]
        self.n
    }

    fn other_tail(&self) -> u32 { //~ 1
        #[cfg(not(feature = "off"))]
        match self.n {
            1 => 2, //~ 0
            _ => 3, //~ 1
        }
        #[cfg(feature = "off")]
        self.n
    }

    #[cfg(feature = "off")]
    fn absent(&self) -> u32 {
        self.there_is_no_such_field + true
    }
}

#[cfg(feature = "off")]
mod absent;

#[cfg_attr(feature = "on", path = "../present_file.rs")]
mod present;

fn statements(n: Option<u32>) -> u32 { //~ 1
    #[cfg(feature = "off")]
    return 1;
    #[cfg(feature = "on")]
    let m = n.unwrap_or(3);
    #[cfg(not(feature = "on"))]
    let m = 4;
    let list = [
        #[cfg(feature = "off")]
        (|| 1)(),
        #[cfg(feature = "on")]
        (|| 2)(), //~ 1
    ];
    let number = Number {
        #[cfg(feature = "off")]
        n: if m > 2 { 1 } else { 2 },
        #[cfg(not(feature = "off"))]
        n: if m > 2 { 1 } else { 2 }, //~ 0 1
    };
    match n { //~ 1
        #[cfg(feature = "off")]
        Some(1) => 1,
        #[cfg(feature = "on")]
        Some(2) => list[0], //~ 1
        _ => number.n, //~ 0
    }
}

cfg_if::cfg_if! {
    if #[cfg(feature = "off")] {
        fn chosen() -> u32 { 1 }
    } else if #[cfg(all(unix, feature = "on"))] {
        fn chosen() -> u32 { 2 } //~ 1
    } else {
        fn chosen() -> u32 { 3 }
    }
}

fn inside() -> u32 { //~ 1
    let n;
    cfg_if::cfg_if! {
        if #[cfg(feature = "on")] {
            n = if chosen() == 2 { 5 } else { 6 }; //~ 1 0
        } else {
            n = 7;
        }
    }
    n //~ 1
}

fn main() { //~ 1
    let number = Number { n: 1 };
    println!("{} {}", number.tail(), Number { n: 2 }.other_tail());
    println!("{} {} {}", statements(Some(2)), inside(), present::f());
}

#[cfg(test)]
mod tests {
    #[test]
    fn f() {}
}
