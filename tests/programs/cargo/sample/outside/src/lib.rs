pub fn place() -> &'static str {
    file!() // deps
}
