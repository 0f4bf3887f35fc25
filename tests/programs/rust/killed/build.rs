fn main() {
    probes::describe("killed", &[10; 5_000]);
}
