include!(concat!(env!("OUT_DIR"), "/coverage.rs"));
fn main() {
    cov!(main, 0);
    let a: Vec<String> = std::env::args().collect();
    match a.get(1).map(String::as_str) {
        Some("dump") => {
            cov!(main, 1);
            livecov_rt::write_counters_dir(&a[2]).unwrap();
        }
        Some("take") => {
            cov!(main, 2);
            livecov_rt::take_counters_dir(&a[2]).unwrap();
            livecov_rt::take_counters_dir(&a[2]).unwrap();
        }
        _ => println!("{}", livecov_rt::is_instrumented()),
    }
}
