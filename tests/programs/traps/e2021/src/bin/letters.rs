#!/usr/bin/env run
//! A mark, a line for the shell, ends of lines with two bytes, tabs, other letters.
fn main() { //~ 1
	let äö = "漢字"; if äö.len() > 2 { println!("{}", äö); } //~ 1
	let r#match = || 3; println!("{} {}", r#match(), line!()); //~ 1 1
}
