fn main() {
    // A million units, in functions of the shape that ci/bench-rt gives the other languages.
    probes::describe("emission", &[50; 20_000]);
}
