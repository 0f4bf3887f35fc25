//! Where ways part, and which were taken.

use crate::{branches, file, json_of, ratio};
use livecov_format::model::UnitKind::{Arm, Body, Condition, Else, LetElse, Loop, Then};
use livecov_format::vocab::CounterMode;
use livecov_tests::reports::{DAY, Part, Source, package, part, program, shop, way};

fn branches_of(mode: CounterMode, text: &str, parts: &[Part<'_>], counts: &[u32]) -> Vec<String> {
    let source = Source::new("a.rs", text).function("f", "fn f", parts);
    let report = json_of(&program(mode, vec![package("p", &[&source])]), &[&[("f", counts)]]);
    branches(file(&report, "a.rs"))
}

const IF: &str = "fn f() {\n    if a {\n        g();\n    }\n}\n";

fn lone_then(decision: u32) -> [Part<'static>; 2] {
    [part(Body, "fn f", "\n    }"), way(Then, "{\n        g", "\n    }", 0, decision)]
}

#[test]
fn a_shop_has_branches_of_each_kind() {
    let report = json_of(&shop(CounterMode::Count), &[DAY]);
    let price = file(&report, "src/price.rs");
    assert_eq!(branches(price), ["5: condition=4", "5: then=3 implicit=2", "13: arm=2 arm=5@14 arm=0@15"]);
    assert_eq!(ratio(price, "branches"), (5, 6));
    let stock = file(&report, "src/stock/größe &<]]>.rs");
    assert_eq!(branches(stock), ["2: let-else=1 implicit=2"]);
}

#[test]
fn an_if_without_else_has_another_way_whose_count_is_what_is_left() {
    for decision in [0, 1] {
        let parts = lone_then(decision);
        assert_eq!(branches_of(CounterMode::Count, IF, &parts, &[5, 5]), ["2: then=5 implicit=0"]);
        assert_eq!(branches_of(CounterMode::Atomic, IF, &parts, &[5, 2]), ["2: then=2 implicit=3"]);
        // A branch may have been counted before the code around it: in a snapshot, or by threads that lose counts.
        assert_eq!(branches_of(CounterMode::Count, IF, &parts, &[5, 6]), ["2: then=6 implicit=0"]);
    }
}

#[test]
fn modes_and_counts_that_cannot_tell_leave_the_other_way_out() {
    assert_eq!(branches_of(CounterMode::Set, IF, &lone_then(1), &[1, 1]), ["2: then=1"]);
    assert_eq!(branches_of(CounterMode::Set, IF, &lone_then(1), &[1, 0]), ["2: then=0"]);
    let most = u32::MAX;
    assert_eq!(branches_of(CounterMode::Count, IF, &lone_then(1), &[most, most]), ["2: then=4294967295"]);
    assert_eq!(branches_of(CounterMode::Count, IF, &lone_then(1), &[most, 1]), ["2: then=1 implicit=4294967294"]);
}

#[test]
fn what_was_not_reached_could_not_be_taken() {
    assert_eq!(branches_of(CounterMode::Count, IF, &lone_then(1), &[0, 0]), ["2: then=0 implicit=0 unreached"]);
}

#[test]
fn both_ways_of_an_if_belong_to_its_line_and_arms_to_their_own() {
    let text = "fn f() {\n    if a\n    {\n        g();\n    } else {\n        h();\n    }\n}\n";
    let parts = [
        part(Body, "fn f", "h();\n    }"),
        way(Then, "{\n        g", "\n    }", 0, 7),
        way(Else, "{\n        h", "\n    }", 0, 7),
    ];
    // The brace of the branch is on line 3, which does not count.
    assert_eq!(branches_of(CounterMode::Set, text, &parts, &[1, 1, 0]), ["2: then=1 else=0"]);
    let text = "fn f() {\n    match a {\n        A => 1,\n        B => 2,\n    }\n}\n";
    let parts = [part(Body, "fn f", "\n    }"), way(Arm, "1", "1", 0, 1), way(Arm, "2", "2", 0, 1)];
    assert_eq!(branches_of(CounterMode::Set, text, &parts, &[1, 0, 1]), ["3: arm=0 arm=1@4"]);
}

#[test]
fn one_way_is_no_branch_but_a_condition_is() {
    let text = "fn f() {\n    match a { A => 1 }; for b in c { d } let x = e && g else { h };\n}\n";
    let parts = [
        part(Body, "fn f", "h };"),
        way(Arm, "1", "1", 0, 1),
        way(Loop, "{ d", "}", 0, 2),
        way(Condition, "g else", "g", 0, 0),
        way(LetElse, "{ h", "}", 0, 3),
    ];
    assert_eq!(branches_of(CounterMode::Set, text, &parts, &[1, 1, 1, 0, 1]), ["2: condition=0", "2: let-else=1"]);
}
