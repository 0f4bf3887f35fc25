pub fn f() -> u32 { 2 } //~ 1 1 1
