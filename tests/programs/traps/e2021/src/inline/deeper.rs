pub fn h() -> u32 { 4 } //~ 1 1
