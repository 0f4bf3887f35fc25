pub fn f() -> u32 { inline::g() } //~ 1 1

mod inline {
    #[path = "deeper.rs"]
    mod deeper;
    pub fn g() -> u32 { deeper::h() } //~ 1 1
}
