//! `regex-lite`: captures from lines of a log, and a search for what is rarely there.

use harness::{Random, sentence};
use regex_lite::Regex;
use std::fmt::Write;

fn log(random: &mut Random) -> String {
    let mut text = String::new();
    for line in 0..60 {
        let level = random.pick(&["INFO", "WARN", "ERROR", "DEBUG"]);
        let _ = writeln!(
            text,
            "2024-05-{:02}T{:02}:{:02}:{:02}Z {level} [net::server] {} id={} took={}ms",
            1 + line % 28,
            random.below(24),
            random.below(60),
            random.below(60),
            sentence(random, 5),
            random.below(1_000_000),
            random.below(500),
        );
    }
    text
}

fn main() {
    let text = log(&mut Random::new(4));
    let fields = Regex::new(
        r"(?m)^(?<day>\d{4}-\d{2}-\d{2})T(?<time>[0-9:]+)Z (?<level>[A-Z]+) \[(?<target>[\w:]+)\] .*? id=(?<id>\d+)",
    )
    .expect("the expression is valid");
    let rare = Regex::new(r"(?i)(signal|daemon) (running|window) took=4\d+").expect("the expression is valid");
    harness::measure(|_| {
        let mut found = String::new();
        for captures in fields.captures_iter(&text) {
            found.push_str(&captures["level"]);
            found.push_str(&captures["id"]);
        }
        for hit in rare.find_iter(&text) {
            found.push_str(hit.as_str());
        }
        found
    });
}
