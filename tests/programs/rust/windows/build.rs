fn main() {
    // Five functions that are hit over and over, and 400,000 units that are hit once.
    let mut functions = vec![8; 5];
    functions.extend([100; 4_000]);
    probes::describe("windows", &functions);
}
