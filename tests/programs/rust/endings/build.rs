fn main() {
    probes::instrument("endings/bin/endings");
}
