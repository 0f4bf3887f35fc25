//! Writes a function that the library includes.

use std::path::Path;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let out = std::env::var_os("OUT_DIR").expect("cargo sets it");
    let text = "pub fn generated() -> u32 { 6 }";
    std::fs::write(Path::new(&out).join("generated.rs"), text).expect("a file");
}
