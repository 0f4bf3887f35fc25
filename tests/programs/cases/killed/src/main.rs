//! A program that starts itself: children that end with data and without, and one that stays.

use std::process::{Child, Command, Stdio};
fn child(what: &str) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.arg(what).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap()
}
fn main() {
    match std::env::args().nth(1).as_deref() {
        // SAFETY: exit_group of x86-64, as code in another language might call it.
        Some("exit") => unsafe {
            syscall(231, 0);
        },
        Some("elsewhere" | "return") => {}
        Some("wait") => {
            println!("ready");
            std::io::stdin().read_line(&mut String::new()).unwrap();
        }
        Some(_) => {
            std::thread::sleep(std::time::Duration::from_secs(30));
        }
        None => {
            for what in ["return", "exit", "exit"] {
                child(what).wait().unwrap();
            }
            let mut killed = child("wait");
            let mut line = String::new();
            std::io::BufRead::read_line(&mut std::io::BufReader::new(killed.stdout.take().unwrap()), &mut line)
                .unwrap();
            killed.kill().unwrap();
            killed.wait().unwrap();
            let mut other = Command::new(std::env::current_exe().unwrap());
            other
                .arg("elsewhere")
                .env("LIVECOV_DIR", std::env::current_dir().unwrap().join("elsewhere"))
                .status()
                .unwrap();
            println!("stays {}", child("stay").id());
        }
    }
}
extern "C" {
    fn syscall(number: i64, status: i32) -> i64;
}
