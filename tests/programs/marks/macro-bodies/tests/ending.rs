#[test]
fn the_program_ends() {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_calls_e")).output().unwrap();
    assert!(output.status.success() && output.stdout.is_empty());
}
