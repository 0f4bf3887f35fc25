mod more;
paste::paste! {
    pub fn [<a _one>](x: u32) -> u32 { //=1
        if x > 1 { 1 } else { 2 } //=1
    }
}
pub struct S;
impl S {
    paste::paste! {
        pub fn [<set _x>](&self, x: u32) -> u32 { //=1
            if x > 1 { 1 } else { 2 } //=1
        }
    }
}
paste::item! {
    pub fn plain_inside(x: u32) -> u32 { //=1
        x + 1 //=1
    }
}
cfg_if::cfg_if! {
    if #[cfg(unix)] {
        pub fn unixy() -> u32 { 1 } //=1
    } else {
        pub fn unixy() -> u32 { 2 } //=-
    }
}
macro_rules! wrap {
    ($($i:item)*) => { $($i)* };
}
wrap! {
    pub fn wrapped(x: u32) -> u32 { //=1
        if x > 1 { 1 } else { 2 } //=1
    }
}
macro_rules! gen_with_paste {
    ($n:ident) => {
        paste::paste! {
            pub fn [<get_ $n>](x: u32) -> u32 { //=1
                if x > 1 { 1 } else { 2 } //=1
            }
        }
    };
}
gen_with_paste!(foo);
#[test]
fn t() {
    a_one(1); S.set_x(2); plain_inside(1); unixy(); wrapped(1); get_foo(1);
}
