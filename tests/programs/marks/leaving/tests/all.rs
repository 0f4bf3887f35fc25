use leaving::*;
use std::panic::catch_unwind;
use std::process::Command;

#[test]
fn all() {
    assert!(catch_unwind(|| asserted(9)).is_err());
    assert!(catch_unwind(|| asserted_equal(9)).is_err());
    assert!(catch_unwind(|| asserted_in_debug(9)).is_err());
    assert!(catch_unwind(|| expected(None)).is_err());
    assert!(catch_unwind(|| unwrapped(None)).is_err());
    assert!(catch_unwind(|| in_a_closure(&[0])).is_err());
    assert!(catch_unwind(|| or_else(None)).is_err());
    assert_eq!((checked(1), checked(11)), (Some(2), None));
    assert_eq!((twice_checked(1), twice_checked(11)), (Some(2), None));
    assert_eq!(not_left(1), 2);
    for way in ["function", "method"] {
        let output = Command::new(env!("CARGO_BIN_EXE_ending")).arg(way).output().unwrap();
        assert!(output.status.success() && output.stdout.is_empty());
    }
}
