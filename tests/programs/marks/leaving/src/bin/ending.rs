//! Ends in one of several ways.

fn main() { //=2
    let way = std::env::args().nth(1); //=2
    match way.as_deref() { //=2
        Some("function") => drop(leaving::ended(1)), //=1
        _ => drop(leaving::ended_by_a_method(1)), //=1
    }
    println!("not here"); //=0
}
