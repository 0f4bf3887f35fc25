use std::process::{Command, exit};

sample_macros::answer!();

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.first().map(String::as_str) {
        Some("exit") => exit(7), // exit
        Some("panic") => sample_lib::places::fail(), // panic
        Some("abort") => std::process::abort(), // abort
        Some("child") => child(),
        Some("wait") => wait(),
        _ => show(), // run
    }
}

fn show() {
    println!("{} {:?} {:?}", answer(), sample_lib::corners("triangle"), sample_lib::twice(21)); // run
    println!("{}", sample_lib::places::place());
    println!("{}", sample_lib::places::caller());
    println!("{} {}", sample_lib::places::deep::deep(), sample_lib::places::NOTES.trim());
    println!("{}", outside::place().ends_with("src/lib.rs"));
    println!("{} {}", env!("CARGO_MANIFEST_DIR").ends_with("app"), module_path!());
    #[cfg(feature = "extra")]
    println!("{}", sample_lib::extra()); // extra
}

/// Runs itself, once more.
fn child() {
    let own = std::env::current_exe().expect("a path"); // child
    let status = Command::new(own).arg("exit").status().expect("a child");
    println!("child: {status}");
}

fn wait() {
    println!("waiting"); // wait
    loop {
        std::thread::park();
    }
}
