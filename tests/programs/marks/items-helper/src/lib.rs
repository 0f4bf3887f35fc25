//! Macros that other crates give items to.

#[macro_export]
macro_rules! given {
    ($($given:tt)*) => { $($given)* };
}

#[macro_export]
macro_rules! methods {
    ($($given:item)*) => { $($given)* };
}

#[macro_export]
macro_rules! described {
    ($what:literal => { $($given:tt)* }) => {
        pub fn described() -> u32 { //=1
            $($given)*
            $what.len() as u32 - 3
        }
    };
}

#[macro_export]
macro_rules! given_or_not {
    ($($given:tt)*) => {};
}

/// Functions with one token.
#[macro_export]
macro_rules! small_functions {
    ($(pub fn $name:ident() -> $type:ty { $token:tt })*) => { $(pub fn $name() -> $type { $token })* };
}

#[macro_export]
macro_rules! numbered {
    ($(pub fn $name:ident() -> $type:ty { $($token:tt)* })*) => { $(pub fn $name() -> $type { $($token)* })* };
}
