pub fn guarded(v: &std::cell::Cell<u32>, b: bool) -> u32 { //=1
    scopeguard::defer! {
        v.set(9); //=1
        if b {
            v.set(10); //=0
        }
    }
    v.get() //=1
}
thread_local! {
    static T: Vec<u32> = {
        let mut v = vec![1]; //=1
        if v.len() > 3 {
            v.clear(); //=0
        }
        v
    };
    static U: Vec<u32> = make(|| 5);
}
fn make(f: fn() -> u32) -> Vec<u32> { //=1
    vec![f()] //=1
}
lazy_static::lazy_static! {
    static ref L: u32 = {
        let a = 1; //=1
        if a > 3 {
            2 //=0
        } else {
            3 //=1
        }
    };
}
mod more;
#[test]
fn t() {
    more::run();
    let c = std::cell::Cell::new(1);
    guarded(&c, false);
    T.with(|v| v.len());
    U.with(|v| v.len());
    assert_eq!(*L, 3);
}
