pub fn deep() -> &'static str {
    file!() // run
}
