pub fn diverge(_: u32) -> ! { //=1
    std::process::exit(0) //=1
}

pub struct Ending;

pub trait Fail {
    fn fail(&self) -> !;
}

impl Fail for Ending {
    fn fail(&self) -> ! { //=1
        std::process::exit(0) //=1
    }
}
