#[macro_export]
macro_rules! must_be_small {
    ($x:expr) => {
        if $x > 10 {
            return None; //=2
        }
    };
}

#[macro_export]
macro_rules! must_be_smaller {
    ($x:expr $(,)?) => {
        must_be_small!($x + 1)
    };
}
