fn main() {
    probes::instrument("plugin-b");
}
