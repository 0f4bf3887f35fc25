//! What is left out by attributes and comments.
#![allow(unexpected_cfgs, unused_attributes)]

#[cfg_attr(any(), coverage(off))]
fn counted() -> u32 { 1 } //~ 1

// livecov:off
fn region() -> u32 {
    if true { 1 } else { 2 }
}
// livecov:on

fn partly(n: u32) -> u32 { //~ 1
    let mut m = n;
    // livecov:off
    if n > 1 {
        m += 1;
    }
    // livecov:on
    m += 2; //~ 1
    m
}

fn main() { //~ 1
    println!("{} {} {}", counted(), region(), partly(2));
}
