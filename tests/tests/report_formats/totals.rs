//! The numbers of each format, taken from the format, are those of the table.

use crate::{printed, shop_dir};
use livecov_format::vocab::CounterMode::{Count, Set};
use livecov_tests::corpus;
use livecov_tests::paths::text;
use livecov_tests::reports::report;
use serde_json::Value;

/// Covered and total of lines, functions and branches, as far as the format has them.
#[derive(Debug, Default, PartialEq, Eq)]
struct Sums {
    lines: [u64; 2],
    functions: Option<[u64; 2]>,
    branches: Option<[u64; 2]>,
}

/// The last line of the table.
fn table(run: &dyn Fn(&[&str]) -> String) -> Sums {
    let out = run(&[]);
    let total = out.lines().find(|line| line.starts_with("Total")).expect("a sum");
    let mut cells = total.split_whitespace().skip(1);
    let mut ratios = Vec::new();
    while let Some(cell) = cells.next() {
        let numbers = cell.split_once('/').map_or([0, 0], |(covered, total)| {
            cells.next();
            [covered.parse().unwrap(), total.parse().unwrap()]
        });
        ratios.push(numbers);
    }
    let [lines, _, functions, branches] = ratios.try_into().expect("four columns");
    Sums { lines, functions: Some(functions), branches: Some(branches) }
}

fn count(sum: &mut [u64; 2], is_covered: bool) {
    sum[0] += u64::from(is_covered);
    sum[1] += 1;
}

fn lcov(text: &str) -> [Sums; 2] {
    let (mut counted, mut stated) = (Sums::default(), Sums::default());
    let [mut functions, mut branches] = [[0; 2]; 2];
    let [mut stated_functions, mut stated_branches] = [[0; 2]; 2];
    for line in text.lines() {
        let (key, value) = line.split_once(':').unwrap_or((line, ""));
        let number = || value.parse::<u64>().expect("a number");
        match key {
            "DA" => count(&mut counted.lines, !value.ends_with(",0")),
            "FNDA" => count(&mut functions, !value.starts_with("0,")),
            "BRDA" => count(&mut branches, !value.ends_with(",0") && !value.ends_with(",-")),
            "LH" => stated.lines[0] += number(),
            "LF" => stated.lines[1] += number(),
            "FNH" => stated_functions[0] += number(),
            "FNF" => stated_functions[1] += number(),
            "BRH" => stated_branches[0] += number(),
            "BRF" => stated_branches[1] += number(),
            _ => {}
        }
    }
    (counted.functions, counted.branches) = (Some(functions), Some(branches));
    (stated.functions, stated.branches) = (Some(stated_functions), Some(stated_branches));
    [counted, stated]
}

fn attribute<'x>(element: &'x str, name: &str) -> Option<&'x str> {
    element.split_once(&format!(" {name}=\""))?.1.split('"').next()
}

fn cobertura(text: &str) -> [Sums; 2] {
    let (mut counted, mut branches) = (Sums::default(), [0; 2]);
    // Lines of methods are those of classes once more.
    for class in text.split("</methods>").skip(1).filter_map(|rest| rest.split("</class>").next()) {
        for line in class.split("<line ").skip(1) {
            let line = format!(" {line}");
            count(&mut counted.lines, attribute(&line, "hits") != Some("0"));
            if let Some((_, ratio)) = attribute(&line, "condition-coverage").and_then(|text| text.split_once('(')) {
                let (covered, total) = ratio.trim_end_matches(')').split_once('/').unwrap();
                branches[0] += covered.parse::<u64>().unwrap();
                branches[1] += total.parse::<u64>().unwrap();
            }
        }
    }
    counted.branches = Some(branches);
    let root = text.split("<coverage").nth(1).unwrap();
    let number = |name| attribute(root, name).unwrap().parse().unwrap();
    let stated = Sums {
        lines: [number("lines-covered"), number("lines-valid")],
        functions: None,
        branches: Some([number("branches-covered"), number("branches-valid")]),
    };
    [counted, stated]
}

fn codecov(text: &str) -> Sums {
    let report: Value = serde_json::from_str(text).unwrap();
    let mut sums = Sums::default();
    for count_or_share in report["coverage"].as_object().unwrap().values().flat_map(|f| f.as_object().unwrap().values())
    {
        let is_covered = match count_or_share {
            Value::String(share) => !share.starts_with("0/"),
            number => number.as_u64() > Some(0),
        };
        count(&mut sums.lines, is_covered);
    }
    sums
}

fn coveralls(text: &str) -> Sums {
    let report: Value = serde_json::from_str(text).unwrap();
    let (mut sums, mut branches) = (Sums::default(), [0; 2]);
    for file in report["source_files"].as_array().unwrap() {
        for line in file["coverage"].as_array().unwrap().iter().filter(|line| !line.is_null()) {
            count(&mut sums.lines, line.as_u64() > Some(0));
        }
        for branch in file["branches"].as_array().into_iter().flat_map(|numbers| numbers.chunks(4)) {
            count(&mut branches, branch[3].as_u64() > Some(0));
        }
    }
    sums.branches = Some(branches);
    sums
}

fn sonarqube(text: &str) -> Sums {
    let (mut sums, mut branches) = (Sums::default(), [0; 2]);
    for line in text.split("<lineToCover").skip(1) {
        count(&mut sums.lines, attribute(line, "covered") == Some("true"));
        let line = line.split("/>").next().unwrap();
        let number = |name| attribute(line, name).map_or(0, |number| number.parse().unwrap());
        branches[0] += number("coveredBranches");
        branches[1] += number("branchesToCover");
    }
    sums.branches = Some(branches);
    sums
}

fn json(text: &str) -> [Sums; 2] {
    let report: Value = serde_json::from_str(text).unwrap();
    let stated = |what: &str| {
        let ratio = &report["totals"][what];
        [ratio["covered"].as_u64().unwrap(), ratio["total"].as_u64().unwrap()]
    };
    let (mut counted, mut functions, mut branches) = (Sums::default(), [0; 2], [0; 2]);
    for file in report["files"].as_array().unwrap() {
        let items = |key: &str| file[key].as_array().unwrap().iter();
        items("lines").for_each(|line| count(&mut counted.lines, line["count"] != 0));
        let countable = items("functions").filter(|function| function["unit_count"] != 0);
        countable.for_each(|function| count(&mut functions, function["count"] != 0));
        let ways = items("branch_points").flat_map(|point| point["branches"].as_array().unwrap());
        ways.for_each(|branch| count(&mut branches, branch["count"] != 0));
    }
    (counted.functions, counted.branches) = (Some(functions), Some(branches));
    let stated =
        Sums { lines: stated("lines"), functions: Some(stated("functions")), branches: Some(stated("branches")) };
    [counted, stated]
}

fn llvm(text: &str) -> Sums {
    let report: Value = serde_json::from_str(text).unwrap();
    let share = |what: &str| {
        let share = &report["data"][0]["totals"][what];
        [share["covered"].as_u64().unwrap(), share["count"].as_u64().unwrap()]
    };
    Sums { lines: share("lines"), functions: Some(share("functions")), branches: Some(share("branches")) }
}

/// Holds a format's sums against the table's, as far as the format has them.
#[track_caller]
fn agree(what: &str, found: &Sums, table: &Sums) {
    assert_eq!(found.lines, table.lines, "{what}");
    assert!(found.functions.is_none_or(|functions| Some(functions) == table.functions), "{what}: {found:?}, {table:?}");
    assert!(found.branches.is_none_or(|branches| Some(branches) == table.branches), "{what}: {found:?}, {table:?}");
}

/// Holds all formats against the table; tells whether it has lines that ran.
pub(crate) fn all_agree(run: &dyn Fn(&[&str]) -> String) -> bool {
    let table = table(run);
    for sums in lcov(&run(&["--lcov"])) {
        agree("lcov", &sums, &table);
    }
    for sums in cobertura(&run(&["--cobertura"])) {
        agree("cobertura", &sums, &table);
    }
    for sums in json(&run(&["--json"])) {
        agree("json", &sums, &table);
    }
    agree("codecov", &codecov(&run(&["--codecov"])), &table);
    agree("coveralls", &coveralls(&run(&["--coveralls"])), &table);
    agree("sonarqube", &sonarqube(&run(&["--sonarqube"])), &table);
    agree("llvm", &llvm(&run(&["--llvm-json"])), &table);
    table.lines[0] > 0
}

#[test]
fn sums_of_the_shop_agree_in_all_formats() {
    for mode in [Count, Set] {
        let scratch = shop_dir(mode);
        assert!(all_agree(&|args| printed(scratch.path(), args)));
    }
}

#[test]
fn sums_of_go_programs_agree_in_all_formats() {
    for dir in [corpus::tiny("set"), corpus::QUIRKS.data(&[&[]]), corpus::many()] {
        let has_lines = all_agree(&|args| {
            let args: Vec<&str> = [text(&dir)].iter().chain(args).copied().collect();
            let (status, out, err) = report(&args);
            assert_eq!((status, err.as_str()), (0, ""));
            out
        });
        assert!(has_lines, "{}", dir.display());
    }
}

#[test]
fn rows_sum_up_to_the_total_whatever_they_stand_for() {
    let dir = corpus::many();
    let totals: Vec<String> = ["file", "crate", "module", "function"]
        .iter()
        .map(|by| {
            let (_, out, _) = report(&[text(&dir), "--by", by]);
            let lines = out.lines().filter_map(|line| line.split_whitespace().rev().find(|cell| cell.contains('/')));
            assert!(lines.count() > 10, "{out}");
            out.lines().last().unwrap().split_whitespace().collect::<Vec<_>>().join(" ")
        })
        .collect();
    assert!(totals.windows(2).all(|pair| pair[0] == pair[1]), "{totals:?}");
}
