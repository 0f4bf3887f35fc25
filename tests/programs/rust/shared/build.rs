fn main() {
    probes::instrument("shared");
}
