fn main() {
    probes::instrument("service/bin/service");
}
