//! Writes and reads values through serde's own value types: no format is needed for that.

use serde::de::value::{Error, MapDeserializer, SeqDeserializer, StrDeserializer};
use serde::de::{DeserializeOwned, IntoDeserializer};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::fmt::{Debug, Display};
use std::net::IpAddr;
use std::rc::Rc;
use std::time::Duration;

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Point {
    x_axis: i32,
    #[serde(default)]
    y_axis: i32,
    #[serde(alias = "label", skip_serializing_if = "Option::is_none")]
    name: Option<String>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
enum Shape {
    Empty,
    Circle(u32),
    Line { from: i32, to: i32 },
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(untagged)]
enum Either {
    Number(i64),
    Text(String),
    List(Vec<u8>),
}

fn show<T: Debug>(what: &str, value: &Result<T, Error>) {
    match value {
        Ok(value) => println!("{what}: {value:?}"),
        Err(error) => println!("{what}: error: {error}"),
    }
}

fn map<T: DeserializeOwned>(what: &str, pairs: &[(&'static str, i32)]) {
    let read = MapDeserializer::<_, Error>::new(pairs.iter().copied());
    let value = T::deserialize(read);
    println!("{what}: {}", value.is_ok());
}

fn list<T: DeserializeOwned + Debug>(what: &str, items: Vec<u8>) {
    show(what, &T::deserialize(SeqDeserializer::<_, Error>::new(items.into_iter())));
}

fn text<T: DeserializeOwned + Debug>(what: &str, text: &str) {
    let read: StrDeserializer<'_, Error> = text.into_deserializer();
    show(what, &T::deserialize(read));
}

/// `fmt::Formatter` is a serializer of plain values.
struct Written<'a, T>(&'a T);

impl<T: Serialize> Display for Written<'_, T> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.serialize(formatter)
    }
}

fn written<T: Serialize>(value: &T) {
    let mut out = String::new();
    let done = std::fmt::write(&mut out, format_args!("{}", Written(value)));
    println!("written: {out} {done:?}");
}

fn main() {
    map::<Point>("point", &[("xAxis", 1), ("yAxis", 2)]);
    map::<Point>("point without default", &[("yAxis", 2)]);
    map::<Point>("unknown field", &[("xAxis", 1), ("other", 2)]);
    map::<HashMap<String, i32>>("map", &[("a", 1), ("b", 2)]);
    map::<BTreeMap<String, u8>>("too large", &[("a", 300)]);
    list::<Vec<u16>>("vector", vec![1, 2, 3]);
    list::<VecDeque<u64>>("deque", vec![1, 2]);
    list::<BTreeSet<i8>>("set", vec![3, 1, 2, 1]);
    list::<(u8, i64, f32)>("tuple", vec![1, 2, 3]);
    list::<(u8, u8)>("tuple that is too long", vec![1]);
    list::<[u8; 3]>("array", vec![7, 8, 9]);
    list::<Rc<[u8]>>("shared", vec![1]);
    list::<Either>("either", vec![1, 2]);
    list::<Duration>("duration", vec![4, 2]);
    text::<Shape>("unit variant", "Empty");
    text::<Shape>("newtype variant", "Circle");
    text::<Shape>("unknown variant", "Square");
    text::<Either>("untagged", "word");
    text::<String>("string", "word");
    text::<char>("char", "é");
    text::<char>("not a char", "word");
    text::<IpAddr>("address", "192.0.2.1");
    text::<IpAddr>("not an address", "192.0.2");
    text::<std::path::PathBuf>("path", "a/b");
    show("number", &Either::deserialize(IntoDeserializer::<Error>::into_deserializer(-5_i64)));
    show("option", &Option::<u8>::deserialize(IntoDeserializer::<Error>::into_deserializer(5_u8)));
    show("bool", &bool::deserialize(IntoDeserializer::<Error>::into_deserializer(5_u8)));
    written(&42_u8);
    written(&"text");
    written(&Shape::Empty);
    written(&Shape::Line { from: 1, to: 2 });
    written(&IpAddr::from([127, 0, 0, 1]));
    written(&Duration::from_secs(1));
    written(&Point { x_axis: 1, y_axis: 2, name: None });
}
