fn main() {
    probes::instrument("host/bin/host");
}
