#![cfg_attr(not(test), no_std)]
#![cfg_attr(not(test), no_main)]
#[cfg(not(test))]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! { loop {} }
#[cfg(not(test))]
#[no_mangle]
pub extern "C" fn main() -> i32 { shared::f(0) as i32 - 1 }
#[link(name = "c")]
extern "C" {}
#[test]
fn t() { shared::f(1); }
#[cfg(not(test))] #[no_mangle] pub extern "C" fn rust_eh_personality() {}
