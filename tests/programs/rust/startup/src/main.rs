//! A hundred thousand units. `startup` runs some of them; `startup _exit` and `startup exit` end at once, with and without
//! what is done at exit.

include!(concat!(env!("OUT_DIR"), "/coverage.rs"));
include!(concat!(env!("OUT_DIR"), "/functions.rs"));

fn main() {
    let how = std::env::args_os().nth(1);
    match how.as_ref().and_then(|how| how.to_str()) {
        // SAFETY: ends the process, which has nothing to finish.
        Some("_exit") => unsafe { libc::_exit(0) },
        Some("exit") => {}
        _ => {
            let sum = FUNCTIONS.iter().step_by(10).fold(0u32, |sum, function| sum.wrapping_add(function(50)));
            println!("{sum} {}", livecov_rt::is_instrumented());
        }
    }
}
