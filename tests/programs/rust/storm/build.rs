fn main() {
    probes::instrument("storm/bin/storm");
}
