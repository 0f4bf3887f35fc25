use std::process::Command;

#[test]
fn ends_with_seven() {
    let status = Command::new(env!("CARGO_BIN_EXE_sample-app")).arg("exit").status().unwrap();
    assert_eq!(status.code(), Some(7)); // test
}

#[test]
fn names_itself() {
    assert!(file!().ends_with("tests/cli.rs"));
    assert_eq!(sample_lib::twice(2), 4);
}
