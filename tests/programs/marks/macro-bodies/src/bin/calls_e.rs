fn main() {
    minis::e(1); //=1
    println!("not here"); //=1
}
