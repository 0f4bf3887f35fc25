pub fn f() -> u32 { ::mac_user() } //=-
