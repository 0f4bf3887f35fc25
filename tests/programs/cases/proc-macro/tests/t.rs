//! Has cargo compile crates that call the macro, in a directory of their own, as trybuild does.

use std::fs;
use std::path::Path;
use std::process::Command;

fn compiles(name: &str, command: &str) -> bool {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let project = root.join("target/ui-project").join(name);
    fs::create_dir_all(&project).unwrap();
    let file = root.join("tests/ui").join(name).with_extension("rs");
    let manifest = format!(
        "[package]\nname = \"ui-{name}\"\nversion = \"0.1.0\"\nedition = \"2021\"\n[workspace]\n\
         [[bin]]\nname = \"ui-{name}\"\npath = {file:?}\n[dependencies]\ntb = {{ path = {root:?} }}\n"
    );
    fs::write(project.join("Cargo.toml"), manifest).unwrap();
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args([command, "--quiet", "--offline", "--target", "host-tuple"]).current_dir(project);
    cargo.env("CARGO_TARGET_DIR", root.join("target/ui")).env_remove("RUSTFLAGS");
    cargo.output().unwrap().status.success()
}

#[test]
fn ui() {
    assert!(compiles("ok", "run"));
    assert!(!compiles("bad", "check"));
}

#[test]
fn used() {
    assert_eq!(tb::number!(7), 7);
}
