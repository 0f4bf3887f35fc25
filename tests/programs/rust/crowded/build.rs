use std::path::Path;

/// Packages besides the library's own, all alike.
const COUNT: usize = 400;

fn main() {
    probes::instrument("crowded");
    let package = r#"{ include!(concat!(env!("OUT_DIR"), "/coverage.rs")); }"#;
    let modules: String = (0..COUNT).map(|number| format!("mod package{number} {package}\n")).collect();
    let to = std::env::var_os("OUT_DIR").expect("the output directory");
    std::fs::write(Path::new(&to).join("packages.rs"), modules).expect("a file of modules");
}
