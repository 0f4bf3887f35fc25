//! Files that stand in the place of an `include!`.

include!("../included/beside.rs");

mod deep {
    include!(
        concat!(env!("CARGO_MANIFEST_DIR"), "/src/included/", "whole.rs")
    );

    pub fn line() -> u32 { //~ 1
        line!()
    }
}

macro_rules! included {
    ($name:ident $path:literal) => {
        mod $name {
            include!($path);
        }
    };
}

included!(made "../included/made.rs");

fn main() { //~ 1
    let table = include!("../included/table.rs");
    println!("{} {} {} {}", beside(table[1]), deep::whole(), deep::line(), made::made(1));
}
