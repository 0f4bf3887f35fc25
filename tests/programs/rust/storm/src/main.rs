//! Dumps by signal handlers, while the program is in the middle of what handlers may not interfere with. The first
//! argument says what to do; the suite `rt_signals` gives it.

include!(concat!(env!("OUT_DIR"), "/coverage.rs"));

mod descriptors;
mod filter;
mod hooks;
mod stack;
mod takes;
mod threads;

fn main() {
    cov!(main, 0);
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["storm", total, nested, plugins @ ..] => threads::storm(number(total), *nested == "nested", plugins),
        ["allocate", what] => hooks::allocate_in_handler(what),
        ["filter", names, what] => filter::run(names, what),
        ["stack", libraries @ ..] => stack::measure(libraries),
        ["takes", count] => takes::run(number(count)),
        ["descriptors", directory, decoy] => descriptors::run(directory, decoy),
        _ => panic!("what to do?"),
    }
}

fn number(text: &str) -> u64 {
    text.parse().expect("a number")
}
