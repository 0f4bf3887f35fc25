fn main() {
    println!("{} {} {}", cf::SET, cfg!(coverage), cf::sum());
}
