fn main() {
    probes::instrument("plugin-a");
}
