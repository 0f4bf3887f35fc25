fn main() {
    println!("cargo::rustc-check-cfg=cfg(counters, values(\"bytes\", \"words\"))");
    match probes::mode().as_deref() {
        None => {}
        Some("set") => println!("cargo::rustc-cfg=counters=\"bytes\""),
        Some(_) => println!("cargo::rustc-cfg=counters=\"words\""),
    }
    probes::instrument("harness/bin/harness");
}
