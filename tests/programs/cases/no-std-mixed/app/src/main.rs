fn main() {
    println!("{}", shared::f(1));
}
