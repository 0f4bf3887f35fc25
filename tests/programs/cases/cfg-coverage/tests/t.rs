mod common;

#[test]
fn is_set() {
    assert!(cf::SET && cfg!(coverage));
    assert_eq!(cf::sum(), common::three());
    assert_eq!(cf::by_macro(), 1);
}

#[test]
#[cfg_attr(coverage, ignore)]
fn slow() {
    panic!("it takes too long where coverage is measured");
}
