fn main() {
    probes::instrument("harness/bin/harness");
}
