#[path = "../inline/other.rs"]
mod named;
mod inner;

pub fn whole() -> u32 { //~ 1
    inner::f() + named::f() + line!()
}
