pub fn made(n: u32) -> u32 { //~ 1
    match n {
        1 => 2, //~ 1
        _ => 3, //~ 0
    }
}
