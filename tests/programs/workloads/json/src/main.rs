//! `serde_json`: parses a document into a tree, changes it, and prints it, compact or pretty.

use harness::{Random, sentence};
use serde_json::{Map, Number, Value, json};

/// A record with a bit of everything that JSON has.
fn record(random: &mut Random, id: usize) -> Value {
    let scores: Vec<f64> = (0..random.below(8)).map(|_| random.below(100_000) as f64 / 64.0).collect();
    let tags: Map<String, Value> =
        (0..random.below(5)).map(|tag| (format!("tag-{tag}"), Value::from(random.below(1000)))).collect();
    json!({
        "id": id,
        "name": sentence(random, 3),
        "text": format!("{}\n\t\"{}\" \u{e9}\u{4e2d}", sentence(random, 6), sentence(random, 2)),
        "active": random.below(2) == 0,
        "parent": if random.below(3) == 0 { Value::Null } else { Value::from(-(random.below(1 << 20) as i64)) },
        "scores": scores,
        "tags": tags,
    })
}

/// Adds up the whole numbers of a tree, so that it is not only parsed but also walked.
fn total(value: &Value) -> u64 {
    match value {
        Value::Number(number) => number.as_u64().unwrap_or(1),
        Value::Array(items) => items.iter().map(total).sum(),
        Value::Object(members) => members.values().map(total).sum(),
        Value::Null | Value::Bool(_) | Value::String(_) => 0,
    }
}

fn main() {
    let mut random = Random::new(1);
    let records: Vec<Value> = (0..120).map(|id| record(&mut random, id)).collect();
    let text = Value::from(records).to_string();
    harness::measure(|iteration| {
        let mut tree: Value = serde_json::from_str(&text).expect("the document is valid");
        let sum = total(&tree);
        if let Some(first) = tree.get_mut(0).and_then(Value::as_object_mut) {
            first.insert("total".to_owned(), Value::Number(Number::from(sum + iteration as u64)));
        }
        let print = if iteration % 4 == 0 { serde_json::to_vec_pretty } else { serde_json::to_vec };
        print(&tree).expect("a tree can be printed")
    });
}
