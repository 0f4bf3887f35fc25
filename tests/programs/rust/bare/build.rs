fn main() {
    probes::instrument("bare/bin/bare");
}
