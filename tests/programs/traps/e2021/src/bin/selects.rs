//! `cfg_select!`: what is chosen is there, the rest is not.

cfg_select! {
    feature = "off" => {
        #[path = "../nowhere.rs"]
        mod chosen;
    }
    unix => {
        #[path = "../inline/other.rs"]
        mod chosen;

        fn there(n: u32) -> u32 { //~ 1
            if n > 1 { n } else { 0 } //~ 1 0
        }
    }
    _ => {
        fn there(_: u32) -> u32 { 9 }
    }
}

struct Number(u32);

impl Number {
    cfg_select! {
        any(windows, feature = "off") => {
            fn get(&self) -> u32 { 1 }
        }
        _ => {
            fn get(&self) -> u32 { self.0 } //~ 1
        }
    }

    cfg_if::cfg_if! {
        if #[cfg(feature = "on")] {
            fn take(self) -> u32 { self.0 + 1 } //~ 1
        } else {
            fn take(self) -> u32 { 0 }
        }
    }
}

fn statements() -> u32 { //~ 1
    let n;
    cfg_select! {
        windows => { n = 3; }
        all(unix, true) => {
            n = if there(2) == 2 { 5 } else { 6 }; //~ 1 0
        }
        _ => {}
    }
    n //~ 1
}

fn tail() -> u32 { //~ 1
    cfg_select! {
        windows => { 1 }
        _ => {
            let list = [1, 2];
            list.iter().map(|n| n + 1).sum() //~ 2
        }
    }
}

fn expression(n: u32) -> u32 { //~ 1
    let first = cfg_select! {
        windows => 1,
        unix => if n > 1 { 2 } else { 3 } //~ 1 0
        _ => 4,
    };
    first + cfg_select! { feature = "off" => { 0 }, _ => { if n == 1 || n == 2 { 1 } else { 2 } }, } //~ 1 1 1 0
}

fn main() { //~ 1
    println!("{} {} {}", chosen::f(), Number(1).get(), Number(2).take());
    println!("{} {} {}", statements(), tail(), expression(2));
}
