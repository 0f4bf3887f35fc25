#[macro_use]
mod mac;
#[path = "a.rs"] mod async; //=-
extern crate core as c2;
pub trait Anon { fn f(u32, &str) -> u32; fn g(&self, u8) -> u32 { 1 } } //= excluded unparsed
pub struct X;
impl Anon for X { fn f(a: u32, _: &str) -> u32 { a } } //=1
pub fn boxed(x: Box<Fn(u32) -> u32>) -> u32 { x(1) } //= excluded unparsed
pub fn trying(s: &str) -> Result<u32, ::std::num::ParseIntError> { //=2
    let x = try!(s.parse::<u32>()); //=2
    Ok(x) //=1
}
pub fn range(x: u8) -> u8 { match x { 0...9 => 1, _ => 2 } } //=1
pub fn dyn_() -> u32 { let dyn = 5; let await = 1; dyn + await } //= excluded unparsed
#[test]
fn t() {
    X::f(1, "");
    X.g(1);
    boxed(Box::new(|x| x));
    trying("1").unwrap();
    trying("x").unwrap_err();
    range(1);
    dyn_();
    assert_eq!(m!(), 4);
    async::f();
}
fn mac_user() -> u32 { m!() } //=1
