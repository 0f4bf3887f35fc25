//! A thousand functions of a hundred units each, in `OUT_DIR/functions.rs`.

use std::fmt::Write;
use std::path::Path;
use std::{env, fs};

const FUNCTIONS: usize = 1_000;
const UNITS: usize = 100;

fn main() {
    probes::describe("startup", &[UNITS; FUNCTIONS]);
    println!("cargo::rerun-if-changed=build.rs");
    let mut text = String::new();
    for function in 0..FUNCTIONS {
        writeln!(text, "fn f{function}(mut a: u32) -> u32 {{\n    cov!(f{function}, 0);").expect("memory");
        for unit in 1..UNITS {
            writeln!(text, "    if a > {unit} {{\n        cov!(f{function}, {unit});\n        a += 1;\n    }}")
                .expect("memory");
        }
        text.push_str("    a\n}\n");
    }
    let names: Vec<_> = (0..FUNCTIONS).map(|function| format!("f{function}")).collect();
    writeln!(text, "static FUNCTIONS: [fn(u32) -> u32; {FUNCTIONS}] = [{}];", names.join(", ")).expect("memory");
    let out = env::var_os("OUT_DIR").expect("set for build scripts");
    fs::write(Path::new(&out).join("functions.rs"), text).expect("a file");
}
