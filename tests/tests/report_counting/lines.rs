//! Which lines count, and how often they ran.

use crate::{file, json, json_of, lines, ratio};
use livecov_format::model::UnitKind::{Arm, Body, Closure, Condition, Continuation, Else, Loop, Then};
use livecov_format::vocab::CounterMode;
use livecov_tests::corpus;
use livecov_tests::reports::{DAY, Part, Source, package, part, program, shop, way, write_pod};

/// The lines of one function in a file.
fn lines_of(text: &str, parts: &[Part<'_>], counts: &[u32]) -> String {
    let source = Source::new("a.rs", text).function("f", "fn f", parts);
    let report = json_of(&program(CounterMode::Count, vec![package("p", &[&source])]), &[&[("f", counts)]]);
    lines(file(&report, "a.rs"))
}

#[test]
fn the_innermost_unit_decides_and_comments_and_braces_do_not_count() {
    let report = json_of(&shop(CounterMode::Count), &[DAY]);
    let price = file(&report, "src/price.rs");
    assert_eq!(lines(price), "3:7 4:7 5:5 6:3 8:2 11:7 12:7 13:2 14:5 15:0 16:0 17:0 22:0 23:0");
    assert_eq!(ratio(price, "lines"), (9, 14));
    let stock = file(&report, "src/stock/größe &<]]>.rs");
    assert_eq!(lines(stock), "1:3 2:3 3:1 5:2 6:4294967295 7:2~");
}

#[test]
fn what_follows_an_early_return_does_not_count_as_what_is_around_it() {
    let text = "fn f() {\n    if x {\n        g()?;\n        // Then.\n        h();\n    }\n}\n";
    let parts =
        [part(Body, "fn f", "\n    }"), way(Then, "{\n        g", "?;", 0, 1), part(Continuation, "h();", "h();")];
    assert_eq!(lines_of(text, &parts, &[5, 5, 0]), "1:5 2:5~ 3:5 5:0");
}

#[test]
fn a_function_inside_another_has_its_own_lines() {
    let text = "fn f() {\n    fn g() {\n        h();\n    }\n    i();\n}\n";
    let source = Source::new("a.rs", text).function("f", "fn f", &[part(Body, "fn f", "\n}")]);
    let source = source.function("f::g", "fn g", &[part(Body, "fn g", "\n    }")]);
    let report = json_of(&program(CounterMode::Count, vec![package("p", &[&source])]), &[&[("f", &[3])]]);
    assert_eq!(lines(file(&report, "a.rs")), "1:3 2:0 3:0 5:3");
}

#[test]
fn blocks_reach_around_what_follows_an_early_return_in_them() {
    let text = "fn f() {\n    g()?;\n    if x {\n        h();\n    }\n    i();\n}\n";
    let parts = [
        part(Body, "fn f", "\n}"),
        part(Continuation, "if x", "\n    }"),
        way(Then, "{\n        h", "\n    }", 1, 1),
        part(Continuation, "i();", "i();"),
    ];
    assert_eq!(lines_of(text, &parts, &[5, 4, 3, 2]), "1:5 2:5 3:4 4:3 6:2");
}

#[test]
fn a_continuation_behind_other_code_on_its_line_does_not_hide_it() {
    let text = "fn f() {\n    g()?; h();\n}\n";
    let parts = [part(Body, "fn f", "?;"), part(Continuation, "h();", "h();")];
    assert_eq!(lines_of(text, &parts, &[5, 0]), "1:5 2:5~");
    let text = "fn f() { g()?; h();\n}\n";
    assert_eq!(lines_of(text, &parts, &[5, 0]), "1:5~");
}

#[test]
fn arms_colour_their_patterns_unless_the_match_stands_on_the_line() {
    let text =
        "fn f() {\n    match x {\n        A => 1,\n        B if p(|y| y) => {\n            2\n        }\n    }\n}\n";
    let parts = [
        part(Body, "fn f", "\n    }"),
        way(Arm, "1", "1", 0, 1),
        way(Closure, "y)", "y", 0, 0),
        way(Arm, "{\n            2", "\n        }", 0, 1),
    ];
    assert_eq!(lines_of(text, &parts, &[5, 0, 1, 0]), "1:5 2:5 3:0 4:5~ 5:0");
    let text = "fn f() { match x { A => 1, B => 2 } }\n}\n";
    let parts = [part(Body, "fn f", "2 }"), way(Arm, "1", "1", 0, 1), way(Arm, "2", "2", 0, 1)];
    assert_eq!(lines_of(text, &parts, &[5, 0, 0]), "1:5~");
}

#[test]
fn a_line_has_the_largest_count_of_what_starts_on_it() {
    let text = "fn f() {\n    if a { g(); } else { for x in y { h(); } }\n    i();\n}\n";
    let parts = [
        part(Body, "fn f", "i();"),
        way(Then, "{ g", "}", 0, 1),
        way(Else, "{ for", "} }", 0, 1),
        way(Loop, "{ h", "}", 2, 0),
    ];
    assert_eq!(lines_of(text, &parts, &[3, 2, 1, 40]), "1:3 2:40 3:3");
    assert_eq!(lines_of(text, &parts, &[3, 3, 0, 0]), "1:3 2:3~ 3:3");
}

#[test]
fn the_line_of_an_else_has_the_count_of_what_it_starts() {
    let text =
        "fn f() {\n    if a {\n        g();\n    } else if b {\n        h();\n    } else {\n        i();\n    }\n}\n";
    let parts = [
        part(Body, "fn f", "\n    }\n}"),
        way(Then, "{\n        g", "\n    }", 0, 1),
        way(Else, "if b", "i();\n    }", 0, 1),
        way(Then, "{\n        h", "\n    }", 2, 2),
        way(Else, "{\n        i", "\n    }", 2, 2),
    ];
    assert_eq!(lines_of(text, &parts, &[5, 5, 0, 0, 0]), "1:5 2:5~ 3:5 4:0 5:0 6:0 7:0");
    assert_eq!(lines_of(text, &parts, &[5, 2, 3, 3, 0]), "1:5 2:5 3:2 4:3~ 5:3 6:0 7:0");
    // On the line of the `if` itself there is more than a brace.
    let text = "fn f() {\n    if a { g(); } else {\n        h();\n    }\n}\n";
    let parts =
        [part(Body, "fn f", "\n    }\n}"), way(Then, "{ g", "}", 0, 1), way(Else, "{\n        h", "\n    }", 0, 1)];
    assert_eq!(lines_of(text, &parts, &[5, 5, 0]), "1:5 2:5~ 3:0");
}

#[test]
fn parts_of_statements_make_lines_partial_and_colour_none() {
    let text = "fn f() {\n    g(a &&\n        b);\n}\n";
    let parts = [part(Body, "fn f", ");"), way(Condition, "b", "b", 0, 0)];
    assert_eq!(lines_of(text, &parts, &[3, 0]), "1:3 2:3 3:3~");
    let text = "fn f() {\n    g(a && h(\n        b));\n}\n";
    let parts = [part(Body, "fn f", ");"), way(Condition, "h(", "b)", 0, 0)];
    assert_eq!(lines_of(text, &parts, &[3, 0]), "1:3 2:3~ 3:3");
}

#[test]
fn only_lines_that_a_unit_touches_count() {
    let text = "fn f() {\n    g();\n}\nconst A: u8 = 1;\n";
    assert_eq!(lines_of(text, &[part(Body, "fn f", ");")], &[1]), "1:1 2:1");
}

#[test]
fn without_code_lines_all_that_is_touched_counts() {
    let source = Source::new("a.rs", "fn f() {\n    g(\n\n    );\n    h();\n}\n");
    let source = source.function("f", "fn f", &[part(Body, "g(", ");"), part(Body, "h(", "\n}")]);
    let mut package = package("p", &[&source]);
    package.extension = Default::default();
    let report = json_of(&program(CounterMode::Set, vec![package]), &[&[("f", &[1, 0])]]);
    assert_eq!(lines(file(&report, "a.rs")), "2:1 3:1 4:1 5:0 6:0");
    assert_eq!(file(&report, "a.rs")["content_md5"], serde_json::Value::Null);
}

#[test]
fn lines_of_go_are_those_of_its_blocks() {
    let report = json(&corpus::tiny("count"), &[]);
    let main = file(&report, "example.org/tiny/main.go");
    assert!(lines(main).starts_with("14:4 17:1 19:1 20:1 22:0 29:4 33:4 35:0 37:1"), "{}", lines(main));
    // Its percentages are those of statements, which Go's tool has.
    assert_eq!(ratio(&report, "statements"), (68, 79));
}

#[test]
fn a_unit_that_claims_billions_of_lines_costs_no_more_than_the_limit() {
    let mut package = package("p", &[&Source::new("a.rs", "")]);
    let huge = livecov_format::model::Unit::from_numbers([1, 1, u32::MAX, 1, 1]);
    let function = livecov_tests::model::Function {
        name: b"f".into(),
        file: b"a.go".into(),
        units: vec![huge],
        ..Default::default()
    };
    package.functions = vec![function];
    package.extension = Default::default();
    let scratch = tempfile::tempdir().unwrap();
    write_pod(scratch.path(), &program(CounterMode::Set, vec![package]), &[&[("f", &[1])]]);
    let path = scratch.path().to_str().unwrap();
    let (status, out, err) = livecov_tests::reports::report(&[path]);
    assert_eq!(status, 0, "{err}");
    assert!(err.contains("warning: the data claim more than 33554432 lines: those beyond are left out\n"), "{err}");
    assert!(out.contains("33554432/33554432 100.0%"), "{out}");
}
